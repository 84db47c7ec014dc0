// The forge's workflow runs the same as .ci/run: not more, or a change would pass here and fail there, and not less.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { root } from './lib/run.ts';

const read = (name: string) => readFileSync(path.join(root, name), 'utf8');

it('the workflow runs the commands of .ci/run, in their order', () => {
  const commands = read('.ci/run')
    .split('\n')
    .filter((line) => line.startsWith('npm '));
  const runs = [...read('.github/workflows/check.yml').matchAll(/^ +run: (.*)$/gm)].map(([, command]) => command);
  expect(commands.length).toBeGreaterThan(1);
  expect(runs).toEqual(commands);
});

it('every action is named by the hash of its commit, because whoever owns a tag can move it', () => {
  const folder = '.github/workflows';
  const uses = readdirSync(path.join(root, folder)).flatMap((name) =>
    [...read(`${folder}/${name}`).matchAll(/^ +(?:- )?uses: (.*)$/gm)].map(([, action]) => action ?? ''),
  );
  expect(uses.length).toBeGreaterThan(3);
  for (const action of uses) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});
