// An object has one alarm and several things to do later: a table of what is due, the alarm at its minimum.
import { all, first } from './rows.ts';

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
  storage.sql.exec(
    'INSERT INTO due VALUES (?, ?) ON CONFLICT (what) DO UPDATE SET at = min(at, excluded.at)',
    what,
    at,
  );
  rearm(storage);
}

/** When `what` is due, or null. */
export const dueAt = (sql: SqlStorage, what: Due): number | null =>
  first<{ at: number }>(sql, 'SELECT at FROM due WHERE what = ?', what)?.at ?? null;

/** Everything that is scheduled, earliest first. */
export const allDue = (sql: SqlStorage): { what: Due; at: number }[] =>
  all<{ what: Due; at: number }>(sql, 'SELECT what, at FROM due ORDER BY at');

/** Takes what is due out of the table and sets the alarm for the rest. Handlers must be idempotent: an alarm may repeat. */
export function takeDue(storage: DurableObjectStorage, now: number): Due[] {
  const rows = all<{ what: Due }>(storage.sql, 'DELETE FROM due WHERE at <= ? RETURNING what', now);
  rearm(storage);
  return rows.map((row) => row.what);
}

/** Removes what was scheduled again as a precaution and has been done. */
export function done(storage: DurableObjectStorage, what: Due): void {
  storage.sql.exec('DELETE FROM due WHERE what = ?', what);
  rearm(storage);
}

function rearm(storage: DurableObjectStorage): void {
  const next = first<{ at: number | null }>(storage.sql, 'SELECT min(at) AS at FROM due')?.at ?? null;
  // Not awaited: the write joins the transaction's other writes, and the output gate holds the answer until all are kept.
  // A date of 0 means at once; the platform takes none before 1.
  if (next !== null) void storage.setAlarm(Math.max(1, next));
}
