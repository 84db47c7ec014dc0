// The portal tells the truth about its connection: a server that is gone is not an expired sign-in, only Access's own
// answer is one, everything clears itself once it is back, and what was on the page and typed into it stays.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { COOKIES } from '../../dev/stand/cookies.ts';
import { setUpByVault } from '../../dev/stand/furnish.ts';
import { freePorts } from '../../dev/stand/ports.ts';
import { type Stand, startStand } from '../../dev/stand/stand.ts';
import { onPage, openBrowser, picture } from '../support/browser.ts';
import { becomes, until } from '../support/patience.ts';
import { ADMIN_PASSPHRASE, signIn, TEAM_PASSPHRASE } from '../support/story.ts';

const ADMIN = 'admin@example.com';
let stateDir: string;
let stand: Stand;
let browser: Browser;

before(async () => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-reach-'));
  stand = await startStand({ port: await freePorts(4), stateDir, fleet: 3, fleetSpeed: 900 });
  await setUpByVault(stand, ADMIN_PASSPHRASE, TEAM_PASSPHRASE);
  browser = await openBrowser();
  await until('a PC that is done', () =>
    stand.fleet?.machines.find((one) => one.escrowed.length === 2 && one.finished),
  );
});
after(async () => {
  await browser?.close();
  await stand?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const at = (place: string): string => `${stand.addresses.portal}/t/${stand.demo.tenant}${place}`;
const GONE = 'TotlProvision cannot be reached.';
const API_GONE = 'The API cannot be reached; the portal can.';
const EXPIRED = 'Your sign-in has expired.';

/** The demo tenant's page for its admin. The test itself causes the failures. */
const onPortal = (act: (page: Page, context: BrowserContext) => Promise<void>) =>
  onPage(
    browser,
    async (page) => {
      await signIn(page, stand.addresses.portal, ADMIN);
      await page.getByText('Live', { exact: true }).waitFor();
      await act(page, page.context());
    },
    { expected: /net::|status of 4\d\d|status of 502|WebSocket connection|CORS policy|sign-in\?redirect_url/ },
  );

/** Access's own session is gone where an application's cookie is not there. */
const without = (context: BrowserContext, ...applications: (keyof typeof COOKIES)[]) =>
  Promise.all(applications.map((one) => context.clearCookies({ name: COOKIES[one] })));

/** Signs in in the pop-up that the page offers. */
async function signInThere(page: Page, email = ADMIN): Promise<void> {
  const opened = page.waitForEvent('popup');
  await page.getByRole('button', { name: 'Sign in again' }).click();
  const popup = await opened;
  const closed = popup.waitForEvent('close');
  await popup.getByRole('button', { name: email }).click();
  await closed;
}

/** Everything the page asks fails, as where the server or the network is gone. */
const gone = (page: Page) => page.route(/\/v1\/|\/cdn-cgi\//, (route) => route.abort());

test('without a network nobody is told that they are signed out, what is shown and typed stays, and all of it heals by itself', () =>
  onPortal(async (page, context) => {
    await page.getByRole('row').nth(1).waitFor();
    const before = await page.getByRole('row').count();
    await page.getByRole('link', { name: 'Engine tokens', exact: true }).click();
    await page.getByLabel('What it is for').fill('typed before');
    await context.setOffline(true);
    await page.getByText(GONE).waitFor();
    await picture(page, 'reach-unreachable', false);
    assert.equal(await page.getByText(EXPIRED).count(), 0);
    assert.equal(await page.getByText('You are still signed in').count(), 1);
    assert.equal(await page.getByLabel('What it is for').inputValue(), 'typed before');
    await context.setOffline(false);
    await page.getByText(GONE).waitFor({ state: 'detached' });
    assert.equal(await page.getByLabel('What it is for').inputValue(), 'typed before');
    await page.getByRole('link', { name: 'Fleet', exact: true }).click();
    await page.getByText('Live', { exact: true }).waitFor();
    await becomes(() => page.getByRole('row').count(), before);
  }));

test('the pages that were open keep what they show while the server is gone', () =>
  onPortal(async (page, context) => {
    await page.goto(at('/audit'));
    await page.getByRole('table').getByRole('row').nth(1).waitFor();
    await context.setOffline(true);
    await page.getByText(GONE).waitFor();
    assert.ok((await page.getByRole('table').getByRole('row').count()) > 1);
    await context.setOffline(false);
    await page.getByText(GONE).waitFor({ state: 'detached' });

    await page.goto(at(`/machines/${stand.fleet?.machines[0]?.id}`));
    await page.getByRole('heading', { name: 'Secrets' }).waitFor();
    await context.setOffline(true);
    await page.getByText(GONE).waitFor();
    assert.ok(await page.getByRole('heading', { name: 'Secrets' }).isVisible());
    await context.setOffline(false);
    await page.getByText(GONE).waitFor({ state: 'detached' });
  }));

test('a page that is opened while the server is gone says so, and fills by itself once it is back', () =>
  onPortal(async (page) => {
    await gone(page);
    await page.goto(at('/audit'));
    await page.getByText(GONE).waitFor();
    assert.equal(await page.getByText(EXPIRED).count(), 0);
    await page.unroute(/\/v1\/|\/cdn-cgi\//);
    await page.getByRole('table').getByRole('row').nth(1).waitFor();
    await page.getByText(GONE).waitFor({ state: 'detached' });
  }));

test('where only the API’s sign-in has run out, signing in again is offered beside the tries, and helps', () =>
  onPortal(async (page, context) => {
    await page.getByRole('link', { name: 'Engine tokens', exact: true }).click();
    await page.getByLabel('What it is for').fill('typed before');
    await without(context, 'api');
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await page.getByText(API_GONE).waitFor();
    await picture(page, 'reach-api', false);
    assert.equal(await page.getByText(EXPIRED).count(), 0);
    await signInThere(page);
    await page.getByText(API_GONE).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Remove engineer@example.com' }).waitFor();
  }));

test('signed out is what Access itself says; signing in, here or in another window, clears it in every tab', () =>
  onPortal(async (page, context) => {
    const other = await context.newPage();
    await other.goto(at(''));
    await other.getByText('Live', { exact: true }).waitFor();
    await without(context, 'api', 'portal');
    for (const one of [page, other]) {
      await one.getByRole('link', { name: 'People', exact: true }).click();
      await one.getByText(EXPIRED).waitFor();
    }
    await picture(page, 'reach-signed-out', false);
    await signInThere(page);
    for (const one of [page, other]) {
      await one.getByText(EXPIRED).waitFor({ state: 'detached' });
      await one.getByRole('button', { name: 'Remove engineer@example.com' }).waitFor();
    }
    // Nobody has pressed anything in this portal: somebody signed in elsewhere.
    await without(context, 'api', 'portal');
    await page.getByRole('link', { name: 'Engine tokens', exact: true }).click();
    await page.getByText(EXPIRED).waitFor();
    const elsewhere = await context.newPage();
    await signIn(elsewhere, stand.addresses.portal, ADMIN);
    await page.getByText(EXPIRED).waitFor({ state: 'detached' });
  }));

test('a page of somebody else’s that answers in place of Access or the API is neither a sign-out nor a refusal', () =>
  onPortal(async (page) => {
    const blocked = JSON.stringify({ code: 'not_a_member', title: 'Blocked', detail: 'by the filter' });
    const headers = {
      'access-control-allow-origin': stand.addresses.portal,
      'access-control-allow-credentials': 'true',
    };
    await page.route(/\/v1\//, (route) =>
      route.fulfill({ status: 403, contentType: 'application/json', body: blocked, headers }),
    );
    await page.route(/get-identity/, (route) =>
      route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' }),
    );
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await page.getByText(GONE).waitFor();
    assert.equal(await page.getByText(EXPIRED).count(), 0);
    assert.equal(await page.getByText('Blocked').count(), 0);
    await page.unrouteAll();
    await page.getByText(GONE).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Remove engineer@example.com' }).waitFor();
  }));
