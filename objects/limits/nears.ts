// Counts that have come to 80 % of their limit today, for admins to see before it bites. Each is written down when it
// comes near and when it goes beyond, so an object goes on telling after an eviction; the value in between is in
// memory, and if the count's own row says more, that counts.
import type { LimitName, LimitNear } from '../../schema/limits.ts';
import { wasFull } from '../core/full.ts';
import { all } from '../core/rows.ts';
import { dayOf } from './limits.ts';
import type { MachineDay } from './machine-day.ts';
import { usesOf } from './token-uses.ts';

/** No more are told in a day: a person who sees twenty has somewhere to begin. */
const NEAR_MAX = 20;
type Noted = { day: number; counts: Map<string, LimitNear> };
const noted = new WeakMap<SqlStorage, Noted>();

const keyOf = ({ limit, id }: LimitNear): string => `${limit} ${id}`;

/** The notes of this day, made by this object or by the instance before its eviction. */
function notedOn(sql: SqlStorage, day: number): Map<string, LimitNear> {
  const known = noted.get(sql);
  if (known?.day === day) return known.counts;
  const rows = all<{ name: LimitName; id: string; used: number; value: number }>(
    sql,
    'SELECT name, id, used, value FROM nears WHERE day = ? LIMIT ?',
    day,
    NEAR_MAX,
  );
  const counts = new Map(
    rows.map(({ name, ...row }) => ({ ...row, limit: name })).map((near) => [keyOf(near), near] as const),
  );
  noted.set(sql, { day, counts });
  return counts;
}

/**
 * Takes note that a count comes near its limit: a row is written twice a day for each count, however often it is
 * reported.
 */
export function noteNear(sql: SqlStorage, now: number, near: LimitNear): void {
  const day = dayOf(now);
  const counts = notedOn(sql, day);
  const before = counts.get(keyOf(near));
  if (!before && counts.size >= NEAR_MAX) return;
  counts.set(keyOf(near), near);
  const isBeyond = ({ used, value }: LimitNear): boolean => used > value;
  if ((before && isBeyond(before) === isBeyond(near)) || wasFull(sql, now)) return;
  if (counts.size === 1) sql.exec('DELETE FROM nears WHERE day < ?', day);
  sql.exec(
    `INSERT INTO nears VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (day, name, id) DO UPDATE SET used = excluded.used, value = excluded.value`,
    day,
    near.limit,
    near.id,
    near.used,
    near.value,
  );
}

/** What a machine has sent on the day of `now`; null: there is none of this id. The fleet's rows say so. */
export type Sent = (machine: string) => Pick<MachineDay, 'day_bytes' | 'day_runs'> | null;

/** The value in the row that the count is kept on; 0 where there is no such row for the id. */
function countedIn(sql: SqlStorage, { limit, id }: LimitNear, sent: Sent, now: number): number {
  switch (limit) {
    case 'tokenBytes':
      return usesOf(sql).today(id, now).bytes;
    case 'tokenMachinesTold':
    case 'tokenMachines':
      return usesOf(sql).today(id, now).machines;
    case 'machineBytes':
      return sent(id)?.day_bytes ?? 0;
    case 'machineRuns':
      return sent(id)?.day_runs ?? 0;
    default:
      return 0;
  }
}

/** At most twenty. It only reads. */
export const nearsOf = (sql: SqlStorage, sent: Sent, now: number): LimitNear[] =>
  [...notedOn(sql, dayOf(now)).values()].map((near) => ({
    ...near,
    used: Math.max(near.used, countedIn(sql, near, sent, now)),
  }));
