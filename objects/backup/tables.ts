// A tenant's tables as chunks of rows, as they are stored: nothing is decrypted, and nothing could be. A chunk is named
// by its hash, so an unchanged one keeps its name.

import { all, first, type Row, sha256 } from '../core/rows.ts';
import { type Key, type Table, tableOf } from '../core/tables.ts';
import { rowsAsBegun } from './pre-images.ts';

/**
 * Tables that a backup leaves out: bulky ones that are not the only copy, those of the moment, and those that belong to
 * this one object.
 */
const LEFT_OUT = new Set([
  'events',
  'packs',
  'tombstones',
  'refusals',
  'nears',
  'seen',
  'acts',
  // Their secrets would lie in the bucket in clear; after a restore they are added anew.
  'webhooks',
  'deliveries',
  'identity',
  'migrations',
  'backup_runs',
  'restore_progress',
  'restore_known',
  'walks',
  'search_floor',
  // Of the backup that is under way.
  'pre_images',
  'backup_parts',
]);

/** Columns that it leaves out, by their table: a run's events that stand in its own row. */
const COLUMNS_LEFT_OUT: Readonly<Record<string, readonly string[]>> = { runs: ['tail_from', 'tail_to', 'tail'] };

/**
 * Tables of an object that are emptied with the rows that a backup replaces: the chain that says who added a webhook is
 * put away with them.
 */
export const GOES_TOO = ['webhooks', 'deliveries'] as const;

/**
 * Tables that are only appended to: rows that were read once are not read again. Manifests are not among them, since a
 * change of the keyring can be taken back.
 */
export const CHAIN = 'audit';

const CHUNK_MAX_BYTES = 1024 * 1024;
/** Fewer rows than one turn reads, so that every turn makes progress. */
const CHUNK_MAX_ROWS = 2_000;
/** Once in 256 rows, by the hash of their key: a row that comes or goes changes its own chunk and no other. */
const CUT_AFTER = '00';

/** Every table except those left out, in a fixed order. A table that a later migration makes is included by itself. */
export const backedUpTables = (sql: SqlStorage): string[] =>
  all<{ name: string }>(
    sql,
    "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '% STRICT%' ORDER BY name",
  )
    .map(({ name }) => name)
    .filter((name) => !LEFT_OUT.has(name));

/** A table with the columns that are backed up. */
export function backedUp(sql: SqlStorage, name: string): Table {
  const table = tableOf(sql, name);
  return { ...table, columns: table.columns.filter((column) => !COLUMNS_LEFT_OUT[name]?.includes(column)) };
}

export type Chunk = { table: string; sha256: string; text: string; bytes: number; rows: number; last?: number };

/**
 * How much may still be read. A table is read in slices: rows that are in no whole chunk at the end of one slice are
 * read again by the next.
 */
export type Budget = { rows: number; bytes: number };

/**
 * The next chunks of a table as it was when the backup began, each of at most 1 MiB unless one row alone is larger. Answers the key of the last
 * row in them, null where the table has ended. It deducts what it reads from the budget.
 */
export function chunksFrom(
  sql: SqlStorage,
  name: string,
  { after, head }: { after: Key; head: number },
  budget: Budget,
): { chunks: Chunk[]; after: Key | null } {
  const table = backedUp(sql, name);
  const limit = budget.rows;
  const rows =
    name === CHAIN ? entriesFrom(sql, Number(after[0] ?? 0), head, limit) : rowsAsBegun(sql, table, after, limit);
  const chunks: Chunk[] = [];
  let [cutAt, last] = [after, after];
  let lines: string[] = [];
  let bytes = 0;
  const cut = () => {
    const text = lines.join('');
    const chunk = { table: name, text, bytes, rows: lines.length, sha256: sha256(text) };
    chunks.push(name === CHAIN ? { ...chunk, last: Number(last[0]) } : chunk);
    cutAt = last;
    budget.bytes -= bytes;
    lines = [];
    bytes = 0;
  };
  let read = 0;
  for (const row of rows) {
    if (budget.bytes <= 0) break;
    read++;
    const line = `${JSON.stringify(row)}\n`;
    const size = Buffer.byteLength(line);
    if (lines.length > 0 && bytes + size > CHUNK_MAX_BYTES) cut();
    lines.push(line);
    bytes += size;
    last = table.key.map((column) => row[column] as string | number);
    if (lines.length === CHUNK_MAX_ROWS || sha256(JSON.stringify(last)).startsWith(CUT_AFTER)) cut();
  }
  budget.rows -= read;
  const ended = read < limit && budget.bytes > 0;
  if (ended && lines.length > 0) cut();
  return { chunks, after: ended ? null : cutAt };
}

const entriesFrom = (sql: SqlStorage, after: number, head: number, limit: number): Iterable<Row> =>
  sql.exec(`SELECT * FROM ${CHAIN} WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`, after, head, limit);

export const ranMigrations = (sql: SqlStorage): { id: number; sha256: string }[] =>
  all<{ id: number; sha256: string }>(sql, 'SELECT id, sha256 FROM migrations ORDER BY id');

/** Whether the tenant has nothing of its own yet. People do not count: a look at their page adopts those of the index. */
export const isEmpty = (sql: SqlStorage): boolean =>
  ['secrets', 'secret_versions', 'manifests', 'escrow_keys', 'machines', 'runs'].every(
    (table) => first(sql, `SELECT 1 FROM "${table}" LIMIT 1`) === null,
  );
