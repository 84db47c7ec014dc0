// Busy means busy: every act that sends something is pressed twice before anything is drawn and pressed on while its request is held on
// the way. One request goes out, and what is typed meanwhile is there afterwards. A new act is a row.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { asPerson } from '../../dev/as-person.ts';
import { freePorts } from '../../dev/ports.ts';
import { type Stand, startStand } from '../../dev/stand.ts';
import { Engine } from '../../engine/client.ts';
import { PublicKeyAnswer } from '../../schema/keyring.ts';
import type { Overview } from '../../schema/machine.ts';
import type { RotationPage } from '../../schema/rotation.ts';
import { bent } from '../support/bent.ts';
import { openBrowser, openPage } from '../support/browser.ts';
import { hold, pressTwice } from '../support/held.ts';
import { portalPosts } from '../support/posts.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { ADMIN_PASSPHRASE, signIn, typePassphrase, unlock } from '../support/story.ts';

const CHANGED_PASSPHRASE = 'velvet orbit drift sample canyon';
const EARLY = '12';
const PC = { id: crypto.randomUUID(), hostname: 'ACM-LT-0001', serial: '5CD1234XYZ' };
const TWIN = { id: crypto.randomUUID(), hostname: 'ACM-LT-0001-OLD', serial: '5CD1234XYZ' };
const NEVER_ONLINE = { id: crypto.randomUUID(), hostname: 'ACM-DT-0404' };

let stateDir: string;
let stand: Stand;
let browser: Browser;
let receiver: Receiver;
const pages: Record<'admin' | 'engineer' | 'operator', Page> = {} as never;
let code = '';
let spoolFile = '';

type Act = {
  /** What it sends, below the tenant's path; a star stands for an id. */
  sends: string;
  who?: keyof typeof pages;
  /** The page it is done on; where it is absent, the one that is open. */
  at?: string;
  /** Everything up to the press. */
  before?: (page: Page) => Promise<unknown>;
  press: (page: Page) => Locator;
  /** A field in which Enter does the same. */
  enter?: (page: Page) => Locator;
  /** A field that stays open while it works. */
  types?: (page: Page) => Locator;
  done: (page: Page) => Locator;
  after?: (page: Page) => Promise<unknown>;
  /** It goes on page by page: each is asked for once. */
  many?: boolean;
};

const button = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });
const inDialog = (name: string) => (page: Page) => page.getByRole('dialog').getByRole('button', { name, exact: true });
const named = (name: string | RegExp) => (page: Page) => button(page, name);
const labelled = (label: string) => (page: Page) => page.getByLabel(label, { exact: true });
const text = (words: string) => (page: Page) => page.getByText(words).first();
const engineOf = (
  machine: { id: string; hostname: string },
  more: Partial<ConstructorParameters<typeof Engine>[0]> = {},
) =>
  new Engine({
    ...{ apiOrigin: stand.addresses.api, token: stand.demo.token, machine, sleep: async () => {} },
    spoolDir: path.join(stateDir, 'engines', machine.id),
    ...more,
  });

/** To another page of the app as by a link, so that what is unlocked stays. */
const visit = (page: Page, to: string): Promise<void> =>
  page.evaluate(
    (url) => {
      history.pushState(null, '', url);
      window.dispatchEvent(new PopStateEvent('popstate'));
    },
    `/t/${stand.demo.tenant}${to && `/${to}`}`,
  );

const pathOf = (sends: string): RegExp =>
  new RegExp(`${sends.startsWith('/') ? '^' : '^/v1/tenants/[^/]+/'}${sends.replaceAll('*', '[^/]+')}$`);

async function busyMeansBusy(act: Act): Promise<void> {
  if (process.env.TRACE) console.log(Math.round(performance.now()), act.sends);
  const page = pages[act.who ?? 'admin'];
  if (act.at !== undefined) await visit(page, act.at);
  await act.before?.(page);
  const pressed = act.press(page);
  // It waits for the act before: what is disabled cannot be pressed.
  await pressed.click({ trial: true });
  await pressed.focus();
  const held = await hold(page, pathOf(act.sends));
  await pressed.evaluate(pressTwice);
  await held.first;
  // By keyboard and by mouse, where there is still something to press.
  const enter = act.enter?.(page);
  if (enter && (await enter.isVisible())) await enter.press('Enter');
  if (await pressed.isVisible()) {
    await page.keyboard.press('Enter');
    await pressed.click({ force: true });
  }
  const field = act.types?.(page);
  const before = await field?.inputValue();
  await field?.press('End');
  await field?.pressSequentially(EARLY);
  assert.equal(held.sent.length, 1, 'while the first is on its way');
  held.release();
  await act.done(page).waitFor();
  if (!act.many) assert.equal(held.sent.length, 1, 'in all');
  assert.equal(new Set(held.sent).size, held.sent.length, 'nothing is sent twice');
  if (field) {
    const now = await field.inputValue();
    assert.ok(
      now.endsWith(EARLY) && (now === EARLY || now === before + EARLY),
      `typed early, and now there is “${now}”`,
    );
  }
  await held.end();
  await act.after?.(page);
}

before(async () => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-one-act-'));
  receiver = await startReceiver();
  stand = await startStand({ port: await freePorts(4), stateDir, fleet: 0 });
  browser = await openBrowser();
  for (const who of ['admin', 'engineer', 'operator'] as const) {
    pages[who] = (await openPage(browser)).page;
    await signIn(pages[who], stand.addresses.portal, `${who}@example.com`);
  }
  await busyMeansBusy(SET_UP);
  await furnish();
});
after(async () => {
  await browser?.close();
  await stand?.close();
  await receiver?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

/** After the set-up: two PCs with a secret each, and the file of one that was never online. */
async function furnish(): Promise<void> {
  for (const machine of [TWIN, PC]) {
    const engine = engineOf(machine);
    const run = record(engine);
    assert.ok((await engine.flush()).ok);
    assert.ok((await engine.escrow(run, 'local_admin_password', { account: 'Administrator' }, machine.hostname)).ok);
  }
  const headers = { authorization: `Bearer ${stand.demo.token}` };
  const tenantKey = PublicKeyAnswer.parse(
    await (await fetch(`${stand.addresses.api}/v1/tenant/pubkey`, { headers })).json(),
  );
  const { fingerprint } = await asPerson<Overview>(stand, 'admin@example.com', 'overview');
  assert.ok(fingerprint);
  const offline: typeof fetch = async () => {
    throw new TypeError('offline');
  };
  const engine = engineOf(NEVER_ONLINE, { fetch: offline, fingerprint, tenantKey });
  await engine.escrow(record(engine), 'local_admin_password', { account: 'Administrator' }, 'never online');
  spoolFile = path.join(stateDir, 'pc.spool.ndjson');
  engine.exportSpool(spoolFile);
}

function record(engine: Engine): string {
  const run = { id: crypto.randomUUID(), startedAt: Date.now(), phases: ['preflight'] };
  engine.startRun(run);
  engine.event(run.id, { type: 'run_succeeded', message: 'Over' });
  return run.id;
}

const SET_UP: Act = {
  sends: 'keyring',
  before: async (page) => {
    await page.getByRole('link', { name: 'First-time set-up' }).click();
    await typePassphrase(page, 'Your own passphrase', ADMIN_PASSPHRASE);
    await button(page, 'Go on').click();
    await button(page, 'Skip for now').evaluate(pressTwice);
    code = await page.getByTestId('recovery-code').innerText();
    await page.getByLabel('Type the code back', { exact: false }).fill(code);
  },
  press: named('Keep the keys'),
  done: text('The keys are kept'),
};

const TOKENS: Act[] = [
  {
    sends: 'tokens',
    at: 'tokens',
    before: (page) => page.getByLabel('What it is for').fill('One'),
    press: named('Issue'),
    enter: labelled('What it is for'),
    done: text('The token of “One”'),
    after: (page) => button(page, 'I have it').click(),
  },
  {
    sends: 'tokens/*/rotate',
    before: (page) => button(page, /^Rotate One/).click(),
    press: inDialog('Rotate'),
    done: text('The token of “One”'),
    after: (page) => button(page, 'I have it').click(),
  },
  {
    sends: 'tokens/*/revoke',
    before: (page) =>
      button(page, /^Revoke One/)
        .first()
        .click(),
    press: inDialog('Revoke'),
    types: labelled('What it is for'),
    done: text('is revoked: it is refused'),
  },
];

const PEOPLE: Act[] = [
  {
    sends: 'people',
    at: 'people',
    before: (page) => page.getByLabel('Email address').fill('new@acme.example'),
    press: named('Add'),
    enter: labelled('Email address'),
    types: labelled('Email address'),
    done: text('new@acme.example is a member now'),
  },
  {
    sends: 'people/*/role',
    before: (page) => page.getByLabel('Role of new@acme.example').selectOption('auditor'),
    press: inDialog('Change the role'),
    types: labelled('Email address'),
    done: text('new@acme.example is an auditor now'),
  },
  {
    sends: 'people/*/remove',
    before: (page) => button(page, 'Remove new@acme.example').click(),
    press: inDialog('Remove'),
    types: labelled('Email address'),
    done: text('new@acme.example has left'),
  },
];

const NOTICES: Act[] = [
  {
    sends: 'webhooks',
    at: 'notices',
    before: async (page) => {
      await page.getByLabel('Name').fill('Desk');
      await page.getByLabel('URL').fill(`${receiver.origin}/ok/desk`);
    },
    press: named('Add the webhook'),
    enter: labelled('URL'),
    done: text('The secret of Desk'),
    after: (page) => button(page, 'I have put it away').click(),
  },
  {
    sends: 'webhooks/*/test',
    press: named('Test: Desk'),
    types: labelled('Name'),
    done: text('A test notice is on its way'),
  },
  { sends: 'webhooks/*/pause', press: named('Pause: Desk'), types: labelled('URL'), done: text('Desk is paused.') },
  {
    sends: 'webhooks/*/remove',
    before: (page) => button(page, 'Remove: Desk').click(),
    press: inDialog('Remove'),
    types: labelled('Name'),
    done: text('Desk is removed.'),
  },
];

const READING: Act[] = [
  {
    sends: 'settings',
    at: 'settings',
    before: (page) => page.getByLabel('In a minute').fill('1'),
    press: named('Keep these'),
    enter: labelled('In a minute'),
    types: labelled('In a minute'),
    done: text('Kept.'),
  },
  { sends: 'backup/run', at: 'safekeeping', press: named('Back up now'), done: text('Audit head') },
  {
    sends: 'ciphertexts/page',
    before: async (page) => {
      await button(page, 'Unlock').click();
      await unlock(page, 'Passphrase', ADMIN_PASSPHRASE);
      await button(page, 'Lock').waitFor();
    },
    press: named('Check every secret'),
    done: text('2 checked, and every one is sound.'),
    many: true,
  },
  {
    sends: 'ciphertexts/findings',
    press: named('Check every secret'),
    done: text('2 checked, and every one is sound.'),
    many: true,
  },
  { sends: 'audit/export', at: 'audit', press: named('Export CSV'), done: text('Saved. Only a whole export') },
];

const MACHINE: Act[] = [
  {
    sends: 'secrets/*/reveal',
    at: `machines/${PC.id}`,
    before: async (page) => {
      await button(page, /^Reveal local/).click();
      await page.getByLabel('Why do you need it?').fill('locked out');
    },
    press: inDialog('Reveal'),
    enter: labelled('Why do you need it?'),
    done: (page) => page.locator('.plain'),
    after: (page) => button(page, 'Hide now').click(),
  },
  {
    sends: 'machines/*/secrets',
    before: async (page) => {
      await button(page, 'Add a secret').click();
      await page.getByLabel('The secret').fill('By-Hand-7q');
      await page.getByLabel('The same again').fill('By-Hand-7q');
    },
    press: named('Seal and keep'),
    enter: labelled('The secret'),
    done: text('Kept as version 2'),
  },
  {
    sends: 'machines/*/merge',
    before: (page) => button(page, /^Merge another entry/).evaluate(pressTwice),
    press: inDialog('Merge'),
    done: text('Merged: both histories'),
  },
  { sends: 'machines/*/unmerge', press: named(/^Undo the merge/), done: text('The merge is undone.') },
  { sends: 'machines/*/archive', press: named('Archive'), done: text('Out of the fleet list.') },
  { sends: 'machines/*/restore', press: named('Bring it back'), done: text('Back in the fleet list.') },
  ...(['spool/report', 'spool/secret'] as const).map(
    (sends): Act => ({
      sends,
      at: 'upload',
      before: (page) => page.getByLabel('Spool file').setInputFiles(spoolFile),
      press: named('Upload'),
      done: text('Kept: '),
      // The same file chosen again in the same field is no choice to a browser.
      after: (page) => visit(page, ''),
    }),
  ),
];

const ACCESS: Act[] = [
  {
    sends: 'recovery/*/drilled',
    at: 'access',
    before: async (page) => {
      await button(page, 'Recovery drill').evaluate(pressTwice);
      await page.getByLabel('Recovery code').fill(code);
    },
    press: inDialog('Prove'),
    enter: labelled('Recovery code'),
    done: text('Proven: these sheets open everything'),
  },
  {
    sends: 'unlockers/*/change',
    before: async (page) => {
      await button(page, /^Change the passphrase of/).click();
      await typePassphrase(page, 'New passphrase', CHANGED_PASSPHRASE);
      await button(page, 'Change it').evaluate(pressTwice);
      await page.getByLabel('Passphrase', { exact: true }).fill(ADMIN_PASSPHRASE);
    },
    press: inDialog('Change'),
    done: text('Your passphrase is changed.'),
  },
  {
    sends: 'grants',
    who: 'engineer',
    at: 'access',
    before: async (page) => {
      await button(page, 'Ask for access').click();
      await typePassphrase(page, 'New passphrase', ADMIN_PASSPHRASE);
    },
    press: named('Use this passphrase'),
    enter: labelled('The same again'),
    done: text('Asked. Read your eight words'),
  },
  { sends: 'grants/*/decline', who: 'engineer', press: named('Take the request back'), done: text('Declined.') },
];

const short = ({ id }: typeof PC) => id.slice(0, 8);
const of = (act: string, machine: typeof PC) => named(new RegExp(`^${act}: .*version 1, of machine ${short(machine)}`));
const why = (machine: typeof PC) => (page: Page) =>
  page.getByLabel(new RegExp(`^Why: .*version 1, of machine ${short(machine)}`));

/** While the server gives out what opens nothing: all of it is left behind. */
const LEFT_BEHIND: Act[] = [
  {
    sends: 'keyring',
    at: 'keys',
    before: async (page) => {
      await button(page, 'Rotate the escrow key').evaluate(pressTwice);
      await page.getByLabel('Passphrase', { exact: true }).fill(CHANGED_PASSPHRASE);
    },
    press: inDialog('Rotate'),
    done: text('These do not open'),
  },
  { sends: 'rotation/page', press: named('Resume'), done: of('Put back what it was', TWIN), many: true },
  {
    sends: 'rotation/restore',
    before: (page) => why(PC)(page).fill('as it was'),
    press: of('Put back what it was', PC),
    enter: why(PC),
    types: why(TWIN),
    done: text('Nothing of before is kept'),
  },
  {
    sends: 'rotation/unopenable',
    press: of('Mark as not openable', PC),
    types: why(TWIN),
    done: text('1 marked as not openable'),
  },
];
const RESEALING: Act[] = [
  { sends: 'rotation/reseal', press: named('Resume'), done: text('Nothing is left to re-seal'), many: true },
];

const OPERATOR: Act[] = [
  {
    sends: '/v1/operator/tenants',
    who: 'operator',
    before: async (page) => {
      await page.getByLabel('Name', { exact: true }).fill('Harbour MSP');
      await page.getByLabel('First admin’s email').fill('first@harbour.example');
    },
    press: named('Create the tenant'),
    enter: labelled('Name'),
    types: labelled('Name'),
    done: text('Harbour MSP is created'),
  },
  {
    sends: '/v1/operator/tenants/*/suspend',
    who: 'operator',
    before: async (page) => {
      await button(page, 'Suspend Harbour MSP').click();
      await page.getByLabel('Why?').fill('unpaid');
    },
    press: inDialog('Suspend'),
    enter: labelled('Why?'),
    done: text('Harbour MSP is suspended.'),
  },
  {
    sends: '/v1/operator/tenants/*/resume',
    who: 'operator',
    press: named('Resume Harbour MSP'),
    types: labelled('Name'),
    done: text('Harbour MSP is active again.'),
  },
];

const GROUPS = { TOKENS, PEOPLE, NOTICES, READING, MACHINE, ACCESS, OPERATOR };

for (const [what, acts] of Object.entries(GROUPS))
  test(`one act at a time, and what is typed meanwhile stays: ${what.toLowerCase()}`, async () => {
    for (const act of acts) await busyMeansBusy(act);
  });

test('one act at a time in a rotation, whose left-behind secrets keep the reasons that are typed beside them', async () => {
  const isPage = (url: URL) => url.pathname.endsWith('/rotation/page');
  const spoil = (page: RotationPage): RotationPage => ({
    ...page,
    items: page.items.map((item) => ({ ...item, sealed: `${item.sealed.slice(0, -4)}AAAA` })),
  });
  await bent<RotationPage>(pages.admin, isPage, spoil, async () => {
    for (const act of LEFT_BEHIND) await busyMeansBusy(act);
  });
  for (const act of RESEALING) await busyMeansBusy(act);
});

test('every call of the portal that changes something is a row here', () => {
  const rows = [SET_UP, ...Object.values(GROUPS).flat(), ...LEFT_BEHIND, ...RESEALING].map(({ sends }) => sends);
  const isOneOf = (sends: string) => (row: string) =>
    pathOf(sends).test(row.startsWith('/') ? row : `/v1/tenants/x/${row}`);
  assert.deepEqual(
    portalPosts().filter((sends) => !rows.some(isOneOf(sends))),
    [],
  );
});
