// `npm run test:busy`: every test while a loop holds each core, then every test in a browser whose CPU is four times slower. A suite
// that passes here waits for what it wants to see, never for time. `-- --rounds 3` is three of the first kind, `-- --loops 0` has none.
import { type ChildProcess, fork } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root, run } from './lib/run.ts';

const OPTIONS = {
  rounds: { type: 'string', default: '1' },
  loops: { type: 'string', default: String(os.availableParallelism()) },
  'slow-rounds': { type: 'string', default: '1' },
  slower: { type: 'string', default: '4' },
} as const;

function read() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}

const values = read();

function whole(name: keyof typeof values, least: number, most: number): number {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  console.error(`--${name} takes a whole number from ${least} to ${most}.`);
  process.exit(2);
}

const rounds = whole('rounds', 0, 20);
const loops = whole('loops', 0, 64);
const slowRounds = whole('slow-rounds', 0, 20);
const slower = whole('slower', 1, 20);
if (rounds + slowRounds === 0) {
  console.error('Nothing to run: --rounds and --slow-rounds are both 0.');
  process.exit(2);
}

/** One process a core that does nothing but take time. They end with this one, even if it is killed. */
const holdCores = (count: number): ChildProcess[] =>
  Array.from({ length: count }, () => fork(path.join(root, 'dev/bench/busy-loop.ts')));

const results: { what: string; ok: boolean; seconds: number }[] = [];

async function round(what: string, env: Record<string, string>): Promise<void> {
  console.log(`\n== ${what}`);
  const startedAt = Date.now();
  const ok = await run('node', ['dev/install.mjs', '--browser', 'dev/test.ts'], { env });
  results.push({ what, ok, seconds: Math.round((Date.now() - startedAt) / 1000) });
}

const held = rounds > 0 ? holdCores(loops) : [];
try {
  for (let n = 1; n <= rounds; n++) await round(`Round ${n} of ${rounds}, ${loops} busy loops`, {});
} finally {
  for (const child of held) child.kill();
}
for (let n = 1; n <= slowRounds; n++)
  await round(`Round ${n} of ${slowRounds}, the browser's CPU ${slower} times slower`, {
    SLOW_BROWSER: String(slower),
  });

console.log('');
for (const { what, ok, seconds } of results) console.log(`${ok ? 'passed' : 'FAILED'}  ${what}, ${seconds} s`);
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
