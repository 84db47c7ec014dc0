// Two people of one tenant and one of another, signed in at once: events in a tenant reach its own people at once and
// never the third person; a role that changes takes away at once what it no longer allows; and one unlock, and one
// lock, is for all tabs.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { asPerson, asSignedIn } from '../../dev/stand/as-person.ts';
import { ADMIN, addTenant, setUpByVault } from '../../dev/stand/furnish.ts';
import { freePorts } from '../../dev/stand/ports.ts';
import { type Stand, startStand } from '../../dev/stand/stand.ts';
import { Engine } from '../../engine/client.ts';
import { LIVE_CLOSE } from '../../schema/facts/live-socket.ts';
import type { LiveMessage } from '../../schema/live.ts';
import type { PeopleList, Role } from '../../schema/person.ts';
import { openBrowser, openPage, picture } from '../support/browser.ts';
import { cutOff } from '../support/cut-off.ts';
import { becomes, until } from '../support/patience.ts';
import { ADMIN_PASSPHRASE, holdTime, signIn, signInAs, TEAM_PASSPHRASE, unlock } from '../support/story.ts';

const ENGINEER = 'engineer@example.com';
const THIRD = 'third@borealis.example';
let stateDir: string;
let stand: Stand;
let browser: Browser;
let borealis: string;

before(async () => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-together-'));
  stand = await startStand({ port: await freePorts(4), stateDir, fleet: 0 });
  await setUpByVault(stand, ADMIN_PASSPHRASE, TEAM_PASSPHRASE);
  borealis = await addTenant(stand, 'Borealis IT', THIRD);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await stand?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

type Seat = { page: Page; faults: string[]; heard: LiveMessage[]; closed: Promise<number> };

/** Somebody at a portal of their own, with what their live connection brings and how it first ends. */
async function sit(email: string): Promise<Seat> {
  const { page, faults } = await openPage(browser);
  const heard: LiveMessage[] = [];
  const live = page.waitForEvent('websocket', (socket) => socket.url().includes('/live'));
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      if (String(payload).startsWith('{')) heard.push(JSON.parse(String(payload)));
    }),
  );
  // Playwright does not say why a socket closed; the page is asked.
  await page.addInitScript(() => {
    const Real = WebSocket;
    window.WebSocket = class extends Real {
      constructor(url: string | URL) {
        super(url);
        this.addEventListener('close', ({ code }) => Reflect.get(window, 'socketClosed')(code));
      }
    };
  });
  let say: (code: number) => void = () => {};
  const closed = new Promise<number>((resolve) => {
    say = resolve;
  });
  await page.exposeFunction('socketClosed', say);
  await signInAs(page, stand.addresses.portal, email);
  await page.getByRole('heading', { name: 'Fleet' }).waitFor();
  await live;
  await until('the live connection’s hello', () => heard.some(({ type }) => type === 'hello'));
  return { page, faults, heard, closed };
}

const names = ({ heard }: Seat): (string | null)[] =>
  heard.flatMap((one) => (one.type === 'machines' ? one.machines.map(({ hostname }) => hostname) : []));

/** How many of the vault's workers run. */
async function vaultsOf(context: BrowserContext, page: Page): Promise<number> {
  const cdp = await context.newCDPSession(page);
  const { targetInfos } = await cdp.send('Target.getTargets');
  await cdp.detach();
  return targetInfos.filter(({ type, url }) => type === 'shared_worker' && url.startsWith(stand.addresses.portal))
    .length;
}

/** A PC of a tenant says that it has begun. */
async function report(token: string, hostname: string): Promise<void> {
  const spoolDir = path.join(stateDir, hostname);
  const engine = new Engine({
    apiOrigin: stand.addresses.api,
    token,
    spoolDir,
    machine: { id: crypto.randomUUID(), hostname },
  });
  const run = { id: crypto.randomUUID(), startedAt: Date.now(), phases: ['preflight'] };
  engine.startRun(run);
  engine.event(run.id, { type: 'run_started', message: 'begun' });
  assert.partialDeepStrictEqual(await engine.flush(), { ok: true });
}

async function setRole(role: Role): Promise<void> {
  const { people } = await asPerson<PeopleList>(stand, ADMIN, 'people');
  const id = people.find((one) => one.email === ENGINEER)?.id;
  await asPerson(stand, ADMIN, `people/${id}/role`, { role });
}

test('three at once: each hears of their own tenant, a lowered role closes the connection, and the page follows it', async () => {
  const [admin, engineer, third] = [await sit(ADMIN), await sit(ENGINEER), await sit(THIRD)];
  const { token } = await asSignedIn<{ token: string }>(stand, THIRD, `/v1/tenants/${borealis}/tokens`, {
    label: 'Bench',
    expiresAt: null,
    fingerprint: null,
  });
  await report(stand.demo.token, 'ACME-LT-0001');
  await report(token, 'BOR-LT-0001');
  for (const seat of [admin, engineer]) await seat.page.getByRole('link', { name: 'ACME-LT-0001' }).waitFor();
  await third.page.getByRole('link', { name: 'BOR-LT-0001' }).waitFor();
  await until('each to hear of a machine', () => [admin, engineer, third].every((seat) => names(seat).length > 0));
  assert.deepEqual(
    [admin, engineer, third].map((seat) => [...new Set(names(seat))]),
    [['ACME-LT-0001'], ['ACME-LT-0001'], ['BOR-LT-0001']],
  );
  await third.page.goto(`${stand.addresses.portal}/t/${stand.demo.tenant}`);
  await third.page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
  for (const [{ page }, others] of [
    [admin, 'BOR-'],
    [engineer, 'BOR-'],
    [third, 'ACME-'],
  ] as const)
    assert.equal(await page.getByText(others).count(), 0);

  // The engineer has the keys open, on a page whose role may see it, when the role is lowered.
  await engineer.page.getByRole('button', { name: 'Unlock', exact: true }).click();
  await unlock(engineer.page, 'Passphrase', TEAM_PASSPHRASE);
  await engineer.page.getByText(/^Unlocked ·/).waitFor();
  await setRole('auditor');
  assert.equal(await engineer.closed, LIVE_CLOSE.not_allowed);
  await engineer.page.getByText('You are an auditor of Acme MSP now; before, you were an engineer.').waitFor();
  await picture(engineer.page, 'role-lowered');
  await engineer.page.getByRole('link', { name: 'ACME-LT-0001' }).waitFor();
  await engineer.page.getByRole('link', { name: 'Audit', exact: true }).waitFor();
  assert.equal(await engineer.page.getByRole('button', { name: /^(Lock|Unlock)$/ }).count(), 0);
  // Without reloading anything the new role listens again.
  await report(stand.demo.token, 'ACME-LT-0002');
  await until('the engineer to hear again', () => names(engineer).includes('ACME-LT-0002'));

  const { people } = await asPerson<PeopleList>(stand, ADMIN, 'people');
  await asPerson(stand, ADMIN, `people/${people.find((one) => one.email === ENGINEER)?.id}/remove`, {});
  await engineer.page.getByRole('heading', { name: 'You are no longer a member of Acme MSP' }).waitFor();
  await picture(engineer.page, 'removed');
  assert.equal(await engineer.page.getByText('ACME-').count(), 0);
  assert.deepEqual([admin.faults, engineer.faults, third.faults], [[], [], []]);
  for (const { page } of [admin, engineer, third]) await page.context().close();
});

test('one unlock for all tabs, one key that locks them all, and word of the last minute', async () => {
  const { page: one, context, faults } = await openPage(browser);
  await one.clock.install();
  // A vault that another person may have left open is locked for a person who is new to a browser; after that nobody
  // starts a vault by looking.
  const door = await context.newPage();
  await signIn(door, stand.addresses.portal, ADMIN);
  await door.getByText('Live', { exact: true }).waitFor();
  await door.close();
  await until('no vault to run', async () => (await vaultsOf(context, one)) === 0);
  await one.goto(`${stand.addresses.portal}/t/${stand.demo.tenant}`);
  const other = await context.newPage();
  await other.goto(`${stand.addresses.portal}/t/${stand.demo.tenant}/settings`);
  for (const page of [one, other]) await page.getByRole('button', { name: 'Unlock', exact: true }).waitFor();
  await one.getByText('Live', { exact: true }).waitFor();
  assert.equal(await vaultsOf(context, one), 0);
  await one.getByRole('button', { name: 'Unlock', exact: true }).click();
  await until('a vault that starts while one types', async () => (await vaultsOf(context, one)) === 1);
  await unlock(one, 'Passphrase', ADMIN_PASSPHRASE);
  for (const page of [one, other]) await page.getByText(/^Unlocked · 1\d min$/).waitFor();
  await other.reload();
  await other.getByText(/^Unlocked · 1\d min$/).waitFor();
  assert.equal(await vaultsOf(context, one), 1);
  // Nobody knows how much of the quarter of an hour is over by now: with small steps the last minute is not missed.
  const pass = await holdTime(one);
  const lastMinute = one.getByText(/^Locks in \d\d s$/);
  await until('the last minute', async () => (await lastMinute.isVisible()) || (await pass(10_000)));
  await one.getByRole('status').filter({ hasText: 'The vault locks in one minute.' }).waitFor({ state: 'attached' });
  await picture(one, 'last-minute');
  await one.getByRole('button', { name: 'Stay unlocked' }).click();
  await other.keyboard.press('?');
  await other.getByRole('dialog').getByText('Lock the vault, in all tabs').waitFor();
  await other.keyboard.press('Escape');
  // While a dialog is open, keys are its own.
  await other.locator('shortcuts-dialog').waitFor({ state: 'detached' });
  await other.keyboard.press('l');
  for (const page of [one, other]) await page.getByRole('button', { name: 'Unlock', exact: true }).waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test('somebody of many tenants searches all of them at once, hears which could not be asked, and changes tenant by keyboard', async () => {
  const names = ['Cedar', 'Delta', 'Ember', 'Fjord', 'Grove', 'Haven', 'Iris'];
  const ids = await Promise.all(names.map((name) => addTenant(stand, `${name} IT`, ADMIN)));
  const cedar = ids[0] ?? '';
  const bench = { label: 'Bench', expiresAt: null, fingerprint: null };
  const { token } = await asSignedIn<{ token: string }>(stand, ADMIN, `/v1/tenants/${cedar}/tokens`, bench);
  await report(token, 'CED-LT-0001');
  await report(stand.demo.token, 'ACME-LT-0009');
  const { page, context, faults } = await openPage(browser);
  await signIn(page, stand.addresses.portal, ADMIN);
  // Nothing is remembered in this browser yet: the start is the search.
  await page.getByRole('heading', { name: 'All tenants' }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('-lt-000');
  const found = (name: string) => page.getByRole('main').locator('tenant-matches', { hasText: name });
  await found('Cedar IT').getByRole('link', { name: 'CED-LT-0001' }).waitFor();
  await found('Acme MSP').getByRole('link', { name: 'ACME-LT-0009' }).waitFor();
  await becomes(() => page.locator('tenant-matches').count(), 2);
  assert.equal(await page.getByText('BOR-').count(), 0);

  // The one that holds it cannot be asked: that is said, and is not nothing.
  const back = await cutOff(page, new RegExp(`/v1/tenants/${cedar}/search`));
  await page.getByRole('searchbox').fill('CED-LT-0001');
  await page.getByText('Nothing found in 7 tenants. One tenant could not be asked.').waitFor();
  await page.getByText('This tenant could not be searched, so what you look for may be here.').waitFor();
  await picture(page, 'search-failing');
  await back(() => page.getByRole('button', { name: 'Try again' }).click());
  await found('Cedar IT').getByRole('link', { name: 'CED-LT-0001' }).click();
  await page.getByRole('heading', { name: 'CED-LT-0001' }).waitFor();

  await page.getByRole('button', { name: 'Tenant: Cedar IT' }).press('Enter');
  await page.keyboard.type('haven');
  await picture(page, 'switcher-filtered');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Tenant: Haven IT' }).waitFor();
  await page.goto(stand.addresses.portal);
  await page.waitForURL(`${stand.addresses.portal}/t/${ids[5]}`);
  assert.deepEqual(
    faults.filter((fault) => !fault.includes('net::ERR_FAILED')),
    [],
  );
  await context.close();
});
