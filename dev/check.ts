// `npm run check`: format, lint, types, unit tests in workerd and Node. With --no-tests only the parts that need no
// test run.
import { run } from './lib/run.ts';

const STEPS: [string, string, string[]][] = [
  ['Format and lint', 'biome', ['check', '.']],
  ['Types: worker, objects, schema', 'tsc', ['-p', '.']],
  ['Types: engine', 'tsc', ['-p', 'engine']],
  ['Types: portal', 'tsc', ['-p', 'portal']],
  ['Types: dev', 'tsc', ['-p', 'dev']],
  ['Types: end-to-end tests', 'tsc', ['-p', 'test']],
];
if (!process.argv.includes('--no-tests'))
  STEPS.push(['Unit tests', 'vitest', ['run', '--project', 'workerd', '--project', 'node']]);

for (const [title, command, args] of STEPS) {
  console.log(`\n== ${title}`);
  if (await run(command, args)) continue;
  console.error(`\nThe check failed at: ${title}`);
  process.exit(1);
}
console.log('\nThe check passed.');
