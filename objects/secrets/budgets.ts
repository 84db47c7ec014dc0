// Budgets of reveals: how many one person may make in any minute, hour and day, counted exactly from the reveals that were made.
import { DAY_MS } from '../../schema/facts/days.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import type { RevealBudget } from '../../schema/settings.ts';
import { all } from '../core/rows.ts';

export const WINDOWS = [
  { name: 'minute', lengthMs: 60_000, limit: 'perMinute' },
  { name: 'hour', lengthMs: 3_600_000, limit: 'perHour' },
  { name: 'day', lengthMs: DAY_MS, limit: 'perDay' },
] as const;
const LONGEST_MS = DAY_MS;

export type OverBudget = { window: (typeof WINDOWS)[number]['name']; limit: number; nextAt: number };

/**
 * Whether one more reveal at `now` stays within the budget. Pure. `made`: instants of this person's reveals, ascending, a day back at
 * least; a reveal counts in a window while it is younger than the window's length. Null: it does; otherwise the window
 * that opens last, and when.
 */
export function decideBudget(budget: RevealBudget, made: readonly number[], now: number): OverBudget | null {
  let over: OverBudget | null = null;
  for (const { name, lengthMs, limit: key } of WINDOWS) {
    const limit = budget[key];
    const oldest = made.at(-limit);
    if (oldest === undefined || oldest <= now - lengthMs) continue;
    const nextAt = oldest + lengthMs;
    if (!over || nextAt > over.nextAt) over = { window: name, limit, nextAt };
  }
  return over;
}

/**
 * Deducts one reveal from a person's budget, or refuses it and remembers whose it was. Reveals of theirs that no window reaches any more are
 * forgotten. In the transaction of the reveal.
 */
export function spendReveal(sql: SqlStorage, budget: RevealBudget, email: string, now: number): Refusal | null {
  const known = all<{ at: number }>(sql, 'SELECT at FROM reveal_log WHERE email = ? ORDER BY at', email);
  const made = known.map((row) => row.at).filter((at) => at > now - LONGEST_MS);
  if (made.length < known.length)
    sql.exec('DELETE FROM reveal_log WHERE email = ? AND at <= ?', email, now - LONGEST_MS);
  const over = decideBudget(budget, made, now);
  if (!over) return null;
  sql.exec(
    'INSERT INTO budget_hits (email, at) VALUES (?, ?) ON CONFLICT (email) DO UPDATE SET at = excluded.at',
    email,
    now,
  );
  const one = over.limit === 1 ? 'one secret' : `${over.limit} secrets`;
  return {
    ...refuse(
      'reveal_budget_exceeded',
      `One person may reveal ${one} a ${over.window} here. The next is possible at ${new Date(over.nextAt).toISOString()}.`,
    ),
    retryAfterSeconds: Math.max(1, Math.ceil((over.nextAt - now) / 1000)),
  };
}

/** Counts a reveal that was made. In the same transaction. */
export const noteReveal = (sql: SqlStorage, email: string, auditSeq: number, now: number): void => {
  sql.exec('INSERT INTO reveal_log VALUES (?, ?, ?)', email, now, auditSeq);
};

/** Forgets reveals that no window reaches any more, of all people. */
export const forgetReveals = (sql: SqlStorage, now: number): void => {
  sql.exec('DELETE FROM reveal_log WHERE at <= ?', now - LONGEST_MS);
};

/** Who went over their budget within the last day, latest first. */
export const recentlyExceeded = (sql: SqlStorage, now: number): { email: string; at: number }[] =>
  all<{ email: string; at: number }>(
    sql,
    'SELECT email, at FROM budget_hits WHERE at > ? ORDER BY at DESC, email DESC LIMIT 20',
    now - LONGEST_MS,
  );
