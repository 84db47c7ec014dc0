// The line, end to end: set-up in the browser, simulated PCs appear, a reveal shows exactly what the engine sealed.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { freePorts } from '../../dev/stand/ports.ts';
import { type Stand, startStand } from '../../dev/stand/stand.ts';
import { LogLine } from '../../schema/log.ts';
import { openBrowser, openPage, picture } from '../support/browser.ts';
import { inOrder } from '../support/in-order.ts';
import { until } from '../support/patience.ts';
import {
  ADMIN_PASSPHRASE,
  askReveal,
  groupsShown,
  hideSecret,
  holdTime,
  printsAPageASheet,
  setUp,
  signIn,
  TEAM_PASSPHRASE,
  unlock,
} from '../support/story.ts';

const FLEET = 3;
let stateDir: string;
let stand: Stand;
let browser: Browser;
const lines: string[] = [];

before(async () => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-line-'));
  stand = await startStand({
    port: await freePorts(4),
    stateDir,
    fleet: FLEET,
    fleetSpeed: 600,
    onLine: (line) => lines.push(line),
  });
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await stand?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const reveal = async (page: Page, kind: string, secret: string) => {
  await askReveal(page, new RegExp(`^Reveal ${kind}`), 'End-to-end test');
  await unlock(page, 'Passphrase', secret);
};

inOrder('the line from an engine to a browser', (step) => {
  step(
    'an admin sets up, PCs appear and hand over secrets, and the browser shows exactly what the engine sealed',
    async () => {
      const { page, context, faults } = await openPage(browser);
      const { portal } = stand.addresses;
      await signIn(page, portal, 'admin@example.com');
      await page.getByRole('heading', { name: 'Fleet' }).waitFor();
      await page.getByText('No PCs yet').waitFor();
      await picture(page, 'fleet-before-set-up');
      await setUp(page, async (step) => {
        await picture(page, step);
        if (step === 'set-up-recovery') await printsAPageASheet(page, 1);
      });

      await page.getByRole('link', { name: 'To the fleet' }).click();
      const machine = await until('a PC that is done', () =>
        stand.fleet?.machines.find((one) => one.escrowed.length === 2 && one.finished),
      );
      await page.getByRole('link', { name: machine.hostname }).click();
      await page.getByRole('heading', { name: machine.hostname }).waitFor();
      await page.getByText('Never revealed').first().waitFor();
      await picture(page, 'machine');

      const password = machine.escrowed.find((one) => one.kind === 'local_admin_password');
      await reveal(page, 'local administrator password', ADMIN_PASSPHRASE);
      assert.equal(await page.locator('.plain').innerText(), password?.plaintext);
      await picture(page, 'reveal-password');
      await hideSecret(page);

      // The vault is open now: the second reveal asks for a reason only.
      const recovery = machine.escrowed.find((one) => one.kind === 'bitlocker_recovery_key');
      await askReveal(page, /^Reveal BitLocker/, 'Blue recovery screen');
      assert.equal(await groupsShown(page), recovery?.plaintext);
      await page.getByText('All eight groups pass their check').waitFor();
      await picture(page, 'reveal-bitlocker');
      await page.getByRole('button', { name: 'Hide now' }).click();
      await page.getByText('Last revealed').first().waitFor();
      assert.deepEqual(faults, []);
      await context.close();
    },
  );

  step('an engineer reveals with the team passphrase, and an auditor is offered no reveal', async () => {
    const { portal } = stand.addresses;
    const machine = await until('a PC with both secrets', () =>
      stand.fleet?.machines.find((one) => one.escrowed.length === 2),
    );
    const place = `/t/${stand.demo.tenant}/machines/${machine.id}`;
    const engineer = await openPage(browser, { permissions: ['clipboard-read', 'clipboard-write'] });
    await engineer.page.clock.install();
    await signIn(engineer.page, portal, 'engineer@example.com', place);
    const pass = await holdTime(engineer.page);
    await reveal(engineer.page, 'local administrator password', 'not the team passphrase');
    await engineer.page.getByText('That is not the passphrase').waitFor();
    await unlock(engineer.page, 'Passphrase', TEAM_PASSPHRASE);
    const shown = await engineer.page.locator('.plain').innerText();
    assert.equal(shown, machine.escrowed.find((one) => one.kind === 'local_admin_password')?.plaintext);
    await engineer.page.getByRole('dialog').getByRole('button', { name: 'Copy', exact: true }).click();
    await engineer.page.getByText('Copied', { exact: false }).waitFor();
    assert.equal(await engineer.page.evaluate(() => navigator.clipboard.readText()), shown);
    // Thirty seconds later it is gone by itself, by a clock that the test moves.
    await pass(31_000);
    await engineer.page.locator('.plain').waitFor({ state: 'detached' });
    assert.deepEqual(engineer.faults, []);
    await engineer.context.close();

    const auditor = await openPage(browser);
    await signIn(auditor.page, portal, 'auditor@example.com', place);
    await auditor.page.getByText('Auditors see what is held').waitFor();
    assert.equal(await auditor.page.getByRole('button', { name: /Reveal/ }).count(), 0);
    assert.equal(await auditor.page.getByRole('button', { name: 'Unlock' }).count(), 0);
    assert.deepEqual(auditor.faults, []);
    await auditor.context.close();
  });

  step(
    'the Worker’s log holds lines of its schema only, one a request, and no plaintext, token, passphrase, reason or address',
    async () => {
      const written = lines.filter((line) => line.startsWith('{'));
      const requests = written.filter((line) => LogLine.parse(JSON.parse(line)).event === 'request');
      assert.ok(requests.length > 20);
      const ids = requests.map((line) => JSON.parse(line).requestId);
      assert.equal(new Set(ids).size, ids.length);
      const secrets = (stand.fleet?.machines ?? []).flatMap((one) => one.escrowed.map(({ plaintext }) => plaintext));
      const log = written.join('\n');
      for (const secret of [
        ...secrets,
        stand.demo.token,
        ADMIN_PASSPHRASE,
        TEAM_PASSPHRASE,
        'Blue recovery',
        '@example.com',
      ])
        assert.ok(!log.includes(secret));
    },
  );
});
