// The audit entry: one link of a tenant's chain. The vocabulary of actions is closed; docs/audit.md explains each.
import { z } from 'zod';

export const AuditAction = z.enum([
  'tenant.initialized',
  'tenant.created',
  'tenant.suspended',
  'tenant.resumed',
  'machine.enrolled',
  'secret.escrowed',
  'secret.revealed',
  'keyring.created',
  'keyring.updated',
  'root.replaced',
  'grant.requested',
  'grant.declined',
  'unlocker.added',
  'unlocker.removed',
  'unlocker.changed',
  'recovery.drilled',
  'key.rotated',
  'key.retired',
  'key.destroyed',
  'secrets.read_in_bulk',
  'secrets.resealed',
  'secret.marked_unopenable',
  'secret.marked_openable',
  'secret.restored',
  'secrets.verified',
  'person.removed',
  'settings.changed',
  'token.revoked',
  'access.refused',
]);
export type AuditAction = z.infer<typeof AuditAction>;

export const PrincipalKind = z.enum(['machine', 'person', 'operator', 'system']);
export type PrincipalKind = z.infer<typeof PrincipalKind>;

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
  outcome: z.enum(['done', 'refused']),
  detail: z.record(z.string(), z.union([z.string(), z.int(), z.boolean(), z.null()])),
  ip: z.string().nullable(),
  userAgent: z.string().nullable(),
  previousHash: z.string(),
  hash: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** `next` is the seq to ask after for more, null at the head. */
export const AuditPage = z.object({ entries: z.array(AuditEntry), next: z.int().nullable() });
export type AuditPage = z.infer<typeof AuditPage>;
