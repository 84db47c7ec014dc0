// People: their roles and what `GET /v1/me` says of the one who asks.
import { z } from 'zod';

/** admin: everything in the tenant. engineer: the fleet, and reveals. auditor: the fleet and the audit, reveals nothing. */
export const Role = z.enum(['admin', 'engineer', 'auditor']);
export type Role = z.infer<typeof Role>;

export const Membership = z.object({
  tenant: z.string(),
  name: z.string(),
  role: Role,
  status: z.enum(['active', 'suspended']),
});
export type Membership = z.infer<typeof Membership>;

export const Me = z.object({ email: z.string(), operator: z.boolean(), memberships: z.array(Membership) });
export type Me = z.infer<typeof Me>;
