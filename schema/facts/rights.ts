// What a way to unlock of a person's own opens, by their role, in the order in which a manifest names it. Apart from person.ts, so that
// the portal has it without zod.
import type { Role } from '../person.ts';
import type { VaultPurpose } from '../signed.ts';

export const RIGHTS_OF: Readonly<Record<Role, readonly VaultPurpose[]>> = {
  admin: ['reveal', 'admin'],
  engineer: ['reveal'],
  auditor: [],
};
