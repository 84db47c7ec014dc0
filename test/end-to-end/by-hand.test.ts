// What people do by hand in the portal: add a secret and reveal it, use up a budget, carry a spool file, archive and restore, merge and undo.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { asPerson } from '../../dev/stand/as-person.ts';
import { setUpByVault } from '../../dev/stand/furnish.ts';
import { freePorts } from '../../dev/stand/ports.ts';
import { type Stand, startStand } from '../../dev/stand/stand.ts';
import { Engine } from '../../engine/client.ts';
import { bitlockerRecoveryPassword } from '../../engine/simulator/secrets.ts';
import { PublicKeyAnswer } from '../../schema/keyring.ts';
import type { Machine, MachinePage, Overview } from '../../schema/machine.ts';
import type { Revealed, SecretList } from '../../schema/secret.ts';
import { onPage, openBrowser, openPage, picture } from '../support/browser.ts';
import { inOrder } from '../support/in-order.ts';
import { becomes } from '../support/patience.ts';
import {
  ADMIN_PASSPHRASE,
  askReveal,
  groupsShown,
  hideSecret,
  pressReveal,
  signIn,
  signInAs,
  TEAM_PASSPHRASE,
  unlock,
} from '../support/story.ts';

const ADMIN = 'admin@example.com';
const ENGINEER = 'engineer@example.com';
const SPENDER = 'spender@example.com';
const BIOS_PASSWORD = 'Bios-By-Hand-7q';

let stateDir: string;
let stand: Stand;
let browser: Browser;

const PC = { id: crypto.randomUUID(), hostname: 'ACM-LT-0001', serial: '5CD1234XYZ', client: 'Blue Harbour Clinic' };
const TWIN = {
  id: crypto.randomUUID(),
  hostname: 'ACM-LT-0001-OLD',
  serial: '5CD1234XYZ',
  client: 'Blue Harbour Clinic',
};
const NEVER_ONLINE = {
  id: crypto.randomUUID(),
  hostname: 'ACM-DT-0404',
  serial: 'NEVERONLINE',
  model: 'OptiPlex 7010',
};

const at = (rest = '') => `${stand.addresses.portal}/t/${stand.demo.tenant}${rest && `/${rest}`}`;
const engineOf = (
  machine: typeof PC | typeof NEVER_ONLINE,
  more: Partial<ConstructorParameters<typeof Engine>[0]> = {},
) =>
  new Engine({
    apiOrigin: stand.addresses.api,
    token: stand.demo.token,
    machine,
    sleep: async () => {},
    spoolDir: path.join(stateDir, 'engines', machine.id),
    ...more,
  });

function record(engine: Engine, startedAt: number, ending: 'run_succeeded' | 'run_failed'): string {
  const run = { id: crypto.randomUUID(), startedAt, engineVersion: '2.3.1', phases: ['preflight', 'local_admin'] };
  engine.startRun(run);
  engine.event(run.id, { type: 'run_started', message: 'Provisioning engine started' });
  engine.event(run.id, { type: 'phase_started', phase: 'preflight', message: 'Phase preflight started' });
  engine.event(run.id, { type: ending, message: 'Over' });
  return run.id;
}

async function reported(
  machine: typeof PC,
  account: string,
  startedAt: number,
  ending: 'run_succeeded' | 'run_failed',
): Promise<void> {
  const engine = engineOf(machine);
  const run = record(engine, startedAt, ending);
  assert.ok((await engine.flush()).ok);
  const escrowed = await engine.escrow(run, 'local_admin_password', { account }, `of ${machine.hostname}`);
  assert.ok(escrowed.ok);
}

before(async () => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-hand-'));
  stand = await startStand({ port: await freePorts(4), stateDir, fleet: 0 });
  await setUpByVault(stand, ADMIN_PASSPHRASE, TEAM_PASSPHRASE);
  await reported(TWIN, 'OldAdmin', Date.now() - 3_600_000, 'run_failed');
  await reported(PC, 'Administrator', Date.now() - 60_000, 'run_succeeded');
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await stand?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

/** A page of the engineer's for one test, with nothing unlocked. */
const onEngineersPage = (act: (engineer: Page) => Promise<void>) =>
  onPage(browser, async (page) => {
    await signIn(page, stand.addresses.portal, ENGINEER);
    await act(page);
  });

test('an engineer adds a secret, sealed in the browser: nothing sent holds it, and it reveals as it was typed', () =>
  onEngineersPage(async (engineer) => {
    const sent: string[] = [];
    engineer.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`));
    await engineer.goto(at(`machines/${PC.id}`));
    await engineer.getByRole('button', { name: 'Add a secret' }).click();
    await engineer.getByLabel('Kind').selectOption('bios_password');
    await engineer.getByLabel('The secret').fill(BIOS_PASSWORD);
    await engineer.getByLabel('Repeat it').fill('something else');
    await engineer.getByText('The two differ').waitFor();
    assert.ok(await engineer.getByRole('button', { name: 'Seal and keep' }).isDisabled());
    await engineer.getByLabel('Repeat it').fill(BIOS_PASSWORD);
    await picture(engineer, 'hand-dialog');
    await engineer.getByRole('button', { name: 'Seal and keep' }).click();
    await unlock(engineer, 'Passphrase', TEAM_PASSPHRASE);
    await engineer.getByText('Sealed as version 1').waitFor();
    await engineer.getByText(`Added by ${ENGINEER}`).waitFor();
    assert.ok(sent.some((request) => request.includes(`/machines/${PC.id}/secrets`)));
    assert.deepEqual(
      sent.filter((request) => request.includes(BIOS_PASSWORD)),
      [],
    );
    await askReveal(engineer, /^Reveal BIOS/, 'End-to-end test');
    assert.equal(await engineer.locator('.plain').innerText(), BIOS_PASSWORD);
    await hideSecret(engineer);
    await engineer.getByText('Rotate by').waitFor();
    await picture(engineer, 'machine-by-hand');
  }));

test('a recovery password with a mistyped digit is not sealed, and one that holds is kept in its groups', () =>
  onEngineersPage(async (engineer) => {
    const password = bitlockerRecoveryPassword();
    const wrong = `${password.slice(0, -1)}${(Number(password.at(-1)) + 1) % 10}`;
    await engineer.goto(at(`machines/${PC.id}`));
    await engineer.getByRole('button', { name: 'Unlock', exact: true }).click();
    await unlock(engineer, 'Passphrase', TEAM_PASSPHRASE);
    await engineer.getByText(/^Unlocked ·/).waitFor();
    await engineer.getByRole('button', { name: 'Add a secret' }).click();
    await engineer.getByLabel('Kind').selectOption('bitlocker_recovery_key');
    await engineer.getByLabel('Key ID').fill(`{${crypto.randomUUID().toUpperCase()}}`);
    for (const text of [wrong, password.replaceAll('-', '')]) {
      await engineer.getByLabel('The secret').fill(text);
      await engineer.getByLabel('Repeat it').fill(text);
      await engineer.getByRole('button', { name: 'Seal and keep' }).click();
      if (text === wrong) await engineer.getByText('a group of digits fails its checksum', { exact: false }).waitFor();
    }
    await engineer.getByText('Sealed as version 1').waitFor();
    await askReveal(engineer, /^Reveal BitLocker/, 'End-to-end test');
    assert.equal(await groupsShown(engineer), password);
    await hideSecret(engineer);
  }));

test('an admin asks for tickets and sets a budget; who uses it up is told when the next is possible, and the admin sees it', () =>
  onPage(
    browser,
    async (engineer) => {
      await asPerson(stand, ADMIN, 'people', { email: SPENDER, role: 'engineer' });
      const { secrets } = await asPerson<SecretList>(stand, SPENDER, `machines/${PC.id}/secrets`);
      const local = secrets.find((one) => one.kind === 'local_admin_password')?.id;
      await onPage(browser, async (admin) => {
        await signIn(admin, stand.addresses.portal, ADMIN);
        await admin.goto(at('settings'));
        await admin.getByLabel('It must begin with a ticket').check();
        await admin.getByLabel('Pattern').fill('INC-#####');
        await admin.getByLabel('In a minute').fill('3');
        await admin.getByLabel('In an hour').fill('3');
        await admin.getByLabel('In a day').fill('3');
        await admin.getByLabel('At once').check();
        await picture(admin, 'settings-reveals');
        await admin.locator('reveal-settings').getByRole('button', { name: 'Save' }).click();
        await admin.getByText('Saved just now').waitFor();
        for (const reason of ['INC-00040 locked out', 'INC-00041 locked out'])
          await asPerson(stand, SPENDER, `secrets/${local}/reveal`, { reason });

        await signInAs(engineer, stand.addresses.portal, SPENDER);
        await engineer.goto(at(`machines/${PC.id}`));
        await engineer.getByRole('button', { name: /^Reveal local/ }).click();
        await engineer.getByText('Begin with a ticket like').waitFor();
        await engineer.getByLabel('Reason', { exact: true }).fill('just so');
        await pressReveal(engineer);
        // Before anything is unlocked.
        await engineer.getByText('Has to begin with a ticket like', { exact: false }).waitFor();
        await picture(engineer, 'reveal-ticket');
        await engineer.getByLabel('Reason', { exact: true }).fill('INC-00042 blue screen');
        await unlock(engineer, 'Passphrase', TEAM_PASSPHRASE);
        assert.equal(await engineer.locator('.plain').innerText(), `of ${PC.hostname}`);
        await hideSecret(engineer);
        await engineer.getByText('Still to rotate', { exact: true }).waitFor();

        await askReveal(engineer, /^Reveal local/, 'INC-00042 once more');
        await engineer.getByText('The next reveal is possible in', { exact: false }).waitFor();
        await picture(engineer, 'reveal-over-budget');
        await engineer.getByRole('button', { name: 'Close', exact: true }).click();
        await admin.goto(at('keys'));
        await admin.getByText(`${SPENDER} reached the reveal limit`, { exact: false }).waitFor();
        await picture(admin, 'budget-exceeded');
        await admin.goto(at());
        await admin.locator('fleet-table').getByText('To rotate').waitFor();
        await picture(admin, 'fleet-to-rotate');
      });
    },
    // Chromium writes refusals into its console: the reason that is no ticket, and the budget.
    { expected: /status of (422|429)/ },
  ).finally(() =>
    asPerson(stand, ADMIN, 'settings', {
      ticketPattern: null,
      revealBudget: { perMinute: 100, perHour: 100, perDay: 100 },
    }),
  ));

inOrder('a PC that was never online', (step) => {
  let engineer: Page;
  let faults: string[];
  step(
    'the spool file of a PC that was never online is read in the browser, shown, and kept under the engineer’s name',
    async () => {
      // The key comes along in the engine's file, and its pin; nothing of this PC reaches the network.
      const offline: typeof fetch = async () => {
        throw new TypeError('offline');
      };
      const authorization = `Bearer ${stand.demo.token}`;
      const answer = await fetch(`${stand.addresses.api}/v1/tenant/pubkey`, { headers: { authorization } });
      const tenantKey = PublicKeyAnswer.parse(await answer.json());
      const { fingerprint } = await asPerson<Overview>(stand, ADMIN, 'overview');
      assert.ok(fingerprint);
      const engine = engineOf(NEVER_ONLINE, { fetch: offline, fingerprint, tenantKey });
      const run = record(engine, Date.now() - 30_000, 'run_succeeded');
      const ref = { account: 'Administrator' };
      const escrowed = await engine.escrow(run, 'local_admin_password', ref, 'of the never online');
      assert.equal(escrowed.ok, false);
      const file = path.join(stateDir, 'pc.spool.ndjson');
      assert.equal(engine.exportSpool(file), 2);

      const opened = await openPage(browser);
      engineer = opened.page;
      faults = opened.faults;
      await signIn(engineer, stand.addresses.portal, ENGINEER);
      await engineer.goto(at());
      await engineer.getByRole('link', { name: 'Upload an offline report' }).click();
      await engineer.getByRole('heading', { name: 'Upload an offline report' }).waitFor();
      await engineer
        .getByLabel('Spool file')
        .setInputFiles({ name: 'x', mimeType: 'text/plain', buffer: Buffer.from('hello') });
      await engineer.getByText('This is not an offline report', { exact: false }).waitFor();
      await engineer.getByLabel('Spool file').setInputFiles(file);
      await engineer.getByText('In this file: 3 events of 1 run, and 1 sealed secret.').waitFor();
      await picture(engineer, 'spool-found');
      await engineer.getByRole('button', { name: 'Upload' }).click();
      await engineer.getByText('Saved: 3 events and 1 secret', { exact: false }).waitFor();
      await picture(engineer, 'spool-kept');
      await engineer.getByRole('link', { name: NEVER_ONLINE.hostname }).click();
      await engineer.getByText(`Uploaded by ${ENGINEER}`, { exact: true }).waitFor();
      await engineer.getByText(`0 errors, uploaded by ${ENGINEER}`).waitFor();
      await picture(engineer, 'spool-machine');
    },
  );

  step(
    'an archived machine leaves the fleet, is found by its filter, still reveals, and comes back when its PC reports',
    async () => {
      await engineer.getByRole('button', { name: 'Archive', exact: true }).click();
      await engineer.getByText(`Archived by ${ENGINEER}`).waitFor();
      await picture(engineer, 'archived');
      await engineer.goto(at());
      await engineer.getByRole('link', { name: PC.hostname, exact: true }).waitFor();
      assert.equal(await engineer.getByRole('link', { name: NEVER_ONLINE.hostname }).count(), 0);
      await engineer.getByLabel('Status').selectOption('Archived');
      await engineer.getByRole('link', { name: NEVER_ONLINE.hostname }).click();
      await engineer.getByText(`Archived by ${ENGINEER}`).waitFor();
      const { secrets } = await asPerson<SecretList>(stand, ENGINEER, `machines/${NEVER_ONLINE.id}/secrets`);
      const request = { reason: 'End-to-end test' };
      const revealed = await asPerson<Revealed>(stand, ENGINEER, `secrets/${secrets[0]?.id}/reveal`, request);
      assert.equal(revealed.machine, NEVER_ONLINE.id);
      await engineer.getByRole('button', { name: 'Bring it back' }).click();
      await engineer.getByText('Archived by').waitFor({ state: 'detached' });
      await engineer.getByRole('button', { name: 'Archive', exact: true }).click();
      await engineer.getByText('Archived by').waitFor();
      const engine = engineOf(NEVER_ONLINE, { spoolDir: path.join(stateDir, 'engines', 'again') });
      record(engine, Date.now(), 'run_succeeded');
      assert.ok((await engine.flush()).ok);
      await engineer.getByText('Archived by').waitFor({ state: 'detached' });
      const overview = await asPerson<Overview>(stand, ENGINEER, 'overview');
      assert.deepEqual([overview.machines, overview.archived], [3, 0]);
      assert.deepEqual(faults, []);
      await engineer.context().close();
    },
  );
});

test('two ids of one PC become one entry with both histories, and two again', () =>
  onEngineersPage(async (engineer) => {
    await engineer.goto(at(`machines/${PC.id}`));
    await engineer.getByRole('button', { name: 'Merge another entry' }).click();
    // The one with the same serial is offered first.
    await engineer.getByRole('dialog').getByText('For a PC that got a second ID', { exact: false }).waitFor();
    await picture(engineer, 'merge-dialog');
    await engineer.getByRole('dialog').getByRole('button', { name: 'Merge', exact: true }).click();
    await engineer.getByText('Merged into this entry').waitFor();
    await engineer.getByText('Sealed for the ID', { exact: false }).waitFor();
    await becomes(() => engineer.getByRole('table', { name: 'Runs' }).getByRole('link').count(), 2);
    await picture(engineer, 'merged');
    const listed = await asPerson<MachinePage>(stand, ENGINEER, 'machines');
    assert.ok(!listed.machines.some((one) => one.id === TWIN.id));
    // The header still binds it to the id that it was sealed for: it opens on the page of the machine that is kept.
    await askReveal(engineer, /^Reveal local administrator password, Account OldAdmin/, 'End-to-end test');
    await unlock(engineer, 'Passphrase', TEAM_PASSPHRASE);
    assert.equal(await engineer.locator('.plain').innerText(), `of ${TWIN.hostname}`);
    await hideSecret(engineer);
    await engineer.getByRole('link', { name: TWIN.hostname }).click();
    await engineer.getByText('This is another ID of', { exact: false }).waitFor();
    await picture(engineer, 'alias');
    await engineer.getByRole('button', { name: 'Undo the merge', exact: true }).click();
    await engineer.getByText('This is another ID of', { exact: false }).waitFor({ state: 'detached' });
    const twin = await asPerson<Machine>(stand, ENGINEER, `machines/${TWIN.id}`);
    assert.deepEqual([twin.shelf, twin.secrets], ['fleet', 1]);
  }));

test('where nobody can say which password a PC has, both are offered with what tells them apart, and the chosen one opens', async () => {
  const odd = { ...PC, id: crypto.randomUUID(), hostname: 'ACM-LT-0909', serial: '5CD0909ODD' };
  await reported(odd, 'Administrator', Date.now(), 'run_succeeded');
  const headers = { authorization: `Bearer ${stand.demo.token}` };
  const tenantKey = PublicKeyAnswer.parse(
    await (await fetch(`${stand.addresses.api}/v1/tenant/pubkey`, { headers })).json(),
  );
  const { fingerprint } = await asPerson<Overview>(stand, ADMIN, 'overview');
  assert.ok(fingerprint);
  // By a clock ten years behind, offline, and carried: nothing was sealed to the key before it existed.
  const engine = engineOf(odd, {
    fingerprint,
    tenantKey,
    now: () => Date.now() - 315_360_000_000,
    spoolDir: path.join(stateDir, 'engines', 'ten-years-behind'),
    fetch: async () => {
      throw new TypeError('offline');
    },
  });
  await engine.escrow(crypto.randomUUID(), 'local_admin_password', { account: 'Administrator' }, 'of the odd clock');
  const file = path.join(stateDir, 'odd.spool.ndjson');
  assert.equal(engine.exportSpool(file), 1);
  await onEngineersPage(async (engineer) => {
    await engineer.goto(at('upload'));
    await engineer.getByLabel('Spool file').setInputFiles(file);
    await engineer.getByRole('button', { name: 'Upload' }).click();
    await engineer.getByText('Saved: ', { exact: false }).waitFor();
    await engineer.goto(at(`machines/${odd.id}`));
    await engineer.getByText('More than one may be on the PC').waitFor();
    await picture(engineer, 'offered');
    await engineer.getByRole('button', { name: /^Reveal local administrator password.*version 1$/ }).click();
    const dialog = engineer.getByRole('dialog');
    // Of the PC, and beside each version whose run has told it.
    await dialog.getByText(`serial ${odd.serial}`, { exact: false }).first().waitFor();
    await dialog.getByRole('radio', { name: /Version 2, not confirmed.*in a file uploaded by engineer@/ }).check();
    await picture(engineer, 'offered-choice');
    await engineer.getByLabel('Reason', { exact: true }).fill('End-to-end test');
    await pressReveal(engineer);
    await unlock(engineer, 'Passphrase', TEAM_PASSPHRASE);
    assert.equal(await engineer.locator('.plain').innerText(), 'of the odd clock');
    await hideSecret(engineer);
  });
});
