// A whole fleet on one tenant and one token while people look on: memory stays bounded, what is too much is told when to come again, engines
// do, and the day's work gets through.
import type { Page } from 'playwright-core';
import { chance } from '../../engine/simulator/random.ts';
import { openBrowser, openPage } from '../../test/support/browser.ts';
import { signInAs } from '../../test/support/story.ts';
import { Inspector } from '../bench/inspector.ts';
import { openLive } from '../bench/tenant.ts';
import { BadNetwork } from './bad-network.ts';
import { broken } from './checker.ts';
import { DaysWork } from './days-work.ts';
import { Engines } from './engines.ts';
import { Gate } from './gate.ts';
import { House } from './house.ts';
import { Ledger } from './ledger.ts';
import type { Outcome, Part, Run } from './part.ts';
import { Looker } from './seen.ts';
import { newTenant } from './tenant.ts';

const [PCS, FULL_PCS] = [200, 5_000];
const [PORTALS, SOCKETS] = [2, 18];
const LOOK_EVERY_MS = 250;
/** Every so many looks the Worker's garbage is collected first: what is left then is what it needs. */
const LOOKS_A_COLLECTION = 40;
const MB = 1e6;
/** Alive: half of what the platform ends an isolate at, and what a tab of any engineer's PC has to spare. */
const [WORKER_MOST_MB, BROWSER_MOST_MB] = [64, 200];
/** As wrangler.toml has the door. */
const RATES = { TOKEN_REQUESTS: { namespace_id: '1001', simple: { limit: 1_000, period: 10 as const } } };

/** So that few PCs on a slow machine are an overload, too. */
const FEW = { tokenRequests: 250 };
/** From so many on the limit is the one that every tenant has. */
const MANY_PCS = 1_000;

type Heap = { usedSize: number; embedderHeapUsedSize?: number; backingStorageSize?: number };

async function workerHeap(inspector: Inspector): Promise<number> {
  const heap = await inspector.ask<Heap>('Runtime.getHeapUsage');
  return (heap.usedSize + (heap.embedderHeapUsedSize ?? 0) + (heap.backingStorageSize ?? 0)) / MB;
}

const browserHeap = (page: Page): Promise<number> =>
  page.evaluate(() => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize / 1e6);

async function run({ ground, seed, isFull, pcs = isFull ? FULL_PCS : PCS, say }: Run): Promise<Outcome> {
  const isMany = pcs >= MANY_PCS;
  const house = await House.open(ground, 'load', (api) => BadNetwork.open(api, chance(seed)), {
    inspected: true,
    rates: RATES,
  });
  const { product } = house.place;
  const tenant = await newTenant(product, { domain: 'load.example', tokens: 2, limits: isMany ? {} : FEW });
  const inspector = await Inspector.open(await product.inspector());
  // One person has sixteen at most, and the oldest goes.
  const sockets = await Promise.all(
    Array.from({ length: SOCKETS }, (_, index) =>
      openLive(product, { id: tenant.id, admin: index % 2 === 0 ? tenant.admin : tenant.auditor }),
    ),
  );
  const browser = await openBrowser();
  const ledger = new Ledger();
  try {
    const pages: Page[] = [];
    while (pages.length < PORTALS) {
      const { page } = await openPage(browser);
      await signInAs(page, house.portal, tenant.engineer, `/t/${tenant.id}`);
      pages.push(page);
    }
    const engines = new Engines({
      origin: house.place.origin,
      tokens: tenant.tokens.slice(0, 1),
      fingerprint: tenant.fingerprint,
      count: pcs,
      seed,
      folder: ground.folder('load-spools'),
      ledger,
      gate: new Gate(),
      speed: 1,
      pauseMs: isMany ? 4_000 : 500,
      runs: 1,
      expected: [503],
    });
    const folder = ground.folder('load-other-bench');
    const daysWork = new DaysWork({ house, tenant, token: 1, browser, folder });
    let over = false;
    const worked = engines.finished().finally(() => {
      over = true;
    });
    const most = { worker: 0, alive: 0, browser: 0 };
    for (let look = 1; !over; look++) {
      most.worker = Math.max(most.worker, await workerHeap(inspector));
      if (look % LOOKS_A_COLLECTION === 0) {
        await inspector.ask('HeapProfiler.collectGarbage');
        most.alive = Math.max(most.alive, await workerHeap(inspector));
      }
      for (const page of pages) most.browser = Math.max(most.browser, await browserHeap(page));
      await Promise.race([worked, new Promise((look) => setTimeout(look, LOOK_EVERY_MS))]);
    }
    await worked;
    await daysWork.stop();
    say(`all ${pcs} PCs are through; ${daysWork.did}`);
    const ledgers = [ledger, daysWork.ledger];
    const promised = ledgers.map((one) => one.promised());
    const looker = new Looker(tenant);
    const seen = await looker.look(
      product,
      promised.flatMap(({ events }) => [...events.keys()]),
    );
    await looker.close();
    const faults = [...engines.faults, ...daysWork.faults, ...ledgers.flatMap((one) => one.faults)];
    faults.push(...new Set(promised.flatMap((one) => broken(one, seen))));
    const { events, secrets } = ledger.count();
    if (events !== engines.made.events)
      faults.push(`${engines.made.events} events were made and ${events} acknowledged`);
    if (most.alive > WORKER_MOST_MB) faults.push(`the Worker held ${Math.round(most.alive)} MB alive`);
    if (most.browser > BROWSER_MOST_MB) faults.push(`a portal held ${Math.round(most.browser)} MB`);
    const deaf = sockets.filter((socket) => socket.heard() === 0).length;
    if (deaf > 0) faults.push(`${deaf} of ${SOCKETS} live sockets heard nothing`);
    const turnedAway = ledger.statuses.get(429) ?? 0;
    if (turnedAway === 0) faults.push('nobody was turned away: it was no overload');
    if (new Set(engines.waits).size < engines.waits.length / 2)
      faults.push('engines come again together: their waits are alike');
    say(`${turnedAway} of the answers were 429`);
    return {
      did: [
        `${pcs.toLocaleString('en-US')} PCs on one token, ${PORTALS} portals and ${SOCKETS} live sockets: ${events.toLocaleString('en-US')} events and ${secrets.toLocaleString('en-US')} secrets through; ${turnedAway.toLocaleString('en-US')} answers were 429, each with its Retry-After`,
        `meanwhile, with another token and in the portal: ${daysWork.did}`,
        `at most ${most.alive.toFixed(1)} MB alive in the Worker and object, ${most.worker.toFixed(1)} MB with what nobody had collected yet; ${most.browser.toFixed(1)} MB in a portal`,
      ],
      faults,
    };
  } finally {
    for (const socket of sockets) socket.close();
    inspector.close();
    await browser.close();
    await house.close();
  }
}

export const load: Part = { name: 'load', title: 'Load', run };
