// How long the pruning of old events holds reports up: runs are made old in the object's file, and what rings then is watched from a
// connection that reports without a pause. It has reported for a while by then, so that the start of Worker and object is not in the figure.
import type { DatabaseSync } from 'node:sqlite';
import { DUTIES } from '../../objects/core/alarms.ts';
import { DAY_MS } from '../../schema/facts/days.ts';
import { type Figure, quantile, shown } from './figure.ts';
import type { Ground } from './ground.ts';
import { Lines } from './lines.ts';
import type { Measured, Part } from './part.ts';
import { reportLanes } from './pcs.ts';
import { serveProduct } from './product.ts';
import { openStored } from './stored.ts';
import { newTenant } from './tenant.ts';

/** The object's duty that prunes, once there is one. */
const DUTY = DUTIES.find((duty) => /prun|retention/.test(duty));

/** Older than any tenant keeps events by default. */
const OLD_MS = 500 * DAY_MS;
/** So many that each report is a row of its own. */
const EVENTS_A_REPORT = 500;
const REPORTS_A_LANE = 72;
const QUICK_REPORTS_A_LANE = 12;
/** From the file's being closed until the duty is due: Worker and object start meanwhile, and reports flow. */
const DUE_AFTER_MS = 5_000;
/** Reports are watched from so long before it. */
const BEFORE_MS = 500;
const WATCHED_SECONDS = 5;
const QUICK_SECONDS = 2;
const REPORTS_A_SECOND = 4_000;
const MOST_MS = 50;

const WHAT = 'the longest that a report took while old events were pruned';
const NOT_THERE: Figure = {
  what: WHAT,
  measured: '–',
  against: '–',
  value: null,
  unit: ' ms',
  wanted: { most: MOST_MS },
};

/** Puts every run so far back in time that it is due to be pruned, and has an alarm look at `dueAt`, ms since the epoch. */
function makeOld(stored: DatabaseSync, duty: string, dueAt: number): void {
  for (const { name } of stored
    .prepare("SELECT name FROM pragma_table_info('runs') WHERE name LIKE '%\\_at' ESCAPE '\\'")
    .all())
    stored.exec(`UPDATE runs SET "${name}" = "${name}" - ${OLD_MS} WHERE "${name}" IS NOT NULL`);
  stored.prepare('INSERT INTO due VALUES (?1, ?2) ON CONFLICT (what) DO UPDATE SET at = excluded.at').run(duty, dueAt);
}

async function measure(ground: Ground): Promise<Measured> {
  if (DUTY === undefined) return { figures: [NOT_THERE] };
  const folder = ground.folder('old');
  const [script, team] = await Promise.all([ground.bundle(), ground.team()]);
  const made = await serveProduct({ script, team, folder });
  const tenant = await newTenant(made);
  const filling = reportLanes(tenant.tokens, EVENTS_A_REPORT, ground.isQuick ? QUICK_REPORTS_A_LANE : REPORTS_A_LANE);
  await ground.generator.fire({ origin: made.url, lanes: filling, seconds: null });
  await made.close();
  const stored = openStored(folder, tenant.id);
  const dueAt = Date.now() + DUE_AFTER_MS;
  makeOld(stored, DUTY, dueAt);
  stored.close();

  const lines = new Lines();
  const product = await serveProduct({ script, team, folder, onLine: lines.take });
  try {
    const seconds = ground.isQuick ? QUICK_SECONDS : WATCHED_SECONDS;
    const report = (seconds: number) =>
      ground.generator.fire({
        origin: product.url,
        lanes: reportLanes(tenant.tokens.slice(0, 1), 10, Math.ceil(REPORTS_A_SECOND * seconds)),
        seconds,
      });
    let latencies: number[] = [];
    const heard = await lines.during(
      async () => {
        await report(Math.max(dueAt - BEFORE_MS - Date.now(), BEFORE_MS) / 1000);
        latencies = [...(await report(seconds)).latencies];
      },
      () => true,
    );
    const slices = heard.filter((line) => line.event === 'alarm' && line.due.includes(DUTY)).length;
    if (slices === 0) return { figures: [NOT_THERE] };
    const longest = quantile(latencies, 1);
    return {
      figures: [
        {
          ...NOT_THERE,
          measured: `${slices} slices beside ${latencies.length} reports`,
          against: `half of the reports took at most ${shown(quantile(latencies, 0.5))} ms`,
          value: longest,
        },
      ],
    };
  } finally {
    await product.close();
  }
}

export const retention: Part = { name: 'retention', title: 'Pruning', measure };
