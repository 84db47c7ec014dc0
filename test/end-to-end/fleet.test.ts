// The fleet page: found by any part of a name and by what a blue screen shows, live without moving under the reader, by keyboard, in a
// narrow window, taken along as CSV.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import type { Browser, Page, WebSocketRoute } from 'playwright-core';
import { setUpByVault } from '../../dev/stand/furnish.ts';
import { freePorts } from '../../dev/stand/ports.ts';
import type { Stand } from '../../dev/stand/stand.ts';
import { Engine } from '../../engine/client.ts';
import { bitlockerRecoveryPassword } from '../../engine/simulator/secrets.ts';
import { tooWide } from '../support/axe.ts';
import { onPage, openBrowser, openPage, picture } from '../support/browser.ts';
import { cutOff } from '../support/cut-off.ts';
import { inOrder } from '../support/in-order.ts';
import { becomes } from '../support/patience.ts';
import { ADMIN_PASSPHRASE, signIn, TEAM_PASSPHRASE } from '../support/story.ts';
import { startAgedStand } from './aged-stand.ts';

const ADMIN = 'admin@example.com';
const ENGINEER = 'engineer@example.com';
/** More than one page of the API. */
const FLEET = 230;
const MINUTE_MS = 60_000;
const PHASES = ['preflight', 'rename', 'bitlocker'];
const PROTECTOR = '7c4e91ab-52d0-4f6e-9b3a-6f2d8e10c5aa';
const CLIENTS = ['Blue Harbour Clinic', 'Northgate Logistics'];

const DIST = path.join(import.meta.dirname, '../../portal/dist');

let stateDir: string;
let stand: Stand;
let browser: Browser;

type Pc = ReturnType<typeof pcOf>;
const pcOf = (index: number) => ({
  id: crypto.randomUUID(),
  hostname: `ACM-WS-${String(index).padStart(4, '0')}`,
  serial: `5CD${index}ZQ`,
  client: CLIENTS[index % 2],
  // The fifth last of each ten has failed, the very first ones go on.
  ending: index < 3 ? null : index % 10 === 5 ? 'run_failed' : 'run_succeeded',
  run: { id: crypto.randomUUID(), startedAt: Date.now() - index * MINUTE_MS, phases: PHASES },
});
const fleet = Array.from({ length: FLEET }, (_, index) => pcOf(index));
const pc = (index: number): Pc => fleet[index] as Pc;

async function report({ id, hostname, serial, client, run }: Pc, types: string[], firstSeq = 1): Promise<void> {
  const events = types.map((type, index) => ({
    seq: firstSeq + index,
    at: Date.now(),
    type,
    message: type,
    ...(type.startsWith('phase_') ? { phase: 'rename' } : {}),
  }));
  const response = await fetch(`${stand.addresses.api}/v1/report`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stand.demo.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ machine: { id, hostname, serial, client }, run, events }),
  });
  assert.equal(response.status, 200, await response.text());
}

before(async () => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-fleet-'));
  stand = await startAgedStand({ port: await freePorts(4), stateDir, fleet: 0 });
  browser = await openBrowser();
  await setUpByVault(stand, ADMIN_PASSPHRASE, TEAM_PASSPHRASE);
  await onPage(browser, async (page) => {
    await signIn(page, stand.addresses.portal, ADMIN);
    await page.getByRole('heading', { name: 'Set up the first PC' }).waitFor();
    await picture(page, 'fleet-empty');
  });
  for (let index = 0; index < FLEET; index += 20)
    await Promise.all(
      fleet
        .slice(index, index + 20)
        .map((one) => report(one, one.ending ? ['run_started', one.ending] : ['run_started'])),
    );
  const spoolDir = path.join(stateDir, 'engine');
  const engine = new Engine({ apiOrigin: stand.addresses.api, token: stand.demo.token, machine: pc(40), spoolDir });
  const ref = { protectorId: PROTECTOR, volume: 'C:' };
  assert.ok((await engine.escrow(pc(40).run.id, 'bitlocker_recovery_key', ref, bitlockerRecoveryPassword())).ok);
});
after(async () => {
  await browser?.close();
  await stand?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const at = (query = '') => `${stand.addresses.portal}/t/${stand.demo.tenant}${query}`;
const rowOf = (page: Page, one: Pc) => page.getByRole('row').filter({ hasText: one.hostname });

inOrder('a fleet on one page', (step) => {
  let page: Page;
  let faults: string[];
  /** The page's live sockets, so that one can be cut; `cut` refuses the next ones, `anew` has them begin by reading all anew. */
  const sockets: WebSocketRoute[] = [];
  let cut = false;
  let anew = false;
  const row = (one: Pc) => rowOf(page, one);
  const tile = (words: RegExp) => page.getByRole('link', { name: words });
  const rowsInDocument = () => page.locator('fleet-table [data-machine]').count();
  const namesShown = () => page.locator('fleet-table .name').allInnerTexts();
  const focusedName = () =>
    page.evaluate(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      return element?.textContent;
    });

  step(
    'tiles count the fleet, and one that stands for a filter sets it in the URL, where back and forward find it',
    async () => {
      const opened = await openPage(browser);
      page = opened.page;
      faults = opened.faults;
      await page.routeWebSocket(/\/live$|\/live\?/, (socket) => {
        if (cut) return void socket.close({ code: 1001 });
        const server = socket.connectToServer();
        // A server that has nothing to make up for says so in its first message; here it says the opposite where a test wants that.
        server.onMessage((message) =>
          socket.send(anew ? String(message).replace('"resync":false', '"resync":true') : message),
        );
        sockets.push(socket);
      });
      await signIn(page, stand.addresses.portal, ENGINEER);
      await tile(/^230\s*All PCs/).waitFor();
      const failed = fleet.filter(({ ending }) => ending === 'run_failed').length;
      await tile(new RegExp(`^${failed}\\s*Failed`)).click();
      await page.waitForURL(/\?status=failed$/);
      await page.getByText(`${failed} PCs`, { exact: true }).waitFor();
      await becomes(async () => [...new Set((await namesShown()).map((name) => name.at(-1)))], ['5']);
      await page.getByRole('button', { name: /^Client/ }).click();
      await page.keyboard.type('north');
      await page.keyboard.press('Enter');
      await page.waitForURL(/status=failed&client=Northgate/);
      await page.getByLabel('Sort').selectOption('Name');
      await page.waitForURL(/sort=hostname/);
      await page.reload();
      await row(pc(5)).waitFor();
      await becomes(async () => (await namesShown())[0], pc(5).hostname);
      await page.goBack();
      await page.goBack();
      await page.waitForURL(/\?status=failed$/);
      await page.getByRole('button', { name: 'Client All' }).waitFor();
      await page.getByLabel('Status').selectOption('Abandoned');
      await page.getByText('No PC fits this status.').waitFor();
      await page.getByRole('button', { name: 'Show all PCs' }).click();
      // What has failed needs attention, and comes first.
      await row(pc(5)).waitFor();
      await becomes(
        async () => (await namesShown()).slice(0, 2),
        [pc(5), pc(15)].map(({ hostname }) => hostname),
      );
      await page.getByLabel('Sort').selectOption('Latest run');
      await page.waitForURL(/\?sort=started$/);
      await row(pc(0)).waitFor();
    },
  );

  step(
    'only what is near the screen is in the document, further pages come as one scrolls, and the table says where one is',
    async () => {
      await page.getByRole('button', { name: /^Runs a day/ }).click();
      await page.getByRole('table', { name: /^Runs per day/ }).waitFor();
      await page.keyboard.press('Escape');
      await picture(page, 'fleet', false);
      assert.ok((await rowsInDocument()) < 60);
      const table = page.getByRole('table', { name: 'PCs' });
      await becomes(() => table.getAttribute('aria-rowcount'), String(FLEET + 1));
      await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
      await page.getByText('Loading more PCs …').waitFor({ state: 'detached' });
      await page.keyboard.press('End');
      await row(pc(FLEET - 1)).waitFor();
      assert.equal(await row(pc(FLEET - 1)).getAttribute('aria-rowindex'), String(FLEET + 1));
      assert.ok((await rowsInDocument()) < 60);
      await page.keyboard.press('Home');
      await row(pc(0)).waitFor();
    },
  );

  step(
    'a machine is found by name, serial, client, and by the 8 characters that a locked PC shows of its key id',
    async () => {
      const field = page.getByRole('searchbox');
      await page.locator('h1').click();
      await page.keyboard.press('/');
      await page.keyboard.type('w');
      await page.getByText('Type 2 or more characters.').waitFor();
      await page.keyboard.type('S-0123');
      await page.getByText('1 PC found, archived ones included.').waitFor();
      await becomes(namesShown, [pc(123).hostname]);
      await page.waitForURL(/\?q=wS-0123&sort=started$/);
      await field.fill(pc(77).serial.toLowerCase());
      await row(pc(77)).getByText('Found by: Serial').waitFor();
      await field.fill('harbour');
      await page.getByText(/^The first 50 PCs of (\d+|many): type on to narrow it down/).waitFor();
      await field.fill('7C4E91AB');
      await row(pc(40)).getByText('Found by: Recovery key').waitFor();
      assert.equal(await row(pc(40)).locator('strong').innerText(), '7C4E91AB');
      await picture(page, 'fleet-found', false);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: pc(40).hostname }).waitFor();
      await page.goBack();
      await row(pc(40)).waitFor();
      await field.fill('no such machine');
      await page.getByRole('heading', { name: 'No PC matches “no such machine”' }).waitFor();
      await picture(page, 'fleet-found-none', false);
      await field.press('Escape');
      await row(pc(0)).waitFor();
      assert.equal(new URL(page.url()).search, '?sort=started');
      await field.press('Escape');
      assert.notEqual(await page.evaluate(() => document.activeElement?.tagName), 'INPUT');
    },
  );

  step('a row changes as its engine reports, and none moves under the pointer until it is asked to', async () => {
    await page.getByText('Live', { exact: true }).waitFor();
    await row(pc(2)).getByText('Provisioning').waitFor();
    await row(pc(2)).hover();
    await report(pc(2), ['phase_started', 'phase_succeeded'], 2);
    await row(pc(2)).locator('[title="1 of 3 phases done"]').waitFor();
    const before = await namesShown();
    const again = { ...pc(9), run: { ...pc(9).run, id: crypto.randomUUID(), startedAt: Date.now() } };
    await report(again, ['run_started']);
    await row(pc(9)).getByText('Provisioning').waitFor();
    const button = page.getByRole('button', { name: 'Show the new order (1)' });
    await button.waitFor();
    assert.deepEqual(await namesShown(), before);
    await page.keyboard.press('n');
    await button.waitFor({ state: 'hidden' });
    await becomes(
      async () => (await namesShown()).slice(0, 3),
      [pc(9), pc(0), pc(1)].map(({ hostname }) => hostname),
    );
    await page.mouse.move(5, 5);
    await tile(/^4\s*Provisioning/).waitFor();
  });

  step('a dropped connection is seen, and what was missed is there once it has healed, without a reload', async () => {
    cut = true;
    for (const socket of sockets.splice(0)) await socket.close({ code: 1001 });
    await page.getByText('Not live: trying again …').waitFor();
    await picture(page, 'fleet-not-live', false);
    await report(pc(1), ['run_succeeded'], 2);
    cut = false;
    await page.getByText('Live', { exact: true }).waitFor();
    await row(pc(1)).getByText('Succeeded').waitFor();
  });

  step('what comes while the list is read anew goes on top of the answers, which are older by then', async () => {
    const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<void>();
    const { promise: hasRead, resolve: read } = Promise.withResolvers<void>();
    const counted = tile(/^3\s*Provisioning/);
    await counted.waitFor();
    await page.route(/\/overview$/, async (route) => {
      const response = await route.fetch();
      read();
      await mayAnswer;
      await route.fulfill({ response });
    });
    const list = page.waitForResponse(/\/machines\?/);
    const overview = page.waitForResponse(/\/overview$/);
    anew = true;
    for (const socket of sockets.splice(0)) await socket.close({ code: 1001 });
    await (await list).finished();
    await hasRead;
    await report(pc(2), ['run_succeeded'], 4);
    await row(pc(2)).getByText('Succeeded').waitFor();
    answer();
    await (await overview).finished();
    // Two frames: the answer's changes have been drawn by then.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    assert.ok(await row(pc(2)).getByText('Succeeded').isVisible());
    await tile(/^2\s*Provisioning/).waitFor();
    assert.equal(await counted.count(), 0);
    await page.unroute(/\/overview$/);
    anew = false;
  });

  step(
    'the rows are gone through by j and k, opened by Enter, and going back comes back to where one was',
    async () => {
      await page.locator('h1').click();
      await page.keyboard.press('j');
      await page.waitForFunction(() => document.activeElement !== document.body);
      const first = (await focusedName()) ?? '';
      for (let i = 0; i < 20; i++) await page.keyboard.press('j');
      await page.keyboard.press('k');
      const fromFirst = async () => {
        const [names, focused] = [await namesShown(), await focusedName()];
        return names.indexOf(focused ?? '') - names.indexOf(first);
      };
      await becomes(fromFirst, 19);
      const opened = await focusedName();
      await becomes(() => page.evaluate(() => window.scrollY > 0), true);
      await picture(page, 'fleet-cursor', false);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: opened ?? '' }).waitFor();
      await page.goBack();
      await page.getByRole('link', { name: opened ?? '' }).waitFor();
    },
  );

  step('the filtered list is taken along as CSV, all pages of it', async () => {
    await page.goto(at('?status=succeeded'));
    await row(pc(3)).waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export CSV' }).click();
    const file = path.join(stateDir, 'fleet.csv');
    await (await download).saveAs(file);
    const [head, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\r\n');
    assert.match(head ?? '', /^\ufeff"machine","hostname","client","serial",/);
    // The one that began anew is running, and two more have succeeded meanwhile.
    const succeeded = [pc(1), pc(2), ...fleet.filter((one) => one.ending === 'run_succeeded' && one !== pc(9))];
    assert.deepEqual(
      lines.map((line) => line.split('","')[1]).sort(),
      succeeded.map(({ hostname }) => hostname).sort(),
    );
  });

  step('several are selected by keyboard, archived at once, and brought back by Undo', async () => {
    await page.goto(at('?status=succeeded&sort=started'));
    await row(pc(3)).waitFor();
    const counted = tile(/^\d+\s*All PCs/);
    const all = await counted.innerText();
    await page.locator('h1').click();
    for (const key of ['j', 'x', 'j', 'x']) await page.keyboard.press(key);
    await page.getByText('2 selected', { exact: true }).waitFor();
    await picture(page, 'fleet-selected', false);
    await page.getByRole('button', { name: 'Archive', exact: true }).click();
    await page.getByText('2 PCs archived').waitFor();
    await counted.filter({ hasText: String(FLEET - 2) }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('2 PCs brought back').waitFor();
    await becomes(() => counted.innerText(), all);
  });

  step('no page made a fault on the way', async () => {
    assert.deepEqual(faults, []);
    await page.context().close();
  });
});

/** The fleet, as the engineer sees it in a browser of this test's own. */
const onEngineersPage = (act: (page: Page) => Promise<void>, expected?: RegExp) =>
  onPage(
    browser,
    async (page) => {
      await signIn(page, stand.addresses.portal, ENGINEER);
      await act(page);
    },
    { expected },
  );

/** Of the portal as it is built, in bytes, as a CDN would send it. */
const SCRIPTS_MAX = 120_000;
const FONTS_MAX = 45_000;

test('the first screen is within its budgets, its fonts are the portal’s own and preloaded, and nothing moves when they come', () =>
  onPage(browser, async (page) => {
    await signIn(page, stand.addresses.portal, ADMIN);
    await rowOf(page, pc(5)).waitFor();
    // A browser that has been here: where a warning stood, its room is kept.
    await page.waitForFunction(() => {
      const note = document.querySelector('totl-app')?.shadowRoot?.querySelector('custody-note');
      return (note as { overview: unknown } | null)?.overview;
    });
    await page.goto('about:blank');
    await page.addInitScript(() => {
      Object.assign(globalThis, { moved: 0 });
      const note = (entries: PerformanceObserverEntryList) => {
        for (const entry of entries.getEntries())
          (globalThis as unknown as { moved: number }).moved += (entry as unknown as { value: number }).value;
      };
      new PerformanceObserver(note).observe({ type: 'layout-shift', buffered: true });
    });
    const fetched = new Set<string>();
    let listed = false;
    page.on('request', (request) => {
      const { origin, pathname } = new URL(request.url());
      assert.ok(
        [stand.addresses.portal, stand.addresses.apiBehindAccess].includes(origin),
        `${origin} is a third party`,
      );
      if (!listed || /woff2$/.test(pathname)) fetched.add(pathname);
    });
    page.on('response', (response) => {
      if (/\/machines\?/.test(response.url())) listed = true;
    });
    await page.goto(at());
    await rowOf(page, pc(5)).waitFor();
    await page.evaluate(() => document.fonts.ready);
    const size = (ending: RegExp, squeezed: boolean) =>
      [...fetched]
        .filter((name) => ending.test(name))
        .map((name) => readFileSync(path.join(DIST, name)))
        .reduce((sum, file) => sum + (squeezed ? brotliCompressSync(file).length : file.length), 0);
    assert.ok(size(/\.(js|css)$/, true) <= SCRIPTS_MAX, `${size(/\.(js|css)$/, true)} bytes of scripts and styles`);
    assert.ok(size(/\.woff2$/, false) <= FONTS_MAX, `${size(/\.woff2$/, false)} bytes of fonts`);
    const fonts = await page.evaluate(() =>
      performance.getEntriesByType('resource').flatMap((entry) => {
        const { name, initiatorType } = entry as PerformanceResourceTiming;
        return /woff2$/.test(name) ? [initiatorType] : [];
      }),
    );
    assert.deepEqual(fonts, ['link', 'link']);
    assert.equal(await page.evaluate(() => document.fonts.check('14px Inter')), true);
    const moved = await page.evaluate(() => (globalThis as unknown as { moved: number }).moved);
    assert.ok(moved < 0.005, `the page moved by ${moved}`);
  }));

test('fourteen rows and more are whole on a screen of 1280 by 860: the list is the product', () =>
  onPage(browser, async (page) => {
    await signIn(page, stand.addresses.portal, ADMIN);
    await rowOf(page, pc(5)).waitFor();
    const whole = () =>
      page.locator('fleet-table [data-machine]').evaluateAll(
        (rows) =>
          rows.filter((row) => {
            const { top, bottom } = row.getBoundingClientRect();
            return top >= 0 && bottom <= window.innerHeight;
          }).length,
      );
    await becomes(async () => (await whole()) >= 14, true);
  }));

test('a failing list is a failure with what was last read, never an empty one', () =>
  onEngineersPage(async (page) => {
    await page.goto(at());
    await rowOf(page, pc(0)).waitFor();
    const back = await cutOff(page, /\/machines\?/);
    await page.getByLabel('Status').selectOption('Failed');
    await page.getByText('The server did not answer').waitFor();
    assert.equal(await page.getByText(/^No PC/).count(), 0);
    await back(() => page.getByRole('button', { name: 'Try again' }).click());
    await rowOf(page, pc(5)).waitFor();
  }, /net::ERR_FAILED/));

test('in a narrow window each machine is a card, and nothing is wider than the window, in either theme', () =>
  onEngineersPage(async (page) => {
    await page.goto(at());
    await rowOf(page, pc(0)).waitFor();
    await page.setViewportSize({ width: 360, height: 800 });
    await becomes(() => tooWide(page), 0);
    await page.getByRole('button', { name: 'Filters and more' }).click();
    await page.getByLabel('Status').waitFor();
    await becomes(() => tooWide(page), 0);
    await picture(page, 'fleet-narrow', false);
    await rowOf(page, pc(5)).scrollIntoViewIfNeeded();
    await picture(page, 'fleet-narrow-rows', false);
    await page.setViewportSize({ width: 1280, height: 860 });
    for (let i = 0; i < 2; i++) await page.getByRole('button', { name: /^Theme/ }).click();
    await picture(page, 'fleet-dark', false);
  }));
