// A version of a secret in words: when it was sealed, by which run, as which PC, and by which way it came. Also which
// of a PC's versions stand beside each other. Pure.
import type { ListedVersion, Secret, SecretVersion } from '../../../schema/secret.ts';
import { isolated } from '../../../schema/shown-text.ts';
import { exactTime, shortId } from '../ui/words.ts';
import { samePlace } from './refs.ts';

/** A version that the PC may have, with its secret: one secret may be held under two ids of a PC. */
export type Offered = { secret: Secret; version: ListedVersion };

/**
 * All versions of this secret that the PC may have, under all of its ids, the latest sealed first. A single one is
 * known to be the one.
 */
export const offeredWith = ({ kind, ref }: Secret, all: readonly Secret[]): Offered[] =>
  all
    .filter((other) => other.kind === kind && samePlace(other.ref, ref))
    .flatMap((secret) => secret.offered.map((version) => ({ secret, version })))
    .toSorted((a, b) => (b.version.sealedAt ?? 0) - (a.version.sealedAt ?? 0));

/** How it came: a version that a person brought could be anything. */
export function wayWords({ by, uploadedBy }: Pick<SecretVersion, 'by' | 'uploadedBy'>): string {
  if (by) return `added by ${isolated(by)}`;
  return !uploadedBy ? 'sent by its engine' : `in a file uploaded by ${isolated(uploadedBy)}`;
}

export const sealedWords = ({ sealedAt, escrowedAt }: Pick<SecretVersion, 'sealedAt' | 'escrowedAt'>): string =>
  sealedAt === null
    ? `nobody can say when it was sealed; received ${exactTime(escrowedAt)}`
    : `sealed ${exactTime(sealedAt)}`;

/**
 * The facts that tell one version from another, for a person who has to choose. A bundle has no serial number of a run.
 */
type Told = Pick<SecretVersion, 'sealedAt' | 'escrowedAt' | 'run' | 'hostname' | 'by' | 'uploadedBy'> &
  Partial<Pick<ListedVersion, 'serial'>>;
export const versionFacts = (version: Told): string[] => [
  sealedWords(version),
  version.run ? `run ${shortId(version.run)}` : 'no run',
  version.hostname === null ? 'host name unknown' : `as ${isolated(version.hostname)}`,
  ...(version.serial == null ? [] : [`serial ${isolated(version.serial)}`]),
  wayWords(version),
];

/** What a version is among the others of its secret: whether the PC has it, as far as anybody can say. */
export function standingOf(
  { inForceAt, goneAt, count }: Pick<Secret, 'inForceAt' | 'goneAt' | 'count'>,
  { several, earlier }: { several: boolean; earlier: boolean },
): string {
  if (goneAt !== null) return ', gone from the PC';
  if (earlier) return ', an earlier one';
  if (several) return ', one that the PC may have';
  if (inForceAt !== null) return ', in force';
  return count === 1 ? ', the only one' : ', the latest';
}
