// Restore: a backup put into an empty object, chunk by chunk, each held against its hash. Until the last one is in, the tenant answers
// nobody; what does not fit leaves the object empty again.
import type { ChainHead } from '../../schema/audit.ts';
import type { BackupManifest, RestoreAborted, RestoreAnswer } from '../../schema/backup.ts';
import { verifyChain } from '../../schema/chain.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusal.ts';
import { holds, record, requireHead } from '../audit/audit.ts';
import { furthestHead, page } from '../audit/pages.ts';
import { schedule } from '../core/alarms.ts';
import { type Caller, type Operator, SYSTEM } from '../core/caller.ts';
import { listenerOf } from '../core/changes.ts';
import { forgetProgress, isRestoring, type Progress, progressOf } from '../core/restore-progress.ts';
import { putRows } from '../core/tables.ts';
import { beginClocks } from '../fleet/clocks.ts';
import { beginNames } from '../fleet/names.ts';
import { beginFilling } from '../fleet/search-lines.ts';
import { beginPacking } from '../fleet/unpacked.ts';
import { indexedBackups, indexedPeople, indexedTokens } from '../outbox/index-rows.ts';
import { ask } from '../outbox/outbox.ts';
import { beginDating } from '../secrets/dating.ts';
import { settleAgain } from '../secrets/gone-keys.ts';
import { admit, type IndexWord, noteKnown } from './admission.ts';
import { type FoundManifest, makeLatest, readChunk, readManifest } from './bucket.ts';
import { beginPuttingOut } from './put-out.ts';
import { backedUpTables, GOES_TOO, isEmpty, ranMigrations } from './tables.ts';
import { forgetWalk } from './walk.ts';

/** One call reads at most this many, because a Worker's sub-requests are limited. The next call goes on. */
const CHUNKS_A_CALL = 400;
const CHAIN_PAGE = 500;
/** One call walks at most so many entries of the chain; the next call goes on. */
const CHAIN_A_CALL = 20_000;

/** The manifest to restore from, as the bucket has it. */
export async function findBackup(
  bucket: R2Bucket,
  tenant: string,
  at: number | undefined,
): Promise<FoundManifest | Refusal> {
  const found = await readManifest(bucket, tenant, at);
  if (found === 'unreadable')
    return refuse('backup_damaged', 'The manifest cannot be read; nothing was changed. Try an earlier backup.');
  return found && found.manifest.tenant === tenant
    ? found
    : refuse('unknown_backup', 'The bucket holds no such backup of this tenant.');
}

/**
 * What a restore relies on besides the bucket: the index, and the person whom the operator names where the index names
 * nobody.
 */
export type Admission = { word: IndexWord; firstAdmin: string | undefined };

/** What the index says of the tenant and of this manifest. Refuses backup_damaged where it knows another hash for the instant, index_unreachable. */
export async function askIndex(index: D1Database, tenant: string, found: FoundManifest): Promise<IndexWord | Refusal> {
  const said = await ask(() =>
    Promise.all([indexedPeople(index, tenant), indexedTokens(index, tenant), indexedBackups(index, tenant)]),
  );
  if (!said)
    return refuse('index_unreachable', 'The index does not answer, and it has to say who may come in; try again.');
  const [people, tokens, backups] = said;
  const hash = backups?.get(found.manifest.at);
  return hash === undefined || hash === found.sha256
    ? { people, tokens, vouched: hash !== undefined }
    : refuse(
        'backup_damaged',
        'The index knows another manifest of that instant: the bucket was bent. Nothing was changed; try an earlier backup.',
      );
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

/**
 * Begins, or goes on: the few rows that the empty object had made for itself are put away, its audit head kept for the record. So is the
 * furthest head of the chain that was lost: the notice that names it goes with those rows. `indexed`: what the index says now.
 */
export function beginRestore(
  storage: DurableObjectStorage,
  found: FoundManifest,
  indexed: ChainHead | null,
): Progress | Refusal {
  const { sql } = storage;
  const refusal = decideRestore(sql, found);
  if (refusal) return refusal;
  return storage.transactionSync(() => {
    const known = progressOf(sql);
    if (known) return known;
    const own = requireHead(sql);
    const lost = furthestHead(sql, indexed);
    forgetWalk(sql);
    clear(sql);
    sql.exec(
      `INSERT INTO restore_progress (manifest_sha256, chunks_done, discarded_seq, discarded_hash, index_seq, index_hash)
       VALUES (?, 0, ?, ?, ?, ?)`,
      found.sha256,
      own.seq,
      own.hash,
      lost?.seq ?? null,
      lost?.hash ?? null,
    );
    listenerOf(sql)?.tenantClosed('restoring');
    const begun = progressOf(sql);
    if (!begun) throw new Error('it has just been begun');
    return begun;
  });
}

const clear = (sql: SqlStorage): void => {
  for (const table of [...backedUpTables(sql), ...GOES_TOO]) sql.exec(`DELETE FROM "${table}"`);
};

/** Puts the next chunks in; with the last one the chain is walked, continued with `tenant.imported`, and the tenant answers again. */
export async function goOn(
  storage: DurableObjectStorage,
  bucket: R2Bucket,
  caller: Caller<Operator>,
  found: FoundManifest,
  { word, firstAdmin }: Admission,
): Promise<RestoreAnswer | Refusal> {
  const { sql } = storage;
  const { manifest } = found;
  const answerOf = answerFor(word);
  const { tenant, chunks } = manifest;
  for (let read = 0; read < CHUNKS_A_CALL; read++) {
    const place = stepOf(sql, found);
    if (place === null) return ended(sql, found, word);
    const chunk = chunks[place];
    if (!chunk) break;
    const text = await readChunk(bucket, tenant, chunk.sha256);
    if (text === null) return undo(storage, found, `The chunk ${chunk.sha256} of ${chunk.table} is not whole.`);
    storage.transactionSync(() => {
      // Two calls at once read the same chunk: only one of them puts it in.
      if (stepOf(sql, found) !== place) return;
      putRows(sql, chunk.table, text);
      if (chunk.table === 'machines') notePlaces(sql, text);
      sql.exec('UPDATE restore_progress SET chunks_done = ?', place + 1);
    });
  }
  const done = stepOf(sql, found);
  if (done === null) return ended(sql, found, word);
  if (done < chunks.length) return answerOf(found, done);
  const walked = walkChain(sql, manifest);
  if (walked === 'on the way') return { ...answerOf(found, done), finished: false };
  if (walked !== 'whole') return undo(storage, found, walked.fault);
  await makeLatest(bucket, found);
  // Ended by another call meanwhile, or aborted, and perhaps begun anew.
  const progress = stepOf(sql, found) === chunks.length ? progressOf(sql) : null;
  if (!progress) return ended(sql, found, word);
  return finish(storage, caller, found, progress, { word, firstAdmin }) ?? answerOf(found, chunks.length);
}

/** How many chunks of this backup are in; null: it is not on its way. */
function stepOf(sql: SqlStorage, { sha256 }: FoundManifest): number | null {
  const progress = progressOf(sql);
  return progress?.manifest_sha256 === sha256 ? progress.chunks_done : null;
}

const answerFor =
  ({ vouched }: IndexWord) =>
  ({ manifest: { at, chunks, head } }: FoundManifest, chunksDone: number): RestoreAnswer => ({
    finished: chunksDone === chunks.length,
    backupAt: at,
    chunksDone,
    chunks: chunks.length,
    head,
    vouched,
  });

/** What to answer about a restore that is no longer on its way: another call has finished it, or it was aborted. */
const ended = (sql: SqlStorage, found: FoundManifest, word: IndexWord): RestoreAnswer | Refusal =>
  !isRestoring(sql) && holds(sql, found.manifest.head)
    ? answerFor(word)(found, found.manifest.chunks.length)
    : refuse('not_empty', 'The restore was ended meanwhile; look at the tenant.');

/** Keeps the highest place that a machine has in the search: lines are made anew, and new ones go beyond it. */
function notePlaces(sql: SqlStorage, text: string): void {
  sql.exec(
    `UPDATE restore_progress SET place_max = max(place_max,
       coalesce((SELECT max(value->>'$.place') FROM json_each(?)), 0))`,
    `[${text.trimEnd().replaceAll('\n', ',')}]`,
  );
}

/**
 * Walks on along the chain that was put in, from where the previous call stopped: checks that it is whole and ends
 * where the manifest says
 */
function walkChain(
  sql: SqlStorage,
  { tenant, head: wanted }: BackupManifest,
): 'whole' | 'on the way' | { fault: string } {
  const begun = progressOf(sql);
  let reached: ChainHead | undefined =
    begun?.verified_hash == null ? undefined : { seq: begun.verified_seq, hash: begun.verified_hash };
  for (let walked = 0; walked < CHAIN_A_CALL; walked += CHAIN_PAGE) {
    const { entries, next } = page(sql, tenant, { order: 'oldest', after: reached?.seq ?? 0, limit: CHAIN_PAGE });
    const verdict = verifyChain(entries, { tenant, after: reached });
    if (!verdict.ok) return { fault: `The audit chain is broken. ${verdict.says}` };
    noteKnown(sql, entries);
    reached = verdict.head;
    if (next === null)
      return reached?.seq === wanted.seq && reached.hash === wanted.hash
        ? 'whole'
        : { fault: 'The audit chain does not end where the manifest says.' };
  }
  sql.exec('UPDATE restore_progress SET verified_seq = ?, verified_hash = ?', reached?.seq ?? 0, reached?.hash ?? null);
  return 'on the way';
}

/** Takes out what does not fit, unless it was taken out already. */
function undo(storage: DurableObjectStorage, found: FoundManifest, why: string): Refusal {
  storage.transactionSync(() => {
    if (stepOf(storage.sql, found) !== null) empty(storage.sql, found.manifest.tenant, Date.now());
  });
  return refuse('backup_damaged', `${why} The tenant is empty again; try an earlier backup.`);
}

/** Ends a restore that is on its way: the object is empty again, ready for another backup. */
export function abort(storage: DurableObjectStorage, caller: Caller<Operator>, now: number): RestoreAborted | Refusal {
  const { sql } = storage;
  return storage.transactionSync(() => {
    const progress = progressOf(sql);
    if (!progress) return refuse('not_restoring', 'No backup is on its way into this tenant; nothing was changed.');
    empty(sql, caller.tenant, now);
    record(sql, caller.tenant, caller, now, {
      action: 'tenant.restore_aborted',
      subject: caller.tenant,
      detail: { manifestSha256: progress.manifest_sha256, chunksDone: progress.chunks_done },
    });
    return { abortedAt: now };
  });
}

/**
 * Leaves the object as it was before: empty, with a chain that begins anew, and with the notice of a later head, if the one that was put
 * away had it. In the caller's transaction.
 */
function empty(sql: SqlStorage, tenant: string, now: number): void {
  const lost = progressOf(sql);
  clear(sql);
  forgetProgress(sql);
  const chain = record(sql, tenant, SYSTEM, now, { action: 'tenant.initialized', subject: tenant });
  if (lost?.index_seq == null || lost.index_hash === null) return;
  record(sql, tenant, SYSTEM, now, {
    action: 'audit.rollback_noticed',
    subject: tenant,
    detail: {
      found: 'rolled_back',
      indexSeq: lost.index_seq,
      indexHash: lost.index_hash,
      chainSeq: chain.seq,
      chainHash: chain.hash,
    },
  });
}

/** Null: it is finished. Refuses first_admin_needed, and is still on its way then. */
function finish(
  storage: DurableObjectStorage,
  caller: Caller<Operator>,
  { manifest: { tenant, at, head: restored }, sha256: manifestSha256 }: FoundManifest,
  progress: Progress,
  { word, firstAdmin }: Admission,
): Refusal | null {
  const now = Date.now();
  const { discarded_seq: discardedSeq, discarded_hash: discardedHash } = progress;
  const { index_seq: indexSeq, index_hash: indexHash } = progress;
  return storage.transactionSync(() => {
    const admitted = admit(storage, word, firstAdmin, now);
    if (isRefusal(admitted)) return admitted;
    forgetProgress(storage.sql);
    beginFilling(storage, progress.place_max, now);
    beginDating(storage, now);
    beginClocks(storage, now);
    beginPacking(storage, now);
    beginNames(storage, now);
    record(storage.sql, tenant, caller, now, {
      action: 'tenant.imported',
      subject: tenant,
      detail: {
        backupAt: at,
        headSeq: restored.seq,
        headHash: restored.hash,
        manifestSha256,
        vouched: word.vouched,
        discardedSeq,
        discardedHash,
        indexSeq,
        indexHash,
        ...admitted,
      },
    });
    // An index that is new, or was set back, gets all tokens and people; one that has them, or later ones, takes no notice.
    beginPuttingOut(storage, now);
    settleAgain(storage, now);
    // Whatever was due when the backup was made is due now.
    for (const what of ['refusals', 'index', 'head', 'to_rotate'] as const) schedule(storage, what, now);
    return null;
  });
}
