// Which unlocker this browser was unlocked with last, so that the next time it is offered first. An id, and no secret.
import { memory } from '../core/memory.ts';
import { notedPerson } from '../core/noted-person.ts';

/** The next person at this browser has others. */
const nameOf = (tenant: string): string => `totl.unlocked-with.${tenant}.${notedPerson()}`;

export const lastUsed = (tenant: string): string | null => memory.read(nameOf(tenant));
export const keepLastUsed = (tenant: string, unlocker: string): void => memory.write(nameOf(tenant), unlocker);
