// The PowerShell engine, really run: it streams a run and escrows two secrets to the stand, and Chromium reveals exactly what it applied.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { type PowerShell, powerShell, whyNoPowerShell } from '../../dev/lib/powershell.ts';
import { root } from '../../dev/lib/run.ts';
import { asPerson } from '../../dev/stand/as-person.ts';
import { freePorts } from '../../dev/stand/ports.ts';
import { type Stand, startStand } from '../../dev/stand/stand.ts';
import { Keeper } from '../../portal/vault/keeper.ts';
import type { Keyring } from '../../schema/keyring.ts';
import { onPage, openBrowser, openPage, picture } from '../support/browser.ts';
import { bytesUnder, findIn, textCanary } from '../support/canary.ts';
import { ADMIN_PASSPHRASE, askReveal, groupsShown, haveSeen, signIn, unlock } from '../support/story.ts';

const ADMIN = 'admin@example.com';
let stateDir: string;
let stand: Stand;
let browser: Browser;
let shell: PowerShell;

before(async () => {
  assert.equal(await whyNoPowerShell(), null);
  shell = await powerShell();
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-powershell-'));
  stand = await startStand({ port: await freePorts(4), stateDir, fleet: 0 });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await stand?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

/** Runs Pester over test files as `npm run test:powershell` runs it. Answers how it ended and what it counted. */
async function pester(name: string, ...files: string[]) {
  const tests = path.join(stateDir, `pester-${name}`);
  const counts = path.join(tests, 'counts.json');
  mkdirSync(tests);
  for (const [number, text] of files.entries()) writeFileSync(path.join(tests, `${number}.Tests.ps1`), text);
  const runner = path.join(root, 'engine/powershell/tests/Invoke-Tests.ps1');
  const args = [...shell.args, runner, '-Pester', shell.pester, '-Counts', counts, '-Path', tests];
  const env = { ...process.env, ...shell.env };
  const ended = await promisify(execFile)(shell.command, args, { env }).catch((error) => error);
  const counted = existsSync(counts) ? JSON.parse(readFileSync(counts, 'utf8')) : null;
  return { ok: (ended.code ?? 0) === 0, counted, out: String(ended.stdout) };
}

test('a Pester test that fails, is skipped or cannot be found fails the run, and one for Windows is told apart', async () => {
  const one = (it: string) => `Describe 'd' { It 'passes' { 1 | Should -Be 1 }; ${it} }`;
  const good = await pester('good', one("It 'is for Windows' -Tag 'Windows' { 1 | Should -Be 2 }"));
  assert.ok(good.ok, good.out);
  assert.deepEqual(good.counted, { passed: 1, failed: 0 });
  assert.match(good.out, /Tests Passed: 1, Failed: 0[\s\S]*1 need Windows\./);
  const bad = await pester(
    'bad',
    one("It 'fails' { 1 | Should -Be 2 }"),
    one("It 'is skipped' -Skip { 1 | Should -Be 1 }"),
    one("It 'stands in a file that breaks' { 1 | Should -Be 1 }; throw 'broken'"),
  );
  assert.ok(!bad.ok, bad.out);
  assert.deepEqual(bad.counted, { passed: 4, failed: 3 }, bad.out);
  assert.ok(!(await pester('none')).ok);
});

test('PowerShell provisions a PC, the browser shows it live, and reveals exactly the password and the recovery key that it applied', async () => {
  const { tenant, token } = stand.demo;
  const vault = new Keeper();
  const draft = await vault.draftSetUp({ tenant, email: ADMIN, passphrase: ADMIN_PASSPHRASE, teamPassphrase: null });
  assert.ok(draft.ok);
  await asPerson(stand, ADMIN, 'keyring', draft.write);
  await vault.lock();

  const [file, spool] = [path.join(stateDir, 'engine.json'), path.join(stateDir, 'spool')];
  const fingerprint = draft.write.root?.kid;
  writeFileSync(file, JSON.stringify({ apiOrigin: stand.addresses.api, token, fingerprint, minEpoch: 1 }), {
    mode: 0o600,
  });
  // The fleet page is open before the PC begins, and is not loaded again.
  const { page, context, faults } = await openPage(browser);
  await signIn(page, stand.addresses.portal, ADMIN);
  const shown = page.getByRole('link', { name: os.hostname() });
  assert.equal(await shown.count(), 0);
  const script = [path.join(root, 'test/foreign/bench-pc.ps1'), '-ConfigurationPath', file, '-SpoolPath', spool];
  const { stdout } = await promisify(execFile)(shell.command, [...shell.args, ...script], {
    env: { ...process.env, ...shell.env },
  });
  const given = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  assert.equal(given.account, 'LocalAdmin');
  assert.equal(given.encrypted, true);
  assert.equal(given.password.length, 24);
  const canaries = [
    textCanary('password', given.password),
    textCanary('recovery', given.recovery),
    textCanary('token', token),
  ];
  assert.deepEqual(findIn(bytesUnder(spool), canaries), []);

  const machine = readFileSync(path.join(spool, 'machine-id'), 'utf8');
  await shown.click();
  await page.waitForURL(`**/machines/${machine}`);
  await page.getByText('Recovery passwords of C: now in escrow', { exact: false }).waitFor();
  await page.getByText('The run is done').waitFor();
  // What the PC itself has listed.
  await page.getByText(/^In force, checked/).waitFor();

  await askReveal(page, /^Reveal local administrator password/, 'End-to-end test');
  await unlock(page, 'Passphrase', ADMIN_PASSPHRASE);
  await page.locator('.plain').waitFor();
  assert.equal(await page.locator('.plain').innerText(), given.password);
  await picture(page, 'powershell-reveal');
  await page.getByRole('button', { name: 'Hide now' }).click();
  await page.locator('.plain').waitFor({ state: 'detached' });

  await askReveal(page, /^Reveal BitLocker/, 'Blue recovery screen');
  assert.equal(await groupsShown(page), given.recovery);
  await page.getByText('All eight groups pass their check').waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

/** Saves what a press downloads, under the name that the page gives it. Answers the path. */
async function saved(page: Page, folder: string, press: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), press()]);
  const file = path.join(folder, download.suggestedFilename());
  await download.saveAs(file);
  return file;
}

test('a new user issues a token, unpacks what its page offers, pastes the three lines, and reveals the password that was set', () =>
  onPage(browser, async (page) => {
    const folder = path.join(stateDir, 'as new');
    mkdirSync(folder);
    await signIn(page, stand.addresses.portal, ADMIN);
    await haveSeen(page, stand.demo.tenant, await asPerson<Keyring>(stand, ADMIN, 'keyring'));
    await page.goto(`${stand.addresses.portal}/t/${stand.demo.tenant}/tokens`);
    await page.getByLabel('What it is for').fill('Workshop');
    await page.getByRole('button', { name: 'Issue', exact: true }).click();
    await saved(page, folder, () => page.getByRole('button', { name: 'Download engine.json' }).click());
    const zip = await saved(page, folder, () =>
      page.getByRole('link', { name: 'Download the PowerShell module' }).click(),
    );
    const checksum = await saved(page, folder, () => page.getByRole('link', { name: 'its SHA-256' }).click());
    const sha256 = createHash('sha256').update(readFileSync(zip)).digest('hex');
    assert.equal(readFileSync(checksum, 'utf8'), `${sha256}  ${path.basename(zip)}\n`);
    const lines = path.join(folder, 'lines.ps1');
    const pasted = await page.getByTestId('lines').innerText();
    await picture(page, 'tokens-issued-kit');
    writeFileSync(lines, `Expand-Archive -LiteralPath '.\\${path.basename(zip)}' -DestinationPath .\n${pasted}\n`);
    const spool = path.join(stateDir, 'spool-of-new-user');
    const script = ['-ConfigurationPath', 'in the lines', '-SpoolPath', spool, '-Lines', lines];
    const { stdout } = await promisify(execFile)(
      shell.command,
      [...shell.args, path.join(root, 'test/foreign/bench-pc.ps1'), ...script],
      { env: { ...process.env, ...shell.env } },
    );
    const given = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    await page.goto(
      `${stand.addresses.portal}/t/${stand.demo.tenant}/machines/${readFileSync(path.join(spool, 'machine-id'), 'utf8')}`,
    );
    await askReveal(page, /^Reveal local administrator password/, 'The first one');
    await unlock(page, 'Passphrase', ADMIN_PASSPHRASE);
    await page.locator('.plain').waitFor();
    assert.equal(await page.locator('.plain').innerText(), given.password);
  }));
