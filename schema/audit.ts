// The audit entry: one link of a tenant's chain. The vocabulary of actions is closed; docs/audit.md explains each.
import * as z from 'zod';
import { AUDIT_GROUPS } from './facts/audit-groups.ts';
import { SecretKind, SecretRef } from './secret-ref.ts';
import { Instant, Sha256, Text } from './text.ts';

export const AuditAction = z.enum([
  'tenant.initialized',
  'tenant.created',
  'tenant.suspended',
  'tenant.resumed',
  'machine.enrolled',
  'machine.archived',
  'machine.restored',
  'machine.merged',
  'machine.unmerged',
  'machine.acknowledged',
  'machine.split',
  'spool.uploaded',
  'events.pruned',
  'secret.escrowed',
  'secret.revealed',
  'secret.confirmed',
  'secret.receipted',
  'secret.said_rotated',
  'reveal.budget_exceeded',
  'keyring.created',
  'keyring.updated',
  'keyring.opened',
  'keyring.undone',
  'keyring.line_taken',
  'root.replaced',
  'grant.requested',
  'grant.declined',
  'unlocker.added',
  'unlocker.removed',
  'unlocker.kept',
  'unlocker.changed',
  'recovery.drilled',
  'recovery.used',
  'key.rotated',
  'key.retired',
  'key.destroyed',
  'secrets.read_in_bulk',
  'secrets.resealed',
  'secret.marked_unopenable',
  'secret.marked_openable',
  'secret.restored',
  'secrets.verified',
  'secrets.put_back',
  'person.added',
  'person.role_changed',
  'person.removed',
  'settings.changed',
  'limits.changed',
  'token.issued',
  'token.rotated',
  'token.revoked',
  'token.set_aside',
  'token.brought_back',
  'audit.exported',
  'audit.rollback_noticed',
  'webhook.added',
  'webhook.changed',
  'webhook.removed',
  'webhook.paused',
  'webhook.resumed',
  'webhook.tested',
  'backup.requested',
  'backup.made',
  'tenant.imported',
  'tenant.restore_aborted',
  'access.refused',
]);
export type AuditAction = z.infer<typeof AuditAction>;

/** Actions that the object puts on record by itself: no route promises these. */
export const SYSTEM_ACTIONS = [
  'tenant.initialized',
  'audit.rollback_noticed',
  'access.refused',
  'reveal.budget_exceeded',
  'recovery.used',
  'backup.made',
  'secrets.put_back',
  'events.pruned',
] as const;

export const AuditGroup = z.enum(Object.keys(AUDIT_GROUPS) as (keyof typeof AUDIT_GROUPS)[]);
export type AuditGroup = z.infer<typeof AuditGroup>;

export const PrincipalKind = z.enum(['machine', 'person', 'operator', 'system']);
export type PrincipalKind = z.infer<typeof PrincipalKind>;

const Outcome = z.enum(['done', 'refused']);

/**
 * `hash` is SHA-256 over the RFC 8785 canonical JSON of every other member. `previousHash` of seq 1 is SHA-256 of the
 * tenant's id. `detail` never holds a secret or a token.
 */
export const AuditEntry = z.object({
  v: z.literal(1),
  tenant: z.string(),
  seq: z.int(),
  at: z.int(),
  principal: z.object({ kind: PrincipalKind, id: z.string(), name: z.string() }),
  action: AuditAction,
  subject: z.string(),
  outcome: Outcome,
  detail: z.record(z.string(), z.union([z.string(), z.int(), z.boolean(), z.null()])),
  ip: z.string().nullable(),
  userAgent: z.string().nullable(),
  previousHash: z.string(),
  hash: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** The last entry of a chain, as far as somebody knows it. */
export const ChainHead = z.object({ seq: z.int().min(1), hash: Sha256 });
export type ChainHead = z.infer<typeof ChainHead>;

const Id = z.string().regex(/^[a-z0-9-]{1,64}$/, { error: 'must be an id' });

/**
 * `person` is the id of any principal except a machine. `machine`: the one that an entry is about. `client`: that of
 * this machine now. `from` and `to` are included. `text` is looked for in what a person reads of an entry, the machine's
 * present names among it.
 */
const filters = <I extends z.ZodType<number>>(instant: I) => ({
  person: Id.optional(),
  machine: Id.optional(),
  client: Text(128).optional(),
  action: AuditAction.optional(),
  group: AuditGroup.optional(),
  outcome: Outcome.optional(),
  from: instant.optional(),
  to: instant.optional(),
  text: Text(100).optional(),
});

/** `after` is the `next` of an earlier answer in the same order. */
export const AuditQuery = z.strictObject({
  ...filters(z.coerce.number().pipe(Instant)),
  order: z.enum(['oldest', 'newest']).default('oldest'),
  after: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
export type AuditQuery = z.infer<typeof AuditQuery>;
export type AuditFilter = Omit<AuditQuery, 'order' | 'after' | 'limit'>;

/** The PC that an entry is about, as it is now: what an id was merged into, where it was. */
export const AuditPc = z.object({
  id: z.string(),
  hostname: z.string(),
  client: z.string().nullable(),
  serial: z.string().nullable(),
});
export type AuditPc = z.infer<typeof AuditPc>;

/** The secret that an entry is about, as it is now. `version`: its latest. */
export const AuditSecret = z.object({
  kind: SecretKind,
  ref: SecretRef,
  version: z.int(),
  rotateDueAt: z.int().nullable(),
});
export type AuditSecret = z.infer<typeof AuditSecret>;

/**
 * `next` is the seq to ask after for more, null at the end. A page may hold fewer entries than asked for, even none, and
 * yet go on. `pcs` and `secrets`, by the id that an entry names, say what they are called now: they are no part of the
 * chain.
 */
export const AuditPage = z.object({
  entries: z.array(AuditEntry),
  next: z.int().nullable(),
  pcs: z.record(z.string(), AuditPc),
  secrets: z.record(z.string(), AuditSecret),
});
export type AuditPage = z.infer<typeof AuditPage>;

export const AuditCountsQuery = z.strictObject(filters(z.coerce.number().pipe(Instant)));
/**
 * What a filter finds, in figures. `people`: those with the most entries; `others`: how many more there are, machine
 * tokens left out. `toRotate`: revealed versions that are still to be rotated. `since`: only the entries from this
 * instant on were looked at; null where that is all of them.
 */
export const AuditCounts = z.object({
  entries: z.int(),
  people: z.array(z.object({ id: z.string(), name: z.string(), entries: z.int() })),
  others: z.int(),
  pcs: z.int(),
  clients: z.int(),
  toRotate: z.int(),
  since: z.int().nullable(),
});
export type AuditCounts = z.infer<typeof AuditCounts>;

export const AuditExportRequest = z.strictObject({ format: z.enum(['ndjson', 'csv']), ...filters(Instant) });
export type AuditExportRequest = z.infer<typeof AuditExportRequest>;

/** The chain's head as the object has it and as the index was last told; null where the index was never told. */
export const AuditHeads = z.object({ chain: ChainHead, index: ChainHead.nullable() });
export type AuditHeads = z.infer<typeof AuditHeads>;
