// Names from outside in a real browser: one that reorders the line it stands in, one that runs from right to left, ids pasted from elsewhere,
// an address with a slash at its end, a list of more runs than a page, and a passkey that says nothing of its PRF.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { asPerson, asSignedIn } from '../../dev/stand/as-person.ts';
import { OPERATOR_EMAIL } from '../../dev/stand/demo-data.ts';
import { setUpByVault } from '../../dev/stand/furnish.ts';
import { freePorts } from '../../dev/stand/ports.ts';
import { type Stand, startStand } from '../../dev/stand/stand.ts';
import { Engine } from '../../engine/client.ts';
import { addAuthenticator, onPage, openBrowser, picture } from '../support/browser.ts';
import { becomes } from '../support/patience.ts';
import {
  ADMIN_PASSPHRASE,
  askReveal,
  beginReveal,
  hideSecret,
  lockVault,
  pressReveal,
  signIn,
  stepUp,
  TEAM_PASSPHRASE,
  unlock,
} from '../support/story.ts';

const ADMIN = 'admin@example.com';
const OVERRIDE = '\u202e';
/** Reads as `RECEPTION-FINANCES-PC-01` where the override is let through. */
const HOSTILE = {
  id: crypto.randomUUID(),
  hostname: `RECEPTION-${OVERRIDE}10-CP-SECNANIF`,
  serial: `5CD${OVERRIDE}ZYX4321`,
  model: `Elite${OVERRIDE}Book`,
  manufacturer: `HP\u2066`,
  osVersion: `Windows\u200f 11`,
  client: `Klinik ${OVERRIDE}A`,
};
const HEBREW = { id: crypto.randomUUID(), hostname: 'מחשב-7', serial: '5CD0000HEB', client: 'מרפאה' };
/** As long as the protocol lets them be, and nowhere to break. */
const LONG = {
  id: crypto.randomUUID(),
  hostname: `WS-${'W'.repeat(60)}`,
  serial: '5CD0000LNG',
  client: 'G'.repeat(128),
};
const SECRET = `Ab1-${'אב'}-${OVERRIDE}x`;
const RUNS = 120;

let stateDir: string;
let stand: Stand;
let browser: Browser;
const at = (rest = '') => `${stand.addresses.portal}/t/${stand.demo.tenant}${rest && `/${rest}`}`;

async function reported(machine: typeof HEBREW, plaintext: string): Promise<void> {
  const engine = new Engine({
    apiOrigin: stand.addresses.api,
    token: stand.demo.token,
    machine,
    sleep: async () => {},
    spoolDir: path.join(stateDir, 'engines', machine.id),
  });
  const run = { id: crypto.randomUUID(), startedAt: Date.now() - 60_000, phases: ['preflight'] };
  engine.startRun(run);
  engine.event(run.id, {
    type: 'run_started',
    message: `Started ${OVERRIDE}on ${machine.hostname}`,
    data: { [`k${OVERRIDE}`]: `v${OVERRIDE}` },
  });
  engine.event(run.id, { type: 'run_failed', level: 'error', message: `Over ${OVERRIDE}` });
  assert.ok((await engine.flush()).ok);
  const account = `.\\Admin${OVERRIDE}nimdA`;
  assert.ok((await engine.escrow(run.id, 'local_admin_password', { account }, plaintext)).ok);
}

before(async () => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-names-'));
  stand = await startStand({ port: await freePorts(4), stateDir, fleet: 0 });
  await setUpByVault(stand, ADMIN_PASSPHRASE, TEAM_PASSPHRASE);
  await reported(HOSTILE, SECRET);
  await reported(HEBREW, 'x');
  await reported(LONG, 'x');
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await stand?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const onAdminsPage = (act: (page: Page) => Promise<void>) =>
  onPage(browser, async (page) => {
    await signIn(page, stand.addresses.portal, ADMIN);
    await act(page);
  });

/** Everything a reader meets, through every shadow root: text, and attributes that are read or shown. */
const everythingSaid = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const said: string[] = [document.title];
    const walk = (node: Node): void => {
      if (node instanceof Text) said.push(node.data);
      if (node instanceof Element) {
        if (['SCRIPT', 'STYLE'].includes(node.tagName)) return;
        for (const name of ['title', 'aria-label', 'alt', 'placeholder', 'label'])
          if (node.hasAttribute(name)) said.push(node.getAttribute(name) ?? '');
        if (node.shadowRoot) walk(node.shadowRoot);
      }
      for (const child of node.childNodes) walk(child);
    };
    walk(document.body);
    return said;
  });

/** Everything but what isolates (UAX #9): those two end where they begin. */
const STEERS = /[\u200e\u200f\u202a-\u202e\u2066\u2067\u061c]/;

/** Right-to-left text that nothing isolates from what stands beside it. */
const notIsolated = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found: string[] = [];
    const walk = (node: Node, isolated: boolean): void => {
      if (node instanceof Text && !isolated && /[\u0590-\u05ff]/.test(node.data.replace(/\u2068[^\u2069]*\u2069/g, '')))
        found.push(node.data);
      const inside =
        isolated ||
        (node instanceof Element &&
          /isolate/.test(getComputedStyle(node).unicodeBidi) &&
          node.matches('bdi, bdi *, [role=img], [role=img] *'));
      if (node instanceof Element && node.shadowRoot) walk(node.shadowRoot, false);
      for (const child of node.childNodes) walk(child, inside);
    };
    walk(document.body, false);
    return found;
  });

async function nothingSteers(page: Page, where: string): Promise<void> {
  const said = await everythingSaid(page);
  assert.deepEqual(
    said.filter((text) => STEERS.test(text)),
    [],
    where,
  );
  assert.deepEqual(await notIsolated(page), [], where);
}

/** Nothing is wider than the window, on a phone and on a small screen: a page never scrolls sideways. */
async function fits(page: Page, where: string): Promise<void> {
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 860 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${where} is ${wide} px wide at ${width}`);
  }
}

const SHOWN = 'RECEPTION-⟨U+202E⟩10-CP-SECNANIF';

test('a name that would reorder a page is shown as what it is, wherever it stands', () =>
  onAdminsPage(async (page) => {
    const row = page.getByRole('link', { name: SHOWN });
    await row.waitFor();
    await page.getByRole('link', { name: HEBREW.hostname }).waitFor();
    await nothingSteers(page, 'the fleet');
    await fits(page, 'the fleet');
    await picture(page, 'hostile-name-fleet');

    await page.getByLabel(/^Filter by name/).fill('reception');
    await page.getByText('Found by', { exact: true }).waitFor();
    await nothingSteers(page, 'what a search found');
    await page.goto(`${stand.addresses.portal}/search?q=${encodeURIComponent('secnanif')}`);
    await row.waitFor();
    await nothingSteers(page, 'the search over all tenants');

    for (const machine of [HOSTILE, HEBREW, LONG]) {
      await page.goto(at(`machines/${machine.id}`));
      await page.getByRole('button', { name: /^Reveal local/ }).waitFor();
      await page.getByText('Started', { exact: false }).first().waitFor();
      await page.getByText('Details').first().click();
      await nothingSteers(page, 'a machine');
      await fits(page, 'a machine');
      await page.getByRole('button', { name: 'Merge another entry' }).click();
      await page
        .getByRole('dialog')
        .getByLabel(/^The other entry/)
        .waitFor();
      await nothingSteers(page, 'the merge dialog');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Add a secret' }).click();
      await page.getByRole('dialog').waitFor();
      await nothingSteers(page, 'the dialog that adds a secret');
      await fits(page, 'the dialog that adds a secret');
      await page.keyboard.press('Escape');
    }
    await page.goto(at('audit'));
    await page
      .getByRole('button', { name: /^Details of entry/ })
      .first()
      .waitFor();
    for (const button of await page.getByRole('button', { name: /^Details of entry/ }).all())
      await button.press('Enter');
    await nothingSteers(page, 'the audit');
    await fits(page, 'the audit');
  }));

test('a revealed password with letters that run from right to left stands in the order in which it is typed', () =>
  onAdminsPage(async (page) => {
    await page.goto(at(`machines/${HOSTILE.id}`));
    await askReveal(page, /^Reveal local administrator password/, 'to read it out');
    await unlock(page, 'Passphrase', ADMIN_PASSPHRASE);
    await page.locator('.plain').waitFor();
    await nothingSteers(page, 'the reveal dialog');
    const places = await page
      .locator('.plain .block > span')
      .evaluateAll((spans) =>
        spans.map((span) => [span.textContent, span.getBoundingClientRect().toJSON() as DOMRect] as const),
      );
    assert.deepEqual(
      places.map(([text]) => text),
      ['A', 'b', '1', '-', 'א', 'ב', '-', '⟨U+202E⟩', 'x'],
    );
    for (const [place, [text, box]] of places.entries()) {
      const before = places[place - 1]?.[1];
      assert.ok(
        !before || box.left >= before.right || box.top >= before.bottom,
        `${text} stands after what is before it`,
      );
    }
    await picture(page, 'hostile-name-revealed', false);
    await hideSecret(page);
  }));

test('an id that is pasted with another’s dashes, braces and marks that nobody sees is the one that was meant', () =>
  onAdminsPage(async (page) => {
    await page.goto(at(`machines/${HOSTILE.id}`));
    await page.getByRole('button', { name: 'Merge another entry' }).click();
    const dialog = page.getByRole('dialog');
    const pasted = `\ufeff {${HEBREW.id.toUpperCase().replaceAll('-', '\u2011')}}\u200b `;
    await dialog.getByLabel(/^The other entry/).fill(pasted);
    await dialog.getByRole('radio').check();
    await dialog.getByRole('button', { name: /^Merge( all the same)?$/ }).click();
    await page.getByText('Merged: both histories are shown here.').waitFor();
    await nothingSteers(page, 'a machine with another merged into it');
    await page.getByRole('button', { name: /^Undo the merge/ }).click();
    await page.getByText('The merge is undone.').waitFor();
  }));

test('a slash at the end of an address is the same page', () =>
  onAdminsPage(async (page) => {
    await page.goto(`${at(`machines/${HEBREW.id}`)}/`);
    await page.getByRole('heading', { name: HEBREW.hostname }).waitFor();
    await page.goto(`${at('settings')}//`);
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    await page.goto(`${at()}/`);
    await page.getByRole('link', { name: SHOWN }).waitFor();
  }));

test('more runs than a page are headed as the latest ones, and all can be reached', () =>
  onAdminsPage(async (page) => {
    await asSignedIn(stand, OPERATOR_EMAIL, `/v1/operator/tenants/${stand.demo.tenant}/limits`, { machineRuns: 1_000 });
    for (let index = 0; index < RUNS; index++)
      await fetch(new URL('/v1/report', stand.addresses.api), {
        method: 'POST',
        headers: { authorization: `Bearer ${stand.demo.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          machine: { id: HEBREW.id, hostname: HEBREW.hostname },
          run: {
            id: crypto.randomUUID(),
            startedAt: Date.now() - 90 * 86_400_000 - index * 1000,
            phases: ['preflight'],
          },
          events: [{ seq: 1, at: Date.now(), type: 'run_succeeded', message: 'Over' }],
        }),
      }).then((answer) => assert.equal(answer.status, 200));
    await page.goto(at(`machines/${HEBREW.id}`));
    await page.getByRole('heading', { name: 'The latest 100 runs' }).waitFor();
    await page.getByRole('button', { name: 'Show earlier runs' }).click();
    await page.getByRole('heading', { name: `${RUNS + 1} runs` }).waitFor();
    await becomes(() => page.getByRole('table', { name: 'Runs' }).getByRole('link').count(), RUNS + 1);
  }));

/** A browser whose authenticator says of its PRF, as a passkey is made, what Windows Hello does: nothing. */
async function sayNothingOfPrf(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const create = navigator.credentials.create.bind(navigator.credentials);
    navigator.credentials.create = async (options) => {
      const made = await create(options);
      if (made instanceof PublicKeyCredential)
        made.getClientExtensionResults = () => ({ prf: {} }) as AuthenticationExtensionsClientOutputs;
      return made;
    };
  });
}

async function addPasskey(page: Page): Promise<void> {
  await page.goto(at('access'));
  await page.getByRole('button', { name: 'Add one' }).click();
  await page.getByRole('button', { name: 'Use a passkey' }).click();
}

test('a passkey that says nothing of its PRF when it is made is asked before a no, and then unlocks', () =>
  onAdminsPage(async (page) => {
    await sayNothingOfPrf(page);
    await addAuthenticator(page, { hasPrf: true });
    await addPasskey(page);
    await stepUp(page, 'Add');
    await page.getByText(`Passkey of ${ADMIN}`).waitFor();
    await lockVault(page);
    await page.goto(at(`machines/${HEBREW.id}`));
    await beginReveal(page, /^Reveal local administrator password/, 'by passkey');
    await page.getByRole('radio', { name: 'Passkey' }).check();
    await pressReveal(page);
    await page.locator('.plain').waitFor();
    await hideSecret(page);
  }));

test('one whose authenticator has none is refused in words, and nothing is added', () =>
  onAdminsPage(async (page) => {
    await addAuthenticator(page, { hasPrf: false });
    const before = await asPerson<{ version: number }>(stand, ADMIN, 'keyring');
    await addPasskey(page);
    await page.getByText('This authenticator cannot open keys: it has no PRF.').waitFor();
    assert.equal((await asPerson<{ version: number }>(stand, ADMIN, 'keyring')).version, before.version);
  }));
