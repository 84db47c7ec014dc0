// Roles and what each may do, for both sides: the portal has them without zod. person.ts and signed.ts make their schemas of these lists.

/** admin: everything in the tenant. engineer: the fleet, and reveals. auditor: the fleet and the audit, reveals nothing. */
export const ROLES = ['admin', 'engineer', 'auditor'] as const;
type Role = (typeof ROLES)[number];

/** Which of two roles may do less. */
export const ROLE_RANK: Record<Role, number> = { auditor: 0, engineer: 1, admin: 2 };

export const VAULT_PURPOSES = ['reveal', 'admin'] as const;
type VaultPurpose = (typeof VAULT_PURPOSES)[number];

/** What a person's own way to unlock opens, by their role, in the order in which a manifest names it. */
export const RIGHTS_OF: Readonly<Record<Role, readonly VaultPurpose[]>> = {
  admin: ['reveal', 'admin'],
  engineer: ['reveal'],
  auditor: [],
};
