// `npm run bench -- --profile`: what one request of each kind costs in CPU time of workerd, and where V8 spends it. Time on the wall depends
// on who else uses the machine; this much less, and rounds that alternate least.
import { readFileSync } from 'node:fs';
import { median, shown } from './figure.ts';
import { CONNECTIONS } from './generator.ts';
import type { Ground } from './ground.ts';
import { Inspector } from './inspector.ts';
import { reportLanes, to } from './pcs.ts';
import { cpuOf, workerds } from './processes.ts';
import { type Product, serveProduct } from './product.ts';
import { type Requests, requestsOf } from './requests.ts';
import { type CpuProfile, type Share, type Step, selfTimes } from './self-times.ts';
import { openLive } from './tenant.ts';

const ROUNDS = 5;
const SAMPLE_EVERY_MICROSECONDS = 100;
const SHOWN = { files: 30, functions: 40, depth: 26 };

/** `only`: the kinds to look into, all if it is empty. `beside`: another bundle of the product, as of before a change, to which it is held. */
export type Profiled = { only: readonly string[]; beside: string | null };

/** A product with a tenant and one open live socket, and what each answered request costs it. */
class Subject {
  readonly #ground: Ground;
  readonly #product: Product;
  readonly #pid: string;
  readonly #kinds: Map<string, Requests>;

  private constructor(ground: Ground, product: Product, pid: string, kinds: Map<string, Requests>) {
    this.#ground = ground;
    this.#product = product;
    this.#pid = pid;
    this.#kinds = kinds;
  }

  static async open(ground: Ground, name: string, script: string, inspected: boolean): Promise<Subject> {
    const others = new Set(workerds());
    const team = await ground.team();
    const product = await serveProduct({ script, team, folder: ground.folder(name), inspected });
    ground.ends(product.close);
    const [pid = ''] = workerds().filter((one) => !others.has(one));
    const [tenant, kinds] = await requestsOf(ground, product);
    const live = await openLive(product, tenant);
    ground.ends(async () => live.close());
    return new Subject(ground, product, pid, kinds);
  }

  kinds(): string[] {
    return [...this.#kinds.keys()];
  }

  /** One round; answers the CPU microseconds of a request. */
  async fire(kind: string): Promise<number> {
    const lanes = (await this.#kinds.get(kind)?.()) ?? [];
    const before = cpuOf(this.#pid);
    const { done } = await this.#ground.generator.fire({ origin: this.#product.url, lanes, seconds: null });
    return (cpuOf(this.#pid) - before) / done;
  }

  /** A round that is sampled. */
  async sampled(kind: string): Promise<CpuProfile> {
    await this.fire(kind);
    const inspector = await Inspector.open(await this.#product.inspector());
    try {
      await inspector.ask('Profiler.enable');
      await inspector.ask('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_MICROSECONDS });
      await inspector.ask('Profiler.start');
      await this.fire(kind);
      return (await inspector.ask<{ profile: CpuProfile }>('Profiler.stop')).profile;
    } finally {
      inspector.close();
    }
  }
}

const line = ({ name, share }: Share, each: number): string =>
  `${(share * 100).toFixed(1).padStart(6)} % ${(share * each).toFixed(0).padStart(6)} µs  ${name}`;
const indented = ({ name, depth, share }: Step): Share => ({ name: '  '.repeat(depth) + name, share });

function tellShares(taken: CpuProfile, map: string, each: number): void {
  const { files, functions, paths } = selfTimes(taken, map);
  const lists: [string, Share[]][] = [
    ['by path', paths.filter(({ depth }) => depth <= SHOWN.depth).map(indented)],
    ['by file', files.slice(0, SHOWN.files)],
    ['by function', functions.slice(0, SHOWN.functions)],
  ];
  for (const [title, shares] of lists) console.log([title, ...shares.map((one) => line(one, each))].join('\n'));
}

export async function profile(ground: Ground, { only, beside }: Profiled): Promise<void> {
  const script = await ground.bundle();
  // An inspector makes each line of the log dearer, by being there: what is counted has none.
  const plain = await Subject.open(ground, 'plain', script, false);
  const earlier = beside === null ? null : await Subject.open(ground, 'beside', beside, false);
  const subjects = earlier === null ? [plain] : [earlier, plain];
  const inspected = earlier === null ? await Subject.open(ground, 'inspected', script, true) : null;
  for (const kind of plain.kinds().filter((name) => only.length === 0 || only.includes(name))) {
    const costs = subjects.map((): number[] => []);
    for (let round = 0; round <= ROUNDS; round++)
      for (let turn = 0; turn < subjects.length; turn++) {
        const place = (round + turn) % subjects.length;
        const cost = await subjects[place]?.fire(kind);
        if (round > 0 && cost !== undefined) costs[place]?.push(cost);
      }
    const medians = costs.map(median);
    console.log(`\n${kind}: ${medians.map(shown).join(' µs before, ')} µs of CPU a request`);
    if (inspected !== null)
      tellShares(await inspected.sampled(kind), readFileSync(`${script}.map`, 'utf8'), medians[0] ?? 0);
  }
  if (earlier === null) await floors(ground, only);
}

/** Each floor with the events of a report and how many reports a connection sends. */
const FLOORS: readonly [string, number, number][] = [
  ['/constant', 10, 96],
  ['/object-row', 1, 96],
  ['/object-row', 10, 96],
  ['/d1-insert', 1, 96],
  ['/d1-batch', 10, 48],
  ['/object-deflated', 100, 48],
  ['/d1-batch', 100, 24],
];

async function floors(ground: Ground, only: readonly string[]): Promise<void> {
  if (only.length > 0 && !only.includes('floors')) return;
  const others = new Set(workerds());
  const { url } = await ground.floors();
  const [pid = ''] = workerds().filter((one) => !others.has(one));
  const tokens = Array.from({ length: CONNECTIONS }, () => '');
  for (const [route, events, count] of FLOORS) {
    const costs: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const before = cpuOf(pid);
      const lanes = to(route, reportLanes(tokens, events, count));
      const { done } = await ground.generator.fire({ origin: url, lanes, seconds: null });
      if (round > 0) costs.push((cpuOf(pid) - before) / done);
    }
    console.log(`floor ${route}, reports of ${events}: ${shown(median(costs))} µs of CPU a request`);
  }
}
