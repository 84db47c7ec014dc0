// Activity: how many runs began and ended within each hour, kept by writes. A resend counts once; a run that ends again moves.
import type { Activity, Hour } from '../schema/machine.ts';
import { all } from './rows.ts';
import type { RunState } from './runs.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const hourOf = (at: number): number => at - (at % HOUR_MS);

type Kind = 'started' | 'succeeded' | 'failed';
type Counted = Pick<RunState, 'status' | 'startedAt' | 'finishedAt'>;

/** Where a run is counted. One that was abandoned only began. */
function placesOf(run: Counted | null): { kind: Kind; at: number }[] {
  if (!run) return [];
  const began = { kind: 'started' as const, at: hourOf(run.startedAt) };
  return (run.status === 'succeeded' || run.status === 'failed') && run.finishedAt !== null
    ? [began, { kind: run.status, at: hourOf(run.finishedAt) }]
    : [began];
}

/** What changes in which hour where a run goes from one state to another; null: it is not counted. Pure. */
export function decideHours(before: Counted | null, after: Counted | null): { kind: Kind; at: number; by: 1 | -1 }[] {
  const [was, is] = [placesOf(before), placesOf(after)];
  const lacks = (places: typeof was, one: (typeof was)[number]) =>
    !places.some((other) => other.kind === one.kind && other.at === one.at);
  return [
    ...was.filter((one) => lacks(is, one)).map((one) => ({ ...one, by: -1 as const })),
    ...is.filter((one) => lacks(was, one)).map((one) => ({ ...one, by: 1 as const })),
  ];
}

/** Counts a run's change: one row written where it began or ended, none otherwise. In the transaction that stored it. */
export function countRun(sql: SqlStorage, before: Counted | null, after: Counted | null): void {
  for (const { kind, at, by } of decideHours(before, after))
    sql.exec(
      `INSERT INTO hours (at, started, succeeded, failed) VALUES (?, ?, ?, ?)
       ON CONFLICT (at) DO UPDATE SET ${kind} = ${kind} + excluded.${kind}`,
      at,
      ...(['started', 'succeeded', 'failed'] as const).map((one) => (one === kind ? by : 0)),
    );
}

/** The hours of the last `days` days, in order of time; without those in which nothing began or ended. */
export const activityOf = (sql: SqlStorage, days: number, now: number): Activity => ({
  hours: all<Hour>(
    sql,
    `SELECT at, started, succeeded, failed FROM hours
     WHERE at >= ? AND (started > 0 OR succeeded > 0 OR failed > 0) ORDER BY at`,
    hourOf(now - days * DAY_MS),
  ),
});
