// The set-up guide, word for word: its commands are taken from the page and run against the stand, `--local` for `--remote`.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { root } from '../../dev/lib/run.ts';
import { freePorts } from '../../dev/stand/ports.ts';
import { type Stand, startStand } from '../../dev/stand/stand.ts';
import { onPage, openBrowser } from '../support/browser.ts';
import { setUp, signInAs } from '../support/story.ts';

const TENANT = '11111111-1111-1111-1111-111111111111';
const guide = readFileSync(path.join(root, 'docs/connecting-to-cloudflare.md'), 'utf8');
let stateDir: string;
let stand: Stand;
let browser: Browser;

before(async () => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-guide-'));
  stand = await startStand({ port: await freePorts(4), stateDir, fleet: 0 });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await stand?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

/** The guide's code block with this beginning. */
function block(start: string): string {
  const found = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text]) => text ?? '');
  const one = found.find((text) => text.startsWith(start));
  assert.ok(one, `the guide has a block that begins with ${start}`);
  return one;
}

const shell = (command: string) =>
  promisify(execFile)('sh', ['-c', command], {
    cwd: root,
    env: {
      ...process.env,
      PATH: `${path.join(root, 'node_modules/.bin')}:${process.env.PATH}`,
      WRANGLER_SEND_METRICS: 'false',
    },
  });

test('its token snippet, its three INSERTs and its curls do what the guide says', async () => {
  const { stdout } = await shell(block('node -e'));
  const value = (name: string) => new RegExp(`${name}: '([^']+)'`).exec(stdout)?.[1] ?? '';
  const token = value('token');
  assert.match(token, /^tok_[A-Za-z0-9_-]{32}$/);

  const insert = block('npx wrangler d1 execute')
    .replace('npx wrangler', 'wrangler')
    .replace('--remote', `--local --persist-to ${stateDir}`)
    .replace('<prefix>', value('prefix'))
    .replace('<hash>', value('hash'))
    .replace('<salt>', value('salt'));
  await shell(insert);

  const curls = block('curl')
    .replaceAll(/\s+#.*$/gm, '')
    .replaceAll('https://totlprovision-api.totlcom-inc.workers.dev', stand.addresses.api)
    .replaceAll('<plaintext-token>', token)
    .split(/\ncurl/);
  const [health, pubkey] = curls.map((text, index) => (index === 0 ? text : `curl${text}`));
  assert.match((await shell(`${health} -s`)).stdout, /^\{"ok":true,/);
  const askKey = async () => JSON.parse((await shell(`${(pubkey ?? '').trimEnd()} -s`)).stdout);
  assert.deepEqual([(await askKey()).status, (await askKey()).code], [409, 'no_tenant_key']);

  await onPage(browser, async (page) => {
    await signInAs(page, stand.addresses.portal, 'you@yourmsp.com');
    await page.waitForURL(`${stand.addresses.portal}/t/${TENANT}`);
    await setUp(page);
  });

  const key = await askKey();
  assert.deepEqual([key.kty, key.alg, key.use, key.n.length], ['RSA', 'RSA-OAEP-256', 'enc', 512]);
  assert.equal(key.statements.length, 1);
});

test('wrangler.toml bears the guide’s names, and the database scripts exist', () => {
  const toml = readFileSync(path.join(root, 'wrangler.toml'), 'utf8');
  for (const name of [
    'totlprovision-api',
    'totlprovision',
    'ACCESS_TEAM_DOMAIN',
    'ACCESS_AUD',
    'PORTAL_ORIGIN',
    'OPERATOR_EMAILS',
  ])
    assert.ok(toml.includes(name), name);
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  assert.match(scripts['db:init:local'], /d1 migrations apply totlprovision --local/);
  assert.match(scripts['db:init:remote'], /d1 migrations apply totlprovision --remote/);
});
