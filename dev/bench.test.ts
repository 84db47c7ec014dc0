// The bench as a command: one part of it in a short round, against the real Worker. What it measures on a busy machine is nobody's business here.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { capture, root } from './lib/run.ts';

const bench = (...args: string[]) => capture(process.execPath, ['dev/bench.ts', ...args]);
const page = () => readFileSync(path.join(root, 'docs/performance.md'), 'utf8');

it.each([
  ['a part that there is not', ['--only', 'ingest,everything']],
  ['a word it does not know', ['--fast']],
])('measures nothing for %s, and says which parts there are', async (_what, args) => {
  const { ok, stdout, stderr } = await bench(...args);
  expect([ok, stdout]).toEqual([false, '']);
  expect(stderr).toContain('Parts: ingest, secrets, index');
});

it('measures a part in short rounds, says met or missed of each figure and how far the generator is from its end, and writes nothing', async () => {
  const before = page();
  const { ok, stdout, stderr } = await bench('--quick', '--only', 'ingest');
  expect(ok, stderr).toBe(true);
  expect(stdout.match(/^(met|missed) +reports of /gm)).toHaveLength(10);
  expect(stdout.match(/the generator reaches /g)).toHaveLength(3);
  expect(page()).toBe(before);
});

it('loses no event that was acknowledged: past the ceiling, behind the gate, beyond a limit and over two shards', async () => {
  const { ok, stdout, stderr } = await bench('--quick', '--only', 'ceiling,shards');
  expect(ok, stderr).toBe(true);
  expect(stdout.match(/^met +events that were acknowledged /gm)).toHaveLength(2);
});
