// `npm run pictures`: every screen of a furnished stand in light and dark, wide and narrow, into .pictures/ to be looked at; the few that
// the docs show go to docs/pictures/.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { openBrowser, openPage } from '../test/support/browser.ts';
import { ADMIN_PASSPHRASE, signIn, TEAM_PASSPHRASE, unlock } from '../test/support/story.ts';
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
/** The pictures in the docs, by the name under which they are taken. */
const FOR_DOCS: Record<string, string> = {
  'fleet-light-1280': 'fleet',
  'machine-light-1280': 'machine',
  'revealed-light-1280': 'reveal',
  'search-light-1280': 'search',
  'fleet-dark-360': 'fleet-narrow',
};

type Screen = { name: string; path: string; open?: (page: Page) => Promise<void> };
const at = (name: string, page = `/${name}`): Screen => ({ name, path: `/t/:tenant${page}` });

const SCREENS: Screen[] = [
  at('fleet', ''),
  at('machine', '/machines/:machine'),
  ...['access', 'people', 'keys', 'recovery', 'tokens', 'safekeeping', 'notices', 'audit', 'settings', 'upload'].map(
    (name) => at(name),
  ),
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

async function settle(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor();
  await page.locator('main').getByRole('status').filter({ hasText: '…' }).first().waitFor({ state: 'hidden' });
  await page.waitForLoadState('load');
}

/** The page as it is now, in each look. */
async function take(page: Page, name: string): Promise<void> {
  for (const [colorScheme, width] of LOOKS) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: width > 400 ? 860 : 760 });
    const look = `${name}-${colorScheme}-${width}`;
    const forDocs = FOR_DOCS[look];
    await page.screenshot({ path: path.join(OUT, `${look}.png`), fullPage: !forDocs });
    if (forDocs) copyFileSync(path.join(OUT, `${look}.png`), path.join(DOCS, `${forDocs}.png`));
  }
  await page.setViewportSize({ width: 1280, height: 860 });
  for (const more of [{ contrast: 'more' }, { forcedColors: 'active' }] as const) {
    await page.emulateMedia({ colorScheme: 'light', ...more });
    await page.screenshot({ path: path.join(OUT, `${name}-${Object.keys(more)[0]}.png`) });
    await page.emulateMedia({ contrast: null, forcedColors: null });
  }
}

async function walk(stand: Stand, machine: string): Promise<void> {
  const browser = await openBrowser();
  try {
    const { page } = await openPage(browser);
    await signIn(page, stand.addresses.portal, ADMIN);
    for (const { name, path: place, open } of SCREENS) {
      await page.goto(
        stand.addresses.portal + place.replace(':tenant', stand.demo.tenant).replace(':machine', machine),
      );
      await settle(page);
      await open?.(page);
      await take(page, name);
    }
    await reveal(page, stand, machine);
    const operator = await openPage(browser);
    await signIn(operator.page, stand.addresses.portal, OPERATOR_EMAIL);
    await settle(operator.page);
    await take(operator.page, 'operator');
  } finally {
    await browser.close();
  }
}

async function reveal(page: Page, stand: Stand, machine: string): Promise<void> {
  await page.goto(`${stand.addresses.portal}/t/${stand.demo.tenant}/machines/${machine}`);
  await page.getByRole('button', { name: /^Reveal BitLocker/ }).click();
  await take(page, 'reveal');
  await page.getByLabel('Reason', { exact: true }).fill('Blue recovery screen, ticket 4711');
  await unlock(page, 'Passphrase', ADMIN_PASSPHRASE);
  await page.getByText('All eight groups', { exact: false }).waitFor();
  await take(page, 'revealed');
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
  for (const name of ['Borealis IT', 'Cedar Managed Services', 'Delta Desk']) await addTenant(stand, name, ADMIN);
  await walk(stand, await halfDone(stand));
  console.log(`Pictures are in ${path.relative(root, OUT)}/; those of the docs in ${path.relative(root, DOCS)}/.`);
} finally {
  await stand.close();
  rmSync(stateDir, { recursive: true, force: true });
}
