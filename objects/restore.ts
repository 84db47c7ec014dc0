// Restore: a backup put into an empty object, chunk by chunk, each held against its hash. Until the last one is in, the tenant answers
// nobody; what does not fit leaves the object empty again.
import type { ChainHead } from '../schema/audit.ts';
import type { BackupManifest, RestoreAnswer } from '../schema/backup.ts';
import { verifyChain } from '../schema/chain.ts';
import { type Refusal, refuse } from '../schema/refusal.ts';
import { schedule } from './alarms.ts';
import { record, requireHead } from './audit.ts';
import { page } from './audit-pages.ts';
import { type FoundManifest, makeLatest, readChunk, readManifest } from './backup-bucket.ts';
import { backedUpTables, isEmpty, putRows, ranMigrations } from './backup-tables.ts';
import { type Caller, type Operator, SYSTEM } from './caller.ts';
import { first } from './rows.ts';

/** One call reads at most this many: a Worker's sub-requests are counted. The next call goes on. */
const CHUNKS_A_CALL = 400;
const CHAIN_PAGE = 500;

type Progress = { manifest_sha256: string; chunks_done: number; discarded_seq: number; discarded_hash: string };
const progressOf = (sql: SqlStorage) => first<Progress>(sql, 'SELECT * FROM restore_progress');

export const isRestoring = (sql: SqlStorage): boolean => progressOf(sql) !== null;

/** The manifest to restore from, as the bucket has it. */
export async function findBackup(
  bucket: R2Bucket,
  tenant: string,
  at: number | undefined,
): Promise<FoundManifest | Refusal> {
  const found = await readManifest(bucket, tenant, at);
  return found && found.manifest.tenant === tenant
    ? found
    : refuse('unknown_backup', 'The bucket holds no such backup of this tenant.');
}

/** Whether this backup may go into this object. Pure but for reads. Null: it may, or is on its way already. */
function decideRestore(sql: SqlStorage, { manifest, sha256: hash }: FoundManifest): Refusal | null {
  const progress = progressOf(sql);
  if (progress)
    return progress.manifest_sha256 === hash
      ? null
      : refuse('not_empty', 'Another backup is on its way in; go on with that one.');
  if (!isEmpty(sql)) return refuse('not_empty', 'A backup goes into an empty tenant only; nothing was changed.');
  if (JSON.stringify(manifest.migrations) !== JSON.stringify(ranMigrations(sql)))
    return refuse('backup_differs', 'Another version made it: deploy that one, restore, then deploy this one.');
  const tables = new Set(backedUpTables(sql));
  return manifest.chunks.every((chunk) => tables.has(chunk.table))
    ? null
    : refuse('backup_damaged', 'The manifest names a table that no backup holds.');
}

/** Begins, or goes on: the few rows that the empty object had made for itself are put away, its audit head kept for the record. */
export function beginRestore(storage: DurableObjectStorage, found: FoundManifest): Progress | Refusal {
  const { sql } = storage;
  const refusal = decideRestore(sql, found);
  if (refusal) return refusal;
  return storage.transactionSync(() => {
    const known = progressOf(sql);
    if (known) return known;
    const own = requireHead(sql);
    for (const table of backedUpTables(sql)) sql.exec(`DELETE FROM "${table}"`);
    sql.exec('INSERT INTO restore_progress VALUES (?, 0, ?, ?)', found.sha256, own.seq, own.hash);
    return { manifest_sha256: found.sha256, chunks_done: 0, discarded_seq: own.seq, discarded_hash: own.hash };
  });
}

/** Puts the next chunks in; with the last one the chain is walked, continued with `tenant.imported`, and the tenant answers again. */
export async function goOn(
  storage: DurableObjectStorage,
  bucket: R2Bucket,
  caller: Caller<Operator>,
  found: FoundManifest,
): Promise<RestoreAnswer | Refusal> {
  const { sql } = storage;
  const { manifest } = found;
  const { tenant, chunks } = manifest;
  for (let read = 0; read < CHUNKS_A_CALL; read++) {
    const place = progressOf(sql)?.chunks_done;
    if (place === undefined) return refuse('not_empty', 'The restore was ended meanwhile; look at the tenant.');
    const chunk = chunks[place];
    if (!chunk) break;
    const text = await readChunk(bucket, tenant, chunk.sha256);
    if (text === null) return undo(storage, tenant, `The chunk ${chunk.sha256} of ${chunk.table} is not whole.`);
    storage.transactionSync(() => {
      // Two calls at once read the same chunk: only one of them puts it in.
      if (progressOf(sql)?.chunks_done !== place) return;
      putRows(sql, chunk.table, text);
      sql.exec('UPDATE restore_progress SET chunks_done = ?', place + 1);
    });
  }
  const progress = progressOf(sql);
  const answer = { backupAt: manifest.at, chunks: chunks.length };
  if (progress && progress.chunks_done < chunks.length)
    return { ...answer, finished: false, chunksDone: progress.chunks_done, head: manifest.head };
  const broken = progress && chainFault(sql, manifest);
  if (broken) return undo(storage, tenant, broken);
  if (progress) await makeLatest(bucket, found);
  if (progress && isRestoring(sql)) finish(storage, caller, found, progress);
  return { ...answer, finished: true, chunksDone: chunks.length, head: manifest.head };
}

/** What is wrong with the chain that was put in; null: it is whole, and ends where the manifest says. */
function chainFault(sql: SqlStorage, { tenant, head: wanted }: BackupManifest): string | null {
  let reached: ChainHead | undefined;
  for (let after: number | null = 0; after !== null; ) {
    const { entries, next } = page(sql, tenant, { order: 'oldest', after, limit: CHAIN_PAGE });
    const verdict = verifyChain(entries, { tenant, after: reached });
    if (!verdict.ok) return `The audit chain is broken. ${verdict.says}`;
    reached = verdict.head;
    after = next;
  }
  return reached?.seq === wanted.seq && reached.hash === wanted.hash
    ? null
    : 'The audit chain does not end where the manifest says.';
}

/** Leaves the object as it was before: empty, with a chain that begins anew. */
function undo(storage: DurableObjectStorage, tenant: string, why: string): Refusal {
  const { sql } = storage;
  storage.transactionSync(() => {
    if (!progressOf(sql)) return;
    for (const table of backedUpTables(sql)) sql.exec(`DELETE FROM "${table}"`);
    sql.exec('DELETE FROM restore_progress');
    record(sql, tenant, SYSTEM, Date.now(), { action: 'tenant.initialized', subject: tenant });
  });
  return refuse('backup_damaged', `${why} The tenant is empty again; try an earlier backup.`);
}

function finish(
  storage: DurableObjectStorage,
  caller: Caller<Operator>,
  { manifest: { tenant, at, head: restored }, sha256: manifestSha256 }: FoundManifest,
  { discarded_seq: discardedSeq, discarded_hash: discardedHash }: Progress,
): void {
  const now = Date.now();
  storage.transactionSync(() => {
    storage.sql.exec('DELETE FROM restore_progress');
    record(storage.sql, tenant, caller, now, {
      action: 'tenant.imported',
      subject: tenant,
      detail: {
        ...{ backupAt: at, headSeq: restored.seq, headHash: restored.hash, manifestSha256 },
        ...{ discardedSeq, discardedHash },
      },
    });
    // Whatever was due when the backup was made is due now; an index that is new gets what the old one had.
    for (const what of ['refusals', 'index', 'head', 'to_rotate'] as const) schedule(storage, what, now);
  });
}
