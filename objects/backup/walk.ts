// The walk of a backup over the tables: which instant it is of, where it has got to, which chunks it has named. It reads one slice a turn; what
// changes meanwhile is kept as it was (pre-images.ts).
import type { ChainHead } from '../../schema/audit.ts';
import type { BackupChunk, BackupManifest } from '../../schema/backup.ts';
import { requireHead } from '../audit/audit.ts';
import { all, sha256 } from '../core/rows.ts';
import { dropTriggers, type Key } from '../core/tables.ts';
import { keepWalk, walkAt } from '../core/walks.ts';
import { forgetPreImages, keepPreImages } from './pre-images.ts';
import { type Budget, backedUp, backedUpTables, CHAIN, type Chunk, chunksFrom, ranMigrations } from './tables.ts';

/** What one turn reads: some tens of milliseconds. What is fresh of it is held in memory until the bucket has it. */
const ROWS_A_TURN = 4_000;
const BYTES_A_TURN = 8 * 1024 * 1024;

export type Place = { table: string; after: Key };

/**
 * `at`, `head`: the instant that the backup is of, and the chain's head then. `schema`: where it has changed since, the
 * walk begins anew. `place`: what is read next. `written`: chunks that the bucket did not have.
 */
export type Walk = { at: number; head: ChainHead; schema: string; place: Place; written: number };

/** Before it begins: up to which seq of the chain the chunks of the backup before were taken over. */
type Ahead = { chainAfter: number };

const schemaOf = (sql: SqlStorage): string => sha256(JSON.stringify(ranMigrations(sql)));

/** The walk that is under way; null where there is none, or where the tables have changed since. */
export function walkUnderWay(sql: SqlStorage): Walk | null {
  const walk = walkAt<Walk | Ahead>(sql, 'backup');
  return walk && 'schema' in walk && walk.schema === schemaOf(sql) ? walk : null;
}

/** How far the chain's chunks have been taken over for the backup that is to begin; 0: none yet. */
export function chainTakenOver(sql: SqlStorage): number {
  const walk = walkAt<Walk | Ahead>(sql, 'backup');
  return walk && 'chainAfter' in walk ? walk.chainAfter : 0;
}

/** Takes over the next chunks of the chain, which can change no more, before the backup begins. In a transaction. */
export function takeOver(sql: SqlStorage, from: number, chunks: readonly BackupChunk[]): void {
  if (from === 0) forgetWalk(sql);
  keepPart(sql, chunks);
  keepWalk(sql, 'backup', { chainAfter: chunks.at(-1)?.last ?? from } satisfies Ahead);
}

/** A slice as it was read: it counts once its chunks are in the bucket. `next` null: it is the last. */
export type Slice = { walk: Walk; chunks: Chunk[]; next: Place | null };

/** The turn in which a backup begins, once the chain's chunks were taken over. In a transaction. */
export function beginWalk(sql: SqlStorage, now: number): Slice {
  const place = { table: CHAIN, after: [chainTakenOver(sql)] };
  const walk: Walk = { at: now, head: requireHead(sql), schema: schemaOf(sql), place, written: 0 };
  const slice = readSlice(sql, walk);
  // A backup that fits into one turn needs no rows kept. A longer one has them kept from the beginning: the slice may
  // have to be read again.
  if (slice.next !== null) {
    keepWalk(sql, 'backup', walk);
    keepPreImages(
      sql,
      backedUpTables(sql)
        .filter((table) => table !== CHAIN)
        .map((table) => backedUp(sql, table)),
    );
  }
  return slice;
}

/**
 * The next slice. It changes nothing: if the object goes away before its chunks are written, the slice is read again
 * and is the same.
 */
export function readSlice(sql: SqlStorage, walk: Walk): Slice {
  const budget: Budget = { rows: ROWS_A_TURN, bytes: BYTES_A_TURN };
  const tables = backedUpTables(sql);
  const chunks: Chunk[] = [];
  let next: Place | null = walk.place;
  while (next !== null && budget.rows > 0 && budget.bytes > 0) {
    const { table, after }: Place = next;
    const read = chunksFrom(sql, table, { after, head: walk.head.seq }, budget);
    chunks.push(...read.chunks);
    const following = tables[tables.indexOf(table) + 1];
    if (read.after !== null) next = { table, after: read.after };
    else next = following === undefined ? null : { table: following, after: [] };
  }
  return { walk, chunks, next };
}

const named = ({ table, sha256, bytes, rows, last }: BackupChunk): BackupChunk => ({
  table,
  sha256,
  bytes,
  rows,
  ...(last === undefined ? {} : { last }),
});

/** A row of the object holds 2 MB at most. */
const CHUNKS_A_PART = 1_000;

function keepPart(sql: SqlStorage, chunks: readonly BackupChunk[]): void {
  for (let from = 0; from < chunks.length; from += CHUNKS_A_PART)
    sql.exec(
      'INSERT INTO backup_parts (chunks) VALUES (?)',
      JSON.stringify(chunks.slice(from, from + CHUNKS_A_PART).map(named)),
    );
}

/** Notes that a slice is in the bucket; nothing more is kept of the tables that are read. In a transaction. */
export function advance(sql: SqlStorage, { walk, chunks }: Slice, next: Place, written: number): void {
  keepPart(sql, chunks);
  const tables = backedUpTables(sql);
  dropTriggers(sql, tables.slice(tables.indexOf(walk.place.table), tables.indexOf(next.table)));
  keepWalk(sql, 'backup', { ...walk, place: next, written: walk.written + written } satisfies Walk);
}

/** The manifest's contents for a walk whose last slice this is. */
export const manifestOf = (sql: SqlStorage, tenant: string, { walk, chunks }: Slice): BackupManifest => ({
  v: 1,
  tenant,
  at: walk.at,
  head: walk.head,
  migrations: ranMigrations(sql),
  chunks: [...namedBefore(sql), ...chunks.map(named)],
});

const namedBefore = (sql: SqlStorage): BackupChunk[] =>
  all<{ chunks: string }>(sql, 'SELECT chunks FROM backup_parts ORDER BY place').flatMap(({ chunks }): BackupChunk[] =>
    JSON.parse(chunks),
  );

/** It is over, or given up: nothing more is kept for it. */
export function forgetWalk(sql: SqlStorage): void {
  forgetPreImages(sql);
  sql.exec('DELETE FROM backup_parts');
  keepWalk(sql, 'backup', null);
}
