// Rounds of several subjects, one after another in each and each round beginning with another one: what the machine's mood does to one it
// does to all.
import { quantile } from './figure.ts';
import type { Ground } from './ground.ts';
import type { Fired, Shot } from './load.ts';

export type Subject = { name: string; origin: string; lanes: () => Shot[][] | Promise<Shot[][]> };

/** Its rounds, in order. */
export type Series = { rates: number[]; p50: number[]; p99: number[]; busy: number };

const ROUNDS = 7;
const SECONDS = 1.5;
const QUICK_SECONDS = 0.2;

/** How many requests a connection is given for one round, at so many answers a second in all: more than it will need. */
export const laneLength = ({ isQuick }: Ground, mostASecond: number, connections: number): number =>
  Math.ceil((mostASecond * (isQuick ? QUICK_SECONDS : SECONDS)) / connections);

/** Fires all subjects round by round, after one round that nobody counts. `prepare` makes what the next round fires. */
export async function interleaved(
  ground: Ground,
  prepare: () => readonly Subject[] | Promise<readonly Subject[]>,
): Promise<Record<string, Series>> {
  const [rounds, seconds] = ground.isQuick ? [1, QUICK_SECONDS] : [ROUNDS, SECONDS];
  const series: Record<string, Series> = {};
  for (let round = 0; round <= rounds; round++) {
    const subjects = await prepare();
    for (let turn = 0; turn < subjects.length; turn++) {
      const subject = subjects[(round + turn) % subjects.length] as Subject;
      const { origin, name } = subject;
      const fired = await ground.generator.fire({ origin, lanes: await subject.lanes(), seconds });
      if (round > 0) series[name] = noted(series[name] ?? { rates: [], p50: [], p99: [], busy: 0 }, fired);
    }
  }
  return series;
}

function noted(series: Series, { done, seconds, latencies, busy }: Fired): Series {
  const all = [...latencies];
  return {
    rates: [...series.rates, done / seconds],
    p50: [...series.p50, quantile(all, 0.5)],
    p99: [...series.p99, quantile(all, 0.99)],
    busy: Math.max(series.busy, busy),
  };
}

/** The series of a subject that was fired. */
export function seriesOf(all: Record<string, Series>, name: string): Series {
  const found = all[name];
  if (found === undefined) throw new Error(`nobody fired ${name}`);
  return found;
}
