// A deploy to an account that is broken in one way each: real wrangler, the deploy's own steps, a stand-in of Cloudflare. Each ends with a sentence
// that says what to do, and leaves nothing half-done that the same command does not mend.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

const configure = (database: string, migrations = `${root}/schema/d1`) =>
  writeFileSync(
    configuration,
    readFileSync(path.join(root, 'wrangler.toml'), 'utf8')
      .replace('main = "worker', `main = "${root}/worker`)
      .replaceAll('"schema/d1"', `"${migrations}"`)
      .replace(PLACEHOLDER_ID, database),
  );

/** The steps of some parts that reach the account. */
async function deploy(...parts: Part[]): Promise<Performed> {
  const environment = await readEnvironment(root, 'production');
  const steps = stepsOf(environment, parts)
    .filter(({ account }) => account)
    .map((step): Step => {
      const env = { ...step.env, ...cloudflare.env, CLOUDFLARE_ACCOUNT_ID: cloudflare.account.id };
      if (step.part === 'portal')
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

it('D1 that goes down between the migration and the upload: the Worker of before goes on with a newer index, and what is told finishes it', async () => {
  const [uuid = ''] = cloudflare.account.databases.keys();
  const migrations = path.join(folder, 'migrations');
  cpSync(path.join(root, 'schema/d1'), migrations, { recursive: true });
  writeFileSync(path.join(migrations, '9001_of_the_test.sql'), 'CREATE TABLE of_the_test (id TEXT) STRICT;\n');
  configure(uuid, migrations);
  const worker = cloudflare.account.worker('totlprovision-api');
  const served = worker.deployments.at(-1);
  // wrangler tries an upload three times.
  refuse(`POST ${SCRIPT}/versions`, 3, 503, 7500, 'D1 is temporarily unavailable');
  const stopped = await deploy('d1', 'worker');
  expect(report('production', stopped)).toMatch(
    /done +Bring the index up to date\n +FAILED +Deploy the Worker\n\n[^\n]+wait for www\.cloudflarestatus\.com[^\n]+\n\n[^\n]+\n +npm run deploy -- --env production --only worker$/,
  );
  expect(worker.deployments.at(-1)).toBe(served);
  const [tables] = await cloudflare.runtime.query(
    uuid,
    "SELECT count(*) AS made FROM sqlite_master WHERE name = 'of_the_test'",
  );
  expect(tables?.results).toEqual([{ made: 1 }]);
  expect((await deploy('worker')).failed).toBeNull();
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
