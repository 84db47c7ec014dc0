// Which of two roles may do less. Apart from person.ts, so that the portal has it without zod.
import type { Role } from '../person.ts';

export const ROLE_RANK: Record<Role, number> = { auditor: 0, engineer: 1, admin: 2 };
