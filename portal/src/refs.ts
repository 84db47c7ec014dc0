// Refs as the page compares and orders them; schema's own `refKey` would bring zod into the first screen.
import type { Secret, SecretRef } from '../../schema/secret.ts';

const text = (ref: SecretRef): string => JSON.stringify(Object.entries(ref).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Whether two refs name the same thing, in whatever order their members come. */
export const sameRef = (a: SecretRef, b: SecretRef): boolean => text(a) === text(b);

const volumeOf = ({ ref }: Secret): string | null => ('protectorId' in ref ? ref.volume : null);
const newestOf = ({ versions }: Secret): number => versions[0]?.escrowedAt ?? 0;

/** Whether a recovery key of the same volume came later: a PC set up anew has a new protector, and the old one is kept. */
export const isReplaced = (secret: Secret, all: readonly Secret[]): boolean =>
  volumeOf(secret) !== null &&
  all.some((other) => volumeOf(other) === volumeOf(secret) && newestOf(other) > newestOf(secret));

/** Recovery keys first, by volume and the newest of each before its older ones; the others in the order in which they came. */
export const newestKeysFirst = (secrets: readonly Secret[]): Secret[] =>
  secrets.toSorted((a, b) => {
    const [one, other] = [volumeOf(a), volumeOf(b)];
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    return one.localeCompare(other) || newestOf(b) - newestOf(a);
  });
