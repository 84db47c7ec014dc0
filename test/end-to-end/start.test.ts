// `npm start` as a process of its own, and what an operator does beside it: health, the log as a table, the object's own health.
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import { promisify } from 'node:util';
import { root } from '../../dev/lib/run.ts';
import { accessTokens } from '../../dev/stand/access-tokens.ts';
import { setUpByVault } from '../../dev/stand/furnish.ts';
import { runtimesOf } from '../../dev/stand/leash.ts';
import { addressesFrom, freePorts } from '../../dev/stand/ports.ts';
import { inOrder } from '../support/in-order.ts';
import { until } from '../support/patience.ts';
import { ADMIN_PASSPHRASE, TEAM_PASSPHRASE } from '../support/story.ts';

let stateDir: string;
let port: number;
let stand: ChildProcess;
let banner = '';

const node = async (...args: string[]): Promise<string> =>
  (await promisify(execFile)(process.execPath, args, { cwd: root })).stdout;

async function start(): Promise<void> {
  banner = '';
  stand = spawn(process.execPath, ['dev/start.ts', '--no-fleet', '--port', `${port}`, '--state-dir', stateDir], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Read on to the end: a writer to a pipe that nobody reads is stopped.
  await new Promise<void>((up, failed) => {
    stand.on('exit', (code) => failed(new Error(`it ended with ${code}: ${banner}`)));
    stand.stdout?.on('data', (chunk) => {
      banner += chunk;
      if (banner.includes('Ctrl-C ends everything')) up();
    });
  });
}

before(async () => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-start-'));
  port = await freePorts(4);
  await start();
});

after(() => {
  stand.kill('SIGKILL');
  rmSync(stateDir, { recursive: true, force: true });
});

inOrder('a stand from its start to its end', (step) => {
  step('it says where everything is and who can sign in, and answers there', async () => {
    for (const offset of [0, 1, 2, 3]) assert.ok(banner.includes(`http://localhost:${port + offset}`), banner);
    for (const role of ['admin', 'engineer', 'auditor', 'operator'])
      assert.match(banner, new RegExp(`@example.com\\s+${role}`));
    const health = (await (await fetch(`http://localhost:${port}/health`)).json()) as { ok: boolean };
    assert.equal(health.ok, true);
    assert.match(banner, /do the first-time set-up/);
  });

  step('an operator sees its log as a table, and a tenant’s object without its data', async () => {
    const log = path.join(stateDir, 'log.ndjson');
    await until('the line of the request', () => readFileSync(log, 'utf8').includes('/health'));
    const table = await node('dev/tail.ts', log, '--table');
    assert.match(table, /GET \/health .*200/);
    assert.doesNotMatch(banner, /"route"/, 'the banner stays in sight: the log goes to its file');
    const tenant = /tenant .*, ([0-9a-f-]{36})\)/.exec(banner)?.[1] ?? '';
    const inspection = await node('dev/inspect.ts', tenant, '--state-dir', stateDir);
    assert.match(inspection, /[Ss]chema/);
    assert.doesNotMatch(inspection, /example\.com/);
  });

  step('its portal is file by file what this commit builds, and one that was bent is told from it', async () => {
    const verify = () => node('dev/verify.ts', '--stand', '--port', `${port}`);
    assert.match(await verify(), /^same {6}recover\.html$[\s\S]*^All \d+ files at .* are what /m);
    const built = path.join(root, 'portal/dist/logo.svg');
    const right = readFileSync(built);
    // The stand serves from here. Its time stays, so that no other test builds anew.
    const { atime, mtime } = statSync(built);
    try {
      writeFileSync(built, `${right}<!-- bent -->`);
      await assert.rejects(verify(), {
        code: 1,
        stdout: /^DIFFERENT logo\.svg differs from byte \d+ on[\s\S]*^1 of \d+ files/m,
      });
    } finally {
      writeFileSync(built, right);
      utimesSync(built, atime, mtime);
    }
  });

  step('no second one starts on its state, because both would write into the same tables', async () => {
    const second = node('dev/start.ts', '--fresh', '--port', `${await freePorts(4)}`, '--state-dir', stateDir);
    await assert.rejects(second, new RegExp(`runs on this state already, at http://localhost:${port + 1} `));
    assert.equal((await fetch(`http://localhost:${port}/health`)).status, 200);
  });

  step('the set-up is done meanwhile', async () => {
    const file = (name: string) => path.join(stateDir, name);
    const addresses = addressesFrom(port);
    const tokens = await accessTokens(file('access-key.json'), addresses.team, readFileSync(file('audience'), 'utf8'));
    const demo = JSON.parse(readFileSync(file('demo.json'), 'utf8'));
    await setUpByVault(
      { addresses, demo, tokens, fleet: null, close: async () => {} },
      ADMIN_PASSPHRASE,
      TEAM_PASSPHRASE,
    );
  });

  step('Ctrl-C ends everything', async () => {
    const ended = once(stand, 'exit');
    stand.kill('SIGINT');
    assert.deepEqual(await ended, [0, null]);
    await assert.rejects(fetch(`http://localhost:${port}/health`));
  });

  step('one that is killed leaves no Worker runtime behind, which would hold its ports and its tables', async () => {
    await start();
    assert.match(banner, /the set-up was done at an earlier start/);
    const runtimes = runtimesOf(stand.pid ?? 0);
    assert.ok(runtimes.length > 0);
    stand.kill('SIGKILL');
    // One that has ended and that nobody has asked about yet is in the list all the same, as defunct.
    const runs = (pid: number) => {
      const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
      return stdout.trim() !== '' && !stdout.trim().startsWith('Z');
    };
    await until('its runtimes to end', () => !runtimes.some(runs));
  });
});
