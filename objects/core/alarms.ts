// An object has one alarm and several things to do later: a table of what is due, the alarm at its minimum.
import { forget, recalled, remember, remembered, writeRow } from './memory.ts';
import { all } from './rows.ts';

/** All the duties there are; test/conformance/bounds.test.ts holds each to what one alarm may read. */
export const DUTIES = [
  'refusals',
  'index',
  'head',
  'standing',
  'to_rotate',
  'kept_keys',
  'notices',
  'stalled',
  'tokens_expiring',
  'backup',
  'search',
  'names',
  'put_out',
  'replaced',
  'dating',
  'clocks',
  'packing',
  'retention',
  'aside',
  'gone_keys',
  'leavers',
] as const;
export type Due = (typeof DUTIES)[number];

/** Sees to it that `what` is handled at or soon after `at`; an earlier date stands. Call it in a transaction. */
export function schedule(storage: DurableObjectStorage, what: Due, at: number): void {
  const { sql } = storage;
  const known = dueAt(sql, what);
  if (known === null || known > at)
    keepDue(sql, [...allDue(sql).filter((one) => one.what !== what), { what, at }], () =>
      sql.exec('INSERT INTO due VALUES (?, ?) ON CONFLICT (what) DO UPDATE SET at = excluded.at', what, at),
    );
  rearm(storage);
}

/** When `what` is due, or null. */
export const dueAt = (sql: SqlStorage, what: Due): number | null =>
  allDue(sql).find((one) => one.what === what)?.at ?? null;

type Scheduled = { what: Due; at: number };

/** Everything that is scheduled, earliest first. */
export const allDue = (sql: SqlStorage): readonly Scheduled[] =>
  remembered(sql, 'due', ['due'], () => all<Scheduled>(sql, 'SELECT what, at FROM due ORDER BY at'));

/** Writes to the table, which is so afterwards. */
function keepDue(sql: SqlStorage, after: readonly Scheduled[], write: () => void): void {
  writeRow(sql, 'due', write);
  remember(
    sql,
    'due',
    ['due'],
    after.toSorted((a, b) => a.at - b.at),
  );
}

/** Takes what is due out of the table and sets the alarm for the rest. Handlers must be idempotent: an alarm may repeat. */
export function takeDue(storage: DurableObjectStorage, now: number): Due[] {
  const { sql } = storage;
  const [due, later] = [allDue(sql).filter(({ at }) => at <= now), allDue(sql).filter(({ at }) => at > now)];
  if (due.length > 0) keepDue(sql, later, () => sql.exec('DELETE FROM due WHERE at <= ?', now));
  rearm(storage);
  return due.map(({ what }) => what);
}

/** Removes what was scheduled again as a precaution and has been done. */
export function done(storage: DurableObjectStorage, what: Due): void {
  const { sql } = storage;
  if (dueAt(sql, what) !== null)
    keepDue(
      sql,
      allDue(sql).filter((one) => one.what !== what),
      () => sql.exec('DELETE FROM due WHERE what = ?', what),
    );
  rearm(storage);
}

const ALARM = 'alarm';

/** Sets the alarm to the earliest of what is due, where it is not set to that already. */
function rearm(storage: DurableObjectStorage): void {
  const next = allDue(storage.sql)[0]?.at;
  if (next !== undefined) setAlarm(storage, next);
}

/** Sets the alarm, unless it is set to that instant already. */
export function setAlarm(storage: DurableObjectStorage, at: number): void {
  const { sql } = storage;
  // A date of 0 means at once; the platform takes none before 1.
  const instant = Math.max(1, at);
  if (recalled<number>(sql, ALARM, []) === instant) return;
  // Not awaited: the write joins the transaction's other writes, and the output gate holds the answer until all are kept.
  void storage.setAlarm(instant);
  remember(sql, ALARM, [], instant);
}

/** The alarm has come, or was tried in vain: what is set next is set, whatever was set before. */
export const alarmIsGone = (sql: SqlStorage): void => forget(sql, ALARM);
