// A hostile server against the portal: answers are bent on their way to a real browser, and each lie is refused with a message a
// person understands. Nothing is shown.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { asPerson, asSignedIn } from '../../dev/stand/as-person.ts';
import { addTenant } from '../../dev/stand/furnish.ts';
import { freePorts } from '../../dev/stand/ports.ts';
import { type Stand, startStand } from '../../dev/stand/stand.ts';
import { Keeper } from '../../portal/vault/keeper.ts';
import { newRoot, signManifest } from '../../portal/vault/root.ts';
import type { Keyring } from '../../schema/keyring.ts';
import type { Revealed } from '../../schema/secret.ts';
import { verifyManifest } from '../../schema/signed.ts';
import { bent as bentIn } from '../support/bent.ts';
import { onPage, openBrowser } from '../support/browser.ts';
import { cutOff } from '../support/cut-off.ts';
import { until } from '../support/patience.ts';
import {
  ADMIN_PASSPHRASE,
  askReveal,
  haveSeen,
  lockVault,
  signIn,
  stepUp,
  TEAM_PASSPHRASE,
  typePassphrase,
  unlock,
} from '../support/story.ts';

const ADMIN = 'admin@example.com';
let stateDir: string;
let stand: Stand;
let browser: Browser;
/** Another tenant of the admin's, without a team passphrase. */
let other: string;
let first: Keyring;
let second: Keyring;
let attacker: Keyring;

const keyringOf = (tenant: string) => asSignedIn<Keyring>(stand, ADMIN, `/v1/tenants/${tenant}/keyring`);
const write = (tenant: string, draft: unknown) => asSignedIn(stand, ADMIN, `/v1/tenants/${tenant}/keyring`, draft);

async function setUpWithoutTeam(tenant: string) {
  const made = await new Keeper().draftSetUp({
    tenant,
    email: ADMIN,
    passphrase: ADMIN_PASSPHRASE,
    teamPassphrase: null,
  });
  assert.ok(made.ok);
  await write(tenant, made.write);
  return made;
}

before(async () => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-hostile-'));
  stand = await startStand({ port: await freePorts(4), stateDir, fleet: 2, fleetSpeed: 900 });
  browser = await openBrowser();
  const { tenant } = stand.demo;
  other = await addTenant(stand, 'Borealis IT', ADMIN);
  await setUpWithoutTeam(tenant);
  first = await keyringOf(tenant);
  const unlocker = ownUnlocker() ?? '';
  const input = { tenant, keyring: first, unlocker, secret: ADMIN_PASSPHRASE, seen: null };
  const act = await new Keeper().draft(input, { act: 'set_team_passphrase', passphrase: TEAM_PASSPHRASE });
  assert.ok(act.ok);
  await write(tenant, act.write);
  second = await keyringOf(tenant);
  const evil = await setUpWithoutTeam(other);
  attacker = { ...first, ...evil.write, oldRoots: [], version: 9, fingerprint: evil.fingerprint };
});
after(async () => {
  await browser?.close();
  await stand?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

/** A page of the admin's, in a browser that has seen the keyrings it is given. */
const onAdminsPage = (seen: Keyring | null, act: (page: Page) => Promise<void>) =>
  onPage(browser, async (page) => {
    await signIn(page, stand.addresses.portal, ADMIN, `/t/${stand.demo.tenant}/settings`);
    if (seen) await haveSeen(page, stand.demo.tenant, seen);
    await act(page);
  });

/** Bends the JSON of every answer under a path, while `act` goes on. */
const bent = <T>(page: Page, ending: string, bend: (json: T) => unknown, act: () => Promise<void>) =>
  bentIn<T>(page, (url) => url.pathname.endsWith(ending), bend, act);

/** Tries to unlock with the admin's own, right passphrase, and waits for what the portal says. */
const refusedUnlock = async (page: Page, says: string) => {
  await page.getByRole('button', { name: 'Unlock', exact: true }).click();
  await unlock(page, 'Passphrase', ADMIN_PASSPHRASE);
  await page.getByText(says, { exact: false }).waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  assert.equal(await page.getByText('Unlocked ·').count(), 0);
};

const ownUnlocker = () => first.unlockers.find((one) => one.kdf.name === 'argon2id')?.id;
const withKdf =
  (m: number) =>
  (keyring: Keyring): Keyring => ({
    ...keyring,
    unlockers: keyring.unlockers.map((one) => (one.kdf.name === 'argon2id' ? { ...one, kdf: { ...one.kdf, m } } : one)),
  });

/** The manifest with something changed and the old signature. */
function forged(keyring: Keyring, change: (manifest: Record<string, unknown>) => void): Keyring {
  const [head = '', payload = '', signature = ''] = keyring.manifest.split('.');
  const manifest = JSON.parse(Buffer.from(payload, 'base64url').toString());
  change(manifest);
  return {
    ...keyring,
    manifest: [head, Buffer.from(JSON.stringify(manifest)).toString('base64url'), signature].join('.'),
  };
}

test('the team passphrase is added later, by a step-up, as version 2', () =>
  onPage(browser, async (page) => {
    await signIn(page, stand.addresses.portal, ADMIN, `/t/${other}/access`);
    await page.getByRole('button', { name: 'Add a team passphrase' }).click();
    await typePassphrase(page, 'Team passphrase', TEAM_PASSPHRASE);
    await page.getByRole('button', { name: 'Add it' }).click();
    await page.getByLabel('Passphrase', { exact: true }).fill(ADMIN_PASSPHRASE);
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('The team passphrase counts from now on').waitFor();
    assert.equal((await keyringOf(other)).version, 2);
    // An honest unlock, of what this browser has seen as version 2.
    await page.getByRole('button', { name: 'Unlock', exact: true }).click();
    await unlock(page, 'Passphrase', ADMIN_PASSPHRASE);
    await page.getByText(/^Unlocked · 1\d min/).waitFor();
    await page.getByRole('button', { name: 'Lock', exact: true }).click();
  }));

test('a replayed older manifest is refused, because this browser has seen a newer one', () =>
  onAdminsPage(second, async (page) => {
    const replay = (keyring: Keyring) => ({ ...keyring, manifest: first.manifest, version: 1 });
    await bent(page, '/keyring', replay, () => refusedUnlock(page, 'this browser has seen version 2'));
  }));

test('a keyring that the server signed with a root of its own is refused, because this browser has seen the true one', () =>
  onAdminsPage(second, async (page) => {
    const root = await newRoot();
    const honest = await verifyManifest(second.manifest);
    assert.ok(honest.ok);
    const manifest = await signManifest(root, { ...honest.payload, version: 9 });
    const swap = (keyring: Keyring) => ({ ...keyring, manifest, version: 9, fingerprint: root.fingerprint });
    await bent(page, '/keyring', swap, () => refusedUnlock(page, 'signed by another root than this browser has seen'));
  }));

test('another tenant’s keyring is refused', () =>
  onAdminsPage(second, async (page) => {
    const swap = (keyring: Keyring) => ({ ...attacker, unlockers: [...attacker.unlockers, ...keyring.unlockers] });
    await bent(page, '/keyring', swap, () => refusedUnlock(page, 'is another tenant’s'));
  }));

test('an unlocker added by the server is refused, because the root did not sign it', () =>
  onAdminsPage(second, async (page) => {
    const add = (keyring: Keyring) =>
      forged(keyring, (manifest) => {
        const list = manifest.unlockers as Record<string, unknown>[];
        manifest.unlockers = [...list, { ...list[0], id: crypto.randomUUID(), label: 'Support', owner: null }];
      });
    await bent(page, '/keyring', add, () => refusedUnlock(page, 'does not verify'));
  }));

test('another escrow key in the keyring is refused, because the root does not vouch for it', () =>
  onAdminsPage(second, async (page) => {
    const swap = (keyring: Keyring) => ({ ...keyring, escrowKeys: attacker.escrowKeys });
    await bent(page, '/keyring', swap, () => refusedUnlock(page, 'does not vouch for'));
  }));

test('a browser that has seen nothing yet refuses the server’s own root too, because the unlocker holds the pin', () =>
  onAdminsPage(null, async (page) => {
    const root = await newRoot();
    const honest = await verifyManifest(second.manifest);
    assert.ok(honest.ok);
    const manifest = await signManifest(root, honest.payload);
    await bent(
      page,
      '/keyring',
      (keyring: Keyring) => ({ ...keyring, manifest }),
      () => refusedUnlock(page, 'signed by another root than the one pinned in your unlocker'),
    );
  }));

test('a vault key wrapped by the server is refused, because the manifest commits to each', () =>
  onAdminsPage(second, async (page) => {
    const own = ownUnlocker();
    const swap = (keyring: Keyring) => ({
      ...keyring,
      wraps: keyring.wraps.map((wrap) => (wrap.unlocker === own ? { ...wrap, jwe: attacker.wraps[0]?.jwe } : wrap)),
    });
    await bent(page, '/keyring', swap, () => refusedUnlock(page, 'not the one that the manifest commits to'));
  }));

for (const [what, m] of [
  ['lowered', 8],
  ['inflated', 64 * 1024 * 1024],
] as const)
  test(`a KDF ${what} by the server is refused before it runs`, () =>
    onAdminsPage(second, async (page) => {
      await bent(page, '/keyring', withKdf(m), () => refusedUnlock(page, 'outside the safe range'));
    }));

test('a ciphertext moved to another machine, and an answer for another secret, are refused and nothing is shown', () =>
  onAdminsPage(second, async (page) => {
    const ready = () => (stand.fleet?.machines ?? []).filter((one) => one.escrowed.length === 2);
    await until('two PCs with both secrets', () => ready().length === 2);
    const [mine, another] = ready();
    assert.ok(mine && another);
    const secretOf = (machine: typeof mine) => machine.escrowed.find((one) => one.kind === 'local_admin_password');
    const theirs = await asPerson<Revealed>(stand, ADMIN, `secrets/${secretOf(another)?.secretId}/reveal`, {
      reason: 'attack',
    });

    const refusedReveal = async (says: string) => {
      await page.goto(`${stand.addresses.portal}/t/${stand.demo.tenant}/machines/${mine.id}`);
      await askReveal(page, /^Reveal local administrator password/, 'hostile server');
      await unlock(page, 'Passphrase', ADMIN_PASSPHRASE);
      await page.getByText(says, { exact: false }).waitFor();
      assert.equal(await page.locator('.plain').count(), 0);
      await page.getByRole('button', { name: 'Close', exact: true }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await lockVault(page);
    };
    const moved = (revealed: Revealed) => ({ ...revealed, sealed: theirs.sealed });
    await bent(page, '/reveal', moved, () => refusedReveal('sealed for another place'));
    const relabelled = (revealed: Revealed) => ({ ...revealed, sealed: theirs.sealed, version: theirs.version });
    await bent(page, '/reveal', relabelled, () => refusedReveal('sealed for another place (machine)'));
    await bent(
      page,
      '/reveal',
      () => theirs,
      () => refusedReveal('another secret than was asked for'),
    );
    const damaged = (revealed: Revealed) => ({ ...revealed, sealed: `${revealed.sealed.slice(0, -4)}AAAA` });
    await bent(page, '/reveal', damaged, () => refusedReveal('damaged or tampered with'));
  }));

test('an unlocker that is shown under another’s name is not removed, because what was shown is held against what is signed', () =>
  onAdminsPage(second, async (page) => {
    const label = 'Passphrase of a leaver';
    const rename = (keyring: Keyring) =>
      forged(keyring, (manifest) => {
        const team = (manifest.unlockers as Record<string, unknown>[]).at(-1);
        Object.assign(team ?? {}, { owner: 'leaver@example.com', label });
      });
    const remove = page.getByRole('button', { name: `Remove ${label}` });
    await bent(page, '/keyring', rename, async () => {
      await page.goto(`${stand.addresses.portal}/t/${stand.demo.tenant}/access`);
      await remove.waitFor();
    });
    await remove.click();
    await stepUp(page, 'Remove', ADMIN_PASSPHRASE);
    await page.getByText('The unlocker is not the one that you were shown').waitFor();
    assert.equal((await keyringOf(stand.demo.tenant)).version, second.version);
  }));

test('the Keys page shows the root that this browser has verified, because a fingerprint is copied from there into engines', () =>
  onAdminsPage(second, async (page) => {
    const swap = (keyring: Keyring) => ({ ...keyring, fingerprint: attacker.fingerprint });
    await bent(page, '/keyring', swap, async () => {
      await page.goto(`${stand.addresses.portal}/t/${stand.demo.tenant}/keys`);
      await page.getByText('The server shows another root than the one this browser has verified').waitFor();
      const shown = await page.locator('root-history fingerprint-text .mono').first().innerText();
      assert.equal(shown.replaceAll(/\s/g, ''), second.fingerprint);
    });
  }));

test('a line that cannot be put on record is not taken, and nothing stays unlocked on it', () =>
  onPage(
    browser,
    async (page) => {
      await signIn(page, stand.addresses.portal, ADMIN, `/t/${stand.demo.tenant}/settings`);
      await haveSeen(page, stand.demo.tenant, { ...second, version: 9 });
      await page.getByRole('button', { name: 'Unlock', exact: true }).click();
      await unlock(page, 'Passphrase', ADMIN_PASSPHRASE);
      await cutOff(page, /\/keyring\/line$/);
      await page.getByRole('button', { name: 'They are the same' }).click();
      await page.getByText('The server did not answer').waitFor();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('button', { name: 'Unlock', exact: true }).waitFor();
      assert.equal(await page.getByText('Unlocked ·').count(), 0);
    },
    { expected: /net::ERR_FAILED/ },
  ));
