// Whether reports take longer where a great many events are stored: two tenants of one Worker, one with a hundred times as many.
import { median, ratio, shown } from './figure.ts';
import { CONNECTIONS } from './generator.ts';
import type { Ground } from './ground.ts';
import type { Measured, Part } from './part.ts';
import { reportLanes } from './pcs.ts';
import { interleaved, laneLength, seriesOf } from './rounds.ts';
import { type BenchTenant, newTenant } from './tenant.ts';

const SHALLOW = 10_000;
const DEEP = 1_000_000;
/** A short round has a hundredth of both. */
const QUICK = 100;
const EVENTS_A_REPORT = 500;
/** Fired at once: what is made and not sent yet is held in memory. */
const REPORTS_A_LANE = 12;
const REPORTS_A_SECOND = 5_000;

async function fill(ground: Ground, origin: string, { tokens }: BenchTenant, events: number): Promise<void> {
  const lanes = Math.min(tokens.length, Math.ceil(events / EVENTS_A_REPORT));
  const each = lanes * EVENTS_A_REPORT;
  for (let left = Math.ceil(events / each); left > 0; left -= REPORTS_A_LANE) {
    const count = Math.min(left, REPORTS_A_LANE);
    const filling = reportLanes(tokens.slice(0, lanes), EVENTS_A_REPORT, count);
    await ground.generator.fire({ origin, lanes: filling, seconds: null });
  }
}

async function measure(ground: Ground): Promise<Measured> {
  const { url: origin, ...product } = await ground.product();
  const [shallow, deep] = [await newTenant({ url: origin, ...product }), await newTenant({ url: origin, ...product })];
  const part = ground.isQuick ? QUICK : 1;
  await fill(ground, origin, shallow, SHALLOW / part);
  await fill(ground, origin, deep, DEEP / part);
  const all = await interleaved(ground, () => {
    const count = laneLength(ground, REPORTS_A_SECOND, CONNECTIONS);
    return [
      { name: 'deep', origin, lanes: () => reportLanes(deep.tokens, 10, count) },
      { name: 'shallow', origin, lanes: () => reportLanes(shallow.tokens, 10, count) },
    ];
  });
  const [ours, theirs] = [seriesOf(all, 'deep'), seriesOf(all, 'shallow')];
  const rate = (rates: readonly number[]) => `${shown(median(rates))} reports/s`;
  const count = (events: number) => (events / part).toLocaleString('en-US');
  return {
    figures: [
      {
        what: `reports of 10 events a second at ${count(DEEP)} stored events`,
        measured: rate(ours.rates),
        against: `at ${count(SHALLOW)}: ${rate(theirs.rates)}`,
        value: ratio(ours.rates, theirs.rates),
        unit: ' ×',
        wanted: { least: 0.9 },
      },
    ],
  };
}

export const depth: Part = { name: 'depth', title: 'A great many events', measure };
