// Tokens and people in the portal: an engine goes by the file that was downloaded, its token is rotated and revoked; people are added
// and given other roles.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { asPerson } from '../../dev/stand/as-person.ts';
import { setUpByVault } from '../../dev/stand/furnish.ts';
import { freePorts } from '../../dev/stand/ports.ts';
import { type Stand, startStand } from '../../dev/stand/stand.ts';
import { Engine } from '../../engine/client.ts';
import { readConfiguration } from '../../engine/configuration.ts';
import { simulatedPc } from '../../engine/simulator/pc.ts';
import { Keeper } from '../../portal/vault/keeper.ts';
import type { Keyring } from '../../schema/keyring.ts';
import type { Overview } from '../../schema/machine.ts';
import type { PeopleList } from '../../schema/person.ts';
import type { SecretList } from '../../schema/secret.ts';
import { verifyManifest } from '../../schema/signed.ts';
import type { IssuedToken, TokenList } from '../../schema/token.ts';
import { tooWide } from '../support/axe.ts';
import { bent as bentIn } from '../support/bent.ts';
import { onPage, openBrowser, openPage, picture } from '../support/browser.ts';
import { fail } from '../support/failing.ts';
import { inOrder } from '../support/in-order.ts';
import {
  ADMIN_PASSPHRASE,
  askReveal,
  haveSeen,
  hideSecret,
  sheetCodes,
  signIn,
  signInAs,
  stepUp,
  TEAM_PASSPHRASE,
  typeSheetsBack,
  unlockIfAsked,
} from '../support/story.ts';

const ADMIN = 'admin@example.com';
const NEW_ENGINEER = 'new.engineer@example.com';
let stateDir: string;
let stand: Stand;
let browser: Browser;
const lines: string[] = [];

before(async () => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-tokens-'));
  stand = await startStand({ port: await freePorts(4), stateDir, fleet: 0, onLine: (line) => lines.push(line) });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await stand?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const at = (rest: string) => `${stand.addresses.portal}/t/${stand.demo.tenant}/${rest}`;
const tokens = async () => (await asPerson<TokenList>(stand, ADMIN, 'tokens')).tokens;

/** A page of the admin's, in a browser that has verified the keyring. */
const onAdminsPage = (act: (admin: Page) => Promise<void>, options: { expected?: RegExp } = {}) =>
  onPage(
    browser,
    async (page) => {
      await signIn(page, stand.addresses.portal, ADMIN);
      await haveSeen(page, stand.demo.tenant, await asPerson<Keyring>(stand, ADMIN, 'keyring'));
      await act(page);
    },
    options,
  );

/** An engine of a PC of its own, started from a downloaded file. */
async function engineFrom(file: string, pc: number): Promise<Engine> {
  const configuration = readConfiguration(file);
  assert.ok(configuration.ok);
  const { before: machine } = simulatedPc(11, pc);
  return new Engine({ ...configuration, machine, spoolDir: path.join(stateDir, `pc-${pc}`) });
}

/** Reports a run and escrows a password; both have to work. */
async function provision(engine: Engine): Promise<void> {
  const run = { id: crypto.randomUUID(), startedAt: Date.now(), phases: ['preflight'] };
  engine.startRun(run);
  engine.event(run.id, { type: 'run_started', message: 'Started' });
  assert.partialDeepStrictEqual(await engine.flush(), { ok: true, sent: 1 });
  const escrowed = await engine.escrow(run.id, 'local_admin_password', { account: 'Administrator' }, 'kq7-Vm2');
  assert.ok(escrowed.ok);
}

async function downloaded(page: Page, name: string): Promise<{ file: string; token: string }> {
  const token = await page.getByTestId('token').innerText();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download engine.json' }).click(),
  ]);
  const file = path.join(stateDir, name);
  await download.saveAs(file);
  await page.getByRole('button', { name: 'I have it' }).click();
  await page.getByTestId('token').waitFor({ state: 'detached' });
  return { file, token };
}

test('before the set-up a token is unpinned, and the page says why', () =>
  onPage(browser, async (admin) => {
    await signIn(admin, stand.addresses.portal, ADMIN);
    await admin.goto(at('tokens'));
    await admin.getByText('there is no fingerprint yet').waitFor();
    await admin.getByRole('button', { name: 'Issue unpinned' }).waitFor();
    await admin.getByText('Demo fleet').waitFor();
    await admin.getByText('outside the portal').waitFor();
    await picture(admin, 'tokens-before-set-up');
  }));

describe('with keys', () => {
  before(() => setUpByVault(stand, ADMIN_PASSPHRASE, TEAM_PASSPHRASE));

  inOrder('a token from its issue to its revocation', (step) => {
    let admin: Page;
    const faults: string[][] = [];
    let first: { file: string; token: string };
    step('a token issued in the portal is shown once, and an engine goes by the downloaded file, pinned', async () => {
      const opened = await openPage(browser);
      admin = opened.page;
      faults.push(opened.faults);
      await signIn(admin, stand.addresses.portal, ADMIN);
      await haveSeen(admin, stand.demo.tenant, await asPerson<Keyring>(stand, ADMIN, 'keyring'));
      await admin.goto(at('tokens'));
      await admin.getByLabel('What it is for').fill('Workshop sticks');
      await admin.getByRole('button', { name: 'Issue', exact: true }).click();
      await admin.getByTestId('token').waitFor();
      await picture(admin, 'token-issued');
      first = await downloaded(admin, 'first.json');
      const configuration = readConfiguration(first.file);
      const { fingerprint } = await asPerson<Overview>(stand, ADMIN, 'overview');
      assert.deepEqual(configuration, {
        ok: true,
        apiOrigin: stand.addresses.api,
        token: first.token,
        fingerprint,
        minEpoch: 1,
        tenantKey: await (
          await fetch(`${stand.addresses.api}/v1/tenant/pubkey`, {
            headers: { authorization: `Bearer ${first.token}` },
          })
        ).json(),
      });
      assert.ok(!(await admin.content()).includes(first.token));
      const startedAt = Date.now();
      await provision(await engineFrom(first.file, 1));
      const usedAt = (await tokens()).find((one) => one.label === 'Workshop sticks')?.lastUsedAt;
      assert.ok(usedAt && usedAt >= startedAt);
      await admin.reload();
      const item = admin.getByRole('listitem').filter({ hasText: 'Workshop sticks' });
      await item.getByText(/Last used (just now|\d+ minutes? ago)/).waitFor();
      await item.getByText(`Trusts your root ${fingerprint?.slice(0, 8)}`).waitFor();
      await picture(admin, 'tokens');
    });

    let second: { file: string; token: string };
    step('rotated, the earlier token and its successor both work', async () => {
      await admin.getByRole('button', { name: 'Rotate Workshop sticks' }).click();
      await admin.getByLabel('The earlier one works on for').selectOption('One day');
      await picture(admin, 'token-rotate');
      await admin.getByRole('dialog').getByRole('button', { name: 'Rotate', exact: true }).click();
      second = await downloaded(admin, 'second.json');
      assert.notEqual(second.token, first.token);
      await provision(await engineFrom(first.file, 2));
      await provision(await engineFrom(second.file, 3));
      await admin.getByText('Has a successor').waitFor();
    });

    step('revoked, a token is refused at once, although the Worker has it cached', async () => {
      const engine = await engineFrom(second.file, 4);
      assert.ok((await engine.tenantKey()).ok);
      await admin.getByRole('button', { name: 'Revoke Workshop sticks' }).first().click();
      await admin.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click();
      await admin.getByText('is revoked: it is refused from now on').waitFor();
      await admin.getByText('Revoked and expired (1)').waitFor();
      await admin.getByRole('button', { name: 'Revoke Workshop sticks' }).click();
      await admin.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click();
      await admin.getByText('Revoked and expired (2)').waitFor();
      for (const file of [first.file, second.file])
        assert.partialDeepStrictEqual(await (await engineFrom(file, 4)).tenantKey(), {
          ok: false,
          code: 'token_refused',
        });
      assert.ok((await tokens()).filter((one) => one.createdBy === ADMIN).every((one) => one.revokedAt !== null));
    });

    step('no token is in the Worker’s log, and no page made a fault on the way', async () => {
      const log = lines.join('\n');
      for (const { token } of [first, second]) assert.ok(!log.includes(token.slice(8)));
      assert.deepEqual(faults.flat(), []);
      await admin.context().close();
    });
  });

  test('what a revoked token brought is set aside in one act: listed apart, revealed all the same, and brought back', () =>
    onAdminsPage(async (admin) => {
      const { id, token } = await asPerson<IssuedToken>(stand, ADMIN, 'tokens', {
        label: 'Lost stick',
        expiresAt: null,
        fingerprint: null,
      });
      const [pc, stranger] = [simulatedPc(11, 21).before, simulatedPc(11, 22).before];
      const engineOf = (token: string, machine: typeof pc, spool: string) =>
        new Engine({ apiOrigin: stand.addresses.api, token, machine, spoolDir: path.join(stateDir, spool) });
      await provision(engineOf(stand.demo.token, pc, 'true'));
      await provision(engineOf(token, pc, 'forged'));
      await provision(engineOf(token, stranger, 'stranger'));
      await asPerson(stand, ADMIN, `tokens/${id}/revoke`, {});

      await admin.goto(at('tokens'));
      await admin.getByText(/^Revoked and expired/).click();
      await admin.getByRole('button', { name: /^Set aside what it brought: Lost stick/ }).click();
      const dialog = admin.getByRole('dialog');
      await dialog.getByText('2 runs and 2 versions of secrets. It was the first to name 1 machine.').waitFor();
      await picture(admin, 'token-set-aside');
      await dialog.getByRole('button', { name: 'Set aside', exact: true }).click();
      await admin.getByText('2 runs and 2 versions of secrets set aside.').waitFor();
      await picture(admin, 'tokens-set-aside');

      const row = (machine: typeof pc) => admin.getByRole('row').filter({ hasText: machine.hostname });
      const fleet = `${stand.addresses.portal}/t/${stand.demo.tenant}`;
      await admin.goto(`${fleet}?shelf=aside`);
      await row(stranger).getByText('Set aside', { exact: true }).waitFor();
      assert.equal(await row(pc).count(), 0);
      await picture(admin, 'fleet-set-aside');

      await admin.goto(at(`machines/${pc.id}`));
      const apart = admin.locator('section').filter({ has: admin.getByRole('heading', { name: 'Set aside' }) });
      await apart.getByText('Set aside with Lost stick').first().waitFor();
      await picture(admin, 'machine-set-aside');
      await askReveal(
        admin,
        /^Reveal local administrator password, .*, version 2$/,
        'to see what the stranger brought',
      );
      await unlockIfAsked(admin, admin.locator('.plain'), ADMIN_PASSPHRASE);
      await hideSecret(admin);
      assert.deepEqual(
        (await asPerson<SecretList>(stand, ADMIN, `machines/${pc.id}/secrets`)).secrets.map(({ versions }) =>
          versions.map(({ version }) => version),
        ),
        [[1]],
      );

      await admin.goto(at('tokens'));
      await admin.getByText(/^Revoked and expired/).click();
      await admin.getByRole('button', { name: /^Bring it back: Lost stick/ }).click();
      await dialog.getByRole('button', { name: 'Bring it back', exact: true }).click();
      await admin.getByRole('button', { name: /^Set aside what it brought: Lost stick/ }).waitFor();
      await admin.goto(fleet);
      await row(stranger).waitFor();
    }));

  test('a token that ends within a fortnight is announced on every screen of an admin', () =>
    onAdminsPage(async (admin) => {
      const expiresAt = Date.now() + 86_400_000;
      const { id } = await asPerson<IssuedToken>(stand, ADMIN, 'tokens', {
        label: 'Old bench',
        expiresAt,
        fingerprint: null,
      });
      await admin.goto(at('settings'));
      await admin.getByText('The token “Old bench” expires').waitFor();
      await picture(admin, 'token-expiring');
      await asPerson(stand, ADMIN, `tokens/${id}/revoke`, {});
    }));

  test('where the server shows another fingerprint than this browser has verified, no token is issued', () =>
    onAdminsPage(async (admin) => {
      const keyring = await asPerson<Keyring>(stand, ADMIN, 'keyring');
      await haveSeen(admin, stand.demo.tenant, { ...keyring, fingerprint: 'A'.repeat(43) });
      await admin.goto(at('tokens'));
      await admin.getByText('The server shows another fingerprint').waitFor();
      assert.equal(await admin.getByRole('button', { name: 'Issue unpinned' }).isDisabled(), true);
      const before = await tokens();
      await admin.getByRole('button', { name: 'Rotate Demo fleet' }).click();
      await admin.getByRole('dialog').getByRole('button', { name: 'Rotate', exact: true }).click();
      await admin.getByText('is not the one this browser has verified: see above').waitFor();
      assert.equal((await tokens()).length, before.length);
      await picture(admin, 'tokens-other-fingerprint');
    }));

  /** Bends the JSON of the answers to one method under a path while `act` goes on. */
  const bent = <T>(page: Page, method: string, ending: RegExp, bend: (json: T) => unknown, act: () => Promise<void>) =>
    bentIn<T>(page, (url) => ending.test(url.pathname), bend, act, method);

  /** The server's answer is in no file, shown nowhere, and useless. */
  async function refusedAnswer(admin: Page, before: number): Promise<void> {
    await admin.getByText('The server answered with another fingerprint', { exact: false }).waitFor();
    await admin.getByText('The token is revoked.', { exact: false }).waitFor();
    assert.equal(await admin.getByRole('button', { name: 'Download engine.json' }).count(), 0);
    assert.equal(await admin.getByTestId('token').count(), 0);
    const now = await tokens();
    assert.equal(now.length, before + 1);
    // The newest is the one that was just made.
    assert.notEqual(now[0]?.revokedAt, null);
  }

  for (const [what, fingerprint] of [
    ['its own root', 'B'.repeat(43)],
    ['none', null],
  ] as const)
    test(`a server that answers an issue with ${what} gets no file, because the pin is what this browser asked with`, () =>
      onAdminsPage(async (admin) => {
        const before = (await tokens()).length;
        await admin.goto(at('tokens'));
        await admin.getByLabel('What it is for').fill('Swapped');
        const swap = (issued: IssuedToken) => ({ ...issued, fingerprint, minEpoch: 1 });
        await bent(admin, 'POST', /\/tokens$/, swap, async () => {
          await admin.getByRole('button', { name: 'Issue', exact: true }).click();
          await refusedAnswer(admin, before);
        });
        await picture(admin, `token-refused-${fingerprint === null ? 'none' : 'swapped'}`);
      }));

  test('a server that answers a rotation with its own root gets no file either', () =>
    onAdminsPage(async (admin) => {
      await asPerson(stand, ADMIN, 'tokens', { label: 'Spare', expiresAt: null, fingerprint: null });
      const before = (await tokens()).length;
      await admin.goto(at('tokens'));
      await admin.getByRole('button', { name: 'Rotate Spare' }).click();
      const swap = (issued: IssuedToken) => ({ ...issued, label: 'Swapped', fingerprint: 'B'.repeat(43) });
      await bent(admin, 'POST', /\/rotate$/, swap, async () => {
        await admin.getByRole('dialog').getByRole('button', { name: 'Rotate', exact: true }).click();
        await refusedAnswer(admin, before);
      });
    }));

  test('a server that shows no fingerprint any more takes the pin from no file', () =>
    onAdminsPage(async (admin) => {
      const none = (overview: Overview) => ({ ...overview, fingerprint: null });
      await bent(admin, 'GET', /\/overview$/, none, async () => {
        await admin.goto(at('tokens'));
        await admin.getByText('The server shows another fingerprint').waitFor();
        assert.equal(await admin.getByRole('button', { name: 'Issue unpinned' }).isDisabled(), true);
      });
    }));

  test('a replayed older manifest, and one that the root has not signed, give no file its epoch', () =>
    onAdminsPage(async (admin) => {
      const keyring = await asPerson<Keyring>(stand, ADMIN, 'keyring');
      // This browser has seen a version further: the one that the server shows is then a replay.
      await haveSeen(admin, stand.demo.tenant, { ...keyring, version: keyring.version + 1 });
      const before = (await tokens()).length;
      const offersNone = async (says: string) => {
        await admin.goto(at('tokens'));
        await admin.getByText(says, { exact: false }).waitFor();
        assert.equal(await admin.getByRole('button', { name: 'Issue unpinned' }).isDisabled(), true);
      };
      await offersNone('of the keyring; this browser has seen version');
      await picture(admin, 'tokens-replayed-manifest');
      await admin.getByRole('button', { name: 'Rotate Demo fleet' }).click();
      await admin.getByRole('dialog').getByRole('button', { name: 'Rotate', exact: true }).click();
      await admin.getByText('is not one this browser can verify: see above').waitFor();
      await haveSeen(admin, stand.demo.tenant, keyring);
      const forge = (told: Keyring) => {
        const [head = '', payload = '', signature = ''] = told.manifest.split('.');
        const manifest = JSON.parse(Buffer.from(payload, 'base64url').toString());
        manifest.keys[0].keyEpoch = 1_000_000;
        const forged = Buffer.from(JSON.stringify(manifest)).toString('base64url');
        return { ...told, manifest: [head, forged, signature].join('.') };
      };
      await bent(admin, 'GET', /\/keyring$/, forge, () => offersNone('has a signature that does not verify'));
      assert.equal((await tokens()).length, before);
    }));

  test('a keyring that the verified root has signed, but that does not follow on the one seen, gives no file its epoch', () =>
    onAdminsPage(async (admin) => {
      const { tenant } = stand.demo;
      const keyring = await asPerson<Keyring>(stand, ADMIN, 'keyring');
      const signed = await verifyManifest(keyring.manifest);
      assert.ok(signed.ok);
      const unlocker = signed.payload.unlockers.find((one) => one.owner === ADMIN)?.id ?? '';
      const next = async (from: Keyring) => {
        const input = { tenant, keyring: from, unlocker, secret: ADMIN_PASSPHRASE, seen: null };
        const drafted = await new Keeper().draft(input, { act: 'rotate' });
        assert.ok(drafted.ok);
        const { manifest, escrowKeys } = drafted.write;
        return { ...from, manifest, version: from.version + 1, escrowKeys: [...from.escrowKeys, ...escrowKeys] };
      };
      // Two lines from one keyring: this browser is on the first, and the server goes on from the other.
      const [mine, theirs] = [await next(keyring), await next(await next(keyring))];
      await haveSeen(admin, tenant, mine);
      const issue = admin.getByRole('button', { name: /^Issue/ });
      const shows = async (told: Keyring, since: string[], act: () => Promise<void>) => {
        const page = () => ({ manifests: since, next: null });
        await bent(admin, 'GET', /\/keyring\/manifests$/, page, () =>
          bent(
            admin,
            'GET',
            /\/keyring$/,
            () => told,
            async () => {
              await admin.goto(at('tokens'));
              await act();
            },
          ),
        );
      };
      for (const since of [[mine.manifest], []])
        await shows(theirs, since, async () => {
          await admin.getByText('does not follow on the one that this browser has verified').waitFor();
          assert.equal(await issue.isDisabled(), true);
        });
      await shows(await next(mine), [mine.manifest], async () => {
        await admin
          .getByText('Its configuration file carries the fingerprint that this browser has verified')
          .waitFor();
        assert.equal((await issue.innerText()).trim(), 'Issue');
      });
    }));

  test('the Keys page says how many live tokens were handed out with an earlier root, and the tokens are marked', () =>
    onAdminsPage(
      async (admin) => {
        // Only the one that is issued here counts.
        for (const one of await tokens())
          if (one.fingerprint !== null && one.revokedAt === null)
            await asPerson(stand, ADMIN, `tokens/${one.id}/revoke`, {});
        await admin.goto(at('tokens'));
        await admin.getByLabel('What it is for').fill('Lab');
        await admin.getByRole('button', { name: 'Issue', exact: true }).click();
        const { file } = await downloaded(admin, 'lab.json');
        await admin.goto(at('keys'));
        await admin.getByRole('button', { name: 'Replace the root' }).click();
        await stepUp(admin, 'Replace the root');
        const handedOut = admin.getByText('One live token was handed out with it');
        await handedOut.waitFor();
        await picture(admin, 'root-handed-out');
        // The tokens come last: without them the root is shown all the same, and why they are not counted.
        await admin.route(/\/tokens$/, (route) => fail(route, stand.addresses.portal));
        await admin.reload();
        await admin.locator('root-history').getByRole('alert').getByText('The index cannot be reached now').waitFor();
        assert.ok(await admin.getByRole('button', { name: /^End the overlap/ }).isVisible());
        await admin.unroute(/\/tokens$/);
        await admin.reload();
        await handedOut.locator('..').getByRole('link', { name: 'Engine tokens' }).click();
        await admin.getByText('an earlier root').first().waitFor();
        await provision(await engineFrom(file, 5));
      },
      { expected: /503/ },
    ));

  inOrder('somebody who comes, rises, falls and goes', (step) => {
    let admin: Page;
    const faults: string[][] = [];
    step('an engineer who is added signs in, is made admin, and is told nothing they may not know', async () => {
      const opened = await openPage(browser);
      admin = opened.page;
      faults.push(opened.faults);
      await signIn(admin, stand.addresses.portal, ADMIN);
      await haveSeen(admin, stand.demo.tenant, await asPerson<Keyring>(stand, ADMIN, 'keyring'));
      await admin.goto(at('people'));
      await admin.getByLabel('Email address').fill(NEW_ENGINEER);
      await admin.getByRole('button', { name: 'Add', exact: true }).click();
      await admin.getByText(`${NEW_ENGINEER} is a member now`).waitFor();
      await picture(admin, 'people');
      await onPage(browser, async (page) => {
        await signInAs(page, stand.addresses.portal, NEW_ENGINEER);
        await page.getByRole('heading', { name: 'Fleet' }).waitFor();
        assert.equal(await page.getByRole('link', { name: 'Engine tokens' }).count(), 0);
        await page.goto(at('tokens'));
        await page.getByText('An admin of Acme MSP issues and revokes').waitFor();

        await admin.getByLabel(`Role of ${NEW_ENGINEER}`).selectOption('Admin');
        await admin.getByRole('dialog').getByRole('button', { name: 'Change the role' }).click();
        await admin.getByText(`${NEW_ENGINEER} is an admin now`).waitFor();
        await page.reload();
        await page.getByRole('heading', { name: 'Issue a token' }).waitFor();
        await page.getByText('This browser has not verified').waitFor();
      });
    });

    step(
      'a demoted admin is refused at once, and what they could open is replaced by a leaver’s act while they stay',
      async () => {
        await admin.goto(at('people'));
        await admin.getByLabel(`Role of ${NEW_ENGINEER}`).selectOption('Auditor');
        await picture(admin, 'demotion');
        await admin.getByRole('dialog').getByRole('button', { name: 'Change the role' }).click();
        await admin.getByText(`${NEW_ENGINEER} is an auditor now, and holds earlier keys`).waitFor();
        await assert.rejects(asPerson(stand, NEW_ENGINEER, 'tokens'), /403/);
        await admin.getByText('They were an admin, so the trust root is replaced too').waitFor();
        await admin.getByLabel('No team passphrase any more').check();
        await admin.getByRole('button', { name: 'Replace', exact: true }).click();
        await stepUp(admin, 'Replace');
        // Everything is re-sealed by itself once the last sheet is typed back.
        await typeSheetsBack(admin, await sheetCodes(admin, 3), 'Replace everything');
        await admin.getByText('and holds no earlier key').waitFor();
        await picture(admin, 'demoted');
        const { people, leavers } = await asPerson<PeopleList>(stand, ADMIN, 'people');
        assert.partialDeepStrictEqual(
          people.find((one) => one.email === NEW_ENGINEER),
          { role: 'auditor', removedAt: null },
        );
        assert.partialDeepStrictEqual(leavers, [
          { becomes: 'auditor', unlockersReplaced: true, rootReplaced: true, remaining: 0 },
        ]);
      },
    );

    step(
      'a removed person’s next request is refused, and somebody who is a member nowhere is told whom to ask',
      async () => {
        await admin.getByRole('button', { name: `Remove ${NEW_ENGINEER}` }).click();
        await admin.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
        await admin.getByText(`${NEW_ENGINEER} has left`).waitFor();
        await assert.rejects(asPerson(stand, NEW_ENGINEER, 'overview'), /403/);
        await onPage(browser, async (page) => {
          await signInAs(page, stand.addresses.portal, NEW_ENGINEER);
          await page.getByText('You are not a member of any tenant').waitFor();
          await page.getByRole('link', { name: 'operator@example.com' }).waitFor();
          await picture(page, 'member-nowhere');
        });
        assert.deepEqual(faults.flat(), []);
        await admin.context().close();
      },
    );
  });

  test('the new screens hold in the dark and on a narrow screen', () =>
    onAdminsPage(async (admin) => {
      for (const [scheme, width] of [
        ['dark', 1280],
        ['light', 360],
      ] as const) {
        await admin.emulateMedia({ colorScheme: scheme });
        await admin.setViewportSize({ width, height: 860 });
        for (const place of ['tokens', 'people']) {
          await admin.goto(at(place));
          await admin.getByRole('heading', { name: place === 'tokens' ? 'Issue a token' : 'Add a person' }).waitFor();
          const over = await tooWide(admin);
          assert.ok(over <= 0, `${place} at ${width} is ${over} px too wide`);
          await picture(admin, `${place}-${scheme}-${width}`);
        }
      }
    }));
});
