// Refs as the page compares and orders them.
import type { Secret, SecretRef } from '../../../schema/secret.ts';
import { isSameRef, volumeKey } from '../../../schema/windows-names.ts';

const text = (ref: SecretRef): string => JSON.stringify(Object.entries(ref).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Whether two refs are written alike, in whatever order their members come. Which spellings name one thing, `isSameRef` says. */
export const sameRef = (a: SecretRef, b: SecretRef): boolean => text(a) === text(b);

/** Whether two refs of one kind name the same secret of a PC: a protector by its id, whatever its volume is called, and else by name. */
export const samePlace = (a: SecretRef, b: SecretRef): boolean =>
  'protectorId' in a && 'protectorId' in b ? a.protectorId === b.protectorId : isSameRef(a, b);

const volumeOf = ({ ref }: Secret): string | null => ('protectorId' in ref ? volumeKey(ref.volume) : null);
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
