// People: their roles and what `GET /v1/me` says about the caller.
import * as z from 'zod';
import { Role } from './role.ts';
import { SecretKind, SecretRef } from './secret-ref.ts';
import { Base64Url, Email } from './text.ts';

export { Role };

export const Membership = z.object({
  tenant: z.string(),
  name: z.string(),
  role: Role,
  status: z.enum(['active', 'suspended']),
});
export type Membership = z.infer<typeof Membership>;

/** `ask`: the operators' addresses, for a person who is a member nowhere, or whose tenant is suspended. */
export const Me = z.object({
  email: z.string(),
  operator: z.boolean(),
  memberships: z.array(Membership),
  ask: z.array(z.string()).optional(),
});
export type Me = z.infer<typeof Me>;

/**
 * A member as an admin sees them. `removedAt`: their leaving has begun; it is finished when no old key is left.
 * `missing`: their row was taken out of the index by SQL, so they cannot come in.
 */
export const Member = z.object({
  id: z.string(),
  email: z.string(),
  role: Role,
  removedAt: z.int().nullable(),
  missing: z.boolean(),
});
export type Member = z.infer<typeof Member>;

export const PersonAdd = z.strictObject({ email: Email, role: Role });
export type PersonAdd = z.infer<typeof PersonAdd>;

export const RoleChange = z.strictObject({ role: Role });
export type RoleChange = z.infer<typeof RoleChange>;

/**
 * One leaver's act: each step is true once it is done, or where there is nothing to do. `becomes` is the lower role of
 * a person who stays, null for one who left; `role` is the one they had, which gave them keys.
 */
export const Leaver = z.object({
  person: z.string(),
  email: z.string(),
  role: Role,
  becomes: Role.nullable(),
  startedAt: z.int(),
  by: z.string(),
  /** The shared ways to unlock that they could fetch, by the role they had. */
  couldFetch: z.object({ team: z.boolean(), recovery: z.boolean() }),
  unlockersReplaced: z.boolean(),
  escrowKeyReplaced: z.boolean(),
  rootReplaced: z.boolean(),
  /** Versions still sealed to keys from before. */
  remaining: z.int(),
  /** Webhooks that they added and that still send. */
  webhooks: z.array(z.object({ id: z.string(), label: z.string(), host: z.string() })),
  /**
   * Tokens that still work and that they may know: `made` by them, or made by another or by SQL while they were here.
   */
  tokens: z.array(z.object({ id: z.string(), label: z.string(), prefix: z.string(), made: z.boolean() })),
  /** How many more such tokens there are: they are named as these end. */
  moreTokens: z.int(),
});
export type Leaver = z.infer<typeof Leaver>;

/** Which people, and which leavers: those after the places that an earlier answer named as `next` and `leaversNext`. */
export const PeopleQuery = z.strictObject({
  after: Base64Url(1000).optional(),
  leaversAfter: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(500),
});
export type PeopleQuery = z.infer<typeof PeopleQuery>;

/** People by address, leavers in the order in which their acts began; `next` and `leaversNext` go on, null at the end. */
/** A member in the list. `lastSeenAt`: when they last asked for anything, to the hour; null: never since this is kept. */
export const ListedMember = Member.extend({ lastSeenAt: z.int().nullable() });
export type ListedMember = z.infer<typeof ListedMember>;

export const PeopleList = z.object({
  people: z.array(ListedMember),
  next: z.string().nullable(),
  leavers: z.array(Leaver),
  leaversNext: z.int().nullable(),
});
export type PeopleList = z.infer<typeof PeopleList>;

export const PersonRemoved = z.object({ person: z.string(), removedAt: z.int() });
export type PersonRemoved = z.infer<typeof PersonRemoved>;

/**
 * A version that somebody has revealed; `superseded` where another has taken its place (schema/order.ts), or an admin has said since that it was
 * rotated. `newer`: who brought the replacing one, which may belong to another secret, such as a new protector's; or
 * else the newest that waits to be confirmed. `rotatedBy`: the admin who said so.
 */
export const RevealedVersion = z.object({
  secret: z.string(),
  version: z.int(),
  machine: z.string(),
  hostname: z.string().nullable(),
  kind: SecretKind,
  ref: SecretRef,
  lastAt: z.int(),
  superseded: z.boolean(),
  newer: z
    .object({ secret: z.string(), version: z.int(), by: z.string(), confirmedBy: z.string().nullable() })
    .nullable(),
  rotatedBy: z.string().nullable(),
});
export type RevealedVersion = z.infer<typeof RevealedVersion>;

/** Which page of a report of reveals. */
export const RevealedQuery = z.strictObject({
  after: z
    .string()
    .regex(/^[0-9a-f-]{36}\/\d{1,9}$/, { error: 'must be a cursor from an earlier answer' })
    .optional(),
});

/** What one person has revealed, a page at a time, including those without a newer version; `next` is the cursor. */
export const RevealedReport = z.object({
  email: z.string(),
  revealed: z.array(RevealedVersion),
  next: z.string().nullable(),
  /** Ciphertexts read in bulk, over all days: a rotation or an export opens everything. */
  bulkReads: z.int(),
});
export type RevealedReport = z.infer<typeof RevealedReport>;
