// A second engine beside axe: IBM's Equal Access checker finds nothing in the main pages, in light and in dark.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { furnish, setUpByVault } from '../../dev/stand/furnish.ts';
import { freePorts } from '../../dev/stand/ports.ts';
import { type Stand, startStand } from '../../dev/stand/stand.ts';
import { onPage, openBrowser } from '../support/browser.ts';
import { issuesOf } from '../support/equal-access.ts';
import { until } from '../support/patience.ts';
import { ADMIN_PASSPHRASE, signIn, TEAM_PASSPHRASE } from '../support/story.ts';

let stateDir: string;
let stand: Stand;
let browser: Browser;
let machine: string;

before(async () => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-equal-'));
  stand = await startStand({ port: await freePorts(4), stateDir, fleet: 3, fleetSpeed: 900 });
  await setUpByVault(stand, ADMIN_PASSPHRASE, TEAM_PASSPHRASE);
  await furnish(stand);
  browser = await openBrowser();
  const done = await until('a PC that is done', () =>
    stand.fleet?.machines.find((one) => one.escrowed.length === 2 && one.finished),
  );
  machine = done.id;
});
after(async () => {
  await browser?.close();
  await stand?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const PLACES = ['', '/machines/:machine', '/access', '/people', '/keys', '/tokens', '/audit', '/settings'];

test('it finds nothing in the main pages, because two engines seldom miss the same', () =>
  onPage(browser, async (page) => {
    await signIn(page, stand.addresses.portal, 'admin@example.com');
    const found: string[] = [];
    for (const place of PLACES) {
      await page.goto(`${stand.addresses.portal}/t/${stand.demo.tenant}${place.replace(':machine', machine)}`);
      await page.locator('main h1').first().waitFor();
      await page.locator('main').getByRole('status').filter({ hasText: '…' }).first().waitFor({ state: 'hidden' });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        found.push(...(await issuesOf(page)).map((one) => `${place || 'fleet'}, ${colorScheme}: ${one}`));
      }
    }
    assert.deepEqual(found, []);
  }));

test('it does find what is wrong, so that its silence says something', () =>
  onPage(browser, async (page) => {
    await page.goto(`${stand.addresses.portal}/recover.html`);
    await page.evaluate(() => document.body.appendChild(document.createElement('input')));
    assert.notDeepEqual(await issuesOf(page), []);
  }));
