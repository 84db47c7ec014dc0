// Backups: what a tenant's object writes to the bucket, sealed as stored, and how the last ones went.
import * as z from 'zod';
import { Email, Sha256 } from './text.ts';

/**
 * One piece of one table: rows as NDJSON under the name of their hash. `last`: the key of its last row, if the table is
 * only appended to.
 */
export const BackupChunk = z.strictObject({
  table: z.string().regex(/^[a-z_]{1,64}$/),
  sha256: Sha256,
  bytes: z.int(),
  rows: z.int(),
  last: z.int().optional(),
});
export type BackupChunk = z.infer<typeof BackupChunk>;

export const AuditHead = z.strictObject({ seq: z.int(), hash: Sha256 });
export type AuditHead = z.infer<typeof AuditHead>;

/** Names every chunk, in the order in which they are restored. It is written last, so everything it names is whole. */
export const BackupManifest = z.strictObject({
  v: z.literal(1),
  tenant: z.string(),
  at: z.int(),
  head: AuditHead,
  /** The object's schema: a backup goes into an object of the same one. */
  migrations: z.array(z.strictObject({ id: z.int(), sha256: Sha256 })),
  chunks: z.array(BackupChunk),
});
export type BackupManifest = z.infer<typeof BackupManifest>;

/** One finished backup, or one that failed: then `fault` says why; `other_chain`: the latest one is not of this object's past, so it is not overwritten; `manifest_unreadable`: nor is one that cannot be read; `too_busy`: it had not come to its end after six hours. `written`: chunks that were not in the bucket yet. */
export const BackupRun = z.object({
  at: z.int(),
  outcome: z.enum(['done', 'failed']),
  chunks: z.int(),
  written: z.int(),
  bytes: z.int(),
  head: AuditHead.nullable(),
  manifestSha256: z.string().nullable(),
  fault: z.enum(['bucket_unreachable', 'too_busy', 'other_chain', 'manifest_unreadable']).nullable(),
});
export type BackupRun = z.infer<typeof BackupRun>;

/** `on`: a bucket is bound. `last`: the last that finished. `runs`: newest first, failed ones too. */
export const BackupState = z.object({
  on: z.boolean(),
  last: BackupRun.nullable(),
  nextAt: z.int().nullable(),
  runs: z.array(BackupRun),
});
export type BackupState = z.infer<typeof BackupState>;

export const BackupRequested = z.object({ requestedAt: z.int() });
export type BackupRequested = z.infer<typeof BackupRequested>;

/**
 * `at`: of an earlier backup that is still kept; the latest where absent. `firstAdmin`: the person to let in where
 * neither the index nor a backup that it vouches for names an admin; ignored otherwise.
 */
export const RestoreRequest = z.strictObject({ at: z.int().min(0).optional(), firstAdmin: Email.optional() });
export type RestoreRequest = z.infer<typeof RestoreRequest>;

/** The restore that was on its way is ended; the tenant is empty. */
export const RestoreAborted = z.object({ abortedAt: z.int() });
export type RestoreAborted = z.infer<typeof RestoreAborted>;

/**
 * `finished: false`: ask again, it goes on where it stopped. `vouched`: the index has the hash of this manifest;
 * otherwise only people whom the index has get in.
 */
export const RestoreAnswer = z.object({
  finished: z.boolean(),
  backupAt: z.int(),
  chunksDone: z.int(),
  chunks: z.int(),
  head: AuditHead,
  vouched: z.boolean(),
});
export type RestoreAnswer = z.infer<typeof RestoreAnswer>;
