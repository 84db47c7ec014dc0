// Which of a bundle's versions a PC had when the bundle was made: by the portal's own rule (schema/order.ts), over all ids of the PC. Pure.
import { readSealed } from '../../schema/jwe.ts';
import { instantOf, type Ordered, offeredOf } from '../../schema/order.ts';
import { type Revealed, refKey } from '../../schema/secret.ts';
import { volumeKey } from '../../schema/volume.ts';

/** `current`: the one; `offered`: one of several, of which nobody can say which; `earlier`: another has taken its place. */
export type Standing = 'current' | 'offered' | 'earlier';

/** When it was sealed, as far as anybody can say, ms since the epoch. A bundle of before instants were kept has none: then its header says. */
export function sealedAtOf({ version, sealed }: Revealed): number | null {
  if (version.sealedAt !== undefined) return version.sealedAt;
  const read = version.bound ? readSealed(sealed) : null;
  if (!read?.ok) return null;
  return instantOf({ saidAt: read.header.iat * 1000, skewMs: null, receivedAt: version.escrowedAt, notBefore: 0 });
}

type Stood = Ordered & { of: Revealed };

const stoodOf = (of: Revealed): Stood => ({
  of,
  run: of.version.run ?? null,
  order: of.version.order ?? null,
  sealedAt: sealedAtOf(of),
  counts: of.version.counts ?? ((of.version.by ?? null) === null && (of.version.uploadedBy ?? null) === null),
});

const placeOf = ({ kind, ref }: Revealed): string =>
  'protectorId' in ref ? JSON.stringify([kind, ref.protectorId]) : JSON.stringify([kind, refKey(ref)]);

function groupsOf<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups.values()];
}

const isGone = ({ goneAt }: Revealed): boolean => (goneAt ?? null) !== null;

/** How each version stands. `keptAs`: of a machine's id, the id that the PC is known by. */
export function standings(secrets: readonly Revealed[], keptAs: (machine: string) => string): Map<Revealed, Standing> {
  const found = new Map<Revealed, Standing>();
  for (const pc of groupsOf(secrets, ({ machine }) => keptAs(machine))) {
    const there = new Set(
      pc.flatMap((one) => ('volume' in one.ref && !isGone(one) ? [volumeKey(one.ref.volume)] : [])),
    );
    for (const place of groupsOf(pc, placeOf)) {
      const replaced = place.every((one) => isGone(one) && 'volume' in one.ref && there.has(volumeKey(one.ref.volume)));
      const offered = new Set(replaced ? [] : offeredOf(place.map(stoodOf)).map(({ of }) => of));
      for (const one of place) found.set(one, !offered.has(one) ? 'earlier' : offered.size > 1 ? 'offered' : 'current');
    }
  }
  return found;
}
