// A BitLocker recovery password: eight groups of six digits, each a 16-bit number times 11. So each group checks itself.

import { tidied } from '../../schema/typed-text.ts';

/** `failing`: which groups do not check, counted from 1. */
export type RecoveryPassword = { groups: string[]; checksum: 'valid' | 'invalid'; failing: number[] };

const GROUPS = 8;
const GROUP_MAX = 65_535 * 11;

/** Reads one with any dashes or spaces. Null: not 48 digits. `invalid`: a group is not divisible by 11 or out of range. */
export function readRecoveryPassword(text: string): RecoveryPassword | null {
  const digits = tidied(text).replaceAll(/[\s-]/g, '');
  if (!/^\d{48}$/.test(digits)) return null;
  const groups = Array.from({ length: GROUPS }, (_, index) => digits.slice(index * 6, index * 6 + 6));
  const holds = (group: string): boolean => Number(group) % 11 === 0 && Number(group) <= GROUP_MAX;
  const failing = groups.flatMap((group, index) => (holds(group) ? [] : [index + 1]));
  return { groups, checksum: failing.length === 0 ? 'valid' : 'invalid', failing };
}
