// Notices in the portal: a webhook is added, its receiver checks the signature with the secret that was shown once, a reveal arrives
// there, and the log says so. Beside it: a backup made from the portal, and a tenant restored from it by the operator's command.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { run } from '../../dev/lib/run.ts';
import { asPerson } from '../../dev/stand/as-person.ts';
import { setUpByVault } from '../../dev/stand/furnish.ts';
import { freePorts } from '../../dev/stand/ports.ts';
import { type Stand, startStand } from '../../dev/stand/stand.ts';
import type { AuditPage } from '../../schema/audit.ts';
import type { BackupState } from '../../schema/backup.ts';
import { Notice } from '../../schema/notice.ts';
import { onPage, openBrowser, picture } from '../support/browser.ts';
import { fail } from '../support/failing.ts';
import { becomes, until } from '../support/patience.ts';
import { type Received, type Receiver, startReceiver } from '../support/receiver.ts';
import { ADMIN_PASSPHRASE, askReveal, signIn, TEAM_PASSPHRASE, unlock } from '../support/story.ts';

const ADMIN = 'admin@example.com';
const REASON = 'locked out, ticket 4711';
let stateDir: string;
let stand: Stand;
let browser: Browser;
let receiver: Receiver;
before(async () => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-notices-'));
  receiver = await startReceiver();
  stand = await startStand({ port: await freePorts(4), stateDir, fleet: 2, fleetSpeed: 900 });
  await setUpByVault(stand, ADMIN_PASSPHRASE, TEAM_PASSPHRASE);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await stand?.close();
  await receiver?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

/** As docs/notices.md tells a receiver to. */
function isOurs({ headers, body }: Received, secret: string): boolean {
  const words = [StandardWebhook, SvixWebhook].map((Library) => {
    try {
      new Library(secret).verify(body, headers);
      return true;
    } catch {
      return false;
    }
  });
  assert.equal(words[0], words[1], 'two libraries of others say the same');
  return words[0] ?? false;
}
const noticeOf = (kind: string) =>
  until(`a notice of ${kind}`, () => receiver.received.find((one) => JSON.parse(one.body).kind === kind));
const readyMachine = () =>
  until('a PC with both secrets', () => stand.fleet?.machines.find((one) => one.escrowed.length === 2));

test('an admin adds a webhook; a test notice and a reveal reach its receiver, signed; the log shows both', () =>
  onPage(browser, async (page) => {
    const { portal } = stand.addresses;
    await signIn(page, portal, ADMIN);
    await page.getByRole('link', { name: 'Notices', exact: true }).click();
    await picture(page, 'notices-empty');
    await page.getByLabel('Name').fill('Ticket system');
    await page.getByLabel('URL').fill(`${receiver.origin}/ok/portal`);
    await page.getByRole('button', { name: 'Add the webhook' }).click();
    const secret = await page.getByTestId('webhook-secret').innerText();
    await page.getByText('How a receiver checks a notice').click();
    await picture(page, 'notices-secret');
    await page.getByRole('button', { name: 'I have put it away' }).click();
    await page.getByTestId('webhook-secret').waitFor({ state: 'detached' });

    await page.getByText('Nothing sent yet').waitFor();
    await page.getByRole('button', { name: 'Test: Ticket system' }).click();
    const tested = await noticeOf('test');
    assert.ok(isOurs(tested, secret));
    assert.equal(isOurs({ ...tested, body: `${tested.body} ` }, secret), false);
    await page.getByRole('list', { name: 'Deliveries' }).getByText('Test notice').waitFor();

    const machine = await readyMachine();
    await page.goto(`${portal}/t/${stand.demo.tenant}/machines/${machine.id}`);
    await askReveal(page, /^Reveal local administrator password/, REASON);
    await unlock(page, 'Passphrase', ADMIN_PASSPHRASE);
    const shown = await page.locator('.plain').innerText();
    const revealed = await noticeOf('secret_revealed');
    assert.ok(isOurs(revealed, secret));
    const notice = Notice.parse(JSON.parse(revealed.body));
    assert.equal(notice.about.machine, machine.id);
    for (const canary of [REASON, shown, stand.demo.token, ADMIN])
      assert.ok(!receiver.received.some((one) => JSON.stringify(one).includes(canary)), 'no canary in any notice');

    await page.goto(`${portal}/t/${stand.demo.tenant}/notices`);
    await page.getByRole('button', { name: 'Deliveries: Ticket system' }).click();
    const log = page.getByRole('list', { name: 'Deliveries' });
    await log.getByText('A secret was revealed').waitFor();
    const notTaken = async () => (await log.getByText('Delivered').count()) - (await log.getByText(/, taken,/).count());
    await becomes(notTaken, 0);
    await picture(page, 'notices');

    await page.getByRole('button', { name: 'Change: Ticket system' }).click();
    await page.getByLabel('Name').fill('Desk');
    await page.getByLabel('Name').press('Enter');
    await page.getByText('Desk is changed.').waitFor();
    await picture(page, 'notices-changed');
    await page.getByRole('button', { name: 'Change: Desk' }).click();
    await page.getByLabel('Name').fill('Ticket system');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Ticket system is changed.').waitFor();

    await page.getByRole('button', { name: 'Pause: Ticket system' }).click();
    await page.getByText('Paused', { exact: true }).waitFor();
    await picture(page, 'notices-paused', false);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Ticket system goes on.').waitFor();
    await page.getByText('Everything arrived').waitFor();
    const { entries } = await asPerson<AuditPage>(stand, ADMIN, 'audit?action=webhook.resumed');
    assert.equal(entries.length, 1, 'what was undone is on record like what was done');
    await page.getByRole('button', { name: 'Pause: Ticket system' }).click();
    await page.getByText('Paused', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Resume: Ticket system' }).click();
    await page.getByText('Everything arrived').waitFor();
    await page.getByRole('button', { name: 'Remove: Ticket system' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('Add the first webhook').waitFor();

    await page.getByRole('link', { name: 'Backup', exact: true }).click();
    await page.getByRole('button', { name: 'Back up now' }).click();
    await page.getByText('Audit head').waitFor();
    await picture(page, 'safekeeping-backup');
    const { last } = await asPerson<BackupState>(stand, ADMIN, 'backup');
    assert.equal(last?.outcome, 'done');
  }));

test('what a page’s first request brought is shown where a later one fails: the webhooks without a log, the root without the keys, the keys without the root', () =>
  onPage(
    browser,
    async (page) => {
      const { portal } = stand.addresses;
      const alert = page.locator('keys-page').getByRole('alert').getByText('The index cannot be reached now').first();
      await signIn(page, portal, ADMIN);
      await asPerson(stand, ADMIN, 'webhooks', {
        label: 'Desk',
        url: `${receiver.origin}/ok/desk`,
        kinds: ['secret_revealed'],
      });
      const failing = (matches: RegExp) => page.route(matches, (route) => fail(route, portal));

      await failing(/\/deliveries/);
      await page.goto(`${portal}/t/${stand.demo.tenant}/notices`);
      await page.getByRole('button', { name: 'Deliveries: Desk' }).click();
      await page.locator('delivery-log').getByRole('alert').getByText('The index cannot be reached now').waitFor();
      assert.equal(await page.getByText('Loading the deliveries').count(), 0);
      // It was read anew with the log still failing.
      await page.getByRole('button', { name: 'Pause: Desk' }).click();
      await page.getByText('Paused', { exact: true }).waitFor();

      await failing(/\/rotation$/);
      await page.goto(`${portal}/t/${stand.demo.tenant}/keys`);
      await alert.waitFor();
      await page.getByText('The root of the first set-up.').waitFor();
      assert.equal(await page.locator('key-table').count(), 0);
      await page.unroute(/\/rotation$/);
      await failing(/\/keyring$/);
      await page.reload();
      await alert.waitFor();
      await page.locator('key-table').waitFor();
    },
    { expected: /503/ },
  ));

test('an engineer finds no link to the notices, and the page says whose they are', () =>
  onPage(browser, async (page) => {
    await signIn(page, stand.addresses.portal, 'engineer@example.com');
    await page.getByRole('link', { name: 'Fleet' }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'Notices', exact: true }).count(), 0);
    await page.goto(`${stand.addresses.portal}/t/${stand.demo.tenant}/notices`);
    await page.getByText('set up by the tenant’s admins').waitFor();
  }));

test('a tenant whose object is lost is put back by the operator’s command, and its secrets still open', () =>
  onPage(browser, async (page) => {
    const { tenant } = stand.demo;
    const machine = await readyMachine();
    const sealed = machine.escrowed.find((one) => one.kind === 'local_admin_password');
    await signIn(page, stand.addresses.portal, ADMIN);
    const lastBackup = async () => (await asPerson<BackupState>(stand, ADMIN, 'backup')).last;
    const before = await lastBackup();
    await asPerson(stand, ADMIN, 'backup/run', {});
    const made = await until('another backup', async () => {
      const last = await lastBackup();
      return last?.at !== before?.at && last;
    });
    // A page that is open would ask a stand that is gone.
    await page.goto('about:blank');
    const port = stand.addresses.ports[0] ?? 0;
    await stand.close();
    rmSync(path.join(stateDir, 'v3/do'), { recursive: true });
    stand = await startStand({ port, stateDir, fleet: 0 });
    const options = ['--local', '--tenant', tenant, '--port', String(port), '--state-dir', stateDir];
    assert.ok(await run('node', ['dev/restore.ts', ...options]));
    assert.ok(!(await run('node', ['dev/restore.ts', ...options])), 'a second one is refused: the tenant is not empty');
    assert.ok(
      !(await run('node', ['dev/restore.ts', ...options, '--abort'])),
      'none is on its way that could be ended',
    );

    const { entries } = await asPerson<AuditPage>(
      stand,
      'auditor@example.com',
      `audit?after=${made.head?.seq}&limit=5`,
    );
    assert.equal(entries[0]?.action, 'tenant.imported');
    assert.equal(entries[0]?.previousHash, made.head?.hash);
    await page.goto(`${stand.addresses.portal}/t/${tenant}/machines/${machine.id}`);
    await askReveal(page, /^Reveal local administrator password/, 'after the restore');
    await unlock(page, 'Passphrase', ADMIN_PASSPHRASE);
    assert.equal(await page.locator('.plain').innerText(), sealed?.plaintext);
  }));
