// The heap of an object with 100,000 machines while PCs report and people look: V8's own word, asked for again and again.
import { setTimeout as wait } from 'node:timers/promises';
import { median, shown } from './figure.ts';
import { CONNECTIONS } from './generator.ts';
import type { Ground } from './ground.ts';
import { Inspector } from './inspector.ts';
import { type LargeTenant, largeTenant } from './large-tenant.ts';
import type { Measured, Part } from './part.ts';
import { reportLanes } from './pcs.ts';
import { asPerson, type Product, serveProduct } from './product.ts';
import { openLive } from './tenant.ts';

const SECONDS = 10;
const QUICK_SECONDS = 1;
const REPORTS_A_SECOND = 3_000;
const LOOK_EVERY_MS = 50;
const MB = 1e6;
const MOST_MB = 48;

/** `usedSize`: what is alive, and what nobody has collected yet; the others lie outside of V8's own heap. */
type Heap = { usedSize: number; embedderHeapUsedSize?: number; backingStorageSize?: number };

/** People who look at the list, search and open pages, one thing after another. */
async function look(product: Product, { tenant }: LargeTenant, isOver: () => boolean): Promise<void> {
  const routes = [
    'overview',
    'machines?limit=200',
    'machines?sort=hostname&status=failed',
    'search?q=PC-',
    'activity',
    'clients',
  ];
  for (let turn = 0; !isOver(); turn++)
    await asPerson(product, tenant.admin, `/v1/tenants/${tenant.id}/${routes[turn % routes.length]}`);
}

/** What the heap was at each look; `collected`: what nobody holds any more is thrown away before each, so that it is what is alive. */
async function watch(inspector: Inspector, collected: boolean, isOver: () => boolean): Promise<number[]> {
  const seen: number[] = [];
  while (!isOver()) {
    if (collected) await inspector.ask('HeapProfiler.collectGarbage');
    const {
      usedSize,
      embedderHeapUsedSize = 0,
      backingStorageSize = 0,
    } = await inspector.ask<Heap>('Runtime.getHeapUsage');
    seen.push(usedSize + embedderHeapUsedSize + backingStorageSize);
    await wait(LOOK_EVERY_MS);
  }
  return seen;
}

type Loaded = { product: Product; inspector: Inspector; large: LargeTenant };

/** PCs report and people look for so long; answers the reports a second and what the heap was meanwhile. */
async function underLoad(ground: Ground, { product, inspector, large }: Loaded, collected: boolean) {
  const seconds = ground.isQuick ? QUICK_SECONDS : SECONDS;
  const lanes = reportLanes(large.tenant.tokens, 10, Math.ceil((REPORTS_A_SECOND * seconds) / CONNECTIONS));
  let over = false;
  const isOver = () => over;
  const [fired, seen] = await Promise.all([
    ground.generator.fire({ origin: product.url, lanes, seconds }).finally(() => {
      over = true;
    }),
    watch(inspector, collected, isOver),
    look(product, large, isOver),
  ]);
  return { rate: fired.done / fired.seconds, seen };
}

async function measure(ground: Ground): Promise<Measured> {
  const large = await largeTenant(ground);
  const [script, team] = await Promise.all([ground.bundle(), ground.team()]);
  const product = await serveProduct({ script, team, folder: large.folder, inspected: true });
  const live = await openLive(product, large.tenant);
  const inspector = await Inspector.open(await product.inspector());
  try {
    const { rate, seen } = await underLoad(ground, { product, inspector, large }, false);
    const alive = await underLoad(ground, { product, inspector, large }, true);
    const megabytes = (bytes: number) => shown(bytes / MB);
    return {
      figures: [
        {
          what: `memory of an object with ${large.machines.toLocaleString('en-US')} machines under load, at most`,
          measured: `${megabytes(Math.max(...seen))} MB at most, ${megabytes(median(seen))} in the middle; ${megabytes(Math.max(...alive.seen))} at most of it alive`,
          against: 'the platform ends an isolate at 128 MB',
          value: Math.max(...seen) / MB,
          unit: ' MB',
          wanted: { most: MOST_MB },
        },
      ],
      remarks: [
        `The memory is that of the Worker and the object together, since both share an isolate here, at ${shown(rate)} reports a second and people who look meanwhile. What is alive was seen in a second round, at ${shown(alive.rate)} a second, in which V8 is told to collect before each of ${alive.seen.length} looks.`,
      ],
    };
  } finally {
    inspector.close();
    live.close();
    await product.close();
  }
}

export const memory: Part = { name: 'memory', title: 'Memory', measure };
