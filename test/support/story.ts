// What people do in the portal, step by step, for tests and pictures.
import type { Page } from 'playwright-core';

export const ADMIN_PASSPHRASE = 'orbit velvet canyon sample drift';
export const TEAM_PASSPHRASE = 'harvest copper ribbon tunnel moss';

/** Signs in by the stand-in's page and waits for the portal. */
export async function signIn(page: Page, portal: string, email: string): Promise<void> {
  await page.goto(portal);
  await page.getByRole('button', { name: email }).click();
  await page.waitForURL(`${portal}/**`);
}

/** Signs in as anybody, also as one whom the stand-in does not offer. */
export async function signInAs(page: Page, portal: string, email: string): Promise<void> {
  await page.goto(portal);
  await page.getByLabel('Somebody else').fill(email);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(`${portal}/**`);
}

export async function typePassphrase(page: Page, label: string, passphrase: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).fill(passphrase);
  await page.getByLabel('The same again').fill(passphrase);
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

/** Unlocks in the dialog that is open, with its only or first unlocker. */
export async function unlock(page: Page, field: 'Passphrase' | 'Recovery code', secret: string): Promise<void> {
  await page.getByLabel(field, { exact: true }).fill(secret);
  await page.getByRole('dialog').getByRole('button', { name: 'Unlock', exact: true }).click();
}

/** The step-up: the passphrase of one's own unlocker, and the dialog's own button. */
export async function stepUp(page: Page, action: string, passphrase = ADMIN_PASSPHRASE): Promise<void> {
  await page.getByLabel('Passphrase', { exact: true }).fill(passphrase);
  await page.getByRole('dialog').getByRole('button', { name: action, exact: true }).click();
}
