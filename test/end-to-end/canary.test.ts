// Canaries: known plaintexts, passphrases, the recovery code, private keys, the token and the reason go through the whole flow. Then
// no byte of D1, of the objects' SQLite, of the backup, of the Worker's log, of what the browser sent or keeps, or of the engine's spool holds one
// where it does not belong. The test plants leaks and sees itself fail.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { run } from '../../dev/lib/run.ts';
import { asPerson } from '../../dev/stand/as-person.ts';
import { freePorts } from '../../dev/stand/ports.ts';
import { type Stand, startStand } from '../../dev/stand/stand.ts';
import { draftAct } from '../../portal/vault/act.ts';
import { parseRecoveryCode } from '../../portal/vault/recovery-code.ts';
import { escrowKeysOf, trustKeyring } from '../../portal/vault/trust.ts';
import type { BackupState } from '../../schema/backup.ts';
import type { Keyring } from '../../schema/keyring.ts';
import { openBrowser, openPage } from '../support/browser.ts';
import { bytesCanary, bytesUnder, type Canary, findIn, textCanary } from '../support/canary.ts';
import { inOrder } from '../support/in-order.ts';
import { until } from '../support/patience.ts';
import {
  ADMIN_PASSPHRASE,
  askReveal,
  hideSecret,
  lockVault,
  setUp,
  signIn,
  TEAM_PASSPHRASE,
  unlock,
} from '../support/story.ts';

const REASON = 'canary reason 4f81: locked out';
let stateDir: string;
let stand: Stand;
let browser: Browser;
const log: string[] = [];
const sent: string[] = [];
let kept = '';
let recoveryCode = '';
let canaries: Canary[] = [];
const places = () => ({
  'the index (D1)': bytesUnder(path.join(stateDir, 'v3/d1')),
  'the objects’ SQLite': bytesUnder(path.join(stateDir, 'v3/do')),
  'the backup (R2)': bytesUnder(path.join(stateDir, 'v3/r2')),
  'the Worker’s log': Buffer.from(log.join('\n')),
  'what the browser sent': Buffer.from(sent.join('\n')),
  'what the browser keeps': Buffer.from(kept),
  'the engines’ spool': bytesUnder(path.join(stateDir, 'fleet')),
});
/** The reason belongs in the request that gives it and into the audit; everything else belongs nowhere. */
const BELONGS: Record<string, readonly string[]> = {
  'the reason': ['the objects’ SQLite', 'the backup (R2)', 'what the browser sent'],
};

before(async () => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-canary-'));
  stand = await startStand({
    port: await freePorts(4),
    stateDir,
    fleet: 3,
    fleetSpeed: 600,
    onLine: (line) => log.push(line),
  });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await stand?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const record = (page: Page) => {
  page.context().on('request', (request) => {
    sent.push(request.url(), JSON.stringify(request.headers()), request.postData() ?? '');
  });
  page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(String(payload))));
};

/** Opens the whole keyring as its owners could, and notes every private key and vault key on the way. */
async function privateKeys(): Promise<Canary[]> {
  const found: Canary[] = [];
  const keyring = await asPerson<Keyring>(stand, 'admin@example.com', 'keyring');
  const { importKey } = crypto.subtle;
  crypto.subtle.importKey = ((format: 'jwk', key: JsonWebKey, ...rest: [AlgorithmIdentifier, boolean, KeyUsage[]]) => {
    for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi'] as const) {
      const value = format === 'jwk' ? key[member] : undefined;
      if (value)
        found.push(bytesCanary(`private member ${member} of a ${key.kty} key`, Buffer.from(value, 'base64url')));
    }
    return importKey.call(crypto.subtle, format as never, key as never, ...rest);
  }) as typeof importKey;
  try {
    const secrets = [ADMIN_PASSPHRASE, recoveryCode, TEAM_PASSPHRASE];
    for (const secret of secrets)
      for (const { id } of keyring.unlockers) {
        const input = { tenant: stand.demo.tenant, keyring, unlocker: id, secret, seen: null };
        const trusted = await trustKeyring(input);
        if ('ok' in trusted) continue;
        for (const vault of trusted.vaults) found.push(bytesCanary(`the ${vault.purpose} vault key`, vault.key));
        await escrowKeysOf(trusted, keyring);
        await draftAct(input, { act: 'set_team_passphrase', passphrase: 'never sent anywhere' });
      }
  } finally {
    crypto.subtle.importKey = importKey;
  }
  return found;
}

inOrder('canaries on their way through', (step) => {
  step('the whole flow goes well, with canaries in it', async () => {
    const { page, context, faults } = await openPage(browser);
    record(page);
    const { portal } = stand.addresses;
    await signIn(page, portal, 'admin@example.com');
    recoveryCode = await setUp(page);
    const machines = stand.fleet?.machines ?? [];
    // All of them: anything still on its way would be in no canary.
    await until('every PC to be done', () => machines.every((one) => one.finished));
    const machine = machines.find((one) => one.escrowed.length === 2);
    assert.ok(machine);
    await page.goto(`${portal}/t/${stand.demo.tenant}/machines/${machine.id}`);
    await askReveal(page, /^Reveal local administrator password/, REASON);
    await page.getByRole('radio', { name: /Recovery sheet/ }).check();
    await unlock(page, 'Recovery code', recoveryCode);
    await page.locator('.plain').waitFor();
    await hideSecret(page);
    await lockVault(page);
    await page.getByRole('button', { name: 'Unlock', exact: true }).click();
    await unlock(page, 'Passphrase', ADMIN_PASSPHRASE);
    await page.getByText('Unlocked · 15 min').waitFor();
    await asPerson(stand, 'admin@example.com', 'backup/run', {});
    await until('the backup', async () => (await asPerson<BackupState>(stand, 'admin@example.com', 'backup')).last);
    kept = JSON.stringify(await context.storageState({ indexedDB: true }));
    assert.deepEqual(faults, []);
    await context.close();

    const plaintexts = (stand.fleet?.machines ?? []).flatMap((one) =>
      one.escrowed.flatMap(({ kind, plaintext }) => [
        textCanary(`a plaintext (${kind})`, plaintext),
        textCanary(`a plaintext (${kind}), bare`, plaintext.replaceAll('-', '')),
      ]),
    );
    const share = parseRecoveryCode(recoveryCode);
    assert.ok(share);
    const keys = await privateKeys();
    // Admin's, recovery's and team's unlockers; escrow key with six members and root opened on the way.
    assert.ok(new Set(keys.map(({ name }) => name)).size >= 9);
    canaries = [
      ...plaintexts,
      ...keys,
      textCanary('the admin’s passphrase', ADMIN_PASSPHRASE),
      textCanary('the team passphrase', TEAM_PASSPHRASE),
      textCanary('the recovery code', recoveryCode),
      textCanary('the recovery code, bare', recoveryCode.replaceAll(/[\s-]/g, '')),
      textCanary('the recovery code, with dashes', recoveryCode.replaceAll(' ', '-')),
      bytesCanary('the recovery secret', share.secret),
      textCanary('the machine token', stand.demo.token),
      textCanary('the reason', REASON),
    ];
    assert.ok(plaintexts.length >= 4);
  });

  step('no byte of any place holds a canary that does not belong there', () => {
    for (const [place, bytes] of Object.entries(places())) {
      assert.ok(bytes.length > 100, `${place} has something to search`);
      const found = findIn(bytes, canaries).filter((name) => !BELONGS[name]?.includes(place));
      assert.deepEqual(found, [], place);
    }
  });

  step('what belongs somewhere is found there, so the search does see', () => {
    const now = places();
    for (const [name, where] of Object.entries(BELONGS))
      for (const place of where) {
        const bytes = now[place as keyof typeof now];
        assert.ok(findIn(bytes, canaries).includes(name), `${name} in ${place}`);
      }
  });

  step('a leak planted in any place, in any encoding, is seen', async () => {
    for (const [place, bytes] of Object.entries(places()))
      for (const canary of canaries)
        for (const needle of canary.needles) {
          const middle = Math.floor(bytes.length / 2);
          const leaky = Buffer.concat([
            bytes.subarray(middle - 50, middle),
            needle,
            bytes.subarray(middle, middle + 50),
          ]);
          assert.ok(findIn(leaky, [canary]).length === 1, `${canary.name} planted in ${place}`);
        }
    // And for real: a row in D1.
    const sql = `UPDATE tenants SET name = name || ' ${ADMIN_PASSPHRASE}'`;
    assert.ok(
      await run('wrangler', ['d1', 'execute', 'totlprovision', '--local', '--persist-to', stateDir, '--command', sql]),
    );
    assert.ok(findIn(places()['the index (D1)'], canaries).includes('the admin’s passphrase'));
  });
});
