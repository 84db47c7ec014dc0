// A notice: what a webhook is told. Ids and a few words of ours, never a secret, a token, a reason or an email address.
import * as z from 'zod';
import { LimitName } from './limits.ts';

/** The closed list; docs/notices.md explains each. */
export const NoticeKind = z.enum([
  'run_failed',
  'machine_stalled',
  'encrypted_not_escrowed',
  'secret_revealed',
  'reveal_budget_exceeded',
  'token_expiring',
  'key_rotated',
  'key_retired',
  'key_destroyed',
  'root_replaced',
  'keyring_changed',
  'recovery_used',
  'person_removed',
  'limit_near',
  'storage_low',
  'webhook_paused',
]);
export type NoticeKind = z.infer<typeof NoticeKind>;

/** `test` is sent when an admin asks for it, whatever kinds a webhook is for. */
export const SentKind = z.enum([...NoticeKind.options, 'test']);
export type SentKind = z.infer<typeof SentKind>;

/**
 * What a notice is about. Every member is an id, a count, an instant (ms since the epoch) or one of our own words;
 * `hostname` is the PC's own word.
 */
export const NoticeAbout = z.strictObject({
  machine: z.string().optional(),
  hostname: z.string().nullable().optional(),
  run: z.string().optional(),
  phase: z.string().nullable().optional(),
  /** When the server last heard of the run. */
  heardAt: z.int().optional(),
  secret: z.string().optional(),
  secretKind: z.string().optional(),
  version: z.int().optional(),
  kid: z.string().optional(),
  fingerprint: z.string().optional(),
  manifestVersion: z.int().optional(),
  token: z.string().optional(),
  expiresAt: z.int().optional(),
  person: z.string().optional(),
  webhook: z.string().optional(),
  /** Which limit, how much of it is used, and how much is allowed. */
  limit: LimitName.optional(),
  used: z.int().optional(),
  value: z.int().optional(),
  /** How many more of the kind came in meanwhile that are not sent one by one. */
  further: z.int().optional(),
  /** The id of the one who did it. */
  by: z.string().optional(),
  /** The entry of the audit chain that says more. */
  auditSeq: z.int().optional(),
});
export type NoticeAbout = z.infer<typeof NoticeAbout>;

/**
 * The body of one delivery. `id` is the same in every try and for every webhook: a receiver that has seen it has
 * nothing more to do.
 */
export const Notice = z.strictObject({
  id: z.string(),
  kind: SentKind,
  tenant: z.string(),
  /** When the event that it reports happened. */
  at: z.int(),
  about: NoticeAbout,
});
export type Notice = z.infer<typeof Notice>;
