// Rotation in the portal: a new key, everything re-sealed with progress, paused and resumed, finished; every secret still opens, and the
// history stays.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { asPerson } from '../../dev/stand/as-person.ts';
import { setUpByVault } from '../../dev/stand/furnish.ts';
import { freePorts } from '../../dev/stand/ports.ts';
import { type Stand, startStand } from '../../dev/stand/stand.ts';
import type { Rotation } from '../../schema/rotation.ts';
import { onPage, openBrowser, picture } from '../support/browser.ts';
import { until } from '../support/patience.ts';
import {
  ADMIN_PASSPHRASE,
  askReveal,
  hideSecret,
  signIn,
  stepUp,
  TEAM_PASSPHRASE,
  unlockIfAsked,
} from '../support/story.ts';

const ADMIN = 'admin@example.com';
let stateDir: string;
let stand: Stand;
let browser: Browser;
before(async () => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-rotation-'));
  stand = await startStand({ port: await freePorts(4), stateDir, fleet: 4, fleetSpeed: 900 });
  await setUpByVault(stand, ADMIN_PASSPHRASE, TEAM_PASSPHRASE);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await stand?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

test('an admin rotates the escrow key, and every secret opens under the new one', () =>
  onPage(browser, async (page) => {
    await signIn(page, stand.addresses.portal, ADMIN);
    const machines = stand.fleet?.machines ?? [];
    await until('every PC to be done', () => machines.every((one) => one.finished));

    await page.getByRole('link', { name: 'Keys', exact: true }).click();
    // The uploads are held back for a moment, so that there is something to pause.
    const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>();
    await page.route('**/rotation/reseal', async (route) => {
      await mayGoOn;
      await route.continue();
    });
    await page.getByRole('button', { name: 'Rotate the escrow key' }).click();
    await stepUp(page, 'Rotate');
    await page.getByRole('progressbar', { name: 'Secrets re-sealed' }).waitFor();
    await picture(page, 'rotation');
    await page.getByRole('button', { name: 'Pause' }).click();
    goOn();
    await page
      .getByText(/Paused|Nothing is left/)
      .first()
      .waitFor();

    // Another tab, or another admin, goes on: the state is the server's, and one unlock serves all tabs.
    const other = await page.context().newPage();
    await other.goto(`${stand.addresses.portal}/t/${stand.demo.tenant}/keys`);
    await other.getByText('Being replaced').waitFor();
    const resume = other.getByRole('button', { name: 'Resume' });
    const finish = other.getByRole('button', { name: 'Finish the rotation' });
    await resume.or(finish).first().waitFor();
    if (await resume.isVisible()) await resume.click();
    await finish.click();
    await stepUp(other, 'Finish');
    await other.getByText('Can be destroyed from').waitFor();
    await picture(other, 'rotation-done');

    const { keys } = await asPerson<Rotation>(stand, ADMIN, 'rotation');
    assert.deepEqual(
      keys.map(({ state, remaining, madeBy }) => [state, remaining, madeBy]),
      [
        ['retired', 0, ADMIN],
        ['active', 0, ADMIN],
      ],
    );
    for (const machine of machines.filter((one) => one.escrowed.length === 2).slice(0, 2)) {
      await page.goto(`${stand.addresses.portal}/t/${stand.demo.tenant}/machines/${machine.id}`);
      await askReveal(page, /^Reveal local administrator password/, 'after the rotation');
      const plain = page.locator('.plain');
      await unlockIfAsked(page, plain, ADMIN_PASSPHRASE);
      const sealed = machine.escrowed.find((one) => one.kind === 'local_admin_password');
      assert.equal(await plain.innerText(), sealed?.plaintext);
      await hideSecret(page);
    }
  }));
