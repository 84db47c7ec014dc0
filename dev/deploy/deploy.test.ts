// The deploy as far as it goes without an account: its plan, its stop at the first failure, the portal it puts together, its dry run.
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandsOf } from '../docs/commands.ts';
import { root } from '../lib/run.ts';
import { type Environment, readEnvironment } from '../operate/environment.ts';
import { parsePagesHeaders } from '../stand/pages-headers.ts';
import { originsIn } from '../stand/portal-files.ts';
import { placesBy } from '../tail/source-map.ts';
import { type Outcome, perform, report } from './perform.ts';
import { stagePortal } from './portal.ts';
import { PARTS, type Step, shown, stepsOf } from './step.ts';

/**
 * What may be uploaded, as Cloudflare counts it: what there is and 2 %. docs/performance.md says what takes how much of it, docs/decisions/0102,
 * 0140 and 0141 why.
 */
const WORKER_GZIP_BYTES = 184_000;
const temporary = mkdtempSync(path.join(os.tmpdir(), 'totl-deploy-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));
let production: Environment;
let staging: Environment;
beforeAll(async () => {
  [production, staging] = [await readEnvironment(root, 'production'), await readEnvironment(root, 'staging')];
});

describe('the plan', () => {
  it('builds everything before it changes anything, because what does not build must change nothing', () => {
    const accounts = stepsOf(staging, PARTS).map(({ account }) => account);
    expect(accounts).toEqual([...accounts].sort((left, right) => Number(left) - Number(right)));
    expect(accounts.filter(Boolean).length).toBe(6);
  });

  it('migrates the index before the Worker that wants its new columns', () => {
    const reaching = stepsOf(production, PARTS).filter(({ account }) => account);
    expect(reaching.map(({ part }) => part)).toEqual(['d1', 'worker', 'portal', 'portal', 'docs', 'docs']);
  });

  it('names the environment in every command that reads wrangler.toml, because the top level is production', () => {
    for (const environment of [production, staging])
      for (const { command } of stepsOf(environment, ['d1', 'worker']))
        expect(command, command.join(' ')).toContain(`--env=${environment.wranglerEnv}`);
  });

  it('tells Pages folder, project, branch and account, because it reads no wrangler.toml and would make a preview of another branch', () => {
    const told = { ...staging, worker: { ...staging.worker, account_id: 'of-a-test' } };
    const deploys = stepsOf(told, PARTS).filter(({ command }) => command.join(' ').startsWith('wrangler pages deploy'));
    expect(deploys.map(shown)).toEqual([
      'CLOUDFLARE_ACCOUNT_ID=of-a-test npx wrangler pages deploy .wrangler/deploy/staging/portal --project-name totlprovision-portal-staging --branch main --commit-dirty=true',
      'CLOUDFLARE_ACCOUNT_ID=of-a-test npx wrangler pages deploy docs/.vitepress/dist --project-name totlprovision-docs-staging --branch main --commit-dirty=true',
    ]);
  });

  it('does for the docs site what the guide has typed by hand, so that what is shown of those commands is shown of a deploy', () => {
    const guide = commandsOf('guide', readFileSync(path.join(root, 'docs/connecting-to-cloudflare.md'), 'utf8'));
    const ours = stepsOf(production, ['docs']).map((step) =>
      shown({ ...step, env: {} })
        .replace(' --silent', '')
        .replace(' --commit-dirty=true', ''),
    );
    expect(guide.map(({ text }) => text).filter((text) => /docs:build|totlprovision-docs/.test(text))).toEqual(ours);
  });

  it('shares no name between production and staging', () => {
    const names = ({ worker, database, portalProject, docsProject }: Environment) => [
      worker.name,
      database,
      portalProject,
      docsProject,
    ];
    expect(names(production).filter((name) => names(staging).includes(name))).toEqual([]);
    // Each Worker makes its own objects from the one list of migrations, which environments inherit.
    expect(staging.worker.migrations).toEqual(production.worker.migrations);
  });
});

describe('a deploy that is stopped', () => {
  const node = (part: Step['part'], title: string, code: string, more: Partial<Step> = {}): Step => {
    const command = [process.execPath, '-e', code] as const;
    return { part, title, command, env: {}, changes: '', account: true, ...more };
  };

  it('stops at the first failure, and says what was done, what was not, and the command to go on', async () => {
    const outcomes: Outcome[] = [];
    const steps = [
      node('d1', 'First', ''),
      node('worker', 'Second', 'process.exit(3)'),
      node('portal', 'Third', 'process.exit(4)'),
    ];
    const performed = await perform(
      steps,
      false,
      () => {},
      (outcome) => outcomes.push(outcome),
    );
    expect(outcomes).toEqual(['done', 'FAILED']);
    const text = report('staging', performed);
    expect(text).toMatch(/^Stopped at: Second\./);
    expect(text).toContain("-e 'process.exit(3)'");
    expect(text).toContain('  done      First\n  FAILED    Second\n  not done  Third\n');
    expect(text).toMatch(/npm run deploy -- --env staging --only worker,portal$/);
  });

  it('leaves out what is there already, so that it may be repeated', async () => {
    const unless = (says: string) => ({ unless: { command: [process.execPath, '-p', '"[here]"'] as const, says } });
    const outcomes: Outcome[] = [];
    const steps = [
      node('portal', 'Made before', 'process.exit(1)', unless('[here]')),
      node('portal', 'Not made yet', '', unless('[there]')),
    ];
    await perform(
      steps,
      false,
      () => {},
      (outcome) => outcomes.push(outcome),
    );
    expect(outcomes).toEqual(['is there already', 'done']);
  });

  it('rehearses without running what reaches the account', async () => {
    const outcomes: Outcome[] = [];
    const steps = [node('d1', 'Build', '', { account: false }), node('d1', 'Reach', 'process.exit(1)')];
    await perform(
      steps,
      true,
      () => {},
      (outcome) => outcomes.push(outcome),
    );
    expect(outcomes).toEqual(['done', 'shown, not run']);
  });
});

describe('the portal of an environment', () => {
  const built = path.join(temporary, 'built');
  beforeAll(() => {
    cpSync(path.join(root, 'portal/public'), built, { recursive: true });
    cpSync(path.join(root, 'portal/index.html'), path.join(built, 'index.html'));
  });

  it('names that environment’s API to browsers and in its policy, and nothing of production’s', () => {
    const folder = path.join(temporary, 'staged');
    stagePortal(built, folder, staging.origins);
    const text = (name: string) => readFileSync(path.join(folder, name), 'utf8');
    expect(originsIn(text('index.html'))).toEqual(staging.origins);
    const policy = parsePagesHeaders(text('_headers'))('/').get('content-security-policy');
    const { api } = staging.origins;
    expect(policy).toContain(`connect-src 'self' ${api} ${api.replace('https:', 'wss:')};`);
    for (const origin of Object.values(production.origins))
      expect(`${text('index.html')}${text('_headers')}`).not.toContain(origin);
  });

  it('is refused where _headers names another API, because every call would be blocked', () => {
    const headers = path.join(built, '_headers');
    writeFileSync(headers, readFileSync(headers, 'utf8').replaceAll(production.origins.api, 'https://old.example'));
    expect(() => stagePortal(built, path.join(temporary, 'refused'), staging.origins)).toThrow(
      /_headers lets the portal call another API/,
    );
  });
});

describe('--dry-run', () => {
  const args = ['dev/deploy.ts', '--dry-run', '--env', 'staging', '--only', 'd1,worker'];
  const built = path.join(root, '.wrangler/deploy/staging/worker');
  let stdout: string;
  let bundle: string;
  beforeAll(async () => {
    rmSync(built, { recursive: true, force: true });
    const { CLOUDFLARE_API_TOKEN: _, ...env } = process.env;
    ({ stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: root,
      env: { ...env, HTTPS_PROXY: 'http://localhost:9', CLOUDFLARE_API_BASE_URL: 'http://localhost:9' },
    }));
    bundle = readFileSync(path.join(built, 'index.js'), 'utf8');
  });

  it('shows every step, builds the Worker, and needs neither network nor account', () => {
    for (const step of stepsOf(staging, ['d1', 'worker'])) expect(stdout).toContain(shown(step));
    expect(stdout.match(/^ +(done|shown, not run)$/gm)?.map((line) => line.trim())).toEqual([
      'done',
      'shown, not run',
      'shown, not run',
    ]);
  });

  it('builds a Worker no larger than decisions 0102 and 0141 argue for: our files, six packages, one language, no test', () => {
    expect(gzipSync(bundle).byteLength).toBeLessThanOrEqual(WORKER_GZIP_BYTES);
    const { sources } = JSON.parse(readFileSync(path.join(built, 'index.js.map'), 'utf8')) as { sources: string[] };
    const files = sources.map((source) => path.relative(root, path.resolve(built, source)).replaceAll(path.sep, '/'));
    // The list of languages is there, as a function around nothing.
    const languages = files.filter((file) => file.includes('/locales/') && !file.endsWith('/index.js'));
    expect(languages).toEqual(['node_modules/zod/v4/locales/en.js']);
    const rooms = new Set(files.map((file) => /^(?:node_modules\/(?:@[^/]+\/)?)?[^/]+/.exec(file)?.[0]));
    expect([...rooms].sort()).toEqual([
      'node_modules/@noble/hashes',
      'node_modules/@scure/base',
      'node_modules/canonicalize',
      'node_modules/itty-router',
      'node_modules/jose',
      'node_modules/zod',
      'objects',
      'package.json',
      'schema',
      'worker',
    ]);
    expect(files.filter((file) => /\.test\.|fixture|\/vectors\//.test(file))).toEqual([]);
  });

  it('leaves a map by which a stack of the uploaded file names ours, because one of a minified file says nothing', () => {
    const said = 'a tenant object was asked to serve another tenant';
    const lines = bundle.slice(0, bundle.indexOf(said)).split('\n');
    const place = `index.js:${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
    const located = placesBy(path.join(built, 'index.js.map'), root)(`Error: ${said}\n    at enter (${place})`);
    const [, file = '', line] = /at enter \((.+):(\d+):\d+\)$/.exec(located) ?? [];
    expect(file).toBe('objects/calls/gate.ts');
    expect(readFileSync(path.join(root, file), 'utf8').split('\n')[Number(line) - 1]).toContain(said);
  });
});
