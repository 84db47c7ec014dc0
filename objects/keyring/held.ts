// How many versions are sealed to each escrow key, kept by writes: a rotation, a sweep and the keys' history never count all versions.
import { all } from '../core/rows.ts';

/** `unopenable`: those marked as opened by no held key. */
export type Held = { openable: number; unopenable: number };

/** Counts versions in or out. In the transaction that changes them. */
export function addHeld(sql: SqlStorage, kid: string, by: Held): void {
  sql.exec(
    `INSERT INTO held VALUES (?, ?, ?) ON CONFLICT (kid) DO UPDATE SET
       openable = openable + excluded.openable, unopenable = unopenable + excluded.unopenable`,
    kid,
    by.openable,
    by.unopenable,
  );
}

/** Counts a version that is marked, or no longer, as opened by no key. */
export const countMarked = (sql: SqlStorage, kid: string, marked: boolean): void =>
  addHeld(sql, kid, marked ? { openable: -1, unopenable: 1 } : { openable: 1, unopenable: -1 });

/** By kid. There are as many rows as there ever were escrow keys. */
export const heldByKid = (sql: SqlStorage): Map<string, Held> =>
  new Map(all<Held & { kid: string }>(sql, 'SELECT * FROM held').map(({ kid, ...held }) => [kid, held]));
