// Activity: how many runs began and ended within each quarter of an hour, kept by writes. A resend counts once; a run that ends again moves.
import { DAY_MS } from '../../schema/facts/days.ts';
import type { Activity, Hour } from '../../schema/machine.ts';
import { all } from '../core/rows.ts';
import { walkAt } from '../core/walks.ts';
import type { RunState } from './run-state.ts';

/** Days begin at a quarter of an hour of UTC in every zone there is, as at 18:30 in India and 18:15 in Nepal. */
const QUARTER_MS = 900_000;
const quarterOf = (at: number): number => at - (at % QUARTER_MS);

type Kind = 'started' | 'succeeded' | 'failed';
export type Counted = Pick<RunState, 'id' | 'status' | 'startedAt' | 'finishedAt'>;
type Where = Omit<Counted, 'id'>;

/** Where a run is counted. One that was abandoned only began. */
function placesOf(run: Where | null): { kind: Kind; at: number }[] {
  if (!run) return [];
  const began = { kind: 'started' as const, at: quarterOf(run.startedAt) };
  return (run.status === 'succeeded' || run.status === 'failed') && run.finishedAt !== null
    ? [began, { kind: run.status, at: quarterOf(run.finishedAt) }]
    : [began];
}

/** Which quarter's count changes when a run goes from one state to another; null: it is not counted. Pure. */
function decidePlaces(before: Where | null, after: Where | null): { kind: Kind; at: number; by: 1 | -1 }[] {
  const [was, is] = [placesOf(before), placesOf(after)];
  const lacks = (places: typeof was, one: (typeof was)[number]) =>
    !places.some((other) => other.kind === one.kind && other.at === one.at);
  return [
    ...was.filter((one) => lacks(is, one)).map((one) => ({ ...one, by: -1 as const })),
    ...is.filter((one) => lacks(was, one)).map((one) => ({ ...one, by: 1 as const })),
  ];
}

/**
 * Counts a run's change: one row written where it began or ended, none otherwise. While all runs are counted anew
 * (objects/fleet/clocks.ts), a run that the recount has not reached is left to it. In the transaction that stored it.
 */
export function countRun(sql: SqlStorage, before: Counted | null, after: Counted | null): void {
  const counted = walkAt<{ id: string }>(sql, 'clocks')?.id;
  if (counted === undefined || ((before ?? after)?.id ?? '') <= counted) countPlaces(sql, before, after);
}

/** The same, whatever is under way. */
export function countPlaces(sql: SqlStorage, before: Where | null, after: Where | null): void {
  for (const { kind, at, by } of decidePlaces(before, after))
    sql.exec(
      `INSERT INTO hours (at, started, succeeded, failed) VALUES (?, ?, ?, ?)
       ON CONFLICT (at) DO UPDATE SET ${kind} = ${kind} + excluded.${kind}`,
      at,
      ...(['started', 'succeeded', 'failed'] as const).map((one) => (one === kind ? by : 0)),
    );
}

/** The quarters of the last `days` days, in order of time; without those in which nothing began or ended. */
export const activityOf = (sql: SqlStorage, days: number, now: number): Activity => ({
  hours: all<Hour>(
    sql,
    `SELECT at, started, succeeded, failed FROM hours
     WHERE at >= ? AND (started > 0 OR succeeded > 0 OR failed > 0) ORDER BY at`,
    quarterOf(now - days * DAY_MS),
  ),
});
