// By itself, because every request of a person reads a role, and most need nothing else of people.
import * as z from 'zod';
import { ROLES } from './facts/roles.ts';

/** What each may do: facts/roles.ts. */
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;
