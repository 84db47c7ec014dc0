// The acts that write the keyring, or need what is unlocked: set-up, ways to unlock, re-sealing, and keys that another has replaced.
import type { Page } from 'playwright-core';
import { type Act, button, inDialog, labelled, named, PC, TWIN, text } from './act.ts';
import { addAuthenticator } from './browser.ts';
import { pressTwiceWhenReady } from './held.ts';
import { ADMIN_PASSPHRASE, typePassphrase } from './story.ts';

const CHANGED_PASSPHRASE = 'velvet orbit drift sample canyon';

export const SET_UP: Act = {
  sends: 'keyring',
  before: async (page, world) => {
    await page.getByRole('link', { name: 'First-time set-up' }).click();
    await typePassphrase(page, 'Your own passphrase', ADMIN_PASSPHRASE);
    await button(page, 'Go on').click();
    await pressTwiceWhenReady(button(page, 'Skip for now'));
    world.code = await page.getByTestId('recovery-code').innerText();
    await page.getByLabel('Type the code back', { exact: false }).fill(world.code);
  },
  press: named('Keep the keys'),
  done: text('The keys are kept'),
};

export const ACCESS: Act[] = [
  {
    sends: 'recovery/*/drilled',
    at: 'access',
    before: async (page, world) => {
      await pressTwiceWhenReady(button(page, 'Test the sheets'));
      await page.getByLabel('Recovery code').fill(world.code);
    },
    press: inDialog('Test'),
    enter: labelled('Recovery code'),
    done: text('Tested: these sheets open everything'),
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
    enter: labelled('Repeat it'),
    done: text('Asked. Read your eight words'),
  },
  { sends: 'grants/*/decline', who: 'engineer', press: named('Take the request back'), done: text('Declined.') },
  {
    // Two prompts would make two passkeys, and two requests.
    sends: 'grants',
    who: 'engineer',
    before: async (page) => {
      await addAuthenticator(page, { hasPrf: true });
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

/** On the Keys page, while the server gives out ciphertexts that do not open: all of them are left behind. */
export const LEFT_BEHIND: Act[] = [
  {
    sends: 'keyring',
    before: async (page) => {
      await pressTwiceWhenReady(button(page, 'Rotate the escrow key'));
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
      await pressTwiceWhenReady(button(page, 'Change it'));
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
