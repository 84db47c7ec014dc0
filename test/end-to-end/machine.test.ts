// A machine's page and the reveal: the timeline, the runs, events that come by themselves, and a secret read out over the telephone.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { asPerson } from '../../dev/stand/as-person.ts';
import { setUpByVault } from '../../dev/stand/furnish.ts';
import { freePorts } from '../../dev/stand/ports.ts';
import type { Stand } from '../../dev/stand/stand.ts';
import { Engine } from '../../engine/client.ts';
import { bitlockerRecoveryPassword } from '../../engine/simulator/secrets.ts';
import { PHASES, story } from '../../engine/simulator/story.ts';
import type { AuditPage } from '../../schema/audit.ts';
import type { ReportedRun } from '../../schema/report.ts';
import { violationsOf } from '../support/axe.ts';
import { openBrowser, openPage, picture } from '../support/browser.ts';
import { inOrder } from '../support/in-order.ts';
import { becomes, textsOf } from '../support/patience.ts';
import {
  ADMIN_PASSPHRASE,
  hideSecret,
  holdTime,
  lockVault,
  signIn,
  TEAM_PASSPHRASE,
  unlock,
} from '../support/story.ts';
import { startAgedStand } from './aged-stand.ts';

const MINUTE = 60_000;
const PC = { id: crypto.randomUUID(), hostname: 'ACM-LT-0007', serial: '5CD0000AAA', client: 'Blue Harbour Clinic' };
const KEY = { protectorId: crypto.randomUUID(), volume: 'C:' };
const PASSWORDS = ['Old-one-4R', 'aB7-fresh'] as const;

let stateDir: string;
let stand: Stand;
let browser: Browser;
let page: Page;
let engine: Engine;
let told: ReportedRun;
let going: ReportedRun;
const recovery = bitlockerRecoveryPassword();
let faults: string[] = [];
/** Lets time pass in the page, once it stands still. */
let pass: (ms: number) => Promise<void>;

/** How it looks, where pictures are wanted: light and dark, wide and as wide as a telephone. */
async function looks(name: string): Promise<void> {
  await picture(page, name);
  if (!process.env.PICTURES) return;
  await page.emulateMedia({ colorScheme: 'dark' });
  await picture(page, `${name}-dark`);
  await page.setViewportSize({ width: 360, height: 780 });
  await page.emulateMedia({ colorScheme: 'light' });
  await picture(page, `${name}-narrow`);
  await page.setViewportSize({ width: 1280, height: 860 });
}

/** A whole run of the simulator's, its pauses told by its clock instead of waited for. */
function tell(run: ReportedRun): void {
  let at = run.startedAt;
  engine.startRun(run);
  for (const beat of story(4, 'succeeds'))
    if (beat.kind === 'pause') at += beat.seconds * 1000;
    else if (beat.kind === 'event') {
      const { kind: _kind, ...event } = beat;
      engine.event(run.id, { ...event, at });
    }
}

/** One that goes on: Office begun three times, two restarts, another mainboard on the way. */
function begin(run: ReportedRun): void {
  let at = run.startedAt;
  const say = (minutes: number, event: Parameters<Engine['event']>[1]) => {
    at += minutes * MINUTE;
    engine.event(run.id, { ...event, at });
  };
  engine.startRun(run);
  say(0, { type: 'run_started', message: 'Provisioning engine started' });
  say(0, { type: 'phase_started', phase: 'rename', message: 'Phase rename started' });
  say(2, { type: 'reboot', phase: 'rename', message: 'Restarting: new computer name' });
  say(2, { type: 'phase_succeeded', phase: 'rename', message: 'Phase rename done' });
  for (const exitCode of [1603, 1618]) {
    say(1, { type: 'phase_started', phase: 'office', message: 'Phase office started' });
    say(6, {
      level: 'error',
      phase: 'office',
      message: 'The installer ended',
      data: { exitCode, log: 'C:\\Temp\\office.log' },
    });
    say(0, { type: 'phase_failed', phase: 'office', level: 'warning', message: 'Phase office failed; once more' });
  }
  say(1, { type: 'reboot', phase: 'office', message: 'Restarting: before another try' });
  say(1, { type: 'phase_started', phase: 'office', message: 'Phase office started' });
  for (let line = 1; line <= 80; line++) say(0, { phase: 'office', message: `Downloaded part ${line} of 200` });
  engine.describe(run, { ...PC, serial: '5CD0000BBB' });
}

const escrow = async (kind: 'local_admin_password' | 'bitlocker_recovery_key', plaintext: string): Promise<void> => {
  const ref = kind === 'local_admin_password' ? { account: 'Administrator' } : KEY;
  const { ok } = await engine.escrow(going.id, kind, ref, plaintext);
  assert.ok(ok);
};

before(async () => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-machine-'));
  stand = await startAgedStand({ port: await freePorts(4), stateDir, fleet: 0 });
  browser = await openBrowser();
  await setUpByVault(stand, ADMIN_PASSPHRASE, TEAM_PASSPHRASE);
  engine = new Engine({
    apiOrigin: stand.addresses.api,
    token: stand.demo.token,
    machine: PC,
    spoolDir: path.join(stateDir, 'engine'),
  });
  const now = Date.now();
  told = { id: crypto.randomUUID(), startedAt: now - 600 * MINUTE, engineVersion: '2.3.1', phases: PHASES };
  going = {
    id: crypto.randomUUID(),
    startedAt: now - 25 * MINUTE,
    engineVersion: '2.3.2',
    phases: ['rename', 'office', 'updates'],
  };
  // Each is sent by itself: events spooled together go in any order, and the test is about which serial came first.
  tell(told);
  assert.ok((await engine.flush()).ok);
  begin(going);
  assert.ok((await engine.flush()).ok);
  await escrow('bitlocker_recovery_key', recovery);
  for (const password of PASSWORDS) await escrow('local_admin_password', password);
});
after(async () => {
  await browser?.close();
  await stand?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const rows = () =>
  page
    .getByRole('table', { name: /^Phases from/ })
    .locator('tbody')
    .getByRole('row');
const lines = () => page.getByRole('list', { name: 'Events', exact: true }).getByRole('listitem');

inOrder('one machine, looked at and asked', (step) => {
  step(
    'the run that goes on is a timeline: phases, restarts and tries, in words beside the bars; and why to look at the PC',
    async () => {
      const opened = await openPage(browser, { permissions: ['clipboard-read', 'clipboard-write'] });
      page = opened.page;
      faults = opened.faults;
      await page.clock.install();
      await signIn(page, stand.addresses.portal, 'engineer@example.com', `/t/${stand.demo.tenant}/machines/${PC.id}`);
      await page.getByRole('heading', { name: PC.hostname }).waitFor();
      await rows()
        .filter({ hasText: 'Office' })
        .filter({ hasText: 'Running' })
        .filter({ hasText: '3 tries' })
        .waitFor();
      await rows().filter({ hasText: 'Rename' }).filter({ hasText: 'Done, 4 min 0 s' }).waitFor();
      await rows().filter({ hasText: 'Updates' }).filter({ hasText: 'Not begun' }).waitFor();
      assert.match(await page.getByText('Restarted at').innerText(), /Restarted at .+, .+/);
      await page.getByText('Serial changed from 5CD0000AAA to 5CD0000BBB on', { exact: false }).waitFor();
      assert.deepEqual(await violationsOf(page), []);
      await looks('machine-running');
    },
  );

  step('all runs are listed; which one is looked at stands in the URL, and Back leads back', async () => {
    const runs = page.getByRole('table', { name: 'Runs' });
    await becomes(() => runs.getByRole('link').count(), 2);
    await runs.getByRole('row').filter({ hasText: 'Succeeded' }).getByRole('link').click();
    await page.waitForURL((url) => url.searchParams.get('run') === told.id);
    await rows().filter({ hasText: 'Validation' }).filter({ hasText: 'Done' }).waitFor();
    await becomes(() => rows().count(), PHASES.length);
    await lines().filter({ hasText: 'Provisioning finished' }).waitFor();
    await looks('machine-run-over');
    await page.goBack();
    await rows().filter({ hasText: 'Running' }).waitFor();
  });

  step(
    'events are filtered and searched, what beside the message too, and new ones come by themselves without moving what is read',
    async () => {
      await lines().filter({ hasText: 'Downloaded part 80' }).waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type('exitcode');
      await becomes(() => lines().count(), 2);
      await page.getByLabel('Level').selectOption('error');
      await page.getByLabel('Search').fill('1618');
      await becomes(() => lines().count(), 1);
      await lines().getByText('Details').click();
      await lines().getByText('C:\\Temp\\office.log').waitFor();
      assert.deepEqual(await violationsOf(page), []);
      await looks('machine-events-found');
      await page.getByLabel('Search').fill('');
      await page.getByLabel('Level').selectOption('debug');
      await page.getByLabel('Phase').selectOption('rename');
      await becomes(() => lines().count(), 3);
      await page.getByLabel('Phase').selectOption('');

      await page.evaluate(() => Object.assign(window, { notReloaded: true }));
      await lines().first().scrollIntoViewIfNeeded();
      await page.getByRole('button', { name: 'Jump to the newest' }).waitFor();
      engine.event(going.id, { phase: 'office', message: 'Downloaded part 81 of 200' });
      engine.event(going.id, { phase: 'office', type: 'phase_succeeded', message: 'Phase office done' });
      assert.ok((await engine.flush()).ok);
      await page.getByRole('button', { name: '2 new events' }).click();
      await rows().filter({ hasText: 'Office' }).filter({ hasText: 'Done' }).waitFor();
      engine.event(going.id, { phase: 'updates', type: 'phase_started', message: 'Phase updates started' });
      assert.ok((await engine.flush()).ok);
      const newest = lines().filter({ hasText: 'Phase updates started' });
      await newest.waitFor();
      await newest.evaluate(async (line) => {
        const list = line.parentElement as HTMLElement;
        while (list.scrollHeight - list.scrollTop - list.clientHeight > 2) await new Promise(requestAnimationFrame);
      });
      assert.equal(await page.evaluate(() => 'notReloaded' in window), true);
    },
  );

  step(
    'a secret is read out: kinds of character, spelled, copied for half a minute, hidden by itself unless kept',
    async () => {
      const opener = page.getByRole('button', { name: /^Reveal local administrator password.*version 2$/ });
      await page.getByText('sealed').first().waitFor();
      pass = await holdTime(page);
      await opener.click();
      await page.getByLabel('Reason', { exact: true }).fill('INC-00042 locked out');
      await looks('reveal-reason');
      await page.keyboard.press('Enter');
      await unlock(page, 'Passphrase', TEAM_PASSPHRASE);
      const dialog = page.getByRole('dialog');
      assert.equal(await page.locator('.plain').innerText(), PASSWORDS[1]);
      await dialog.getByRole('button', { name: 'Spell it out' }).click();
      const spelled = dialog.getByRole('list', { name: 'Spelled out' }).locator('li > span:last-child');
      assert.deepEqual((await textsOf(spelled, 4)).slice(0, 4), ['alfa', 'CAPITAL Bravo', 'seven', 'dash']);
      assert.deepEqual(await violationsOf(page), []);
      await looks('reveal-spelled');
      await dialog.getByRole('button', { name: 'Spell it out' }).click();
      await page.locator('.plain').waitFor();
      await looks('reveal-shown');
      await dialog.getByRole('button', { name: 'Copy', exact: true }).click();
      await dialog.getByText('The clipboard is emptied in 30 seconds, unless', { exact: false }).waitFor();
      const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
      assert.equal(await clipboard(), PASSWORDS[1]);
      await dialog.getByRole('button', { name: 'Keep 30 s more' }).click();
      await pass(31_000);
      await dialog.getByText('The clipboard was emptied.').waitFor();
      await becomes(clipboard, '');
      assert.equal(await page.locator('.plain').innerText(), PASSWORDS[1]);
      await pass(30_000);
      await page.locator('.plain').waitFor({ state: 'detached' });
      await becomes(
        () => opener.evaluate((button) => (button.getRootNode() as ShadowRoot).activeElement === button),
        true,
      );
    },
  );

  step('an earlier version is a reveal of its own, on record as that; the ticket of before is offered', async () => {
    await page.getByText('1 earlier version').click();
    await page.getByRole('button', { name: /^Reveal local administrator password.*version 1$/ }).click();
    await page.getByRole('button', { name: 'Use INC-00042 again' }).click();
    await page.keyboard.type('the one before');
    await page.keyboard.press('Enter');
    await page.locator('.plain').waitFor();
    assert.equal(await page.locator('.plain').innerText(), PASSWORDS[0]);
    await page.keyboard.press('Escape');
    await page.locator('.plain').waitFor({ state: 'detached' });
    const { entries } = await asPerson<AuditPage>(stand, 'admin@example.com', 'audit?action=secret.revealed');
    assert.deepEqual(
      entries.map(({ detail }) => [detail.version, detail.reason]),
      [
        [2, 'INC-00042 locked out'],
        [1, 'INC-00042 the one before'],
      ],
    );
  });

  step(
    'a reveal that is asked for twice is one on record; to lock in another window takes away what is shown in this one',
    async () => {
      await page.getByRole('button', { name: /^Reveal local administrator password.*version 2$/ }).click();
      await page.getByLabel('Reason', { exact: true }).fill('INC-00042 once more');
      await page.locator('reveal-form form').evaluate((form: HTMLFormElement) => {
        form.requestSubmit();
        form.requestSubmit();
      });
      await page.locator('.plain').waitFor();
      const other = await page.context().newPage();
      await other.goto(page.url());
      await other.getByText(/^Unlocked/).waitFor();
      await other.keyboard.press('l');
      await page.locator('.plain').waitFor({ state: 'detached' });
      await other.getByRole('button', { name: 'Unlock', exact: true }).click();
      await unlock(other, 'Passphrase', TEAM_PASSPHRASE);
      await page.getByText(/^Unlocked/).waitFor();
      await other.close();
      const { entries } = await asPerson<AuditPage>(stand, 'admin@example.com', 'audit?action=secret.revealed');
      assert.equal(entries.filter(({ detail }) => detail.reason === 'INC-00042 once more').length, 1);
    },
  );

  step('a recovery key shows its id as the blue screen does, and its password in groups that check', async () => {
    assert.match(await page.title(), new RegExp(`^${PC.hostname}.* – TotlProvision$`));
    await page.getByText(KEY.protectorId.slice(0, 8).toUpperCase(), { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Copy the key ID' }).click();
    await becomes(() => page.evaluate(() => navigator.clipboard.readText()), KEY.protectorId.toUpperCase());
    await page.getByRole('button', { name: /^Reveal BitLocker/ }).click();
    await page.getByLabel('Reason', { exact: true }).fill('blue screen');
    await page.keyboard.press('Enter');
    await page.getByText('All eight groups pass their check').waitFor();
    await page.getByRole('button', { name: 'Spell it out' }).click();
    assert.deepEqual(await violationsOf(page), []);
    await looks('reveal-bitlocker');

    // Without the permission to read nobody is asked for it: it is emptied unseen, at once or when the page is used again.
    await page.context().clearPermissions();
    await page.getByRole('dialog').getByRole('button', { name: 'Copy', exact: true }).click();
    await page.getByText('whatever is in it by then', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Keep 30 s more' }).click();
    await pass(31_000);
    const emptied = page.getByRole('dialog').getByText('The clipboard was emptied.');
    await emptied.or(page.getByRole('dialog').getByText('The clipboard still holds the secret')).waitFor();
    await page.keyboard.press('Shift');
    await emptied.waitFor();
    await hideSecret(page);
  });

  step(
    'a caller at a blue screen: four control keys beside key id, reason and passphrase, and never the mouse',
    async () => {
      await lockVault(page);
      const { keyboard } = page;
      const focused = (label: string) => page.getByLabel(label, { exact: true }).and(page.locator(':focus')).waitFor();
      await keyboard.press('Control+k');
      await page.getByRole('combobox').and(page.locator(':focus')).waitFor();
      await keyboard.type(KEY.protectorId.slice(0, 8));
      await page.getByRole('option', { selected: true }).filter({ hasText: PC.hostname }).waitFor();
      await keyboard.press('Control+Enter');
      await focused('Reason');
      await keyboard.type('blue screen, the caller waits');
      await keyboard.press('Enter');
      await focused('Passphrase');
      await keyboard.type(TEAM_PASSPHRASE);
      await keyboard.press('Enter');
      await page.getByText('All eight groups pass their check').waitFor();
      await keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    },
  );

  step('the focus stays in the page when the button that had it is gone with what it did', async () => {
    const focused = () =>
      page.evaluate(() => {
        let element = document.activeElement;
        while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
        return element?.textContent?.trim();
      });
    await page.getByRole('button', { name: 'Archive', exact: true }).click();
    await page.getByText('Out of the fleet list').waitFor();
    await becomes(focused, 'Identity');
    await page.getByRole('button', { name: 'Bring it back' }).click();
    await page.getByText('Back in the fleet list').waitFor();
    await becomes(focused, PC.hostname);
  });

  step(
    'an auditor sees all of it and is told that they reveal nothing; an unknown machine is said to be that',
    async () => {
      const opened = await openPage(browser);
      await signIn(opened.page, stand.addresses.portal, 'auditor@example.com');
      await opened.page.goto(page.url());
      await opened.page.getByText('Auditors see what is held').waitFor();
      assert.equal(await opened.page.getByRole('button', { name: /Reveal/ }).count(), 0);
      assert.deepEqual(opened.faults, []);
      await opened.page.goto(`${stand.addresses.portal}/t/${stand.demo.tenant}/machines/${crypto.randomUUID()}`);
      await opened.page.getByRole('heading', { name: 'There is no such PC' }).waitFor();
      await picture(opened.page, 'machine-unknown');
      await opened.context.close();
      assert.deepEqual(faults, []);
    },
  );
});
