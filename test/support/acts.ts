// Every act of the portal that sends something, by the page it is done on; those that write the keyring are in keyring-acts.ts.
import { type Act, BROUGHT, button, inDialog, labelled, named, PC, SHARED, text } from './act.ts';
import { pressTwiceWhenReady } from './held.ts';
import { ACCESS } from './keyring-acts.ts';

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
      const aside = button(page, /^Set aside what it brought: One/).first();
      // They are folded away at first.
      if (!(await aside.isVisible())) await page.getByText(/^Revoked and expired/).click();
      await aside.click();
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
    press: (page) => page.locator('reveal-settings').getByRole('button', { name: 'Save' }),
    enter: labelled('In a minute'),
    types: labelled('In a minute'),
    done: text('Saved just now'),
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
  {
    sends: 'audit/export',
    at: 'audit',
    before: (page) => button(page, 'Export').click(),
    press: named(/^Spreadsheet/),
    done: text('Saved. Only a whole export'),
  },
];

const MACHINE: Act[] = [
  {
    sends: 'secrets/*/reveal',
    at: `machines/${PC.id}`,
    before: async (page) => {
      await button(page, /^Reveal local/).click();
      await page.getByLabel('Reason', { exact: true }).fill('locked out');
    },
    press: inDialog('Reveal'),
    enter: labelled('Reason'),
    done: (page) => page.locator('.plain'),
    after: (page) => button(page, 'Hide now').click(),
  },
  {
    sends: 'machines/*/secrets',
    before: async (page) => {
      await button(page, 'Add a secret').click();
      await page.getByLabel('The secret').fill('By-Hand-7q');
      await page.getByLabel('Repeat it').fill('By-Hand-7q');
    },
    press: named('Seal and keep'),
    enter: labelled('The secret'),
    done: text('Sealed as version 2'),
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
      await pressTwiceWhenReady(button(page, /^It was rotated/));
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
    before: (page) => pressTwiceWhenReady(button(page, /^Merge another entry/)),
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
      done: text('Saved: '),
    }),
  ),
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
    done: text('Runs of a PC in a day: 200 from now on.'),
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
