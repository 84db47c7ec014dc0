// When people were last seen, and what they last unlocked with: noted once an hour, so that looking costs next to no writes.
import { remember, remembered } from '../core/memory.ts';
import { all, first } from '../core/rows.ts';

const NOTED_EVERY_MS = 3_600_000;
/** The row of a person who asked for anything. */
const PRESENT = '';

const nameOf = (person: string, unlocker: string): string => `seen ${person} ${unlocker}`;

/** Whether it was noted anew. */
function note(sql: SqlStorage, person: string, unlocker: string, now: number): boolean {
  const before = remembered(
    sql,
    nameOf(person, unlocker),
    ['seen'],
    () =>
      first<{ at: number }>(sql, 'SELECT at FROM seen WHERE unlocker = ? AND person = ?', unlocker, person)?.at ?? null,
  );
  if (before !== null && now < before + NOTED_EVERY_MS) return false;
  sql.exec(
    'INSERT INTO seen VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at WHERE excluded.at > at',
    unlocker,
    person,
    now,
  );
  remember(sql, nameOf(person, unlocker), ['seen'], now);
  return true;
}

/** Notes that a person was here: one row written an hour. */
export const noteSeen = (sql: SqlStorage, person: string, now: number): boolean => note(sql, person, PRESENT, now);

/** Notes that a person has unlocked with this: one row written an hour. False: it was noted within the last one. */
export const noteUnlocked = (sql: SqlStorage, person: string, unlocker: string, now: number): boolean =>
  note(sql, person, unlocker, now);

/** When each of these people was last seen, to the hour. */
export const lastSeen = (sql: SqlStorage, people: readonly string[]): Map<string, number> =>
  new Map(
    all<{ person: string; at: number }>(
      sql,
      'SELECT person, at FROM json_each(?) CROSS JOIN seen ON unlocker = ? AND person = value',
      JSON.stringify(people),
      PRESENT,
    ).map(({ person, at }) => [person, at]),
  );

/** When somebody last unlocked with each of these, to the hour. */
export const lastUses = (sql: SqlStorage, unlockers: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    all<{ unlocker: string; at: number }>(
      sql,
      'SELECT unlocker, max(at) AS at FROM json_each(?) CROSS JOIN seen ON unlocker = value GROUP BY unlocker',
      JSON.stringify(unlockers),
    ).map(({ unlocker, at }) => [unlocker, at]),
  );

/** When somebody last unlocked with one of these, to the hour, and their address, if the object knows it yet; null: nobody has. */
export const lastUser = (sql: SqlStorage, unlockers: readonly string[]): { at: number; by: string | null } | null =>
  first<{ at: number; by: string | null }>(
    sql,
    `SELECT seen.at, people.email AS by FROM json_each(?) CROSS JOIN seen ON unlocker = value LEFT JOIN people ON people.id = person
     ORDER BY seen.at DESC LIMIT 1`,
    JSON.stringify(unlockers),
  );

/** Only these unlockers are left. */
export const forgetOtherUnlockers = (sql: SqlStorage, unlockers: readonly string[]): void => {
  sql.exec(
    'DELETE FROM seen WHERE unlocker <> ? AND unlocker NOT IN (SELECT value FROM json_each(?))',
    PRESENT,
    JSON.stringify(unlockers),
  );
};
