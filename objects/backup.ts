// The backup: once a day the object writes what has changed of it to the bucket, sealed as stored. A backup is the state of one
// instant: it is read in one turn, and counts only once its manifest is written.
import type { BackupChunk, BackupManifest, BackupRequested, BackupRun, BackupState } from '../schema/backup.ts';
import { type Refusal, refuse } from '../schema/refusal.ts';
import { dueAt, schedule } from './alarms.ts';
import { holds, record, requireHead } from './audit.ts';
import { chunksThere, prune, putChunks, putManifest, readManifest } from './backup-bucket.ts';
import { backedUpTables, chunksOf, isAppendOnly, ranMigrations } from './backup-tables.ts';
import { type Caller, type Person, SYSTEM } from './caller.ts';
import { logTrouble } from './log.ts';
import { put } from './outbox.ts';
import { isRestoring } from './restore-progress.ts';
import { all } from './rows.ts';

/** The first comes an hour after the tenant's first call, the next ones a day after the last. */
export const FIRST_BACKUP_MS = 3_600_000;
export const BACKUP_EVERY_MS = 24 * 3_600_000;
/** After one that failed. */
export const BACKUP_RETRY_MS = 3_600_000;
const RUNS_KEPT = 30;

/** What one turn may hold in memory of new chunks; the object has 128 MiB for everything. */
const FRESH_MAX_BYTES = 24 * 1024 * 1024;
/** A first backup of more than that is written in several goes, and only the last is the snapshot: 4 GiB of it. */
const GOES_MAX = 170;

type Snapshot = { manifest: BackupManifest; fresh: Map<string, string>; whole: boolean };

/**
 * Reads every table in this one turn. `fresh` are the chunks that the bucket does not have; not `whole`: there are more than may
 * be held, so these are to be written and the tables read again. Of append-only tables only what is beyond the chunks of `before` that
 * can no longer change is read.
 */
export function snapshot(
  sql: SqlStorage,
  tenant: string,
  at: number,
  before: BackupManifest | null,
  there: ReadonlySet<string>,
): Snapshot {
  const chunks: BackupChunk[] = [];
  const fresh = new Map<string, string>();
  let bytes = 0;
  const manifest = { v: 1 as const, tenant, at, head: requireHead(sql), migrations: ranMigrations(sql), chunks };
  for (const table of backedUpTables(sql)) {
    const earlier = before?.chunks.filter((chunk) => chunk.table === table).slice(0, -1) ?? [];
    const closed = isAppendOnly(table) && earlier.every((chunk) => there.has(chunk.sha256)) ? earlier : [];
    chunks.push(...closed);
    for (const { text, ...chunk } of chunksOf(sql, table, closed.at(-1)?.last ?? 0)) {
      const size = Buffer.byteLength(text);
      chunks.push({ ...chunk, bytes: size });
      if (there.has(chunk.sha256) || fresh.has(chunk.sha256)) continue;
      fresh.set(chunk.sha256, text);
      bytes += size;
      if (bytes > FRESH_MAX_BYTES) return { manifest, fresh, whole: false };
    }
  }
  return { manifest, fresh, whole: true };
}

/** Makes one backup. Answers whether it was finished; a failure is kept and shown, and the backup before it is whole. */
export async function backUp(storage: DurableObjectStorage, bucket: R2Bucket, tenant: string): Promise<boolean> {
  try {
    const before = await readManifest(bucket, tenant);
    if (before === 'unreadable') {
      keepFailed(storage, 'manifest_unreadable');
      logFailure(tenant, 'manifest_unreadable');
      return false;
    }
    // An object that was lost and begins anew, or was set back, must not take the place of the backup that it has to be restored from.
    if (before && !holds(storage.sql, before.manifest.head)) {
      keepFailed(storage, 'other_chain');
      logFailure(tenant, 'other_chain');
      return false;
    }
    const there = await chunksThere(bucket, tenant);
    let written = 0;
    for (let go = 0; go < GOES_MAX; go++) {
      const { manifest, fresh, whole } = snapshot(storage.sql, tenant, Date.now(), before?.manifest ?? null, there);
      await putChunks(bucket, tenant, fresh);
      for (const hash of fresh.keys()) there.add(hash);
      written += fresh.size;
      if (!whole) continue;
      const manifestSha256 = await putManifest(bucket, manifest);
      keepDone(storage, manifest, manifestSha256, written);
      await prune(bucket, tenant, Date.now()).catch(() => logFailure(tenant, 'prune'));
      return true;
    }
    keepFailed(storage, 'too_busy');
  } catch {
    keepFailed(storage, 'bucket_unreachable');
  }
  logFailure(tenant, 'backup');
  return false;
}

const logFailure = (tenant: string, what: string) => logTrouble('backup-failed', tenant, what);

function keepDone(storage: DurableObjectStorage, manifest: BackupManifest, manifestSha256: string, written: number) {
  const { tenant, at, head, chunks } = manifest;
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  storage.transactionSync(() => {
    // Another backup is on its way in: the chain is not this one's.
    if (isRestoring(storage.sql)) return;
    keepRun(storage.sql, {
      ...{ at, outcome: 'done', chunks: chunks.length, written, bytes, head, manifestSha256, fault: null },
    });
    // What the bucket says later is held against what the index was told now.
    put(storage, 'backup', { id: String(at), version: 1, at, sha256: manifestSha256 }, Date.now());
    record(storage.sql, tenant, SYSTEM, Date.now(), {
      action: 'backup.made',
      subject: tenant,
      detail: { at, chunks: chunks.length, bytes, headSeq: head.seq, headHash: head.hash, manifestSha256 },
    });
  });
}

const keepFailed = (storage: DurableObjectStorage, fault: BackupRun['fault']) =>
  storage.transactionSync(() =>
    keepRun(storage.sql, {
      ...{
        at: Date.now(),
        outcome: 'failed',
        chunks: 0,
        written: 0,
        bytes: 0,
        head: null,
        manifestSha256: null,
        fault,
      },
    }),
  );

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
