// `npm test`: every test there is, in workerd, Node and Chromium, then end to end; it ends with how many passed and failed.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runPester } from './lib/pester.ts';
import { powerShell, RUNS_POWERSHELL, whyNoPowerShell, withoutPowerShell } from './lib/powershell.ts';
import { root, run } from './lib/run.ts';

type Counts = { passed: number; failed: number };
const folder = mkdtempSync(path.join(os.tmpdir(), 'totl-test-'));
const chromium = readFileSync(path.join(root, '.stand/chromium'), 'utf8');

/** A run that ends badly without naming a failed test, or that runs no test, counts as one failure. */
const honest = (counts: Counts, ok: boolean): Counts => ({
  passed: counts.passed,
  failed: counts.failed || (ok && counts.passed > 0 ? 0 : 1),
});

/** A run of vitest or of a file end to end that hangs is ended after this: not all that it may wait for has a bound of its own. */
const RUN_TIMEOUT_MS = 30 * 60_000;

async function vitest(...projects: string[]): Promise<Counts> {
  const file = path.join(folder, `${projects.join('-')}.json`);
  const reporters = ['--reporter=default', '--reporter=./dev/lib/counting-reporter.ts'];
  const named = projects.flatMap((project) => ['--project', project]);
  const ok = await run('vitest', ['run', ...named, ...reporters], {
    env: { CHROMIUM: chromium, COUNTS_FILE: file },
    timeoutMs: RUN_TIMEOUT_MS,
  });
  try {
    return honest(JSON.parse(readFileSync(file, 'utf8')), ok);
  } catch {
    return { passed: 0, failed: 1 };
  }
}

const noPowerShell = await whyNoPowerShell();
const without = noPowerShell === null ? null : withoutPowerShell(noPowerShell, process.env.CI);

async function pester(): Promise<Counts> {
  if (without) return { passed: 0, failed: without.failed };
  const { ok, ...counts } = await runPester().catch((error) => {
    console.error(error);
    return { ok: false, passed: 0, failed: 1 };
  });
  return honest(counts, ok);
}

/** One file after the other: each brings up a stand of its own. */
async function endToEnd(): Promise<Counts> {
  const files = readdirSync(path.join(root, 'test/end-to-end'))
    .filter((name) => name.endsWith('.test.ts'))
    .filter((name) => !without || !RUNS_POWERSHELL.includes(name));
  let text = '';
  const args = ['--test', '--test-concurrency=1', '--test-reporter=spec', `--test-timeout=${RUN_TIMEOUT_MS}`];
  const ok = await run('node', [...args, ...files.map((name) => `test/end-to-end/${name}`)], {
    // Some hundred commands start in these tests, and each would compile wrangler and its like anew.
    env: { CHROMIUM: chromium, NO_COLOR: '1', NODE_COMPILE_CACHE: path.join(folder, 'compiled') },
    onOutput: (chunk) => {
      text += chunk;
    },
  });
  const count = (name: string) => Number(new RegExp(`^ℹ ${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  // The steps of a story after its failed one are said to be not run: one failure is counted once.
  const notRun = [...text.matchAll(/^ *﹣ .* # not run, since /gm)].length;
  const failed = count('fail') + count('cancelled') + count('skipped') + count('todo') - notRun;
  return honest({ passed: count('pass'), failed }, ok);
}

// Before anything that needs it. If it fails, its tests say so, and all others still run.
if (!without) await powerShell().catch(console.error);
// workerd works through its tests on one core, and PowerShell after it: meanwhile the browser has the other. The
// portal's rebuilding is over by then.
const results: Counts[] = [];
if (process.env.SLOW_BROWSER === undefined) {
  results.push(await vitest('node', 'chromium'));
  const onOneCore = async () => [await vitest('workerd'), await pester()];
  results.push(...(await Promise.all([onOneCore(), endToEnd()])).flat());
} else {
  // Only tests that run in a browser: its speed does not matter to the rest.
  results.push(await vitest('chromium'), await endToEnd());
}
rmSync(folder, { recursive: true, force: true });
const passed = results.reduce((sum, one) => sum + one.passed, 0);
const failed = results.reduce((sum, one) => sum + one.failed, 0);
if (without) console.log(`\n${without.line}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
