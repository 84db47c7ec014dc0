// A new operator: from an empty stand to a PC that reports, by the README's own commands; then the Operator page: a tenant created,
// suspended while an engine keeps its spool, and resumed.
import assert from 'node:assert/strict';
import { type ExecFileException, execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { root } from '../../dev/lib/run.ts';
import { freePorts } from '../../dev/stand/ports.ts';
import { type Stand, startStand } from '../../dev/stand/stand.ts';
import { Engine } from '../../engine/client.ts';
import { openBrowser, openPage, picture } from '../support/browser.ts';
import { inOrder } from '../support/in-order.ts';
import { until } from '../support/patience.ts';
import { ADMIN_PASSPHRASE, askReveal, setUp, signIn, signInAs, unlockIfAsked } from '../support/story.ts';

const OPERATOR = 'operator@example.com';
const ADMIN = 'me@northwind.example';
let stateDir: string;
let configuration: string;
let stand: Stand;
let browser: Browser;
let tenant = '';
const log: string[] = [];
const stopping = new AbortController();

before(async () => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-operator-'));
  configuration = path.join(stateDir, 'engine.json');
  stand = await startStand({ port: await freePorts(4), stateDir, fleet: 0, onLine: (line) => log.push(line) });
  browser = await openBrowser();
});
after(async () => {
  // A PC that still waits for its key would wait for ever.
  stopping.abort();
  await browser?.close();
  await stand?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

type Ended = { code: number; stdout: string; stderr: string };

/** Runs a command as a shell does, without npm around it. `onOutput` hears what it says while it says it. */
const shell = (command: string, onOutput: (text: string) => void = () => {}): Promise<Ended> =>
  new Promise((resolve) => {
    const options = { cwd: root, signal: stopping.signal };
    const ended = (error: ExecFileException | null, stdout: string, stderr: string) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    execFile('sh', ['-c', `exec ${command}`], options, ended).stdout?.on('data', onOutput);
  });
const node = JSON.stringify(process.execPath);
const cli = (words: string): Promise<Ended> => shell(`${node} dev/tenant.ts ${words} --persist-to ${stateDir}`);

/** The README's command with this beginning, for this stand. */
function readme(start: string): string {
  const text = readFileSync(path.join(root, 'README.md'), 'utf8');
  const line = text.split('\n').find((one) => one.startsWith(start));
  assert.ok(line, `the README has a line that begins with ${start}`);
  return line
    .replace('npm run tenant --', `${node} dev/tenant.ts`)
    .replace('npm run pc --', `${node} dev/pc.ts`)
    .replace('engine.json', configuration)
    .replace(' ID ', ` ${tenant} `);
}

test('the command line answers scripts in JSON, takes any name, and refuses what is wrong in one sentence', async () => {
  const name = `O'Brien "&; DROP TABLE users; -- Söhne 🔑`;
  const id = crypto.randomUUID();
  const quoted = `'${name.replaceAll("'", `'\\''`)}'`;
  const make = `create --local --json --id ${id} --admin ob@brien.example --name ${quoted}`;
  const made = JSON.parse((await cli(make)).stdout);
  assert.partialDeepStrictEqual(made, { id, name, firstAdmin: { email: 'ob@brien.example' } });
  assert.deepEqual(JSON.parse((await cli(make)).stdout), made, 'repeated, it makes nothing new');

  const list = JSON.parse((await cli('list --local --json')).stdout);
  assert.partialDeepStrictEqual(
    list.find((one: { id: string }) => one.id === id),
    { name, status: 'active', people: 1, tokens: 0 },
  );
  const issued = JSON.parse((await cli(`token ${id} --local --json --label engine --expires 90d`)).stdout);
  assert.match(issued.configuration.token, /^tok_[A-Za-z0-9_-]{32}$/);
  const days = (issued.expiresAt - Date.now()) / 86_400_000;
  assert.ok(days > 89 && days <= 90);
  const limits = await cli(`limits ${id} --local`);
  assert.match(limits.stdout, /^limit +in force +default +most used +for\n/, limits.stderr);
  assert.match(limits.stdout, /\nmachineRuns +50 +- +machine, a day\n/);
  assert.match(limits.stdout, /\ntokens +500 +\d+ +tenant\n/);
  assert.match(
    (await cli(`limit ${id} machineRuns 200 --local`)).stdout,
    /\nmachineRuns +200 +50 +- +machine, a day\n/,
  );
  const changed = JSON.parse((await cli(`limits ${id} --local --json`)).stdout);
  assert.equal(changed.limits.machineRuns, 200);
  assert.match((await cli(`limit ${id} machineRuns default --local`)).stdout, /\nmachineRuns +50 +- +machine/);

  const plain = await cli(`token ${id} --local --label engine`);
  assert.deepEqual(
    Object.keys(JSON.parse(plain.stdout)),
    ['apiOrigin', 'token', 'fingerprint', 'minEpoch'],
    'the configuration alone is on stdout',
  );

  for (const [words, code, sentence] of [
    [
      `token ${crypto.randomUUID()} --local --label engine`,
      1,
      /^There is no tenant with the id [0-9a-f-]{36}; "list" shows all\.\n$/,
    ],
    [`suspend ${crypto.randomUUID()} --local`, 1, /^There is no tenant with the id/],
    [`create --local --id ${id} --name Other --admin a@b.example`, 1, /^A tenant with the id .* exists already/],
    ['create --local --name X --admin nobody', 2, /^--admin must be an email address\.\n/],
    [`token ${id} --local --label engine --expires soon`, 2, /^--expires must be a number of days such as 90d\.\n/],
    [`limit ${id} machineRun 5 --local`, 2, /^There is no limit "machineRun": "limits" shows all\.\n/],
    [`limit ${id} machineRuns 0 --local`, 2, /^machineRuns must be a number from 1 to 1000, or the word default\.\n/],
    [`limit ${id} machineRuns --local`, 2, /^machineRuns must be a number/],
    [`limits ${crypto.randomUUID()} --local`, 1, /^unknown_tenant: No such tenant/],
    ['list', 2, /^Say where: --local, --remote or --env NAME\.\n/],
    [`token ${id} --remote --label engine`, 2, /^(--persist-to goes with --local|--api is missing)\.\n/],
  ] as const) {
    const ended = await cli(words);
    assert.equal(ended.code, code, words);
    assert.match(ended.stderr, sentence);
    assert.equal(ended.stdout, '');
  }
  assert.match((await cli('--help')).stdout, /^Usage: npm run tenant/);
});

inOrder('an operator and a tenant', (step) => {
  step(
    'by the README’s commands a new operator comes from an empty stand to a PC that reports and escrows',
    async () => {
      const created = await shell(`${readme('npm run tenant -- create')} --persist-to ${stateDir}`);
      assert.equal(created.code, 0, created.stderr);
      tenant = /is tenant ([0-9a-f-]{36})\./.exec(created.stdout)?.[1] ?? '';
      assert.ok(tenant, created.stdout);
      const api = `--api ${stand.addresses.api} --persist-to ${stateDir}`;
      const issued = await shell(`${readme('npm run tenant -- token')} ${api}`);
      assert.equal(issued.code, 0, issued.stderr);
      assert.equal(statSync(configuration).mode & 0o077, 0, 'only its owner may read a token');
      const { token } = JSON.parse(readFileSync(configuration, 'utf8'));
      assert.ok(!issued.stdout.includes(token), 'a token that went into a file is not shown as well');

      let said = '';
      const pc = shell(`${readme('npm run pc --')} --speed 600`, (text) => {
        said += text;
      });
      await until('the PC to wait for its key', () => said.includes('waiting for'));
      const { page, context, faults } = await openPage(browser);
      await signInAs(page, stand.addresses.portal, ADMIN);
      await page.waitForURL(`${stand.addresses.portal}/t/${tenant}`);
      await setUp(page);
      const ended = await pc;
      assert.equal(ended.code, 0, ended.stdout + ended.stderr);
      assert.match(ended.stdout, /waiting for the tenant’s key[\s\S]*escrowed local_admin_password[\s\S]*run over/);

      await page.goto(`${stand.addresses.portal}/t/${tenant}`);
      const machine = /(\S+): run over/.exec(ended.stdout)?.[1] ?? '';
      await page.getByRole('link', { name: machine }).click();
      await askReveal(page, /^Reveal local administrator password/, 'a new operator tries it');
      await unlockIfAsked(page, page.locator('.plain'), ADMIN_PASSPHRASE);
      assert.deepEqual(faults, []);
      await context.close();
    },
  );

  step('an operator without a membership lands on the tenants, creates one, and its first admin is in', async () => {
    const { page, context, faults } = await openPage(browser);
    await signIn(page, stand.addresses.portal, OPERATOR);
    await page.waitForURL(`${stand.addresses.portal}/operator`);
    const row = (name: string) => page.getByRole('row').filter({ hasText: name });
    await row('Northwind IT').getByText('Ready').waitFor();
    await picture(page, 'operator');
    const text = await page.locator('main').innerText();
    for (const own of ['northwind.example', 'HDN-', 'DESKTOP']) assert.ok(!text.includes(own), own);

    await page.getByLabel('Name', { exact: true }).fill('Harbour MSP');
    await page.getByLabel('First admin’s email').fill('first@harbour.example');
    await page.getByRole('button', { name: 'Create the tenant' }).click();
    await page.getByRole('heading', { name: 'Harbour MSP is created. What next' }).waitFor();
    await row('Harbour MSP').getByText('Not set up').waitFor();
    await picture(page, 'operator-created');
    await page.emulateMedia({ colorScheme: 'dark' });
    await picture(page, 'operator-dark');
    await page.setViewportSize({ width: 360, height: 760 });
    await picture(page, 'operator-narrow');
    assert.deepEqual(faults, []);
    await context.close();

    const first = await openPage(browser);
    await signInAs(first.page, stand.addresses.portal, 'first@harbour.example');
    await first.page.getByRole('heading', { name: 'Set up Harbour MSP' }).waitFor();
    // A person who is not an operator sees no such page.
    await first.page.goto(`${stand.addresses.portal}/operator`);
    await first.page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
    assert.deepEqual(first.faults, []);
    await first.context.close();
  });

  step('a suspended tenant answers nobody, its engine keeps everything, and it all goes on when resumed', async () => {
    const { page, context, faults } = await openPage(browser);
    await signIn(page, stand.addresses.portal, OPERATOR);
    const spoolDir = path.join(stateDir, 'spool');
    const machine = { id: crypto.randomUUID(), hostname: 'NWI-LT-0001' };
    const engine = new Engine({ ...JSON.parse(readFileSync(configuration, 'utf8')), spoolDir, machine });
    const run = { id: crypto.randomUUID(), startedAt: Date.now(), phases: ['preflight'] };
    engine.startRun(run);
    engine.event(run.id, { message: 'before' });
    assert.partialDeepStrictEqual(await engine.flush(), { ok: true, sent: 1 });

    await page.getByRole('button', { name: 'Suspend Northwind IT' }).click();
    await page.getByRole('heading', { name: 'Suspend Northwind IT?' }).waitFor();
    await page.getByLabel('Why?').fill('unpaid since May');
    await picture(page, 'operator-suspend');
    await page.getByRole('dialog').getByRole('button', { name: 'Suspend', exact: true }).click();
    await page.getByText('Northwind IT is suspended.').waitFor();
    await picture(page, 'operator-suspended');

    engine.event(run.id, { message: 'meanwhile' });
    assert.partialDeepStrictEqual(await engine.flush(), { ok: false, code: 'tenant_suspended' });
    const escrow = await engine.escrow(run.id, 'local_admin_password', { account: 'Administrator' }, 'kq7-Vm2');
    assert.partialDeepStrictEqual(escrow, { ok: false, code: 'tenant_suspended' });
    assert.ok(readdirSync(path.join(spoolDir, 'runs')).includes(`${run.id}.ndjson`));

    const member = await openPage(browser);
    await member.page.clock.install();
    await signInAs(member.page, stand.addresses.portal, ADMIN);
    await member.page.getByRole('heading', { name: 'Northwind IT is suspended' }).waitFor();
    await picture(member.page, 'suspended');

    await page.getByRole('button', { name: 'Resume Northwind IT' }).click();
    await page.getByText('Northwind IT is active again.').waitFor();
    assert.partialDeepStrictEqual(await engine.flush(), { ok: true, sent: 1 });
    // It comes back by itself, and nobody waits for that here.
    await member.page.clock.fastForward(15_000);
    await member.page.getByRole('heading', { name: 'Fleet' }).waitFor();
    assert.deepEqual([faults, member.faults], [[], []]);
    await member.context.close();
    await context.close();
  });

  step('by the command line too: within the half minute that a Worker remembers a token, and on record', async () => {
    const suspended = await cli(`suspend ${tenant} --local --json`);
    assert.partialDeepStrictEqual(JSON.parse(suspended.stdout), { id: tenant, status: 'suspended' });
    const { page, context } = await openPage(browser);
    await signIn(page, stand.addresses.portal, OPERATOR);
    await page.getByRole('button', { name: 'Resume Northwind IT' }).click();
    await page.getByText('Northwind IT is active again.').waitFor();
    await context.close();
    const list = JSON.parse((await cli('list --local --json')).stdout);
    assert.equal(list.find((one: { id: string }) => one.id === tenant).status, 'active');
  });

  step('the log names no operator by address, and no reason', () => {
    const text = log.join('\n');
    assert.match(text, /"principal":"operator"/);
    for (const secret of [OPERATOR, 'unpaid since May', 'first@harbour.example'])
      assert.ok(!text.includes(secret), secret);
  });
});
