// The backup: once a day the object writes what has changed of it to the bucket, sealed as stored, a slice an alarm. A backup is the state of
// the instant in which it began, and counts only once its manifest is written.

import type { BackupManifest, BackupRequested, BackupRun, BackupState } from '../../schema/backup.ts';
import { DAY_MS } from '../../schema/facts/days.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import { holds, record } from '../audit/audit.ts';
import { dueAt, schedule } from '../core/alarms.ts';
import { type Caller, type Person, SYSTEM } from '../core/caller.ts';
import { logTrouble } from '../core/log.ts';
import { isRestoring } from '../core/restore-progress.ts';
import { all } from '../core/rows.ts';
import { put } from '../outbox/outbox.ts';
import { type FoundManifest, prune, putChunks, putManifest, readManifest, whichAreThere } from './bucket.ts';
import { CHAIN, type Chunk } from './tables.ts';
import {
  advance,
  beginWalk,
  chainTakenOver,
  forgetWalk,
  manifestOf,
  readSlice,
  type Slice,
  takeOver,
  walkUnderWay,
} from './walk.ts';

/** The first comes an hour after the tenant's first call, the next ones a day after the last. */
export const FIRST_BACKUP_MS = 3_600_000;
export const BACKUP_EVERY_MS = DAY_MS;
/** After one that failed. */
export const BACKUP_RETRY_MS = 3_600_000;
const RUNS_KEPT = 30;

/** How many chunks of the chain are looked for in one turn: a Worker's sub-requests are limited. */
const LOOKED_FOR_A_TURN = 400;
/**
 * A backup that does not finish in this time is given up, because the object keeps every row that changes meanwhile for
 * it.
 */
const UNDER_WAY_MAX_MS = 6 * 3_600_000;

type Fault = NonNullable<BackupRun['fault']>;

/**
 * Goes on with the backup that is under way, or begins one: one slice of it. A failure is kept and shown, and the
 * previous backup stays whole.
 */
export async function backUp(
  storage: DurableObjectStorage,
  bucket: R2Bucket,
  tenant: string,
): Promise<'done' | 'under way' | 'failed'> {
  const went = await goOn(storage, bucket, tenant).catch((): Fault => 'bucket_unreachable');
  if (went === 'done' || went === 'under way') return went;
  keepFailed(storage, went);
  logFailure(tenant, went === 'bucket_unreachable' || went === 'too_busy' ? 'backup' : went);
  return 'failed';
}

async function goOn(
  storage: DurableObjectStorage,
  bucket: R2Bucket,
  tenant: string,
): Promise<'done' | 'under way' | Fault> {
  const { sql } = storage;
  const walk = walkUnderWay(sql);
  if (walk && Date.now() - walk.at > UNDER_WAY_MAX_MS) return 'too_busy';
  const slice = walk ? readSlice(sql, walk) : await begin(storage, bucket, tenant);
  if (typeof slice === 'string') return slice;
  const written = await putFresh(bucket, tenant, slice.chunks);
  if (isRestoring(sql)) return 'under way';
  const { next } = slice;
  if (next !== null) {
    storage.transactionSync(() => advance(sql, slice, next, written));
    return 'under way';
  }
  const before = await latest(sql, bucket, tenant);
  if (typeof before === 'string') return before;
  const manifest = manifestOf(sql, tenant, slice);
  const manifestSha256 = await putManifest(bucket, manifest);
  keepDone(storage, manifest, manifestSha256, slice.walk.written + written);
  await prune(bucket, tenant, Date.now()).catch(() => logFailure(tenant, 'prune'));
  return 'done';
}

/** Looks for the part of the chain that need not be read again, and begins once all of it is taken over. */
async function begin(
  storage: DurableObjectStorage,
  bucket: R2Bucket,
  tenant: string,
): Promise<Slice | 'under way' | Fault> {
  const { sql } = storage;
  const before = await latest(sql, bucket, tenant);
  if (typeof before === 'string') return before;
  const from = chainTakenOver(sql);
  // The last one may be cut elsewhere now.
  const closed = before?.manifest.chunks.filter(({ table }) => table === CHAIN).slice(0, -1) ?? [];
  const wanted = closed.filter(({ last = 0 }) => last > from).slice(0, LOOKED_FOR_A_TURN);
  const there = await whichAreThere(bucket, tenant, wanted);
  const lost = wanted.findIndex(({ sha256 }) => !there.has(sha256));
  const takenOver = lost < 0 ? wanted : wanted.slice(0, lost);
  if (isRestoring(sql)) return 'under way';
  return storage.transactionSync(() => {
    takeOver(sql, from, takenOver);
    return takenOver.length === LOOKED_FOR_A_TURN ? 'under way' : beginWalk(sql, Date.now());
  });
}

/**
 * The latest backup, null where there is none. Refuses one that this object's backup may not replace: one that cannot
 * be read, or of another chain.
 */
async function latest(sql: SqlStorage, bucket: R2Bucket, tenant: string): Promise<FoundManifest | null | Fault> {
  const before = await readManifest(bucket, tenant);
  if (before === 'unreadable') return 'manifest_unreadable';
  // An object that was lost and begins anew, or was set back, must not take the place of the backup that it has to be restored from.
  return before && !holds(sql, before.manifest.head) ? 'other_chain' : before;
}

/** Writes those that the bucket does not have; answers how many. */
async function putFresh(bucket: R2Bucket, tenant: string, chunks: readonly Chunk[]): Promise<number> {
  const there = await whichAreThere(bucket, tenant, chunks);
  const fresh = new Map(chunks.flatMap(({ sha256, text }) => (there.has(sha256) ? [] : [[sha256, text] as const])));
  await putChunks(bucket, tenant, fresh);
  return fresh.size;
}

const logFailure = (tenant: string, what: string) => logTrouble('backup-failed', tenant, what);

function keepDone(storage: DurableObjectStorage, manifest: BackupManifest, manifestSha256: string, written: number) {
  const { tenant, at, head, chunks } = manifest;
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  storage.transactionSync(() => {
    // Another backup is on its way in: the chain is not this one's.
    if (isRestoring(storage.sql)) return;
    forgetWalk(storage.sql);
    keepRun(storage.sql, {
      at,
      outcome: 'done',
      chunks: chunks.length,
      written,
      bytes,
      head,
      manifestSha256,
      fault: null,
    });
    // What the bucket says later is compared with what the index is told now.
    put(storage, 'backup', { id: String(at), version: 1, at, sha256: manifestSha256 }, Date.now());
    record(storage.sql, tenant, SYSTEM, Date.now(), {
      action: 'backup.made',
      subject: tenant,
      detail: { at, chunks: chunks.length, bytes, headSeq: head.seq, headHash: head.hash, manifestSha256 },
    });
  });
}

/** What was read for it is of no use: the next one begins anew, at another instant. */
const keepFailed = (storage: DurableObjectStorage, fault: Fault) =>
  storage.transactionSync(() => {
    forgetWalk(storage.sql);
    keepRun(storage.sql, {
      at: Date.now(),
      outcome: 'failed',
      chunks: 0,
      written: 0,
      bytes: 0,
      head: null,
      manifestSha256: null,
      fault,
    });
  });

function keepRun(sql: SqlStorage, run: BackupRun): void {
  sql.exec(
    'INSERT OR REPLACE INTO backup_runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    run.at,
    run.outcome,
    run.chunks,
    run.written,
    run.bytes,
    run.head?.seq ?? null,
    run.head?.hash ?? null,
    run.manifestSha256,
    run.fault,
  );
  sql.exec('DELETE FROM backup_runs WHERE at NOT IN (SELECT at FROM backup_runs ORDER BY at DESC LIMIT ?)', RUNS_KEPT);
}

type RunRow = {
  at: number;
  outcome: BackupRun['outcome'];
  chunks: number;
  written: number;
  bytes: number;
  head_seq: number | null;
  head_hash: string | null;
  manifest_sha256: string | null;
  fault: BackupRun['fault'];
};

/** How backups stand. `on`: a bucket is bound. */
export function backupState(sql: SqlStorage, on: boolean): BackupState {
  const runs = all<RunRow>(sql, 'SELECT * FROM backup_runs ORDER BY at DESC').map(
    (row): BackupRun => ({
      at: row.at,
      outcome: row.outcome,
      chunks: row.chunks,
      written: row.written,
      bytes: row.bytes,
      head: row.head_seq === null || row.head_hash === null ? null : { seq: row.head_seq, hash: row.head_hash },
      manifestSha256: row.manifest_sha256,
      fault: row.fault,
    }),
  );
  const last = runs.find((run) => run.outcome === 'done') ?? null;
  return { on, last, nextAt: on ? dueAt(sql, 'backup') : null, runs };
}

export const backupOff = () =>
  refuse('backup_off', 'This installation has no bucket for backups; ask its operator (docs/backup.md).');

/** Has the alarm make a backup now. */
export function requestBackup(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  on: boolean,
  now: number,
): BackupRequested | Refusal {
  if (!on) return backupOff();
  return storage.transactionSync(() => {
    record(storage.sql, caller.tenant, caller, now, { action: 'backup.requested', subject: caller.tenant });
    schedule(storage, 'backup', now);
    return { requestedAt: now };
  });
}
