// The set-up guide on an account: every command and step of the page in its order, by the real wrangler against a stand-in of Cloudflare, in a fresh
// copy of the project. What was uploaded is what runs: workerd, TLS, the guide's own host names. Then the life of the installation: set-up, escrow,
// reveal, a deploy with migrations under open pages, a rollback, staging beside it. Nothing may leave the machine.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Application } from '../../dev/cloudflare/access.ts';
import { CALLS, type Call } from '../../dev/cloudflare/calls.ts';
import { type StandIn, startStandIn } from '../../dev/cloudflare/stand-in.ts';
import { stepsOfPage } from '../../dev/docs/guide.ts';
import { root } from '../../dev/lib/run.ts';
import { browserPath, onPage } from '../support/browser.ts';
import { CHROMIUM_ARGS } from '../support/chromium-args.ts';
import { Copy } from '../support/copy.ts';
import { inOrder } from '../support/in-order.ts';
import { PATIENCE_MS, until } from '../support/patience.ts';
import { ADMIN_PASSPHRASE, askReveal, setUp, signInAs, unlock } from '../support/story.ts';

const PORTAL = {
  production: 'https://totlprovision.totlcom.com',
  staging: 'https://totlprovision-staging.totlcom.com',
};
const ENGINE = {
  production: 'https://totlprovision-api.totlcom-inc.workers.dev',
  staging: 'https://totlprovision-api-staging.totlcom-inc.workers.dev',
};
const WORKER = 'totlprovision-api';
const ADMIN = 'you@yourmsp.com';
const OPERATOR = 'operator@totlcom.com';
/** The docs site is the same for every deploy, and built and deployed before by the same commands (dev/deploy/deploy.test.ts). */
const DEPLOYS = /^npm run deploy( -- --env staging)?$/;
/** Where the doctor looks whether something has an address, and nothing has: a version of a Worker, a docs site of staging. */
const NOWHERE =
  /^([0-9a-f]{8}-totlprovision-api(-staging)?\.totlcom-inc\.workers|(main\.)?totlprovision-docs-staging\.pages)\.dev:443$/;
/** Chromium's own services, which no flag keeps it from asking for: refused like all else. */
const BROWSERS_OWN = /^(http:\/\/)?[\w.-]+\.google(apis)?\.com[:/]/;
/** Calls that only other commands or other accounts make. */
const NOT_MADE: readonly Call[] = [
  'GET /user/tokens/verify',
  'GET /user',
  'GET /accounts/:account/d1/database/:database',
  'PUT /accounts/:account/workers/scripts/:script/secrets',
];
const withoutDocs = (command: string): string =>
  `${command}${command.includes(' -- ') ? '' : ' --'} --only d1,worker,portal`;
/** Tried elsewhere: without an account, or against the local stand; or in the next step, with more than the page gives it. */
const ELSEWHERE = /--dry-run|--offline|--stand|^npm run doctor$/;

const folder = mkdtempSync(path.join(os.tmpdir(), 'totl-account-'));
let cloudflare: StandIn;
let browser: Browser;
let copy: Copy;

before(async () => {
  cloudflare = await startStandIn({
    folder: path.join(folder, 'cloudflare'),
    subdomain: 'totlcom-inc',
    team: 'totlcom.cloudflareaccess.com',
    names: ['*.totlcom.com', '*.totlcom-inc.workers.dev', '*.cloudflareaccess.com', '*.pages.dev'].concat(
      ['portal', 'docs', 'portal-staging', 'docs-staging'].map((one) => `*.totlprovision-${one}.pages.dev`),
    ),
  });
  copy = new Copy(root, path.join(folder, 'clone'), cloudflare.env);
  browser = await chromium.launch({
    executablePath: browserPath(),
    args: [...CHROMIUM_ARGS, `--ignore-certificate-errors-spki-list=${cloudflare.certificate.spki}`],
    proxy: { server: cloudflare.wayOut.origin },
    timeout: PATIENCE_MS,
  });
});
after(async () => {
  copy?.close();
  await browser?.close();
  await cloudflare?.close();
  rmSync(folder, { recursive: true, force: true });
});

const type = (command: string) => copy.type(command);
const typed = (command: string) => copy.typed(command);

/** What the page's placeholders stand for, learned on the way. */
const known: Record<string, string> = { '<sub>': 'totlcom-inc' };
/** The tenant of each environment, once it is made. */
const tenants = { production: '', staging: '' };
let application: Application;
let stagingApplication: Application;

const filled = (command: string): string =>
  Object.entries(known).reduce((text, [name, value]) => text.replaceAll(name, value), command);

/** What a command prints that a later one needs, or what its answer has to be. */
function learn(command: string, text: string): void {
  // "Copy the printed database_id into wrangler.toml", and for staging "into [env.staging]".
  if (command.includes(' d1 create '))
    copy.setKey(
      'database_id',
      host(text, /database_id"?\s*[=:]\s*"([0-9a-f-]{36})"/),
      command.endsWith('-staging') ? 'staging' : 'production',
    );
  if (command.includes('tenant -- create')) {
    const made = host(text, /is tenant ([0-9a-f-]{36})/);
    tenants[command.includes('--env staging') ? 'staging' : 'production'] = made;
    known[' ID '] = ` ${made} `;
  }
  if (command.startsWith('node -e')) {
    for (const name of ['prefix', 'hash', 'salt'])
      known[`<${name}>`] = new RegExp(`${name}: '([^']+)'`).exec(text)?.[1] ?? '';
    known['<plaintext-token>'] = /token: '([^']+)'/.exec(text)?.[1] ?? '';
  }
  if (command.includes('/health')) assert.match(text, /\{"ok":true,/);
  if (command.includes('/pubkey')) assert.match(text, /"no_tenant_key"/);
  if (command.startsWith('npm run doctor')) assert.match(text, /, 0 failed/);
}

const host = (text: string, form: RegExp): string => form.exec(text)?.[1] ?? assert.fail(`the page names no ${form}`);
const named = (name: string) => cloudflare.account.project(name);

/** Every paragraph of the page that needs an account, or that somebody has to act on: what they do there. */
const BY_HAND: readonly [RegExp, (text: string) => unknown][] = [
  [/^This page sets up/, () => {}],
  [/^- A Cloudflare account/, () => {}],
  [
    /^If the first command says that the name exists/,
    async (text) => {
      const again = await type('npx wrangler d1 create totlprovision').ended;
      assert.notEqual(again.code, 0);
      assert.match(again.text, /already exists/);
      const { uuid } = cloudflare.account.database('totlprovision');
      assert.ok((await typed(host(text, /`(npx wrangler d1 list)`/))).includes(uuid));
    },
  ],
  [
    /^- `account_id`,/,
    (text) => {
      const values: Record<string, string> = {
        account_id: cloudflare.account.id,
        ACCESS_TEAM_DOMAIN: cloudflare.access.team,
        PORTAL_ORIGIN: PORTAL.production,
        OPERATOR_EMAILS: OPERATOR,
      };
      const set = [...text.matchAll(/^- `(\w+)`/gm)].map(([, key = '']) => key);
      for (const [key, value] of Object.entries(values).filter(([key]) => set.includes(key)))
        if (!readFileSync(copy.file('wrangler.toml'), 'utf8').includes(`${key} = "${value}"`)) copy.setKey(key, value);
      assert.ok(set.includes('database_id'));
    },
  ],
  [
    /^Optional: daily backups to R2/,
    async (text) => {
      await typed(host(text, /`(npx wrangler r2 [^`]+)`/));
      copy.edit('wrangler.toml', (toml) => toml.replace(/# (\[\[r2_buckets\]\])\n# (.*)\n# (.*)/, '$1\n$2\n$3'));
    },
  ],
  [
    /^\*\*A\. A domain for the Worker/,
    (text) => cloudflare.account.worker(WORKER).hosts.push(host(text, /`(totlprovision-api\.totlcom\.com)`/)),
  ],
  [/^\*\*B\. An application in Entra/, () => {}],
  [/^\*\*C\. Entra in Zero Trust/, () => {}],
  [/^\*\*D\. The Access application/, () => {}],
  [
    /^- Host names:/,
    async (text) => {
      const hosts = /Host names: ([^;,]*)/.exec(text)?.[1]?.match(/[\w.-]+\.com/g) ?? [];
      const cors = {
        origin: host(text, /allow origin `([^`]+)`/),
        methods: host(text, /methods\s+`([^`]+)`/),
        headers: host(text, /header\s+`([^`]+)`/),
      };
      application = await cloudflare.access.protect(hosts, cors);
    },
  ],
  [
    /^\*\*E\. The audience/,
    async () => {
      copy.setKey('ACCESS_AUD', application.audience);
      await typed('npx wrangler deploy --env=""');
    },
  ],
  [/^\*\*Its domain/, (text) => named('totlprovision-portal').hosts.push(host(text, /`(totlprovision\.[^`]+)`/))],
  [/^\*\*The other addresses/, (text) => protectPages(text, 'totlprovision-portal')],
  [/^\*\*Its protection/, (text) => protectPages(text, 'totlprovision-docs')],
  [/^In the portal, an operator/, () => {}],
  [/^An admin opens the portal/, () => onPage(browser, (page) => firstRun(page, 'production'))],
  [/^It signs in as wrangler does/, () => {}],
  [/^\*\*Environments\.\*\*/, prepareStaging],
];

/** "Repeat steps 1 to 3 for it": what of them a dashboard does. Its Worker and projects are not there yet, so they get their hosts afterwards. */
async function prepareStaging(): Promise<void> {
  const [portal, api] = ['totlprovision-staging.totlcom.com', 'totlprovision-api-staging.totlcom.com'];
  const cors = { origin: `https://${portal}`, methods: 'GET, POST, OPTIONS', headers: 'content-type' };
  stagingApplication = await cloudflare.access.protect([portal, api], cors);
  for (const project of ['totlprovision-portal-staging', 'totlprovision-docs-staging'])
    await cloudflare.access.protect([`*.${project}.pages.dev`, `${project}.pages.dev`]);
  copy.setKey('ACCESS_AUD', stagingApplication.audience, 'staging');
  copy.setKey('OPERATOR_EMAILS', OPERATOR, 'staging');
  cloudflare.account.promised.set('totlprovision-api-staging', api);
  cloudflare.account.promised.set('totlprovision-portal-staging', portal);
}

/** The two steps that cover a project's addresses on pages.dev, if the page names both. */
async function protectPages(text: string, project: string): Promise<void> {
  const hosts = [`*.${project}.pages.dev`, `${project}.pages.dev`].filter((one) => text.includes(`\`${one}\``));
  await cloudflare.access.protect(hosts);
}

const toTenant = (page: Page, at: keyof typeof tenants = 'production') =>
  signInAs(page, PORTAL[at], ADMIN, `/t/${tenants[at]}`);

async function firstRun(page: Page, at: keyof typeof tenants): Promise<void> {
  await toTenant(page, at);
  await setUp(page);
}

/** How many PCs have gone through a run. */
let pcs = 0;

/** A PC goes through one run and hands its secrets over. */
async function pc(): Promise<void> {
  await typed('npm run --silent pc -- engine.json --speed 4000');
  pcs += 1;
}
const health = async (origin = ENGINE.production) => JSON.parse(await typed(`curl -sS ${origin}/health`));
const worker = () => cloudflare.account.worker(WORKER);
/** The row of the fleet's table for the last of all PCs whose run is over, once they all are. */
const allFinished = (page: Page) =>
  page
    .getByRole('row')
    .filter({ hasText: /Succeeded|Failed/ })
    .nth(pcs - 1);
/** The version of before the second deploy, and the one that it brought. */
const versions = { before: '', after: '' };

inOrder('the guide, on an account', (step) => {
  step('does what it says from the top to the bottom, because nothing else was typed', async () => {
    const page = readFileSync(copy.file('docs/connecting-to-cloudflare.md'), 'utf8');
    const done = new Set<RegExp>();
    for (const one of stepsOfPage('guide', page)) {
      if ('prose' in one) {
        const [form, act] = BY_HAND.find(([form]) => form.test(one.prose)) ?? [];
        if (!form || !act) {
          assert.doesNotMatch(one.prose, /\(\*account\*/, 'every step that needs an account is done here');
          continue;
        }
        done.add(form);
        await act(one.prose);
        continue;
      }
      for (const { text } of one.commands) {
        if (ELSEWHERE.test(text)) continue;
        const command = filled(text);
        learn(command, await typed(DEPLOYS.test(command) ? withoutDocs(command) : command));
      }
    }
    assert.deepEqual(
      BY_HAND.filter(([form]) => !done.has(form)),
      [],
    );
  });

  step(
    'the doctor is content with everything once it is lent a token and a session, and has written nothing',
    async () => {
      const session = await cloudflare.access.mint(ADMIN, application);
      writeFileSync(copy.file('session'), session);
      const tables = 'SELECT name FROM sqlite_master';
      const { uuid } = cloudflare.account.database('totlprovision');
      const before = await cloudflare.runtime.query(uuid, tables);
      const text = await typed('npm run --silent doctor -- --token-file engine.json --session-file session');
      // It was told of no bucket for staging: the page calls backups optional.
      const unwell = [...text.matchAll(/^(warn|FAIL) +(\S+)/gm)].map(([, , name]) => name);
      assert.deepEqual(unwell, ['environments']);
      assert.deepEqual((await cloudflare.runtime.query(uuid, tables))[0]?.results, before[0]?.results);
    },
  );

  step('an engine hands its secrets over, the tail shows it, and a person reveals one', async () => {
    const tail = type('npm run --silent tail -- --remote');
    await until('a tail that listens', () => cloudflare.tails.count > 0);
    let shown = '';
    tail.child.stdout?.on('data', (chunk: string) => {
      shown += chunk;
    });
    await pc();
    await until('the escrow in the tail', () => /"route":"\/v1\/secret"/.test(shown));
    copy.interrupt(tail.child, 'SIGINT');
    await tail.ended;
    await onPage(browser, async (page) => {
      await toTenant(page);
      await allFinished(page).getByRole('link').first().click();
      await askReveal(page, /^Reveal local administrator password/, 'A journey on an account');
      await unlock(page, 'Passphrase', ADMIN_PASSPHRASE);
      assert.match(await page.locator('.plain').innerText(), /\S{8}/);
    });
  });

  step(
    'a deploy with migrations of index and object under an open page loses nothing that happens meanwhile',
    async () => {
      versions.before = worker().objects;
      writeFileSync(
        copy.file('schema/d1/9001_of_the_test.sql'),
        'CREATE TABLE of_the_test (id TEXT PRIMARY KEY) STRICT;\n',
      );
      writeFileSync(
        copy.file('objects/core/migrations/9001-of-the-test.ts'),
        "import type { Migration } from '../migration.ts';\n\nexport const m9001: Migration = { id: 9001, name: 'of the test', statements: 'CREATE TABLE of_the_test (id TEXT PRIMARY KEY) STRICT' };\n",
      );
      copy.edit('objects/core/migrations.ts', (text) =>
        text
          .replace(/^(?=import \{ all)/m, "import { m9001 } from './migrations/9001-of-the-test.ts';\n")
          .replace(/(MIGRATIONS: readonly Migration\[\] = \[[^\]]*)/, '$1  m9001,\n'),
      );
      copy.edit('package.json', (text) => text.replace(/"version": "[^"]+"/, '"version": "9.0.1"'));
      await onPage(
        browser,
        async (page) => {
          await toTenant(page);
          await page.getByText('Live', { exact: true }).waitFor();
          await page.evaluate(() => Object.assign(window, { notReloaded: true }));
          await Promise.all([typed('npm run deploy -- --only d1,worker'), pc()]);
          assert.equal((await health()).version, '9.0.1');
          await allFinished(page).waitFor();
          await page.getByText('Live', { exact: true }).waitFor();
          assert.equal(await page.evaluate(() => 'notReloaded' in window), true);
        },
        { expected: /WebSocket|Failed to load resource/ },
      );
      versions.after = worker().objects;
      assert.notEqual(versions.after, versions.before, 'the objects took the new code at once');
    },
  );

  for (const [told, answers, objects] of [
    ['a new Worker before objects of before, as for a moment after every deploy', 'after', 'before'],
    ['a Worker of before with objects that are newer, as where the edge is late', 'before', 'after'],
  ] as const)
    step(told, async () => {
      const deployment = worker().deployments.at(-1);
      assert.ok(deployment);
      worker().deployments.push({
        ...deployment,
        versions: [{ version_id: versions[answers], percentage: 100 }],
      });
      worker().objects = versions[objects];
      await cloudflare.runtime.update();
      await pc();
      assert.equal((await health()).ok, true);
    });

  step('a rollback answers with the code of before on objects that are migrated already', async () => {
    await typed(`npx wrangler rollback ${versions.before} --message of-the-test`);
    assert.equal(worker().objects, versions.before);
    assert.notEqual((await health()).version, '9.0.1');
    await pc();
    await onPage(browser, async (page) => {
      await toTenant(page);
      await allFinished(page).waitFor();
    });
  });

  step(
    'staging stands beside it with a tenant, an engine and an operator of its own, whom production does not know',
    async () => {
      assert.equal((await health(ENGINE.staging)).ok, true);
      const listed = await typed('npm run --silent tenant -- list --env staging');
      assert.deepEqual(listed.match(/^[0-9a-f-]{36}/gm), [tenants.staging]);
      const { uuid } = cloudflare.account.database('totlprovision');
      const [others] = await cloudflare.runtime.query(uuid, 'SELECT id FROM tenants WHERE id = ?', [tenants.staging]);
      assert.deepEqual(others?.results, []);

      await onPage(browser, async (page) => {
        await firstRun(page, 'staging');
        await typed('npm run --silent pc -- staging.json --speed 4000');
        await page.goto(`${PORTAL.staging}/t/${tenants.staging}`);
        await page
          .getByRole('row')
          .filter({ hasText: /Succeeded|Failed/ })
          .waitFor();
      });

      writeFileSync(copy.file('operator'), await cloudflare.access.mint(OPERATOR, stagingApplication));
      // wrangler, which reads its own configuration for us, says on standard error that there is a proxy.
      const inspect = `npm run --silent inspect -- ${tenants.staging} --env staging --json 2>/dev/null`;
      assert.equal(JSON.parse(await typed(`ACCESS_TOKEN=$(cat operator) ${inspect}`)).counts.machines, 1);
      const { token } = JSON.parse(readFileSync(copy.file('staging.json'), 'utf8'));
      const refused = await typed(`curl -sS -H "Authorization: Bearer ${token}" ${ENGINE.production}/v1/tenant/pubkey`);
      assert.match(refused, /"invalid_token"/);
    },
  );

  step(
    'every call was one that is known, said and answered as Cloudflare describes it, and nothing left the machine',
    () => {
      assert.deepEqual(
        cloudflare.api.made.filter(({ call }) => call === 'unknown'),
        [],
      );
      assert.deepEqual([...new Set(cloudflare.api.strange)], []);
      assert.deepEqual(
        cloudflare.wayOut.refused.filter((one) => !NOWHERE.test(one) && !BROWSERS_OWN.test(one)),
        [],
      );
      const made = new Set(cloudflare.api.made.map(({ call }) => call));
      assert.deepEqual(
        CALLS.filter((call) => !made.has(call) && !NOT_MADE.includes(call)),
        [],
      );
    },
  );
});
