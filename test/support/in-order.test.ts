// Runs a file of Node's own tests with a story in it, and reads how they were counted.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { capture } from '../../dev/lib/run.ts';

/** The runner's own lines for a file with this body: what passed, failed and was left out, and its counts. */
async function ran(body: string): Promise<string> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'totl-order-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'story.test.ts');
  const helper = pathToFileURL(path.join(import.meta.dirname, 'in-order.ts')).href;
  writeFileSync(file, `import { test } from 'node:test';\nimport { inOrder } from '${helper}';\n${body}`);
  return (await capture('node', ['--test', '--test-reporter=tap', file])).stdout;
}

test('a step that fails ends its story and is the only failure, because what comes after would fail on its ruins', async () => {
  const said = await ran(`
    inOrder('a story', (step) => {
      step('one', () => {});
      step('two', async () => { throw new Error('broken'); });
      step('three', () => { throw new Error('on ruins'); });
      step('four', () => {});
    });
    inOrder('another', (step) => step('five', () => {}));
    test('six', () => {});
  `);
  expect(said).toMatch(/^ +ok \d+ - three # SKIP not run, since “two” failed$/m);
  expect(said).toMatch(/^ +ok \d+ - four # SKIP not run, since “two” failed$/m);
  expect(said).not.toContain('on ruins');
  for (const count of ['tests 6', 'pass 3', 'fail 1', 'skipped 2', 'cancelled 0'])
    expect(said).toMatch(new RegExp(`^# ${count}$`, 'm'));
});

test('a story that goes well runs each step in its order, and leaves none out', async () => {
  const said = await ran(`
    const ran = [];
    inOrder('a story', (step) => {
      step('one', async () => { await null; ran.push(1); });
      step('two', () => { ran.push(2); if (ran.join() !== '1,2') throw new Error('out of order'); });
    });
  `);
  for (const count of ['tests 2', 'pass 2', 'fail 0', 'skipped 0'])
    expect(said).toMatch(new RegExp(`^# ${count}$`, 'm'));
});
