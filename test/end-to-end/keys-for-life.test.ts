// Keys that outlive people, laptops and mistakes, in the portal: access granted by eight words, passkeys, recovery sheets, a drill, another
// root, a leaver, a health sweep.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { asPerson } from '../../dev/stand/as-person.ts';
import { freePorts } from '../../dev/stand/ports.ts';
import { type Stand, startStand } from '../../dev/stand/stand.ts';
import type { FleetMachine } from '../../engine/simulator/fleet.ts';
import type { AuditPage } from '../../schema/audit.ts';
import type { PeopleList } from '../../schema/person.ts';
import { addAuthenticator, openBrowser, openPage, picture } from '../support/browser.ts';
import { inOrder } from '../support/in-order.ts';
import { textsOf, until } from '../support/patience.ts';
import {
  beginReveal,
  hideSecret,
  lockVault,
  pressReveal,
  printsAPageASheet,
  setUp,
  sheetCodes,
  signIn,
  stepUp,
  typePassphrase,
  typeSheetsBack,
  unlock,
  unlockIfAsked,
} from '../support/story.ts';

const ADMIN = 'admin@example.com';
const ENGINEER = 'engineer@example.com';
const ENGINEER_PASSPHRASE = 'copper meadow violin stable orbit';
const CHANGED_PASSPHRASE = 'granite sparrow lantern pocket tide';
const AFTER_RECOVERY = 'marble cactus violin harbour seven';
const NEW_TEAM_PASSPHRASE = 'saddle ember willow cobalt quiet';

let stateDir: string;
let stand: Stand;
let browser: Browser;
let admin: Page;
let engineer: Page;
let machine: FleetMachine;
const allFaults: string[][] = [];
const codes: string[] = [];

before(async () => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-life-'));
  stand = await startStand({ port: await freePorts(4), stateDir, fleet: 4, fleetSpeed: 900 });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await stand?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const at = (rest: string) => `${stand.addresses.portal}/t/${stand.demo.tenant}/${rest}`;

const wordsOn = (page: Page) =>
  textsOf(page.getByRole('list', { name: 'Eight words' }).first().getByRole('listitem'), 8);

/** Reveals the same secret whenever it is called; `open` opens the vault in the dialog. */
async function revealed(page: Page, open: () => Promise<void>): Promise<void> {
  await page.goto(at(`machines/${machine.id}`));
  await beginReveal(page, /^Reveal local administrator password/, 'keys for life');
  await open();
  const sealed = machine.escrowed.find((one) => one.kind === 'local_admin_password');
  assert.equal(await page.locator('.plain').innerText(), sealed?.plaintext);
  await hideSecret(page);
}

inOrder('keys outlive people, laptops and mistakes', (step) => {
  step('an admin does the first-time set-up, an engineer signs in, and the PCs hand over their secrets', async () => {
    const opened = await openPage(browser);
    admin = opened.page;
    const other = await openPage(browser);
    engineer = other.page;
    allFaults.push(opened.faults, other.faults);
    await signIn(admin, stand.addresses.portal, ADMIN);
    await setUp(admin);
    await admin.getByText('No keys yet').waitFor({ state: 'detached' });
    await signIn(engineer, stand.addresses.portal, ENGINEER);
    const machines = stand.fleet?.machines ?? [];
    await until('every PC to be done', () => machines.every((one) => one.finished));
    machine = await until('a PC with both secrets', () => machines.find((one) => one.escrowed.length === 2));
  });

  step('an engineer asks for access, both see the same eight words, an admin signs, the engineer reveals', async () => {
    await engineer.goto(at('access'));
    await engineer.getByRole('button', { name: 'Ask for access' }).click();
    await typePassphrase(engineer, 'New passphrase', ENGINEER_PASSPHRASE);
    await engineer.getByRole('button', { name: 'Use this passphrase' }).click();
    await engineer.getByText('Read these words to an admin').waitFor();
    await picture(engineer, 'grant-asked');

    await admin.goto(at('access'));
    // A browser makes the words from a fingerprint that it has verified, so this one knows them from the set-up.
    const give = admin.getByRole('button', { name: `Give access to ${ENGINEER}` });
    await give.waitFor();
    await admin.getByText(`${ENGINEER} asks to unlock`).waitFor();
    await picture(admin, 'grant-waiting');
    assert.deepEqual(await wordsOn(admin), await wordsOn(engineer));
    assert.equal((await wordsOn(admin)).length, 8);
    const ticks = admin.getByRole('list', { name: 'Eight words' }).getByRole('checkbox');
    for (const tick of (await ticks.all()).slice(0, 7)) await tick.check();
    await admin.getByText('Tick each word as they read it: 7 of 8.').waitFor();
    assert.equal(await give.isDisabled(), true);
    await ticks.last().check();
    await give.click();
    await stepUp(admin, 'Give access');
    await admin.getByText(`${ENGINEER} can unlock now`).waitFor();

    await revealed(engineer, () => unlock(engineer, 'Passphrase', ENGINEER_PASSPHRASE));
  });

  step('somebody changes their passphrase, and the old one opens nothing', async () => {
    await engineer.goto(at('access'));
    await engineer.getByRole('button', { name: 'Change the passphrase' }).click();
    await typePassphrase(engineer, 'New passphrase', CHANGED_PASSPHRASE);
    await engineer.getByRole('button', { name: 'Change it' }).click();
    await stepUp(engineer, 'Change', ENGINEER_PASSPHRASE);
    await engineer.getByText('Your passphrase is changed').waitFor();
    await lockVault(engineer);
    await revealed(engineer, async () => {
      await unlock(engineer, 'Passphrase', ENGINEER_PASSPHRASE);
      await engineer.getByText('That is not the passphrase').waitFor();
      await unlock(engineer, 'Passphrase', CHANGED_PASSPHRASE);
    });
  });

  step('an admin adds a passkey, whose answer is seen to repeat, and unlocks with it', async () => {
    await addAuthenticator(admin, { hasPrf: true });
    await admin.goto(at('access'));
    await admin.getByRole('button', { name: 'Add one' }).click();
    await admin.getByRole('button', { name: 'Use a passkey' }).click();
    await stepUp(admin, 'Add');
    await admin.getByText(`Passkey of ${ADMIN}`).waitFor();
    await picture(admin, 'access');
    await lockVault(admin);
    await revealed(admin, async () => {
      await admin.getByRole('radio', { name: 'Passkey' }).check();
      await pressReveal(admin);
    });
  });

  step('a recovery set of two of three counts once every sheet is typed back', async () => {
    await admin.goto(at('access'));
    await admin.getByRole('button', { name: 'Make a new recovery set' }).click();
    await admin.getByRole('button', { name: 'Make the sheets' }).click();
    await stepUp(admin, 'Go on');
    codes.push(...(await sheetCodes(admin, 3)));
    assert.equal(codes.length, 3);
    await picture(admin, 'recovery-sheets');
    await admin.emulateMedia({ media: 'print' });
    await picture(admin, 'recovery-sheets-print');
    await printsAPageASheet(admin, 3);
    await admin.getByLabel('Type the code of sheet 1 of 3 back').fill(codes[1] ?? '');
    await admin.getByRole('button', { name: 'Next sheet' }).click();
    await admin.getByText('That is not the code of sheet 1 of 3').waitFor();
    const inSmallLetters = codes.map((code) => code.toLowerCase());
    await typeSheetsBack(admin, inSmallLetters, 'Use this set from now on');
    await admin.getByText('The recovery set counts from now on').waitFor();
  });

  step('a test of the sheets proves them and shows nothing', async () => {
    await admin.goto(at('access'));
    await lockVault(admin);
    await admin.getByRole('button', { name: 'Test the sheets' }).click();
    await admin.getByLabel('Recovery code 1 of 2').fill(codes[0] ?? '');
    await admin.getByLabel('Recovery code 2 of 2').fill(codes[0] ?? '');
    await admin.getByRole('dialog').getByRole('button', { name: 'Test' }).click();
    await admin.getByText('2 different codes; 1 were given').waitFor();
    await admin.getByLabel('Recovery code 2 of 2').fill(codes[2] ?? '');
    await admin.getByRole('dialog').getByRole('button', { name: 'Test' }).click();
    await admin.getByText('Tested: these sheets open everything').waitFor();
    await admin.getByText('Last tested').waitFor();
    await admin.getByRole('button', { name: 'Unlock', exact: true }).waitFor();
  });

  step('two sheets unlock in a browser that has seen nothing, without any passphrase', async () => {
    const fresh = await openPage(browser);
    allFaults.push(fresh.faults);
    await signIn(fresh.page, stand.addresses.portal, ADMIN);
    await revealed(fresh.page, async () => {
      await fresh.page.getByRole('radio', { name: 'Recovery sheets' }).check();
      await fresh.page.getByLabel('Recovery code 1 of 2').fill(codes[2] ?? '');
      await fresh.page.getByLabel('Recovery code 2 of 2').fill(codes[1] ?? '');
      await pressReveal(fresh.page);
    });
    await fresh.context.close();
    // Every admin is told, wherever they are: these codes have left their paper.
    await admin.goto(at('settings'));
    await admin.getByText(/unlocked with the recovery sheets/).waitFor();
    await admin.getByRole('link', { name: 'New passphrase and sheets' }).waitFor();
  });

  step(
    'after that, one path leads to a new passphrase in the place of the old one and to new sheets, printed without the banner',
    async () => {
      await admin.getByRole('link', { name: 'New passphrase and sheets' }).click();
      await admin.getByRole('button', { name: 'Set a new passphrase' }).click();
      await typePassphrase(admin, 'New passphrase', AFTER_RECOVERY);
      await admin.getByRole('button', { name: 'Replace the old one' }).click();
      await admin.getByRole('dialog').getByRole('radio', { name: 'Recovery sheets' }).check();
      await admin.getByLabel('Recovery code 1 of 2').fill(codes[0] ?? '');
      await admin.getByLabel('Recovery code 2 of 2').fill(codes[1] ?? '');
      await admin.getByRole('dialog').getByRole('button', { name: 'Replace the passphrase' }).click();
      await admin.getByText('You have a new passphrase.').waitFor();
      const own = admin.locator('unlocker-list').first().getByRole('listitem').filter({ hasText: 'Passphrase of' });
      assert.equal(await own.count(), 1);
      await picture(admin, 'after-recovery');
      await admin.getByRole('button', { name: 'Make the sheets' }).click();
      await stepUp(admin, 'Go on', AFTER_RECOVERY);
      const renewed = await sheetCodes(admin, 3);
      await admin.getByText(/unlocked with the recovery sheets/).waitFor();
      await printsAPageASheet(admin, 3);
      await typeSheetsBack(admin, renewed, 'Use this set from now on');
      await admin.getByText('The recovery set counts from now on').waitFor();
      await admin.getByRole('heading', { name: 'After the recovery' }).waitFor({ state: 'detached' });
    },
  );

  step('the root is replaced, and an engineer compares eight words before going on', async () => {
    await admin.goto(at('keys'));
    await admin.getByRole('button', { name: 'Replace the root' }).click();
    await stepUp(admin, 'Replace the root', AFTER_RECOVERY);
    await admin.getByText('Who is asked for the words of this earlier root').waitFor();
    await admin.getByText('Engines that pin the earlier root go on working').waitFor();
    await picture(admin, 'root-replaced');
    const words = await wordsOn(admin);
    await engineer.goto(at('access'));
    await lockVault(engineer);
    await revealed(engineer, async () => {
      await unlock(engineer, 'Passphrase', CHANGED_PASSPHRASE);
      await engineer.getByText('This tenant’s root was replaced').waitFor();
      await picture(engineer, 'succession');
      assert.deepEqual(await wordsOn(engineer), words);
      await engineer.getByRole('button', { name: 'They are the same' }).click();
    });
    // Confirmed once: the new root is pinned in the unlocker, so another browser does not ask again.
    await lockVault(engineer);
    await revealed(engineer, () => unlock(engineer, 'Passphrase', CHANGED_PASSPHRASE));
  });

  step('every secret is checked and found sound, with nothing shown', async () => {
    await admin.goto(at('safekeeping'));
    await lockVault(admin);
    await admin.getByRole('button', { name: 'Check every secret' }).click();
    await unlock(admin, 'Passphrase', AFTER_RECOVERY);
    await admin.getByText('every one is sound').waitFor();
    await picture(admin, 'safekeeping');
  });

  step(
    'an engineer leaves: out at once, everything they could open replaced and re-sealed, and what they revealed listed',
    async () => {
      await admin.goto(at('people'));
      await admin.getByRole('button', { name: `Remove ${ENGINEER}` }).click();
      await admin.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
      await admin.getByText(`${ENGINEER} is leaving`).waitFor();
      await engineer.goto(at('access'));
      await engineer.getByText('not a member', { exact: false }).first().waitFor();

      // Shared unlockers are replaced without asking; keeping one is a choice, repeated where it is signed.
      await admin.getByText('In their role they could use the team passphrase').waitFor();
      assert.equal(await admin.getByRole('button', { name: 'Replace what they could open' }).count(), 0);
      await typePassphrase(admin, 'New team passphrase', NEW_TEAM_PASSPHRASE);
      await admin.getByRole('button', { name: 'Replace', exact: true }).waitFor();
      await admin.getByRole('group', { name: 'The recovery set' }).getByLabel('Keep it').check();
      await admin.getByText('Only if they never had its sheets').waitFor();
      await picture(admin, 'leaver');
      await admin.getByRole('button', { name: 'Replace what they could open' }).click();
      await admin.getByText('By your choice the recovery set stays as it is, on record.').waitFor();
      // One confirmation: the re-sealing is part of the act, and leaves nothing unlocked.
      await stepUp(admin, 'Replace', AFTER_RECOVERY);
      await admin.getByText(`${ENGINEER} has left`).waitFor();
      await admin.getByText(/^\d+ re-sealed\./).waitFor();
      assert.equal(await admin.getByText('Unlocked ·').count(), 0);
      await admin.getByRole('button', { name: 'What did they reveal?' }).click();
      await admin.getByText('1 version, 1 of them without a newer one since').waitFor();
      await picture(admin, 'left');
      const kept = await asPerson<AuditPage>(stand, ADMIN, 'audit?action=unlocker.kept');
      assert.partialDeepStrictEqual(kept.entries, [{ detail: { kind: 'recovery', leaver: ENGINEER } }]);
      const { leavers } = await asPerson<PeopleList>(stand, ADMIN, 'people');
      assert.partialDeepStrictEqual(leavers, [
        { email: ENGINEER, unlockersReplaced: true, escrowKeyReplaced: true, rootReplaced: true, remaining: 0 },
      ]);
      await revealed(admin, async () => {
        await pressReveal(admin);
        await unlockIfAsked(admin, admin.locator('.plain'), AFTER_RECOVERY);
      });
    },
  );

  step('no page made a fault on the way', () => {
    // A removed person's browser is told 403, which Chromium writes into its console.
    const expected = /status of 40[39]/;
    assert.deepEqual(
      allFaults.flat().filter((fault) => !expected.test(fault)),
      [],
    );
  });
});
