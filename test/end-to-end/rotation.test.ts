// Rotation in the portal: a new key, everything re-sealed with progress, paused and resumed, finished; every secret still opens, and the
// history stays.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { asPerson } from '../../dev/as-person.ts';
import { freePorts } from '../../dev/ports.ts';
import { type Stand, startStand } from '../../dev/stand.ts';
import type { Rotation } from '../../schema/rotation.ts';
import { openBrowser, openPage, picture } from '../support/browser.ts';
import { ADMIN_PASSPHRASE, setUp, signIn, stepUp, unlock } from '../support/story.ts';

const ADMIN = 'admin@example.com';
let stateDir: string;
let stand: Stand;
let browser: Browser;
before(async () => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-rotation-'));
  stand = await startStand({ port: await freePorts(4), stateDir, fleet: 4, fleetSpeed: 900 });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await stand?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

test('an admin rotates the escrow key, and every secret opens under the new one', async () => {
  const { page, faults } = await openPage(browser);
  await signIn(page, stand.addresses.portal, ADMIN);
  await setUp(page);
  const escrowed = () => (stand.fleet?.machines ?? []).filter((one) => one.escrowed.length === 2);
  for (let tries = 0; escrowed().length < 3 && tries < 600; tries++)
    await new Promise((resolve) => setTimeout(resolve, 100));

  await page.getByRole('link', { name: 'Keys', exact: true }).click();
  // The uploads are held back for a moment, so that there is something to pause.
  let held = true;
  await page.route('**/rotation/reseal', async (route) => {
    while (held) await new Promise((resolve) => setTimeout(resolve, 50));
    await route.continue();
  });
  await page.getByRole('button', { name: 'Rotate the escrow key' }).click();
  await stepUp(page, 'Rotate');
  await page.getByRole('progressbar', { name: 'Secrets re-sealed' }).waitFor();
  await picture(page, 'rotation');
  await page.getByRole('button', { name: 'Pause' }).click();
  held = false;
  await page
    .getByText(/Paused|Nothing is left/)
    .first()
    .waitFor();

  // Another tab, or another admin, goes on: the state is the server's, and one unlock serves all tabs.
  const other = await page.context().newPage();
  await other.goto(`${stand.addresses.portal}/t/${stand.demo.tenant}/keys`);
  await other.getByText('Retiring').waitFor();
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
  for (const machine of escrowed().slice(0, 2)) {
    await page.goto(`${stand.addresses.portal}/t/${stand.demo.tenant}/machines/${machine.id}`);
    await page.getByRole('button', { name: /^Reveal local administrator password/ }).click();
    await page.getByLabel('Why do you need it?').fill('after the rotation');
    await page.getByRole('dialog').getByRole('button', { name: 'Reveal', exact: true }).click();
    const plain = page.locator('.plain');
    const field = page.getByLabel('Passphrase', { exact: true });
    await plain.or(field).first().waitFor();
    if (await field.isVisible()) await unlock(page, 'Passphrase', ADMIN_PASSPHRASE);
    const sealed = machine.escrowed.find((one) => one.kind === 'local_admin_password');
    await plain.waitFor();
    assert.equal(await plain.innerText(), sealed?.plaintext);
    await page.getByRole('button', { name: 'Hide now' }).click();
  }
  assert.deepEqual(faults, []);
});
