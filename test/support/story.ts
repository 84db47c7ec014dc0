// People's steps in the portal, for tests and pictures.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Locator, Page } from 'playwright-core';
import type { Keyring } from '../../schema/keyring.ts';
import { textsOf } from './patience.ts';

export const ADMIN_PASSPHRASE = 'orbit velvet canyon sample drift';
export const TEAM_PASSPHRASE = 'harvest copper ribbon tunnel moss';

/** Signs in by the stand-in's page on the way to a place of the portal, and waits for it. */
export async function signIn(page: Page, portal: string, email: string, place = ''): Promise<void> {
  await page.goto(portal + place);
  await page.getByRole('button', { name: email }).click();
  await page.waitForURL(`${portal}/**`);
}

/** Signs in as anybody, even as a person whom the stand-in does not offer. */
export async function signInAs(page: Page, portal: string, email: string, place = ''): Promise<void> {
  await page.goto(portal + place);
  await page.getByLabel('Somebody else').fill(email);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(`${portal}/**`);
}

export async function typePassphrase(page: Page, label: string, passphrase: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).fill(passphrase);
  await page.getByLabel('Repeat it').fill(passphrase);
}

/** The first-time set-up, by an admin on the fleet page. Answers the recovery code as the sheet shows it. */
export async function setUp(page: Page, onStep: (step: string) => Promise<void> = async () => {}): Promise<string> {
  await page.getByRole('link', { name: 'First-time set-up' }).click();
  await typePassphrase(page, 'Your own passphrase', ADMIN_PASSPHRASE);
  await page.getByText('strong', { exact: false }).first().waitFor();
  await onStep('set-up-passphrase');
  await page.getByRole('button', { name: 'Go on' }).click();
  await typePassphrase(page, 'Team passphrase', TEAM_PASSPHRASE);
  await page.getByRole('button', { name: 'Go on' }).click();
  const code = await page.getByTestId('recovery-code').innerText();
  await onStep('set-up-recovery');
  await page.getByLabel('Type the code back', { exact: false }).fill(code.toLowerCase());
  await page.getByRole('button', { name: 'Keep the keys' }).click();
  await page.getByText('The keys are kept', { exact: false }).waitFor();
  await onStep('set-up-done');
  return code;
}

/** The button of a reveal, whether or not its vault has to be opened first. */
export const REVEAL = /^(Unlock and reveal|Reveal)$/;

/** Chooses what is to be typed, where a browser offers another way first: a passkey, or the one used last. */
async function fillIn(page: Page, field: 'Passphrase' | 'Recovery code', secret: string): Promise<void> {
  const input = page.getByLabel(field, { exact: true });
  const way = page.getByRole('radio', { name: field === 'Passphrase' ? /passphrase$/ : 'Recovery sheets' });
  await input.or(way).first().waitFor();
  if (!(await input.isVisible())) await way.check();
  await input.fill(secret);
}

/** Unlocks in the dialog that is open. */
export async function unlock(page: Page, field: 'Passphrase' | 'Recovery code', secret: string): Promise<void> {
  await fillIn(page, field, secret);
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Unlock( and reveal)?$/ })
    .click();
}

/** The step-up: the passphrase of one's own unlocker, and the dialog's own button. */
export async function stepUp(page: Page, action: string, passphrase = ADMIN_PASSPHRASE): Promise<void> {
  await fillIn(page, 'Passphrase', passphrase);
  await page.getByRole('dialog').getByRole('button', { name: action, exact: true }).click();
}

/** Locks the vault in all tabs, open or not: the next person is asked. */
export async function lockVault(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^(Lock|Unlock)$/ }).waitFor();
  await page.keyboard.press('l');
  await page
    .getByRole('status')
    .filter({ hasText: /^The vault is locked/ })
    .waitFor({ state: 'attached' });
}

/**
 * Waits for the wanted state, and unlocks if that is asked for first: a page that is loaded anew may have lost its
 * vault with its last tab.
 */
export async function unlockIfAsked(page: Page, wanted: Locator, passphrase: string): Promise<void> {
  const field = page.getByRole('radio', { name: /passphrase$/ }).or(page.getByLabel('Passphrase', { exact: true }));
  await wanted.or(field).first().waitFor();
  if (await field.first().isVisible()) await unlock(page, 'Passphrase', passphrase);
  await wanted.first().waitFor();
}

/** On a machine's page: presses the button of a secret and gives a reason; how a locked vault is opened may be chosen next. */
export async function beginReveal(page: Page, which: RegExp, reason: string): Promise<void> {
  await page.getByRole('button', { name: which }).click();
  await page.getByLabel('Reason', { exact: true }).fill(reason);
}

export const pressReveal = (page: Page): Promise<void> =>
  page.getByRole('dialog').getByRole('button', { name: REVEAL }).click();

/** Begins a reveal and asks; a locked vault is asked for next, unless a passkey opens it. */
export async function askReveal(page: Page, which: RegExp, reason: string): Promise<void> {
  await beginReveal(page, which, reason);
  await pressReveal(page);
}

/** The recovery password that is shown, without the numbers of its groups. */
export async function groupsShown(page: Page): Promise<string> {
  return (await textsOf(page.locator('.groups .six'), 8)).join('-');
}

/** Hides what is shown, and waits until the dialog is gone: until then it has the keyboard. */
export async function hideSecret(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Hide now' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** The codes of the recovery sheets that are out. */
export async function sheetCodes(page: Page, count: number): Promise<string[]> {
  return textsOf(page.getByTestId('recovery-code'), count);
}

/** Types each sheet back when it is asked for. `last` is the last button's text. */
export async function typeSheetsBack(page: Page, codes: readonly string[], last: string): Promise<void> {
  for (const [place, code] of codes.entries()) {
    const which = codes.length === 1 ? '' : ` of sheet ${place + 1} of ${codes.length}`;
    await page.getByLabel(`Type the code${which} back`).fill(code);
    await page.getByRole('button', { name: place + 1 < codes.length ? 'Next sheet' : last }).click();
  }
}

/** Prints what is shown as the browser would, and looks that it is a page a recovery sheet, each of them whole. */
export async function printsAPageASheet(page: Page, sheets: number): Promise<void> {
  await page.emulateMedia({ media: 'print' });
  for (const format of ['A4', 'Letter']) {
    const pdf = (await page.pdf({ format, displayHeaderFooter: false })).toString('latin1');
    assert.equal([...pdf.matchAll(/\/Type\s*\/Page\b/g)].length, sheets, `a page a sheet on ${format}`);
  }
  const papers = page.locator('recovery-paper .sheet');
  assert.equal(await papers.count(), sheets);
  const cut = await papers.evaluateAll((all) => all.filter((one) => one.scrollHeight > one.clientHeight).length);
  assert.equal(cut, 0, 'nothing of a sheet is cut off');
  await page.emulateMedia({ media: 'screen' });
}

/**
 * A browser's memory of a tenant's keyring once it has verified it, put into a page of the portal without unlocking
 * anything.
 */
export async function haveSeen(page: Page, tenant: string, { manifest, version, fingerprint }: Keyring): Promise<void> {
  const sha256 = createHash('sha256').update(manifest).digest('hex');
  const kept = [`totl.seen.${tenant}`, JSON.stringify({ version, sha256, fingerprint })] as const;
  await page.evaluate(([key, text]) => localStorage.setItem(key, text), kept);
}

/**
 * From here on time stands still in a page, and passes when the answer is called: content shown for half a minute stays
 * for as long as a slow machine needs to look at it. Its timers go on.
 */
export async function holdTime(page: Page): Promise<(ms: number) => Promise<void>> {
  let now = Date.now();
  await page.clock.setFixedTime(now);
  return async (ms) => {
    now += ms;
    await page.clock.setFixedTime(now);
    await page.clock.fastForward(ms);
  };
}
