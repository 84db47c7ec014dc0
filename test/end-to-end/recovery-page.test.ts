// The exit bundle and the recovery page: saved from the portal, opened from the disk by a browser without a network.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { setUpByVault } from '../../dev/stand/furnish.ts';
import { freePorts } from '../../dev/stand/ports.ts';
import { type Stand, startStand } from '../../dev/stand/stand.ts';
import { buildRecoveryPage } from '../../portal/build/recovery-page.ts';
import { onPage, openBrowser, openPage, picture } from '../support/browser.ts';
import { inOrder } from '../support/in-order.ts';
import { until } from '../support/patience.ts';
import { ADMIN_PASSPHRASE, groupsShown, signIn, stepUp, TEAM_PASSPHRASE, unlock } from '../support/story.ts';

const root = path.join(import.meta.dirname, '../..');
let folder: string;
let stand: Stand;
let browser: Browser;
let recoveryCode: string;
let bundle: string;
let recover: string;

before(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'totl-recover-'));
  stand = await startStand({ port: await freePorts(4), stateDir: folder, fleet: 3, fleetSpeed: 900 });
  recoveryCode = await setUpByVault(stand, ADMIN_PASSPHRASE, TEAM_PASSPHRASE);
  browser = await openBrowser();
  await until('three PCs with both secrets', () => escrowed().length === 3);
});
after(async () => {
  await browser?.close();
  await stand?.close();
  rmSync(folder, { recursive: true, force: true });
});

const escrowed = () => (stand.fleet?.machines ?? []).filter((one) => one.escrowed.length === 2);

/** Opens a bundle with the recovery page from the disk; no network, and any request is a fault. */
async function offline(file: string): Promise<{ page: Page; faults: string[]; close: () => Promise<void> }> {
  const opened = await openPage(browser, { offline: true, acceptDownloads: true });
  opened.page.on('request', (request) => {
    if (!/^(file|blob):/.test(request.url())) opened.faults.push(`asked for ${request.url()}`);
  });
  await opened.page.goto(pathToFileURL(recover).href);
  await opened.page.getByLabel('Bundle').setInputFiles(file);
  return { page: opened.page, faults: opened.faults, close: () => opened.context.close() };
}

inOrder('a bundle and the page that opens it', (step) => {
  step('an admin saves a bundle and the recovery page from the portal', () =>
    onPage(browser, async (page) => {
      await signIn(page, stand.addresses.portal, 'admin@example.com', `/t/${stand.demo.tenant}/recovery`);
      const saved = async (name: string, act: () => Promise<void>) => {
        const [download] = await Promise.all([page.waitForEvent('download'), act()]);
        const file = path.join(folder, name);
        await download.saveAs(file);
        return file;
      };
      await page.getByText('no server, no sign-in, no network').waitFor();
      recover = await saved('recover.html', () =>
        page.getByRole('link', { name: 'Download the recovery page' }).click(),
      );
      await page.getByRole('link', { name: 'Go to Backup' }).click();
      bundle = await saved('all.bundle', async () => {
        await page.getByRole('button', { name: 'Export a bundle' }).click();
        await stepUp(page, 'Export', ADMIN_PASSPHRASE);
      });
      await page.getByText('Saved. Keep it with the recovery page').waitFor();
    }),
  );

  step('the recovery page is the one whose hash the docs print, built anew from the sources', async () => {
    const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');
    const built = sha256(await buildRecoveryPage());
    assert.equal(sha256(readFileSync(recover)), built);
    const docs = readFileSync(path.join(root, 'docs/recovery-page.md'), 'utf8');
    assert.equal(/SHA-256 of recover\.html: `([0-9a-f]{64})`/.exec(docs)?.[1], built, 'docs/recovery-page.md');
  });

  step('the bundle holds no plaintext, so that losing it alone loses nothing', () => {
    const text = readFileSync(bundle, 'utf8');
    for (const { escrowed } of stand.fleet?.machines ?? [])
      for (const { plaintext } of escrowed) assert.ok(!text.includes(plaintext));
    for (const { hostname } of stand.fleet?.machines ?? []) assert.ok(!text.includes(hostname));
  });

  step(
    'without server and network a passphrase opens it: a PC is found by its BitLocker key ID, and its secret shown',
    async () => {
      const { page, faults, close } = await offline(bundle);
      await unlock(page, 'Passphrase', 'not this one at all');
      await page.getByText('That is not the passphrase').waitFor();
      await unlock(page, 'Passphrase', ADMIN_PASSPHRASE);
      await page.getByText('3 PCs, 6 secrets', { exact: false }).waitFor();
      const [machine] = escrowed();
      const key = machine?.escrowed.find((one) => one.kind === 'bitlocker_recovery_key');
      assert.ok(machine && key && 'protectorId' in key.ref);
      await page.getByLabel('Find a PC').fill(key.ref.protectorId.slice(0, 8).toUpperCase());
      await page.getByText('1 PC', { exact: true }).waitFor();
      await page.getByRole('button', { name: /^Show BitLocker recovery key/ }).click();
      await page.getByText('All eight groups pass their check').waitFor();
      assert.equal(await groupsShown(page), key.plaintext);
      await picture(page, 'recovery-page');
      await page.getByLabel('Find a PC').fill('');
      page.once('dialog', (dialog) => void dialog.accept());
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Save everything in clear' }).click(),
      ]);
      const csv = readFileSync(await download.path(), 'utf8');
      assert.equal(csv.trimEnd().split('\r\n').length, 7);
      for (const { escrowed } of stand.fleet?.machines ?? [])
        for (const { plaintext } of escrowed) assert.ok(csv.includes(plaintext.replaceAll('"', '""')));
      assert.deepEqual(faults, []);
      await close();
    },
  );

  step('the recovery sheet opens it too, without any passphrase', async () => {
    const { page, faults, close } = await offline(bundle);
    await page.getByRole('radio', { name: /Recovery sheet/ }).check();
    await unlock(page, 'Recovery code', recoveryCode);
    await page.getByText('3 PCs, 6 secrets', { exact: false }).waitFor();
    assert.deepEqual(faults, []);
    await close();
  });

  step('a bundle that was cut off, or in which a line was moved, is refused and shows nothing', async () => {
    const lines = readFileSync(bundle, 'utf8').trimEnd().split('\n');
    const bent = {
      'cut-off': lines.slice(0, -1),
      moved: [lines[0], lines[2], lines[1], ...lines.slice(3)],
    };
    for (const [name, text] of Object.entries(bent)) {
      const file = path.join(folder, `${name}.bundle`);
      writeFileSync(file, `${text.join('\n')}\n`);
      const { page, close } = await offline(file);
      await unlock(page, 'Passphrase', ADMIN_PASSPHRASE);
      await page.getByText('is missing, moved or damaged').waitFor();
      assert.equal(await page.getByText('PCs,').count(), 0);
      await close();
    }
    const file = path.join(folder, 'other.bundle');
    writeFileSync(file, 'a photograph');
    const { page, close } = await offline(file);
    await page.getByText('This file is not a bundle, or was cut off').waitFor();
    await close();
  });
});
