// A real Chromium for end-to-end tests: every CSP report, console error and page error is kept, and fails the test.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { CHROMIUM_ARGS } from './chromium-args.ts';
import { PATIENCE_MS } from './patience.ts';

const root = path.join(import.meta.dirname, '../..');

/** The browser that `dev/install.mjs --browser` found. */
export function browserPath(): string {
  const note = path.join(root, '.stand/chromium');
  const found = process.env.CHROMIUM ?? (existsSync(note) ? readFileSync(note, 'utf8') : null);
  if (!found) throw new Error('no browser: run `node dev/install.mjs --browser` first');
  return found;
}

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: browserPath(), headless: true, args: CHROMIUM_ARGS, timeout: PATIENCE_MS });

/** How many times slower the CPU of each page is; `npm run test:busy` sets it. */
const SLOWER = Number(process.env.SLOW_BROWSER ?? 1);

async function slowDown(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
}

/** A page of its own session, and the list of what went wrong in it. */
export async function openPage(
  browser: Browser,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<{ page: Page; context: BrowserContext; faults: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  // A tab that a test opens later is as slow; one that is closed at once is not worth a fault.
  if (SLOWER > 1) context.on('page', (opened) => void slowDown(opened).catch(() => {}));
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`page error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || /Content Security Policy/i.test(message.text()))
      faults.push(`console: ${message.text()} ${message.location().url}`);
  });
  return { page, context, faults };
}

/** A page for one test: in the end it has only expected faults, and it is closed in any case. */
export async function onPage(
  browser: Browser,
  act: (page: Page) => Promise<void>,
  { expected, ...options }: Parameters<Browser['newContext']>[0] & { expected?: RegExp } = {},
): Promise<void> {
  const { page, context, faults } = await openPage(browser, options);
  try {
    await act(page);
    assert.deepEqual(
      faults.filter((fault) => !expected?.test(fault)),
      [],
    );
  } finally {
    await context.close();
  }
}

/** Keeps a picture of a page in the folder that PICTURES names; without one, none is taken. `whole`: also what is below the window. */
export async function picture(page: Page, name: string, whole = true): Promise<void> {
  const folder = process.env.PICTURES;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: whole });
}

/** An authenticator that answers by itself. `hasPrf`: whether it derives a key for a passkey that unlocks. */
export async function addAuthenticator(page: Page, { hasPrf }: { hasPrf: boolean }): Promise<void> {
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
      hasPrf,
      automaticPresenceSimulation: true,
    },
  });
}
