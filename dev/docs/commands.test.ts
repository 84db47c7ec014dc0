// Every command in the docs is run by a test, or says that it needs an account. This file says which test runs which;
// the test's text proves it.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { scripts } from '../../package.json';
import { root } from '../lib/run.ts';
import { type Command, commandsOf, scriptsIn } from './commands.ts';

const read = (name: string): string => readFileSync(path.join(root, name), 'utf8');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules') && name !== 'api.md')
    .map((name) => `docs/${name}`),
];
const commands: Command[] = pages.flatMap((page) => commandsOf(page, read(page)));

/** A command, the file that runs it, and the words there that run it. */
const RUN_BY: readonly [RegExp, string, string][] = [
  [/^npm start/, 'test/end-to-end/start.test.ts', "'dev/start.ts'"],
  [/^npm run (--silent )?inspect/, 'test/end-to-end/start.test.ts', "'dev/inspect.ts'"],
  [/^npm run (--silent )?tail/, 'dev/tail/tail.test.ts', "'dev/tail.ts'"],
  [/^npm (test|run check)/, '.ci/run', 'npm test'],
  [/^npm run test:busy/, 'dev/test-busy.test.ts', "'dev/test-busy.ts'"],
  [/^npm run bench( |$)/, 'dev/bench.test.ts', "'dev/bench.ts'"],
  [/^KILL_ROUNDS=\d+ KILL_SEED=\d+ node --test/, 'test/end-to-end/powershell-killed.test.ts', 'KILL_ROUNDS'],
  [/^npm run torture/, 'dev/torture.test.ts', "'dev/torture.ts'"],
  [/^npm run test:powershell/, 'dev/test.ts', 'runPester()'],
  [/^npm run tenant -- (create|token)/, 'test/end-to-end/operator.test.ts', "'npm run tenant -- create'"],
  [/^npm run tenant -- (list|suspend|resume)/, 'test/end-to-end/operator.test.ts', 'suspend'],
  [/^npm run tenant -- limits? /, 'test/end-to-end/operator.test.ts', 'machineRuns 200 --local'],
  [/^npm run pc --/, 'test/end-to-end/operator.test.ts', "'npm run pc --'"],
  [/^npm run audit -- verify/, 'dev/audit.test.ts', "'dev/audit.ts', 'verify'"],
  [/^npm run restore -- --tenant/, 'test/end-to-end/notices.test.ts', "'dev/restore.ts'"],
  [/^npm run build:powershell/, 'portal/build/powershell-kit.test.ts', "'dev/build-powershell.ts'"],
  [/^npm run build/, 'test/end-to-end/recovery-page.test.ts', 'startStand('],
  [/^npm run deploy -- (--env staging )?--dry-run/, 'dev/deploy/deploy.test.ts', "'dev/deploy.ts', '--dry-run'"],
  [/^npm run doctor -- --offline/, 'dev/doctor/configuration.test.ts', "'dev/doctor.ts', '--offline'"],
  [/^npm run doctor -- --stand/, 'dev/doctor/online.test.ts', "'dev/doctor.ts', '--stand'"],
  [/^npm run (--silent )?sbom/, 'dev/supply/supply.test.ts', "'dev/sbom.ts'"],
  [/^npm run verify -- --stand/, 'test/end-to-end/start.test.ts', "'dev/verify.ts', '--stand'"],
  [/^npm run docs:build/, 'dev/docs.test.ts', 'buildDocs()'],
  [/^rm -rf node_modules && npm ci/, 'dev/install.mjs', "'ci', '--no-progress'"],
  [/^(KILL_\w+=\d+ )+node --test/, 'dev/test.ts', "'--test', '--test-concurrency=1'"],
  [/^npx (vitest run|tsc -p)/, 'dev/check.ts', "'vitest', ['run', '--project'"],
  [/^node -e/, 'test/end-to-end/guide.test.ts', "block('node -e')"],
  [/^npx wrangler d1 execute/, 'test/end-to-end/guide.test.ts', "block('npx wrangler d1 execute')"],
  [/^curl/, 'test/end-to-end/guide.test.ts', "block('curl')"],
];

describe('the commands in the docs', () => {
  it('are each run by a test, or say that they need an account', () => {
    const untried = commands.filter(({ text, account }) => !account && !RUN_BY.some(([form]) => form.test(text)));
    expect(untried.map(({ page, text }) => `${page}: ${text}`)).toEqual([]);
    expect(commands.length).toBeGreaterThan(20);
  });

  it('are run where this list says, and the list names none that the docs have not', () => {
    for (const [form, file, words] of RUN_BY) {
      expect(read(file), `${file} for ${form}`).toContain(words);
      expect(
        commands.some(({ text }) => form.test(text)),
        String(form),
      ).toBe(true);
    }
  });

  it('are npm scripts that exist', () => {
    for (const page of pages)
      for (const name of scriptsIn(read(page))) expect(Object.keys(scripts), page).toContain(name);
  });

  it('would be missed if a page had another one', () => {
    const page =
      '```sh\nnpm run \\\n  nothing -- "a\nb"   # a reader’s remark, or a reader\'s\nwrangler deploy # account\n```\n';
    expect(commandsOf('page', page)).toEqual([
      { page: 'page', text: 'npm run nothing -- "a\nb"', account: false },
      { page: 'page', text: 'wrangler deploy', account: true },
    ]);
    expect(() => commandsOf('page', "```sh\necho 'never\nwrangler deploy\n```\n")).toThrow(/quotes do not end: echo/);
  });
});
