// The audit in the portal: filtered, exported and verified offline, verified in the browser; and a server that lies
// about it is found out.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { asPerson } from '../../dev/stand/as-person.ts';
import { setUpByVault } from '../../dev/stand/furnish.ts';
import { freePorts } from '../../dev/stand/ports.ts';
import { type Stand, startStand } from '../../dev/stand/stand.ts';
import type { AuditHeads, AuditPage } from '../../schema/audit.ts';
import type { Overview } from '../../schema/machine.ts';
import { tooWide } from '../support/axe.ts';
import { bent as bentIn } from '../support/bent.ts';
import { onPage, openBrowser, picture } from '../support/browser.ts';
import { cutOff } from '../support/cut-off.ts';
import { becomes, until } from '../support/patience.ts';
import { ADMIN_PASSPHRASE, signIn, TEAM_PASSPHRASE } from '../support/story.ts';

const ADMIN = 'admin@example.com';
const AUDITOR = 'auditor@example.com';
const ENGINEER = 'engineer@example.com';
const root = path.join(import.meta.dirname, '../..');

let stateDir: string;
let stand: Stand;
let browser: Browser;

before(async () => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-audit-'));
  stand = await startStand({ port: await freePorts(4), stateDir, fleet: 3, fleetSpeed: 900 });
  await setUpByVault(stand, ADMIN_PASSPHRASE, TEAM_PASSPHRASE);
  const machines = stand.fleet?.machines ?? [];
  await until('every PC to be done', () => machines.every((one) => one.finished));
  // More than one screen's worth, a reveal and a refusal.
  for (let i = 0; i < 105; i++) await asPerson(stand, ADMIN, 'settings', { allowRawRsaOaep: i % 2 === 0 });
  const secret = machines[0]?.escrowed[0]?.secretId;
  await asPerson(stand, ENGINEER, `secrets/${secret}/reveal`, { reason: 'Ticket 4711, locked out' });
  await assert.rejects(asPerson(stand, AUDITOR, `secrets/${secret}/reveal`, { reason: 'curious' }), /403/);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await stand?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const at = (rest: string) => `${stand.addresses.portal}/t/${stand.demo.tenant}/${rest}`;
const rows = (page: Page) => page.getByRole('button', { name: /^Details of entry/ });
const cell = (page: Page, words: string) => page.getByRole('cell', { name: words }).first();
const act = (page: Page) => page.getByRole('combobox', { name: 'Act' });
const preset = (page: Page, words: string) => page.getByRole('link', { name: words });
const verify = (page: Page) => page.getByRole('button', { name: /^Check (the chain|again)$/ }).click();

/** The audit, read by the auditor in a browser of this test's own. */
const onAudit = (look: (page: Page) => Promise<void>, expected?: RegExp) =>
  onPage(
    browser,
    async (page) => {
      await signIn(page, stand.addresses.portal, AUDITOR);
      await page.getByRole('link', { name: 'Audit', exact: true }).click();
      await cell(page, 'Revealed: BitLocker key, C:').waitFor();
      await look(page);
    },
    { expected },
  );

/** Alters the JSON of answers whose path ends like this, while `act` goes on. */
const bent = <T>(page: Page, ending: string, bend: (json: T) => unknown, act: () => Promise<void>) =>
  bentIn<T>(page, (url) => url.pathname.endsWith(ending), bend, act);

test('an auditor reads the audit, newest first, and goes back by pages', () =>
  onAudit(async (page) => {
    await becomes(() => rows(page).count(), 100);
    await picture(page, 'audit');
    await page.getByRole('button', { name: 'Show more' }).click();
    await cell(page, 'The tenant began').waitFor();
    await page.getByRole('button', { name: 'Show more' }).waitFor({ state: 'detached' });
    const seqs = (await rows(page).allInnerTexts()).map((text) => Number.parseInt(text, 10));
    assert.deepEqual(
      seqs,
      seqs.map((_, index) => seqs.length - index),
    );
  }));

test('who revealed what last week is one click: who, what, on which PC of which client, and why', () =>
  onAudit(async (page) => {
    await preset(page, 'Reveals · last 7 days').click();
    await page.waitForURL(/\?action=secret\.revealed&days=7$/);
    await becomes(() => rows(page).count(), 1);
    const pc = stand.fleet?.machines[0];
    const row = page.getByRole('row', { name: /Ticket 4711/ });
    assert.match(await row.innerText(), new RegExp(`Today .*${ENGINEER}.*BitLocker key, C:`, 's'));
    const link = row.getByRole('link');
    assert.match((await link.getAttribute('href')) ?? '', new RegExp(`/machines/${pc?.id}$`));
    assert.match(await link.innerText(), /^[A-Z0-9-]+$/);
    await page.getByText('1 reveal by 1 person on 1 PC of 1 client').waitFor();
    await page.getByText('1 secret not rotated since').waitFor();
    await picture(page, 'audit-reveals');
    await preset(page, 'Refused · last 7 days').click();
    await cell(page, 'Your role does not allow this').waitFor();
    await becomes(() => rows(page).count(), 1);
    await preset(page, 'Keys and settings · last 90 days').click();
    await cell(page, 'Changed the settings').waitFor();
    await preset(page, 'Everything').click();
    await becomes(() => rows(page).count(), 100);
  }));

test('filters stand in the URL, find what they say, and an entry opens to all that is recorded of it', () =>
  onAudit(async (page) => {
    await act(page).selectOption({ label: 'Revealed a secret' });
    await page.waitForURL(/action=secret\.revealed/);
    await becomes(() => rows(page).count(), 1);
    await page.reload();
    await rows(page).click();
    const drawer = page.getByRole('complementary', { name: /^Entry/ });
    await drawer.getByText('engineer@example.com revealed a BitLocker recovery key').waitFor();
    await drawer.getByText('Ticket 4711, locked out').waitFor();
    await drawer.getByText('Still to rotate: due from').waitFor();
    await becomes(() => rows(page).getAttribute('aria-expanded'), 'true');
    await picture(page, 'audit-entry');

    await drawer.getByRole('button', { name: 'Only this PC' }).click();
    await page.waitForURL(/machine=/);
    await act(page).selectOption({ label: 'Anything' });
    await cell(page, 'A PC reported for the first time').waitFor();
    await becomes(() => rows(page).count(), 4);

    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByRole('combobox', { name: 'Who' }).selectOption({ label: AUDITOR });
    await cell(page, 'Your role does not allow this').waitFor();
    const text = page.getByRole('searchbox', { name: 'Reason, ticket or any text' });
    await text.fill('no such text');
    await text.press('Enter');
    await page.getByText('No entry fits these filters.').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await cell(page, 'Revealed: BitLocker key').waitFor();
    await page.getByRole('combobox', { name: 'When' }).selectOption({ label: 'Between two days' });
    await page.getByLabel('From', { exact: true }).fill('2020-01-01');
    await page.getByLabel('To', { exact: true }).fill('2020-01-02');
    await page.getByLabel('To', { exact: true }).press('Tab');
    await page.getByText('No entry fits these filters.').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await cell(page, 'Revealed: BitLocker key').waitFor();
  }));

test('a PC is chosen by its name and a client by its own, because nobody who is asked knows an id', () =>
  onAudit(async (page) => {
    const pc = stand.fleet?.machines[0];
    await preset(page, 'Reveals · last 7 days').click();
    const name = await page
      .getByRole('row', { name: /Ticket 4711/ })
      .getByRole('link')
      .innerText();
    await preset(page, 'Everything').click();
    await page.getByRole('button', { name: 'PC Any' }).click();
    await page.getByRole('searchbox', { name: 'Find a PC' }).fill(name.toLowerCase());
    await page.getByRole('group', { name: 'PCs' }).getByRole('button', { name }).click();
    await page.waitForURL(new RegExp(`machine=${pc?.id}`));
    await page.getByRole('button', { name: `PC ${name}` }).waitFor();
    await becomes(() => rows(page).count(), 4);
    const client = await page
      .getByRole('row', { name: /Ticket 4711/ })
      .getByRole('cell')
      .nth(4)
      .innerText();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByRole('button', { name: 'Client All' }).click();
    await page.getByRole('group', { name: 'Clients' }).getByRole('button', { name: client }).click();
    await page.waitForURL(/client=/);
    await cell(page, 'Revealed: BitLocker key').waitFor();
    await becomes(async () => (await rows(page).count()) < 100, true);
  }));

test('the drawer steps through the list by keys, closes back to its row, and a link leads to its entry', () =>
  onAudit(async (page) => {
    await rows(page).first().focus();
    await page.keyboard.press('Enter');
    const drawer = page.getByRole('complementary');
    const seq = async () => Number((await drawer.getByRole('heading', { level: 2 }).innerText()).replace(/\D/g, ''));
    const first = await seq();
    await page.keyboard.press('ArrowDown');
    await becomes(seq, first - 1);
    await page.keyboard.press('k');
    await becomes(seq, first);
    await page.keyboard.press('j');
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    await becomes(() => page.evaluate(() => document.activeElement?.tagName), 'TOTL-APP');
    await page.goto(at(`audit?entry=${first - 3}`));
    await becomes(seq, first - 3);
    await becomes(
      async () => Number.parseInt((await rows(page).allInnerTexts())[0]?.replace(/\D/g, '') ?? '', 10),
      first - 3,
    );
  }));

test('the export is a file that the offline command finds whole, against the receipts that the engines hold', () =>
  onAudit(async (page) => {
    const save = async (button: string) => {
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('button', { name: button }).click();
      const file = path.join(stateDir, (await download).suggestedFilename());
      await (await download).saveAs(file);
      return file;
    };
    const file = await save('Verifiable file');
    await page.getByText('It can be verified offline').waitFor();
    const verified = (...args: string[]) => {
      const { status, stdout } = spawnSync(process.execPath, ['dev/audit.ts', 'verify', file, '--json', ...args], {
        cwd: root,
        encoding: 'utf8',
      });
      return { status, ...JSON.parse(stdout) };
    };
    const spools = readdirSync(path.join(stateDir, 'fleet')).map((pc) => path.join(stateDir, 'fleet', pc, 'receipts'));
    const receipts = spools.flatMap((spool) => ['--receipts', spool]);
    const whole = verified(...receipts);
    assert.partialDeepStrictEqual(whole, { status: 0, ok: true, tenant: stand.demo.tenant, witnesses: 6 });
    const last = JSON.parse(readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '');
    assert.partialDeepStrictEqual(last, { action: 'audit.exported', seq: whole.head.seq, hash: whole.head.hash });

    const csv = readFileSync(await save('Spreadsheet'), 'utf8');
    assert.match(csv, /^\ufeff"seq","at","principalKind",/);
    assert.match(csv, /"Ticket 4711, locked out","[A-Z0-9-]+"/);
    assert.equal(csv.trimEnd().split('\r\n').length, whole.head.seq + 2);
    await page.getByText('Only a whole export as NDJSON').waitFor();
  }));

test('the chain is verified in the browser, to the head that is told', () =>
  onAudit(async (page) => {
    await verify(page);
    await page.getByText('Chain intact').waitFor();
    const { chain } = await asPerson<AuditHeads>(stand, AUDITOR, 'audit/head');
    await page.getByText('What was checked').click();
    await page.getByText(`${chain.seq}:${chain.hash}`).waitFor();
    await page.getByText('This browser had not checked it before.').waitFor();
    await picture(page, 'audit-verified');
    await verify(page);
    await page.getByText('What was checked').click();
    await page.getByText(`This browser had checked it up to entry ${chain.seq}.`).waitFor();
  }));

test('a server that edits, withholds or rewrites is found out, and says which entry is the first bad one', () =>
  onAudit(async (page) => {
    const lies = (says: string) => async () => {
      await verify(page);
      await page.getByText(says).waitFor();
      await page.getByText('The chain is not intact').waitFor();
    };
    const edited = (json: AuditPage) => ({
      ...json,
      entries: json.entries.map((entry) => (entry.seq === 3 ? { ...entry, ip: '192.0.2.1' } : entry)),
    });
    await bent(page, '/audit', edited, lies('Entry 3 was edited'));
    await picture(page, 'audit-edited');
    const without = (json: AuditPage) => ({ ...json, entries: json.entries.filter((entry) => entry.seq !== 5) });
    await bent(page, '/audit', without, lies('Entry 5 is missing.'));
    // What this browser has verified before, it knows.
    await verify(page);
    await page.getByText('Chain intact').waitFor();
    // A shorter chain, told as whole together with its head: only what this browser has seen gives it away.
    const shorter = (json: AuditPage) => ({ ...json, entries: json.entries.slice(0, 50), next: null });
    await page.route(/\/audit\/head$/, async (route) => {
      const { entries } = await asPerson<AuditPage>(stand, AUDITOR, 'audit?after=49&limit=1');
      await route.fulfill({
        json: { chain: { seq: 50, hash: entries[0]?.hash }, index: null },
        headers: { 'access-control-allow-origin': stand.addresses.portal, 'access-control-allow-credentials': 'true' },
      });
    });
    await bent(page, '/audit', shorter, lies('The chain ends with entry 50, but this browser knows entry'));
    await page.unroute(/\/audit\/head$/);
    const otherIndex = (json: AuditHeads) => ({ ...json, index: { seq: 9, hash: '0'.repeat(64) } });
    await bent(page, '/audit/head', otherIndex, lies('Entry 9 is another one than the index knows'));
  }));

test('that an object was rolled back is shown to an auditor on every page', () =>
  onAudit(async (page) => {
    const noticed = (json: Overview) => ({ ...json, rollbackNoticed: 1_790_000_000_000 });
    await bent(page, '/overview', noticed, async () => {
      await page.getByRole('link', { name: 'Fleet', exact: true }).click();
      await page.getByText('was found to hold another history').waitFor();
      await picture(page, 'audit-rollback');
    });
  }));

test('a failing audit is shown as a failure, and an engineer is told who reads it', () =>
  onAudit(async (page) => {
    const back = await cutOff(page, /\/audit\?/);
    await page.goto(at('audit'));
    await page.getByText('The server did not answer').waitFor();
    assert.equal(await page.getByText('No entry fits').count(), 0);
    await back(() => page.getByRole('button', { name: 'Try again' }).click());
    await cell(page, 'Revealed: BitLocker key').waitFor();

    await onPage(browser, async (engineer) => {
      await signIn(engineer, stand.addresses.portal, ENGINEER);
      await engineer.getByRole('link', { name: 'Fleet', exact: true }).waitFor();
      assert.equal(await engineer.getByRole('link', { name: 'Audit', exact: true }).count(), 0);
      await engineer.goto(at('audit'));
      await engineer.getByText('read the audit', { exact: false }).waitFor();
    });
    for (const route of ['audit', 'audit/counts', 'audit/head'])
      await assert.rejects(asPerson(stand, ENGINEER, route), /403/);
    await assert.rejects(asPerson(stand, ENGINEER, 'audit/export', { format: 'csv' }), /403/);
  }, /net::ERR_FAILED/));

test('the page is read by keyboard and in a narrow window, in either theme', () =>
  onAudit(async (page) => {
    await page.goto(at('audit?action=secret.revealed'));
    await rows(page).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('complementary').getByText('Ticket 4711, locked out').waitFor();
    await page.setViewportSize({ width: 360, height: 800 });
    await becomes(() => tooWide(page), 0);
    await picture(page, 'audit-narrow');
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('button', { name: /^Theme/ }).click();
    await page.getByRole('button', { name: /^Theme/ }).click();
    await page.setViewportSize({ width: 1280, height: 860 });
    await picture(page, 'audit-dark');
  }));
