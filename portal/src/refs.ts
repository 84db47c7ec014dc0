// Refs as the page compares and orders them; schema's own `refKey` would bring zod into the first screen.
import type { Secret, SecretRef } from '../../schema/secret.ts';

const text = (ref: SecretRef): string => JSON.stringify(Object.entries(ref).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Whether two refs name the same thing, in whatever order their members come. */
export const sameRef = (a: SecretRef, b: SecretRef): boolean => text(a) === text(b);

const volumeOf = ({ ref }: Secret): string | null => ('protectorId' in ref ? ref.volume : null);
/** When the latest of its versions was sealed, as far as anybody can say. */
const sealedAt = ({ offered, versions }: Secret): number =>
  Math.max(0, ...(offered.length > 0 ? offered : versions).map((version) => version.sealedAt ?? 0));

/** Recovery keys first, by volume and the latest sealed of each before the others; the others in the order in which they came. */
export const newestKeysFirst = (secrets: readonly Secret[]): Secret[] =>
  secrets.toSorted((a, b) => {
    const [one, other] = [volumeOf(a), volumeOf(b)];
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    return (
      one.localeCompare(other) || Number(a.goneAt !== null) - Number(b.goneAt !== null) || sealedAt(b) - sealedAt(a)
    );
  });
