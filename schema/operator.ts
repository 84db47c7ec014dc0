// Tenants as an operator sees them: names, states and counts. None of these contains anything from a tenant's own data.
import * as z from 'zod';
import { RoomState } from './limits.ts';
import { Email, Text, Uuid } from './text.ts';

export const TenantStatus = z.enum(['active', 'suspended']);
export type TenantStatus = z.infer<typeof TenantStatus>;

export const TenantName = Text(200).regex(/^\S([\s\S]*\S)?$/u, { error: 'must not begin or end with a space' });

/**
 * A tenant's object's counts of itself. `lastReportAt`: when a report last came in, to the minute, ms since the epoch.
 * `tokens`: those that work now. `schemaVersion`: the highest migration that has run in the object.
 */
export const TenantCounts = z.object({
  lastReportAt: z.int().nullable(),
  machines: z.int(),
  secrets: z.int(),
  people: z.int(),
  tokens: z.int(),
  storageBytes: z.int(),
  /** What is refused for lack of room, if anything. */
  room: RoomState,
  keyState: z.enum(['none', 'ready', 'rotating']),
  schemaVersion: z.int(),
});
export type TenantCounts = z.infer<typeof TenantCounts>;

/** `counts` is null where the tenant's object did not answer in time; `status` is then the index's word for it. */
export const OperatedTenant = z.object({
  id: z.string(),
  name: z.string(),
  status: TenantStatus,
  createdAt: z.int(),
  counts: TenantCounts.nullable(),
});
export type OperatedTenant = z.infer<typeof OperatedTenant>;

/** By name, then id; `next` is the cursor for more, null at the end. */
export const TenantPage = z.object({ tenants: z.array(OperatedTenant), next: z.string().nullable() });
export type TenantPage = z.infer<typeof TenantPage>;

export const TENANTS_PAGE_MAX = 20;
export const TenantsQuery = z.strictObject({
  after: z
    .string()
    .max(1200)
    .regex(/^[A-Za-z0-9_-]+$/, { error: 'must be a cursor from an earlier answer' })
    .optional(),
  limit: z.coerce.number().int().min(1).max(TENANTS_PAGE_MAX).default(TENANTS_PAGE_MAX),
});
export type TenantsQuery = z.infer<typeof TenantsQuery>;

/** `id`: the client's own, so that a resend of a lost answer makes no second tenant. */
export const TenantCreate = z.strictObject({ id: Uuid.optional(), name: TenantName, firstAdmin: Email });
export type TenantCreate = z.infer<typeof TenantCreate>;

export const TenantCreated = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: z.int(),
  firstAdmin: z.object({ id: z.string(), email: z.string() }),
});
export type TenantCreated = z.infer<typeof TenantCreated>;

export const TenantSuspend = z.strictObject({ reason: Text(500) });
export type TenantSuspend = z.infer<typeof TenantSuspend>;

/** `since`: when the status became what it is, ms since the epoch; a repeated act answers with the first one's. */
export const TenantSuspension = z.object({ id: z.string(), status: TenantStatus, since: z.int() });
export type TenantSuspension = z.infer<typeof TenantSuspension>;
