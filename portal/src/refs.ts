// Refs as the page compares them; schema's own `refKey` would bring zod into the first screen.
import type { SecretRef } from '../../schema/secret.ts';

const text = (ref: SecretRef): string => JSON.stringify(Object.entries(ref).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Whether two refs name the same thing, in whatever order their members come. */
export const sameRef = (a: SecretRef, b: SecretRef): boolean => text(a) === text(b);
