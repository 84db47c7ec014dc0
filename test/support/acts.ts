// Every act of the portal that sends something, as a row: how one comes to it, what is pressed, and what shows that it is done.
import type { Locator, Page } from 'playwright-core';
import { pressTwice } from './held.ts';
import { ADMIN_PASSPHRASE, typePassphrase } from './story.ts';

const CHANGED_PASSPHRASE = 'velvet orbit drift sample canyon';
export const PC = { id: crypto.randomUUID(), hostname: 'ACM-LT-0001', serial: '5CD1234XYZ' };
/** Its secret was uploaded by the engineer, so that it is to be confirmed, and revealed by them, so that it is to be rotated. */
export const BROUGHT = { id: crypto.randomUUID(), hostname: 'ACM-DT-0505' };
/** Two PCs report under this id. */
export const SHARED = { id: crypto.randomUUID(), hostname: 'ACM-VM-0007', serial: 'VM-0007-A' };
export const TWIN = { id: crypto.randomUUID(), hostname: 'ACM-LT-0001-OLD', serial: '5CD1234XYZ' };

/** What the rows need to know of the stand they are done on. */
export type World = { receiver: string; spoolFile: string; code: string };

export type Act = {
  /** What it sends, below the tenant's path; a star stands for an id. */
  sends: string;
  who?: 'admin' | 'engineer' | 'operator';
  /** The page it is done on, in a tab of its own; where it is absent, the one that is open. */
  at?: string;
  /** Everything up to the press. */
  before?: (page: Page, world: World) => Promise<unknown>;
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
/** An authenticator that answers by itself. */
async function addAuthenticator(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      hasPrf: true,
      automaticPresenceSimulation: true,
    },
  });
}

export const SET_UP: Act = {
  sends: 'keyring',
  before: async (page, world) => {
    await page.getByRole('link', { name: 'First-time set-up' }).click();
    await typePassphrase(page, 'Your own passphrase', ADMIN_PASSPHRASE);
    await button(page, 'Go on').click();
    await button(page, 'Skip for now').evaluate(pressTwice);
    world.code = await page.getByTestId('recovery-code').innerText();
    await page.getByLabel('Type the code back', { exact: false }).fill(world.code);
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
  {
    sends: 'tokens/*/set-aside',
    before: async (page) => {
      await page.getByText(/^Revoked and expired/).click();
      await button(page, /^Set aside what it brought: One/)
        .first()
        .click();
    },
    press: inDialog('Set aside'),
    types: labelled('What it is for'),
    done: text('What “One” brought is being set aside.'),
  },
  {
    sends: 'tokens/*/bring-back',
    before: (page) => button(page, /^Bring it back: One/).click(),
    press: inDialog('Bring it back'),
    types: labelled('What it is for'),
    done: text('What “One” brought is being brought back.'),
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
    before: async (page, world) => {
      await page.getByLabel('Name').fill('Desk');
      await page.getByLabel('URL').fill(`${world.receiver}/ok/desk`);
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
    sends: 'webhooks/*/change',
    before: async (page) => {
      await button(page, 'Change: Desk').click();
      await page.getByLabel('Name').fill('Desk');
    },
    press: named('Save'),
    enter: labelled('URL'),
    done: text('Desk is changed.'),
  },
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
    press: named('Check every secret'),
    done: text('3 checked, and every one is sound.'),
    many: true,
  },
  {
    sends: 'ciphertexts/findings',
    press: named('Check every secret'),
    done: text('3 checked, and every one is sound.'),
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
    sends: 'secrets/*/confirm',
    at: `machines/${BROUGHT.id}`,
    press: named(/^Confirm local/),
    done: text('Confirmed: what it takes the place of'),
  },
  {
    sends: 'secrets/*/rotated',
    at: `machines/${BROUGHT.id}`,
    before: async (page) => {
      await button(page, /^It was rotated/).evaluate(pressTwice);
      await page.getByLabel('How do you know?').fill('set anew by hand');
    },
    press: inDialog('It was rotated'),
    enter: labelled('How do you know?'),
    done: text('On record: what was revealed'),
  },
  {
    sends: 'machines/*/split',
    at: `machines/${SHARED.id}`,
    press: named(/^They are several/),
    done: text('On record: several PCs have this ID.'),
  },
  { sends: 'machines/*/acknowledge', press: named(/^It is one PC/), done: text('On record: it is one PC.') },
  {
    sends: 'machines/*/merge',
    at: `machines/${PC.id}`,
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
      before: (page, world) => page.getByLabel('Spool file').setInputFiles(world.spoolFile),
      press: named('Upload'),
      done: text('Kept: '),
    }),
  ),
];

const ACCESS: Act[] = [
  {
    sends: 'recovery/*/drilled',
    at: 'access',
    before: async (page, world) => {
      await button(page, 'Recovery drill').evaluate(pressTwice);
      await page.getByLabel('Recovery code').fill(world.code);
    },
    press: inDialog('Prove'),
    enter: labelled('Recovery code'),
    done: text('Proven: these sheets open everything'),
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
  {
    // Two prompts would make two passkeys, and two requests.
    sends: 'grants',
    who: 'engineer',
    before: async (page) => {
      await addAuthenticator(page);
      await button(page, 'Ask for access').click();
    },
    press: named('Use a passkey'),
    done: text('Asked. Read your eight words'),
  },
];

const short = ({ id }: typeof PC) => id.slice(0, 8);
const of = (act: string, machine: typeof PC) => named(new RegExp(`^${act}: .*version 1, of machine ${short(machine)}`));
const why = (machine: typeof PC) => (page: Page) =>
  page.getByLabel(new RegExp(`^Why: .*version 1, of machine ${short(machine)}`));

/** On the Keys page, while the server gives out what opens nothing: all of it is left behind. */
export const LEFT_BEHIND: Act[] = [
  {
    sends: 'keyring',
    before: async (page) => {
      await button(page, 'Rotate the escrow key').evaluate(pressTwice);
      await page.getByLabel('Passphrase', { exact: true }).fill(ADMIN_PASSPHRASE);
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
    done: text('No such ciphertext is kept'),
  },
  {
    sends: 'rotation/unopenable',
    press: of('Mark as not openable', PC),
    types: why(TWIN),
    done: text('1 marked as not openable'),
  },
];
export const RESEALING: Act[] = [
  { sends: 'rotation/reseal', press: named('Resume'), done: text('Nothing is left to re-seal'), many: true },
];

/** The last one: who did it before would have to say which passphrase counts. */
export const CHANGING: Act[] = [
  {
    sends: 'unlockers/*/change',
    at: 'access',
    before: async (page) => {
      await button(page, /^Change the passphrase of/).click();
      await typePassphrase(page, 'New passphrase', CHANGED_PASSPHRASE);
      await button(page, 'Change it').evaluate(pressTwice);
      await page.getByLabel('Passphrase', { exact: true }).fill(ADMIN_PASSPHRASE);
    },
    press: inDialog('Change'),
    done: text('Your passphrase is changed.'),
  },
];

/** Locks, and types the passphrase of now into the dialog that unlocks. */
async function typeAnew(page: Page): Promise<void> {
  await button(page, 'Lock').click();
  await button(page, 'Unlock').click();
  await page.getByLabel('Passphrase', { exact: true }).fill(CHANGED_PASSPHRASE);
}

/** While the server says that it was another admin who has replaced keys. After it the browser has seen a version that the keyring no longer has. */
export const REPLACED: Act[] = [
  { sends: 'unlockers/*/opened', before: typeAnew, press: inDialog('Unlock'), done: named('Lock') },
  {
    sends: 'keyring/undo',
    at: 'keys',
    before: async (page) => {
      await button(page, 'Take it back … version 2').click();
      await page.getByLabel('Why', { exact: true }).fill('nobody can unlock');
    },
    press: (page) => page.locator('keyring-changes form').getByRole('button', { name: 'Take back version 2' }),
    enter: labelled('Why'),
    done: text('Version 1, by'),
  },
  {
    sends: 'keyring/line',
    before: async (page) => {
      await typeAnew(page);
      await inDialog('Unlock')(page).click();
    },
    press: inDialog('They are the same'),
    done: named('Lock'),
  },
];

const OPERATOR: Act[] = [
  {
    sends: '/v1/operator/tenants',
    who: 'operator',
    at: '/operator',
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
    sends: '/v1/operator/tenants/*/limits',
    who: 'operator',
    before: async (page) => {
      await button(page, 'Limits of Harbour MSP').click();
      await page.getByLabel('Change', { exact: true }).selectOption('machineRuns');
      await page.getByLabel('To', { exact: true }).fill('200');
    },
    press: inDialog('Change it'),
    enter: labelled('To'),
    done: text('Runs of a machine in a day: 200 from now on.'),
    after: (page) => inDialog('Close')(page).click(),
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

/** Each begins on a page of its own. */
export const GROUPS = { TOKENS, PEOPLE, NOTICES, READING, MACHINE, ACCESS, OPERATOR };
