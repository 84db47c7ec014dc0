// The fleet's counts by the quarter of an hour, added up: to days of the reader's zone for the chart, and to the last
// 24 hours and 7 days for the tiles.
import type { Hour } from '../../../schema/machine.ts';

export type Sums = { started: number; succeeded: number; failed: number };
/** `at` is the day's first instant in the reader's zone; `other` began that day and has not ended on it. */
export type Day = { at: number; succeeded: number; failed: number; other: number };

const HOUR_MS = 3_600_000;

const sum = (hours: readonly Hour[]): Sums =>
  hours.reduce(
    (sums, hour) => ({
      started: sums.started + hour.started,
      succeeded: sums.succeeded + hour.succeeded,
      failed: sums.failed + hour.failed,
    }),
    { started: 0, succeeded: 0, failed: 0 },
  );

/** Quarters, of which the last were read again; those without a run are left out. Both in order of time. */
export const withReadAgain = (hours: readonly Hour[], again: readonly Hour[]): Hour[] => {
  const from = again[0]?.at ?? Infinity;
  return [...hours.filter(({ at }) => at < from), ...again];
};

/** The sums of the last hours, up to the quarter that is under way. */
export const lastHours = (hours: readonly Hour[], count: number, now: number): Sums =>
  sum(hours.filter(({ at }) => at > now - count * HOUR_MS && at <= now));

/** The last `count` days, today last; days without any are there with zeros. */
export function runsPerDay(hours: readonly Hour[], count: number, now: number): Day[] {
  const today = new Date(now);
  // By the calendar, not in steps of 24 hours: two days a year are shorter or longer.
  const midnight = (daysAgo: number) =>
    new Date(today.getFullYear(), today.getMonth(), today.getDate() - daysAgo).getTime();
  return Array.from({ length: count }, (_, index) => {
    const daysAgo = count - 1 - index;
    const [from, to] = [midnight(daysAgo), midnight(daysAgo - 1)];
    const { started, succeeded, failed } = sum(hours.filter(({ at }) => at >= from && at < to));
    return { at: from, succeeded, failed, other: Math.max(0, started - succeeded - failed) };
  });
}
