// The worked examples of the docs, applied to the code as it is: every hunk fits, and the compiler accepts the result.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { root } from '../lib/run.ts';

const ROOMS = [
  'schema',
  'objects',
  'worker',
  'portal',
  'engine',
  'test',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
];
const copies: string[] = [];

function copyOfRooms(): string {
  const copy = mkdtempSync(path.join(os.tmpdir(), 'totl-example-'));
  copies.push(copy);
  for (const room of ROOMS)
    cpSync(path.join(root, room), path.join(copy, room), {
      recursive: true,
      filter: (file) => !file.endsWith('/dist'),
    });
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  return copy;
}
afterAll(() => {
  for (const copy of copies) rmSync(copy, { recursive: true, force: true });
});

it.each([
  ['adding-a-field', 5, 'objects/fleet/machines.ts', "assetTag: 'asset_tag'"],
  ['adding-a-route', 4, 'worker/routes/fleet.ts', 'object.silence(caller, params.machine)'],
  ['adding-a-page', 3, 'portal/src/places.ts', "path: '/t/:tenant/silent'"],
])('%s applies to the code as it is, and compiles in every room that it touches', (name, least, file, added) => {
  const copy = copyOfRooms();
  const page = readFileSync(path.join(root, `docs/${name}.md`), 'utf8');
  const patches = [...page.matchAll(/^```diff\n([\s\S]*?)^```/gm)].map(([, text = '']) => text);
  expect(patches.length).toBeGreaterThanOrEqual(least);
  for (const patch of patches) {
    writeFileSync(path.join(copy, 'change.diff'), patch);
    // Not `git apply` within a repository: it would look for one above.
    execFileSync('git', ['apply', '-p1', 'change.diff'], {
      cwd: copy,
      env: { ...process.env, GIT_CEILING_DIRECTORIES: path.dirname(copy) },
    });
  }
  for (const project of ['.', 'portal', 'engine'])
    execFileSync(path.join(root, 'node_modules/.bin/tsc'), ['-p', path.join(copy, project)], { stdio: 'pipe' });
  expect(readFileSync(path.join(copy, file), 'utf8')).toContain(added);
});
