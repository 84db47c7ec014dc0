// Refs as the page compares and orders them.
import type { Secret, SecretRef } from '../../schema/secret.ts';
import { sameRefKey, volumeKey } from '../../schema/windows-names.ts';

const text = (ref: SecretRef): string => JSON.stringify(Object.entries(ref).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Whether two refs are written alike, in whatever order their members come. Which spellings name one thing, `isSameRef` says. */
export const sameRef = (a: SecretRef, b: SecretRef): boolean => text(a) === text(b);

const volumeOf = ({ ref }: Secret): string | null => ('protectorId' in ref ? volumeKey(ref.volume) : null);
const newestOf = ({ versions }: Secret): number => versions[0]?.escrowedAt ?? 0;
/** What only one of is in force on a PC: the key of a volume, the password of an account. */
const placeOf = (secret: Secret): string => `${secret.kind} ${volumeOf(secret) ?? sameRefKey(secret.ref)}`;

/** Whether another one of the same place came later: a PC set up anew has a new protector, and an account may be written otherwise. The old one is kept. */
export const isReplaced = (secret: Secret, all: readonly Secret[]): boolean =>
  all.some((other) => placeOf(other) === placeOf(secret) && newestOf(other) > newestOf(secret));

/** Recovery keys first, by volume and the newest of each before its older ones; the others in the order in which they came. */
export const newestKeysFirst = (secrets: readonly Secret[]): Secret[] =>
  secrets.toSorted((a, b) => {
    const [one, other] = [volumeOf(a), volumeOf(b)];
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    return one.localeCompare(other) || newestOf(b) - newestOf(a);
  });
