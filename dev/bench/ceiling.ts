// How many PCs one tenant takes at once, each at its own pace, and what happens beyond: more of them step by step until the answers come late or
// are refusals, then twice as many, then one token beyond its limit. Afterwards what was acknowledged is counted in the object's file.
import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { LIMITS } from '../../schema/limit-table.ts';
import { OPERATOR_EMAIL } from '../stand/demo-data.ts';
import { bundleOther } from './bundle.ts';
import { type Figure, median, quantile, shown } from './figure.ts';
import type { Ground } from './ground.ts';
import type { Pace, Paced } from './pace.ts';
import type { Measured, Part } from './part.ts';
import { asPerson, serveProduct } from './product.ts';
import { openStored } from './stored.ts';
import { newTenant } from './tenant.ts';

/** A PC in the middle of its work: ten events every three seconds. */
const EVENTS = 10;
/** From here on a person at the screen would say that it is behind. */
const LATE_MS = 1_000;
const SHAPE = {
  every: 3_000,
  seconds: 6,
  first: 200,
  times: 1.25,
  steps: 16,
  limited: 100,
  tokenRequests: 200,
};
const QUICK_SHAPE = {
  every: 500,
  seconds: 1,
  first: 20,
  times: 2,
  steps: 2,
  limited: 8,
  tokenRequests: LIMITS.tokenRequests.min,
};

class Pacer {
  readonly #thread = new Worker(path.join(import.meta.dirname, 'pace.ts'));

  async pace(asked: Pace): Promise<Paced> {
    const answered = once(this.#thread, 'message');
    this.#thread.postMessage(asked);
    const [{ paced, failed }] = (await answered) as [{ paced?: Paced; failed?: string }];
    if (!paced) throw new Error(failed);
    return paced;
  }

  async close(): Promise<void> {
    await this.#thread.terminate();
  }
}

type Step = Paced & { pcs: number; rate: number; p50: number; p99: number };

const refusalsOf = ({ statuses }: Paced): number =>
  Object.entries(statuses).reduce((sum, [status, count]) => (status === '200' ? sum : sum + count), 0);
const isPast = (step: Step): boolean => step.p99 > LATE_MS || refusalsOf(step) > 0;
const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const text = ({ pcs, rate, p50, p99 }: Step): string =>
  `${whole(pcs)} PCs: ${whole(rate)} events/s, p50 ${shown(p50)} ms, p99 ${shown(p99)} ms`;

/** How many events an object's file holds. */
function storedIn(folder: string, tenant: string): number {
  const stored = openStored(folder, tenant);
  const row = stored
    .prepare(
      `SELECT coalesce((SELECT sum(last_seq - first_seq + 1) FROM packs), 0)
         + coalesce((SELECT sum(tail_to - tail_from + 1) FROM runs), 0) AS events`,
    )
    .get();
  stored.close();
  return Number(row?.events ?? 0);
}

/** The product from a script, in a folder of its own, with a tenant of it. */
async function open(ground: Ground, name: string, script: string, tokenRequests: number | null) {
  const folder = ground.folder(name);
  const product = await serveProduct({ script, team: await ground.team(), folder });
  const tenant = await newTenant(product);
  if (tokenRequests !== null)
    await asPerson(product, OPERATOR_EMAIL, `/v1/operator/tenants/${tenant.id}/limits`, { tokenRequests });
  const tokens = tokenRequests === null ? tenant.tokens : tenant.tokens.slice(0, 1);
  const pacer = new Pacer();
  let acknowledged = 0;
  return {
    step: async (pcs: number, { every, seconds }: { every: number; seconds: number }): Promise<Step> => {
      const paced = await pacer.pace({ origin: product.url, tokens, pcs, events: EVENTS, every, seconds });
      acknowledged = paced.acknowledged;
      const waits = [...paced.waits];
      return { ...paced, pcs, rate: paced.events / seconds, p50: quantile(waits, 0.5), p99: quantile(waits, 0.99) };
    },
    /** Ends it. Answers how many events were acknowledged, and how many of them are not there. */
    close: async (): Promise<{ acknowledged: number; lost: number }> => {
      await pacer.close();
      await product.close();
      return { acknowledged, lost: acknowledged - storedIn(folder, tenant.id) };
    },
  };
}

async function measure(ground: Ground): Promise<Measured> {
  const shape = ground.isQuick ? QUICK_SHAPE : SHAPE;
  const { every } = shape;
  const each = `${EVENTS} events every ${every / 1000} s`;
  const steps: Step[] = [];
  const plain = await open(ground, 'ceiling', await ground.bundle(), null);
  while (steps.length < shape.steps && !steps.some(isPast)) {
    const pcs = Math.round(shape.first * shape.times ** steps.length);
    const step = await plain.step(pcs, shape);
    // What else this machine does may have been in the way: only what is late twice is too much.
    steps.push(isPast(step) ? await plain.step(pcs, shape) : step);
  }
  const last = steps.at(-1) as Step;
  const within = steps.filter((step) => !isPast(step)).at(-1) ?? last;
  const calm = Math.round(within.pcs / 2);
  const many = 2 * last.pcs;
  // Twice in turns, the one that comes first last: what this machine does meanwhile hits both.
  const gated = await open(ground, 'ceiling-gated', await bundleOther('gated.ts', ground.folder('gated')), null);
  const [twice, gatedTwice] = [[await plain.step(many, shape)], [await gated.step(many, shape)]] as [Step[], Step[]];
  gatedTwice.push(await gated.step(many, shape));
  twice.push(await plain.step(many, shape));
  const [after, gatedCalm] = [await plain.step(calm, shape), await gated.step(calm, shape)];
  const ends = [await plain.close(), await gated.close()];

  const limited = await open(ground, 'ceiling-limited', await ground.bundle(), shape.tokenRequests);
  const beyond = await limited.step(shape.limited, { every, seconds: 2 * shape.seconds });
  ends.push(await limited.close());

  const rateOf = (all: readonly Step[]) => median(all.map(({ rate }) => rate));
  const sumOf = (all: readonly Step[], of: (step: Step) => number) => all.reduce((sum, step) => sum + of(step), 0);
  const aReport =
    sumOf(twice, ({ events }) => events) /
    Math.max(
      1,
      sumOf(twice, ({ reports }) => reports),
    );
  const acknowledged = ends.reduce((sum, end) => sum + end.acknowledged, 0);
  const lost = ends.reduce((sum, end) => sum + end.lost, 0);
  const figures: Figure[] = [
    {
      what: `PCs at once with ${each}, until a report in a hundred takes more than ${LATE_MS / 1000} s or is refused`,
      measured: text(within),
      against: isPast(last) ? `past it, ${text(last)}` : 'not reached',
      value: within.pcs,
      unit: ' PCs',
      wanted: null,
    },
    {
      what: 'twice as many as are too many, all of them with what comes up meanwhile in their next report: events stored a second',
      measured: `${twice.map(text).join('; ')}; ${shown(aReport)} events a report, ${sumOf(twice, refusalsOf)} refusals, all answered ${shown(Math.max(...twice.map(({ drained }) => drained)))} s after the end`,
      against: `at the ceiling: ${whole(within.rate)} events/s`,
      value: rateOf(twice) / within.rate,
      unit: ' ×',
      wanted: null,
    },
    {
      what: 'the same with each answer held back by 12 ms, as by the output gate: events stored a second',
      measured: gatedTwice.map(text).join('; '),
      against: `without: ${whole(rateOf(twice))} events/s`,
      value: rateOf(gatedTwice) / rateOf(twice),
      unit: ' ×',
      wanted: null,
    },
    {
      what: 'events that were acknowledged and are not stored',
      measured: `${whole(lost)} of ${whole(acknowledged)}`,
      against: '–',
      value: lost,
      unit: '',
      wanted: { most: 0 },
    },
  ];
  const remarks = [
    `Step by step: ${steps.map(text).join('; ')}. The generator’s thread was busy ${Math.round(Math.max(...[...steps, ...twice].map(({ busy }) => busy)) * 100)} % of the time at most.`,
    `Past the ceiling nothing is refused here: reports wait in front of the object, each PC has one under way, and what comes up meanwhile goes into its next one, so that reports grow larger and no more of them come. Once there are ${whole(calm)} PCs again: p50 ${shown(after.p50)} ms, p99 ${shown(after.p99)} ms. On the platform, where too many calls wait in front of an object, further ones fail there; the Worker answers 503 with Retry-After and the engine sends them again after a pause.`,
    `The output gate at ${whole(calm)} PCs: p50 ${shown(gatedCalm.p50)} ms with answers held back by 12 ms, ${shown(after.p50)} ms without.`,
    `One token beyond its limit of ${whole(shape.tokenRequests)} requests in 10 s, ${whole(shape.limited)} PCs with ${each}: ${whole(beyond.statuses['200'] ?? 0)} reports taken, ${whole(beyond.statuses['429'] ?? 0)} answered 429; each was sent again after its Retry-After, the last was taken ${shown(beyond.drained)} s after the end, and p99 was ${shown(beyond.p99 / 1000)} s.`,
  ];
  return { figures, remarks };
}

export const ceiling: Part = { name: 'ceiling', title: 'The ceiling of one tenant', measure };
