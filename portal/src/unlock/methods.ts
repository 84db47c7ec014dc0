// The ways to unlock as a person chooses among them: a passkey asks for nothing to be typed, so it comes first; all
// passphrases are one way, since what is typed is tried against each; then the recovery sheets.
import type { ManifestUnlocker } from '../../../schema/signed.ts';

export type Method = { key: string; kind: ManifestUnlocker['kind']; unlockers: readonly ManifestUnlocker[] };

/** `last`: the unlocker that this browser was unlocked with last, to be tried before its like. */
export function methodsOf(unlockers: readonly ManifestUnlocker[], last: string | null): Method[] {
  const of = (kind: Method['kind']) => unlockers.filter((one) => one.kind === kind);
  const single = (one: ManifestUnlocker): Method => ({ key: one.id, kind: one.kind, unlockers: [one] });
  const typed = of('passphrase').toSorted((a, b) => Number(b.id === last) - Number(a.id === last));
  return [
    ...of('passkey').map(single),
    ...(typed.length > 0 ? [{ key: 'passphrase', kind: 'passphrase' as const, unlockers: typed }] : []),
    ...of('recovery').map(single),
  ];
}

/** The one to begin with: what was used last, else the first. */
export const firstMethod = (methods: readonly Method[], last: string | null): Method | undefined =>
  methods.find(({ unlockers }) => unlockers.some(({ id }) => id === last)) ?? methods[0];
