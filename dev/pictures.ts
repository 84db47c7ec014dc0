// `npm run pictures`: every screen of a furnished stand in light and dark, wide and narrow, into .pictures/ to be looked at; the few that
// the docs show go to docs/pictures/.
import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { DAY_MS } from '../schema/facts/days.ts';
import { openBrowser, openPage } from '../test/support/browser.ts';
import {
  ADMIN_PASSPHRASE,
  beginReveal,
  hideSecret,
  holdTime,
  pressReveal,
  signIn,
  TEAM_PASSPHRASE,
  unlock,
} from '../test/support/story.ts';
import { root } from './lib/run.ts';
import { OPERATOR_EMAIL } from './stand/demo-data.ts';
import { ADMIN, addTenant, furnish, setUpByVault } from './stand/furnish.ts';
import { freePorts } from './stand/ports.ts';
import { type Stand, startStand } from './stand/stand.ts';

const OUT = path.join(root, '.pictures');
const DOCS = path.join(root, 'docs/pictures');
const FLEET = 24;
/** Slow enough that some are still running when the pictures are taken. */
const SPEED = 20;
const LOOKS = [
  ['light', 1920],
  ['light', 1280],
  ['dark', 1280],
  ['light', 360],
  ['dark', 360],
] as const;
/** In these two every screen is taken; the main ones in all of them, and in a system's own contrast and colours. */
const FEWER: readonly (readonly [string, number])[] = [LOOKS[1], LOOKS[4]];
const MAIN = /^(fleet|find|machine|revealed|audit-reveals|people|access|keys|settings|first-run)$/;
/** The pictures in the docs, by the name under which they are taken. */
const FOR_DOCS: Record<string, string> = {
  'fleet-light-1280': 'fleet',
  'machine-light-1280': 'machine',
  'revealed-light-1280': 'reveal',
  'search-light-1280': 'search',
  'fleet-dark-360': 'fleet-narrow',
};

type Screen = { name: string; path: string; open?: (page: Page) => Promise<unknown> };
const at = (name: string, page = `/${name}`, open?: Screen['open']): Screen => ({
  name,
  path: `/t/:tenant${page}`,
  ...(open ? { open } : {}),
});

/** In the order in which the list is read: the last ones leave something behind. */
const SCREENS: Screen[] = [
  at('fleet', ''),
  at('fleet-nothing', '?q=4723c571'),
  at('fleet-selected', '', async (page) => {
    for (const key of ['j', 'x', 'j', 'x']) await page.keyboard.press(key);
  }),
  at('fleet-chart', '', (page) => page.getByRole('button', { name: /^Runs a day/ }).click()),
  at('machine', '/machines/:machine'),
  ...['access', 'people', 'keys', 'recovery', 'tokens', 'safekeeping', 'notices', 'audit', 'settings', 'upload'].map(
    (name) => at(name),
  ),
  { name: 'first-run', path: '/t/:empty' },
  { name: 'set-up', path: '/t/:empty/set-up' },
  { name: 'search', path: '/search?q=LT-' },
  {
    name: 'unlock',
    path: '/t/:tenant/settings',
    open: (page) => page.getByRole('button', { name: 'Unlock', exact: true }).click(),
  },
  { name: 'keys-help', path: '/t/:tenant', open: (page) => page.keyboard.press('?') },
  { name: 'switcher', path: '/t/:tenant', open: (page) => page.getByRole('button', { name: /^Tenant:/ }).click() },
  {
    name: 'find',
    path: '/t/:tenant/settings',
    open: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox').fill('har');
      await page.getByRole('option').nth(2).waitFor();
    },
  },
  { name: 'not-found', path: '/nowhere' },
];

/** What there is to see once a secret was revealed, and a PC has the longest of names; at last somebody leaves. */
const AFTER: Screen[] = [
  at('fleet-long', ''),
  at('machine-long', '/machines/:long'),
  at('audit-reveals', '/audit?action=secret.revealed&days=7'),
  at('audit-entry', '/audit', (page) =>
    page
      .getByRole('button', { name: /^Details of entry/ })
      .first()
      .click(),
  ),
  at('leaver', '/people', async (page) => {
    await page.getByRole('button', { name: 'Remove engineer@example.com' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByRole('heading', { name: 'engineer@example.com is leaving' }).waitFor();
  }),
];

/** The ids that the paths of the screens stand for. */
type Places = Record<'tenant' | 'machine' | 'long' | 'empty', string>;

async function settle(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor();
  await page.locator('main').getByRole('status').filter({ hasText: '…' }).first().waitFor({ state: 'hidden' });
  await page.waitForLoadState('load');
}

const nameOf = (name: string, [colorScheme, width]: readonly [string, number]): string =>
  `${name}-${colorScheme}-${width}`;

/** The page as it is now, in each look that is wanted of it. */
async function take(page: Page, name: string): Promise<void> {
  const isMain = MAIN.test(name);
  for (const look of LOOKS) {
    const [colorScheme, width] = look;
    if (!isMain && !FEWER.includes(look) && !FOR_DOCS[nameOf(name, look)]) continue;
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: width > 400 ? 860 : 760 });
    const file = path.join(OUT, `${nameOf(name, look)}.png`);
    const forDocs = FOR_DOCS[nameOf(name, look)];
    // What lies above the page is taken with as much of the page as there is room for.
    const above = await page.locator('dialog[open], entry-drawer').count();
    await page.screenshot({ path: file, fullPage: !forDocs && above === 0 });
    if (forDocs) copyFileSync(file, path.join(DOCS, `${forDocs}.png`));
  }
  if (!isMain) return;
  await page.setViewportSize({ width: 1280, height: 860 });
  for (const more of [{ contrast: 'more' }, { forcedColors: 'active' }] as const) {
    await page.emulateMedia({ colorScheme: 'light', ...more });
    await page.screenshot({ path: path.join(OUT, `${name}-${Object.keys(more)[0]}.png`) });
    await page.emulateMedia({ contrast: null, forcedColors: null });
  }
}

async function walk(stand: Stand, places: Places): Promise<void> {
  const browser = await openBrowser();
  try {
    const { page } = await openPage(browser);
    await signIn(page, stand.addresses.portal, ADMIN);
    const all = async (screens: readonly Screen[]) => {
      for (const screen of screens) await show(page, stand, places, screen);
    };
    await all(SCREENS);
    await reveal(page, stand, places.machine);
    // Not before: the pictures of the docs have no such name.
    places.long = await longNames(stand);
    await all(AFTER);
    const operator = await openPage(browser);
    await signIn(operator.page, stand.addresses.portal, OPERATOR_EMAIL);
    await settle(operator.page);
    await take(operator.page, 'operator');
  } finally {
    await browser.close();
  }
}

async function show(page: Page, stand: Stand, places: Places, { name, path: place, open }: Screen): Promise<void> {
  await page.setViewportSize({ width: 1280, height: 860 });
  await page.goto(stand.addresses.portal + place.replaceAll(/:(\w+)/g, (_, name: keyof Places) => places[name]));
  await settle(page);
  await open?.(page);
  await take(page, name);
}

async function reveal(page: Page, stand: Stand, machine: string): Promise<void> {
  await page.goto(`${stand.addresses.portal}/t/${stand.demo.tenant}/machines/${machine}`);
  await holdTime(page);
  await page.getByRole('button', { name: /^Reveal BitLocker/ }).click();
  await take(page, 'reveal');
  await page.getByLabel('Reason', { exact: true }).fill('Blue recovery screen, ticket 4711');
  await unlock(page, 'Passphrase', ADMIN_PASSPHRASE);
  await page.getByText('All eight groups', { exact: false }).waitFor();
  await take(page, 'revealed');
  await page.getByRole('button', { name: 'Spell it out' }).click();
  await take(page, 'spelled');
  await hideSecret(page);
  await beginReveal(page, /^Reveal local administrator password/, 'A driver needs an administrator, ticket 4712');
  await pressReveal(page);
  await page.locator('.plain').waitFor();
  await take(page, 'revealed-password');
  await hideSecret(page);
  await take(page, 'machine-revealed');
}

/** A PC with the longest name that Windows lets a PC have, a long client and model. */
async function longNames(stand: Stand): Promise<string> {
  const id = randomUUID();
  const machine = {
    id,
    hostname: `WS-${'LONGESTNAMEWITHOUTABREAK'.repeat(3)}`.slice(0, 60).concat('-01'),
    serial: 'SN-0123456789-0123456789-0123456789',
    client: 'Gesellschaft für die Wasserwirtschaft des mittleren Neckars und seiner Zuflüsse, Zweigstelle Nord',
    manufacturer: 'Dell Inc.',
    model: 'Precision 5860 Tower Workstation with a name that goes on',
    osVersion: 'Windows 11 Pro for Workstations 10.0.26100',
  };
  const response = await fetch(`${stand.addresses.api}/v1/report`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stand.demo.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      machine,
      run: { id: randomUUID(), startedAt: Date.now() - 40 * DAY_MS, phases: ['rename', 'office', 'updates'] },
      events: [
        {
          seq: 1,
          at: Date.now() - 40 * DAY_MS,
          type: 'phase_started',
          phase: 'rename',
          message: 'Phase rename started',
        },
        {
          seq: 2,
          at: Date.now() - 39 * DAY_MS,
          type: 'phase_succeeded',
          phase: 'rename',
          message: 'Phase rename done',
        },
        {
          seq: 3,
          at: Date.now() - 39 * DAY_MS,
          type: 'phase_started',
          phase: 'office',
          message: 'Phase office started',
        },
        {
          seq: 4,
          at: Date.now() - DAY_MS,
          level: 'error',
          phase: 'office',
          message: `Exit code 1603: ${'a fatal error during installation '.repeat(4)}`,
        },
        { seq: 5, at: Date.now(), type: 'run_failed', level: 'error', message: 'Provisioning failed' },
      ],
    }),
  });
  if (!response.ok) throw new Error(`a report answered ${response.status}`);
  return id;
}

/** Some PCs are done and some still running: only then do the pictures match the text. */
async function halfDone(stand: Stand): Promise<string> {
  for (;;) {
    const done = (stand.fleet?.machines ?? []).filter((one) => one.finished && one.escrowed.length === 2);
    if (done[0] && done.length * 2 >= FLEET) return done[0].id;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

const stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-pictures-'));
const stand = await startStand({ port: await freePorts(4), stateDir, fleet: FLEET, fleetSpeed: SPEED });
try {
  rmSync(OUT, { recursive: true, force: true });
  for (const folder of [OUT, DOCS]) mkdirSync(folder, { recursive: true });
  await setUpByVault(stand, ADMIN_PASSPHRASE, TEAM_PASSPHRASE);
  await furnish(stand);
  const [empty = ''] = await Promise.all(
    ['Borealis IT', 'Cedar Managed Services', 'Delta Desk'].map((name) => addTenant(stand, name, ADMIN)),
  );
  await walk(stand, { tenant: stand.demo.tenant, machine: await halfDone(stand), long: '', empty });
  console.log(`Pictures are in ${path.relative(root, OUT)}/; those of the docs in ${path.relative(root, DOCS)}/.`);
} finally {
  await stand.close();
  rmSync(stateDir, { recursive: true, force: true });
}
