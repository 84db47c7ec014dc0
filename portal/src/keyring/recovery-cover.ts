// What of a keyring leads back in where a way to unlock is lost: by the manifest alone. Pure.
import { DRILL_EVERY_MS } from '../../../schema/facts/days.ts';
import type { ManifestUnlocker } from '../../../schema/signed.ts';

export type Sheets = { label: string; madeAt: number; testedAt: number | null };
export type Covered = 'covered' | 'open';

/** The recovery set that counts; null where there is none. `drills`: when each unlocker was last tested, ms since the epoch, by its id. */
export function sheetsOf(
  unlockers: readonly ManifestUnlocker[],
  drills: Readonly<Record<string, number>>,
): Sheets | null {
  const set = unlockers.find(({ kind }) => kind === 'recovery');
  return set ? { label: set.label, madeAt: set.createdAt, testedAt: drills[set.id] ?? null } : null;
}

/**
 * `forgotten`: an admin forgets the one thing that they unlock with. `allLost`: whatever anybody knows or carries is gone. Sheets that nobody
 * has looked for in a year cover nothing.
 */
export function coveredBy(
  unlockers: readonly ManifestUnlocker[],
  sheets: Sheets | null,
  now: number,
): { forgotten: Covered; allLost: Covered } {
  const admins = unlockers.filter(({ kind, rights }) => kind !== 'recovery' && rights.includes('admin'));
  const isTested = sheets !== null && now - (sheets.testedAt ?? sheets.madeAt) <= DRILL_EVERY_MS;
  return {
    forgotten: admins.length > 1 || sheets !== null ? 'covered' : 'open',
    allLost: isTested ? 'covered' : 'open',
  };
}
