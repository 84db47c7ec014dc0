// A deploy to an account that is broken in one way each: real wrangler, the deploy's own steps, a stand-in of Cloudflare. Each ends with a sentence
// that says what to do, and leaves nothing half-done that the same command does not mend.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { Refused } from '../cloudflare/answer.ts';
import type { Call } from '../cloudflare/calls.ts';
import { type StandIn, startStandIn } from '../cloudflare/stand-in.ts';
import { root } from '../lib/run.ts';
import { PLACEHOLDER_ID, readEnvironment } from '../operate/environment.ts';
import { type Performed, perform, report } from './perform.ts';
import { type Part, type Step, stepsOf } from './step.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'totl-broken-'));
const configuration = path.join(folder, 'wrangler.toml');
const site = path.join(folder, 'site');
const SCRIPT = '/accounts/:account/workers/scripts/:script' as const;
const QUERY = 'POST /accounts/:account/d1/database/:database/query' as const;
let cloudflare: StandIn;

beforeAll(async () => {
  // What the steps print is wrangler's, and meant for a terminal.
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  mkdirSync(site);
  writeFileSync(path.join(site, 'index.html'), 'of a test');
  cloudflare = await startStandIn({
    folder: path.join(folder, 'cloudflare'),
    subdomain: 'of-a-test',
    team: 'team.example.com',
    names: ['*.example.com'],
  });
  await makeIndex();
});
afterAll(async () => {
  vi.restoreAllMocks();
  await cloudflare?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Makes the index and a wrangler.toml that names it. */
async function makeIndex(): Promise<void> {
  const answer = await fetch(`${cloudflare.api.base}/accounts/${cloudflare.account.id}/d1/database`, {
    method: 'POST',
    headers: { authorization: `Bearer ${cloudflare.account.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'totlprovision' }),
  });
  const { result } = (await answer.json()) as { result: { uuid: string } };
  configure(result.uuid);
}

const configure = (database: string) =>
  writeFileSync(
    configuration,
    readFileSync(path.join(root, 'wrangler.toml'), 'utf8')
      .replace('main = "worker', `main = "${root}/worker`)
      .replaceAll('"schema/d1"', `"${root}/schema/d1"`)
      .replace(PLACEHOLDER_ID, database),
  );

/** The steps of a part that reach the account. */
async function deploy(part: Part): Promise<Performed> {
  const environment = await readEnvironment(root, 'production');
  const steps = stepsOf(environment, [part])
    .filter(({ account }) => account)
    .map((step): Step => {
      const env = { ...step.env, ...cloudflare.env, CLOUDFLARE_ACCOUNT_ID: cloudflare.account.id };
      if (part === 'portal')
        return {
          ...step,
          env,
          command: step.command.map((word) => (word.startsWith('.wrangler/') ? site : word)) as never,
        };
      return { ...step, env, command: [...step.command, '--config', configuration] };
    });
  return perform(
    steps,
    false,
    () => {},
    () => {},
  );
}

/** It stops, says this, and the same command succeeds once the cause is gone. */
async function stops(part: Part, says: RegExp, mend: () => unknown = () => {}): Promise<void> {
  const stopped = await deploy(part);
  expect(report('production', stopped)).toMatch(says);
  await mend();
  expect((await deploy(part)).failed).toBeNull();
}

const refuse = (call: Call, times: number, status: number, code: number, message: string) =>
  cloudflare.api.before.push({
    call,
    times,
    act: () => {
      throw new Refused(status, code, message);
    },
  });

it('a token without a right: says which rights a deploy wants', async () => {
  cloudflare.account.forbidden.add('/d1/');
  await stops('d1', /give the token the rights/, () => cloudflare.account.forbidden.clear());
});

it('two people at the index: the second goes on with what is pending now', async () => {
  const [uuid = ''] = cloudflare.account.databases.keys();
  await cloudflare.runtime.query(uuid, "DELETE FROM d1_migrations WHERE name = '0005_tokens_by_expiry.sql'");
  const migrated = "INSERT INTO d1_migrations (name) VALUES ('0005_tokens_by_expiry.sql')";
  await stops('d1', /Somebody else has brought the index up to date/, () => cloudflare.runtime.query(uuid, migrated));
});

it('D1 that is down: says where to look, and nothing of a migration is half-done', async () => {
  refuse(QUERY, 1, 503, 7500, 'D1 is temporarily unavailable');
  await stops('d1', /www\.cloudflarestatus\.com/);
});

it('a database that the account does not have: the Worker is not put into service', async () => {
  const [uuid = ''] = cloudflare.account.databases.keys();
  configure(PLACEHOLDER_ID);
  await stops('worker', /put the database_id that/, () => configure(uuid));
});

it('a deploy that ends between upload and service: the Worker of before goes on, and a repeat finishes it', async () => {
  const worker = cloudflare.account.worker('totlprovision-api');
  const served = worker.deployments.at(-1);
  refuse(`POST ${SCRIPT}/deployments`, 1, 500, 10013, 'An unknown error has occurred.');
  await stops('worker', /www\.cloudflarestatus\.com/, () => expect(worker.deployments.at(-1)).toBe(served));
  expect(worker.deployments.at(-1)).not.toBe(served);
});

it('an address on pages.dev that is another account’s: stops before anything of ours is under a name that nobody looks at', async () => {
  cloudflare.account.elsewhere.add('totlprovision-portal');
  const stopped = await deploy('portal');
  expect(report('production', stopped)).toMatch(/totlprovision-portal\.pages\.dev is another account’s/);
  expect(cloudflare.account.project('totlprovision-portal').deployments).toEqual([]);
  cloudflare.account.elsewhere.clear();
  cloudflare.account.projects.clear();
});

it('two people at the same Pages project: the second finds it there', async () => {
  refuse('POST /accounts/:account/pages/projects', 1, 409, 8000002, 'A project with this name already exists.');
  await stops('portal', /choose another name in environments\.json/);
});
