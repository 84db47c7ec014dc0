// Which of a bundle's versions a PC had when the bundle was made: by the portal's own rule (schema/order.ts), over all ids of the PC. Pure.
import { readSealed } from '../../schema/jwe.ts';
import { instantOf, type Ordered, offeredOf } from '../../schema/order.ts';
import type { SecretKind, SecretRef } from '../../schema/secret.ts';
import { sameRefKey, volumeKey } from '../../schema/windows-names.ts';

/** `current`: the one; `offered`: one of several, and nobody can say which; `earlier`: another has taken its place. */
export type Standing = 'current' | 'offered' | 'earlier';

/** The facts that place a version; those that an older bundle did not keep are absent. */
type Kept = {
  machine: string;
  kind: SecretKind;
  ref: SecretRef;
  sealed: string;
  goneAt?: number | null | undefined;
  pc?: string | null | undefined;
  version: {
    run: string | null;
    by: string | null;
    uploadedBy: string | null;
    escrowedAt: number;
    bound: boolean;
    order?: number | null | undefined;
    sealedAt?: number | null | undefined;
    counts?: boolean | undefined;
    setAside?: boolean | undefined;
  };
};

/**
 * When it was sealed, as far as anybody can say, ms since the epoch. A bundle from before instants were kept has none:
 * then its header says when.
 */
export function sealedAtOf({ version, sealed }: Pick<Kept, 'version' | 'sealed'>): number | null {
  if (version.sealedAt !== undefined) return version.sealedAt;
  const read = version.bound ? readSealed(sealed) : null;
  if (!read?.ok) return null;
  return instantOf({ saidAt: read.header.iat * 1000, skewMs: null, receivedAt: version.escrowedAt, notBefore: 0 });
}

type Stood<T> = Ordered & { of: T };

const stoodOf = <T extends Kept>(of: T): Stood<T> => ({
  of,
  pc: of.pc ?? undefined,
  run: of.version.run,
  order: of.version.order ?? null,
  sealedAt: sealedAtOf(of),
  counts: of.version.counts ?? (of.version.by === null && of.version.uploadedBy === null),
});

const placeOf = ({ kind, ref }: Kept): string =>
  'protectorId' in ref ? JSON.stringify([kind, ref.protectorId]) : JSON.stringify([kind, sameRefKey(ref)]);

function groupsOf<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups.values()];
}

const isGone = ({ goneAt }: Kept): boolean => (goneAt ?? null) !== null;

/**
 * How each version stands. `keptAs`: from a machine's id to the id that the PC is known by. Versions that were set
 * aside replace nothing.
 */
export function standings<T extends Kept>(
  secrets: readonly T[],
  keptAs: (machine: string) => string,
): Map<T, Standing> {
  const found = new Map<T, Standing>();
  for (const pc of groupsOf(secrets, ({ machine }) => keptAs(machine))) {
    const counted = pc.filter(({ version }) => !version.setAside);
    const there = new Set(
      counted.flatMap((one) => ('volume' in one.ref && !isGone(one) ? [volumeKey(one.ref.volume)] : [])),
    );
    for (const place of groupsOf(counted, placeOf)) {
      const replaced = place.every((one) => isGone(one) && 'volume' in one.ref && there.has(volumeKey(one.ref.volume)));
      const offered = new Set(replaced ? [] : offeredOf(place.map(stoodOf)).map(({ of }) => of));
      for (const one of place) found.set(one, !offered.has(one) ? 'earlier' : offered.size > 1 ? 'offered' : 'current');
    }
    for (const one of pc) if (one.version.setAside) found.set(one, 'earlier');
  }
  return found;
}
