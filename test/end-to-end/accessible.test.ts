// Every screen, for everybody who may open it and for those who may not, in each state: axe finds nothing by WCAG 2.2 AA, nothing is wider
// than a narrow window or one at 200 % zoom, and the CSP reports nothing.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { asSignedIn } from '../../dev/stand/as-person.ts';
import { OPERATOR_EMAIL } from '../../dev/stand/demo-data.ts';
import { addTenant, furnish, setUpByVault } from '../../dev/stand/furnish.ts';
import { freePorts } from '../../dev/stand/ports.ts';
import { type Stand, startStand } from '../../dev/stand/stand.ts';
import { tooWide, violationsOf } from '../support/axe.ts';
import { onPage, openBrowser, picture } from '../support/browser.ts';
import { cutOff } from '../support/cut-off.ts';
import { fail } from '../support/failing.ts';
import { until } from '../support/patience.ts';
import { ADMIN_PASSPHRASE, holdTime, pressReveal, signIn, TEAM_PASSPHRASE, unlock } from '../support/story.ts';

let stateDir: string;
let stand: Stand;
let browser: Browser;
let machine: string;

before(async () => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-accessible-'));
  stand = await startStand({ port: await freePorts(4), stateDir, fleet: 3, fleetSpeed: 900 });
  await setUpByVault(stand, ADMIN_PASSPHRASE, TEAM_PASSPHRASE);
  await furnish(stand);
  await addTenant(stand, 'Borealis IT', 'admin@example.com');
  // Three tests at once are one admin, who opens more pages in a minute than a person does.
  await asSignedIn(stand, OPERATOR_EMAIL, `/v1/operator/tenants/${stand.demo.tenant}/limits`, { personSockets: 400 });
  browser = await openBrowser();
  const done = await until('a PC that is done', () =>
    stand.fleet?.machines.find((one) => one.escrowed.length === 2 && one.finished),
  );
  machine = done.id;
});
after(async () => {
  await browser?.close();
  await stand?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const PAGES = [
  '',
  '/machines/:machine',
  '/set-up',
  '/access',
  '/people',
  '/keys',
  '/recovery',
  '/tokens',
  '/safekeeping',
  '/notices',
  '/audit',
]
  .concat('/settings', '/upload')
  .map((place) => `/t/:tenant${place}`);
const WIDE = { width: 1280, height: 860 };
const NARROW = { width: 360, height: 760 };
/** 1280 px at 200 %. */
const ZOOMED = { width: 640, height: 430 };

/** Nothing says that it is still loading. */
async function settle(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor();
  await page.locator('main').getByRole('status').filter({ hasText: '…' }).first().waitFor({ state: 'hidden' });
}

const placeOf = (place: string): string => place.replace(':tenant', stand.demo.tenant).replace(':machine', machine);

/** As a link does: the page is not loaded anew, so that there is time for more of them. */
async function visit(page: Page, place: string): Promise<void> {
  await page.evaluate((path) => {
    history.pushState(null, '', path);
    window.dispatchEvent(new PopStateEvent('popstate'));
  }, placeOf(place));
  await settle(page);
}

const LIGHT = { colorScheme: 'light', size: WIDE } as const;
const DARK = { colorScheme: 'dark', size: NARROW } as const;

/** What axe finds in each look, and whether anything is wider than a narrow window or one at 200 %: a line each. */
async function judge(page: Page, name: string, looks: readonly (typeof LIGHT | typeof DARK)[]): Promise<string[]> {
  const found: string[] = [];
  for (const { colorScheme, size } of looks) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(size);
    await picture(page, `a11y-${name}-${size.width}`);
    found.push(...(await violationsOf(page)).map((one) => `${name}, ${colorScheme}, ${size.width} px: ${one}`));
  }
  for (const size of [NARROW, ZOOMED]) {
    await page.setViewportSize(size);
    const over = await tooWide(page);
    if (over > 0) found.push(`${name} at ${size.width} px is ${over} px too wide`);
  }
  await page.setViewportSize(WIDE);
  return found;
}

/** A page's requests to its tenant, except the live connection. */
const ASKED = /\/v1\/tenants\/[^/]+\/(?!live)/;
const nameOf = (place: string): string => place.replace('/t/:tenant', '').replaceAll(/[/:]/g, '') || 'fleet';

// Side by side: each has a session of its own, and none changes what another looks at.
describe('axe finds nothing', { concurrency: 3 }, () => {
  const PEOPLE = [
    ['admin', [LIGHT, DARK]],
    ['engineer', [LIGHT]],
    ['auditor', [DARK]],
  ] as const;
  for (const [who, looks] of PEOPLE)
    test(`${who}: every page, those that are not for them too`, () =>
      onPage(browser, async (page) => {
        await signIn(page, stand.addresses.portal, `${who}@example.com`);
        await page.locator('main h1').first().waitFor();
        const found: string[] = [];
        for (const place of [...PAGES, '/operator', ...(who === 'admin' ? ['/search?q=LT-', '/nowhere'] : [])]) {
          await visit(page, place);
          found.push(...(await judge(page, `${who}-${nameOf(place)}`, looks)));
        }
        assert.deepEqual(found, []);
      }));

  test('operator: the page of all tenants, and the dialogs for the limits of one and that suspends it', () =>
    onPage(browser, async (page) => {
      await signIn(page, stand.addresses.portal, 'operator@example.com');
      await page.getByText('Borealis IT').waitFor();
      const found = await judge(page, 'operator', [LIGHT, DARK]);
      await page.getByRole('button', { name: 'Limits of Borealis IT' }).click();
      await page.getByRole('dialog').getByLabel('Change', { exact: true }).waitFor();
      found.push(...(await judge(page, 'operator-limits', [LIGHT])));
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Suspend Borealis IT' }).click();
      await page.getByRole('dialog').waitFor();
      found.push(...(await judge(page, 'operator-suspend', [DARK])));
      assert.deepEqual(found, []);
    }));

  test('each dialog and menu that is open', () =>
    onPage(browser, async (page) => {
      await signIn(page, stand.addresses.portal, 'admin@example.com');
      const found: string[] = [];
      const press = (name: string | RegExp) => (p: Page) => p.getByRole('button', { name }).first().click();
      const dialog = (p: Page) => p.getByRole('dialog');
      // Each with the sign that it is open: some ask the server first.
      const openings: [string, string, (page: Page) => Promise<unknown>, (page: Page) => Locator][] = [
        ['unlock', '/settings', (p) => p.getByRole('button', { name: 'Unlock', exact: true }).click(), dialog],
        ['keys', '/settings', (p) => p.keyboard.press('?'), dialog],
        ['switcher', '/settings', press(/^Tenant:/), (p) => p.getByRole('link', { name: 'Borealis IT Admin' })],
        ['me', '/settings', press(/^You:/), (p) => p.getByRole('button', { name: 'Dark' })],
        [
          'find',
          '/settings',
          async (p) => {
            await p.keyboard.press('Control+k');
            await p.getByRole('combobox', { name: /^Find/ }).fill('re');
          },
          dialog,
        ],
        [
          'find-nothing',
          '/settings',
          (p) => p.keyboard.press('Control+k').then(() => p.getByRole('combobox', { name: /^Find/ }).fill('qq')),
          dialog,
        ],
        ['client', '', press(/^Client/), (p) => p.getByRole('searchbox', { name: /^Clients/ })],
        ['chart', '', press(/^Runs a day/), (p) => p.getByRole('table', { name: /^Runs per day/ })],
        [
          'selected',
          '',
          async (p) => {
            await p.keyboard.press('j');
            await p.keyboard.press('x');
          },
          (p) => p.getByText('1 selected'),
        ],
        ['remove-person', '/people', press('Remove auditor'), dialog],
        ['revoke', '/tokens', press('Revoke Bench 2'), dialog],
        ['rotate-token', '/tokens', press('Rotate Bench 2'), dialog],
        [
          'set-aside',
          '/tokens',
          async (p) => {
            await p.getByText(/^Revoked and expired/).click();
            await press(/^Set aside what/)(p);
          },
          dialog,
        ],
        ['remove-webhook', '/notices', press('Remove: Ticket'), dialog],
        [
          'deliveries',
          '/notices',
          press('Deliveries: Ticket'),
          (p) => p.locator('delivery-log').locator('p, ol').first(),
        ],
        ['merge', '/machines/:machine', press('Merge another'), dialog],
        ['by-hand', '/machines/:machine', press('Add a secret'), dialog],
        ['entry', '/audit', press(/^Details of entry/), (p) => p.locator('[aria-expanded=true]').first()],
        ['step-up', '/keys', press('Rotate the escrow key'), dialog],
        ['add-own', '/access', press('Add one'), (p) => p.locator('new-unlocker').getByRole('button').first()],
        [
          'recovery',
          '/access',
          press('Make a new recovery set'),
          (p) => p.getByRole('button', { name: 'Make the sheets' }),
        ],
      ];
      await page.locator('main h1').first().waitFor();
      for (const [at, [name, place, open, opened]] of openings.entries()) {
        await visit(page, '/nowhere');
        await visit(page, `/t/:tenant${place}`);
        await open(page);
        await opened(page).waitFor();
        found.push(...(await judge(page, `open-${name}`, [at % 2 === 0 ? LIGHT : DARK])));
        if (opened !== dialog) continue;
        await page.keyboard.press('Escape');
        await dialog(page).waitFor({ state: 'detached' });
      }
      await visit(page, '/t/:tenant/settings');
      await page.setViewportSize(NARROW);
      await page.getByRole('button', { name: 'More' }).click();
      await page.getByRole('link', { name: 'People' }).waitFor();
      found.push(
        ...(await violationsOf(page)),
        ...((await tooWide(page)) > 0 ? ['what is behind More is too wide'] : []),
      );
      await picture(page, 'a11y-menu');
      assert.deepEqual(found, []);
    }));

  test('loading and failing, each page says so; a failure is never an empty list', () =>
    onPage(
      browser,
      async (page) => {
        await signIn(page, stand.addresses.portal, 'admin@example.com');
        const found: string[] = [];
        // One route for all of it: what is under way while one is put in or taken out is anybody's.
        let failing = false;
        await page.route(ASKED, (route) => (failing ? fail(route, stand.addresses.portal) : undefined));
        for (const place of [...PAGES, '/search?q=LT-'].filter((one) => !one.endsWith('/upload'))) {
          // Nothing is answered; and then, in a page that is loaded anew, everything fails: pages that are kept waiting
          // give up by the clock.
          failing = false;
          await page.goto(stand.addresses.portal + placeOf(place));
          await page.locator('main').getByRole('status').filter({ hasText: '…' }).first().waitFor();
          found.push(...(await judge(page, `loading-${nameOf(place)}`, [DARK])));
          failing = true;
          await page.reload();
          await page.locator('main').getByRole('alert').getByText('The index cannot be reached now').first().waitFor();
          assert.equal(
            await page.getByText(/^No |^Nothing found|There are no/).count(),
            0,
            `${place} shows no emptiness`,
          );
          found.push(...(await judge(page, `failing-${nameOf(place)}`, [LIGHT])));
        }
        assert.deepEqual(found, []);
      },
      { expected: /503/ },
    ));

  test('the start without an API, a tenant without keys, and one that is suspended', () =>
    onPage(
      browser,
      async (page) => {
        await signIn(page, stand.addresses.portal, 'admin@example.com');
        const found: string[] = [];
        const back = await cutOff(page, /\/v1\/me/);
        await page.goto(stand.addresses.portal);
        await page.getByRole('button', { name: 'Try again' }).waitFor();
        found.push(...(await judge(page, 'no-api', [LIGHT, DARK])));
        await back(() => page.getByRole('button', { name: 'Try again' }).click());
        await page.getByRole('button', { name: /^Tenant:/ }).click();
        await page.getByRole('link', { name: 'Borealis IT Admin' }).click();
        for (const link of ['Fleet', 'Unlock methods', 'Keys', 'Engine tokens', 'Notices', 'Settings']) {
          await page.getByRole('link', { name: link, exact: true }).click();
          await settle(page);
          found.push(...(await judge(page, `empty-${link.toLowerCase().replaceAll(' ', '-')}`, [LIGHT])));
        }
        await page.route(/\/v1\/me/, async (route) => {
          const answer = await route.fetch();
          const me = (await answer.json()) as { memberships: { name: string; status: string }[] };
          for (const one of me.memberships) if (one.name === 'Borealis IT') one.status = 'suspended';
          await route.fulfill({ response: answer, json: me });
        });
        await page.reload();
        await page.getByRole('heading', { name: 'Borealis IT is suspended' }).waitFor();
        found.push(...(await judge(page, 'suspended', [LIGHT])));
        assert.deepEqual(found, []);
      },
      { expected: /net::ERR_FAILED/ },
    ));

  test('a revealed secret, and the notes of an open vault', () =>
    onPage(browser, async (page) => {
      await signIn(page, stand.addresses.portal, 'engineer@example.com');
      await page.locator('main h1').first().waitFor();
      await visit(page, '/t/:tenant/machines/:machine');
      await holdTime(page);
      await page.getByRole('button', { name: /^Reveal local administrator password/ }).click();
      await page.getByRole('dialog').waitFor();
      const found = await judge(page, 'open-reveal', [DARK]);
      await page.getByLabel('Reason', { exact: true }).fill('Blue recovery screen');
      await pressReveal(page);
      await unlock(page, 'Passphrase', TEAM_PASSPHRASE);
      await page.locator('.plain').waitFor();
      found.push(...(await judge(page, 'revealed', [LIGHT, DARK])));
      for (const more of [{ contrast: 'more', reducedMotion: 'reduce' }, { forcedColors: 'active' }] as const) {
        await page.emulateMedia(more);
        found.push(...(await judge(page, `revealed-${Object.keys(more)[0]}`, [DARK])));
      }
      assert.deepEqual(found, []);
    }));
});

test('after each act the focus is where the person was, or at the heading of what is left', () =>
  onPage(browser, async (page) => {
    await signIn(page, stand.addresses.portal, 'admin@example.com');
    await page.locator('main h1').first().waitFor();
    const press = (name: string | RegExp) => page.getByRole('button', { name }).click();
    const inDialog = (name: string) => page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
    await visit(page, '/t/:tenant/tokens');
    await page.getByLabel('What it is for').fill('Focus');
    await press(/^Issue/);
    await focusIs(page, 'The token of “Focus”');
    await press('I have it');
    await focusIs(page, 'Engine tokens');
    await press('Revoke Focus');
    await page.keyboard.press('Escape');
    await focusIs(page, /^Revoke Focus/);
    await press('Revoke Focus');
    await inDialog('Revoke');
    await focusIs(page, 'Engine tokens');
    await visit(page, '/t/:tenant/people');
    await page.getByLabel('Email address').fill('focus@example.com');
    await press('Add');
    await page.getByText('focus@example.com is a member now').waitFor();
    await focusIs(page, 'Add');
    await press('Remove focus@example.com');
    await inDialog('Remove');
    await page.getByRole('button', { name: 'Remove focus@example.com' }).waitFor({ state: 'detached' });
    await focusIs(page, 'Members');
    await visit(page, '/t/:tenant/notices');
    await press('Pause: Ticket system');
    await page.getByRole('button', { name: 'Resume: Ticket system' }).waitFor();
    await focusIs(page, /Ticket system|Resume/);
    await press('Resume: Ticket system');
    await page.getByRole('button', { name: 'Pause: Ticket system' }).waitFor();
    await visit(page, '/t/:tenant/keys');
    await press('Rotate the escrow key');
    await inDialog('Cancel');
    await focusIs(page, 'Rotate the escrow key');
    await visit(page, '/t/:tenant/access');
    await press('Make a new recovery set');
    await press('Cancel');
    await focusIs(page, /Shared by the team|Make a new recovery set/);
  }));

/** Waits until the focused element, through shadow roots, has this name. */
async function focusIs(page: Page, name: string | RegExp): Promise<void> {
  const pattern = typeof name === 'string' ? `^${name}$` : name.source;
  await page.waitForFunction((wanted) => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    const text = element?.getAttribute('aria-label') ?? element?.textContent ?? '';
    return element !== document.body && new RegExp(wanted).test(text.replaceAll(/\s+/g, ' ').trim());
  }, pattern);
}
