// A person starts the busy runs themselves; this file tests their parts.
import { fork, spawn } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';
import { until } from '../test/support/until.ts';
import { root, run } from './lib/run.ts';

const busy = (...args: string[]) => run('node', ['dev/test-busy.ts', ...args]);

it.each([
  ['no whole number', ['--rounds', '1.5']],
  ['more rounds than anybody waits for', ['--rounds', '21']],
  ['nothing to run', ['--rounds', '0', '--slow-rounds', '0']],
  ['a word it does not know', ['--round', '1']],
])('runs no test for %s', async (_what, args) => {
  expect(await busy(...args)).toBe(false);
});

/** Answers once the process is gone. */
const ended = (child: ReturnType<typeof spawn>) => new Promise<void>((resolve) => child.once('exit', () => resolve()));

it('has its loops end with whoever started them, also where that one is killed', async () => {
  const script = `import { fork } from 'node:child_process';
    process.stdout.write(String(fork(${JSON.stringify(path.join(root, 'dev/bench/busy-loop.ts'))}, { execArgv: [] }).pid));
    setInterval(() => {}, 1000);`;
  const starter = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = Number(await new Promise((resolve) => starter.stdout.once('data', resolve)));
  expect(isRunning(pid)).toBe(true);
  starter.kill('SIGKILL');
  await ended(starter);
  await until(() => expect(isRunning(pid)).toBe(false));
});

it('has its loops end when they are told to', async () => {
  const loop = fork(path.join(root, 'dev/bench/busy-loop.ts'));
  loop.kill();
  await ended(loop);
  expect(isRunning(loop.pid ?? 0)).toBe(false);
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
