import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { resolveFile } from './portal-files.ts';

const outside = mkdtempSync(path.join(os.tmpdir(), 'portal-files-'));
const folder = path.join(outside, 'dist');
mkdirSync(path.join(folder, 'assets'), { recursive: true });
writeFileSync(path.join(outside, 'secret.txt'), 'outside');
for (const name of ['index.html', '_headers', 'assets/_shared-abc.js']) writeFileSync(path.join(folder, name), '');
afterAll(() => rmSync(outside, { recursive: true }));

const index = path.join(folder, 'index.html');

test('a path of the app gets index.html, because the router in the page reads the path', () => {
  expect(resolveFile(folder, '/')).toBe(index);
  expect(resolveFile(folder, '/machines/0d9e')).toBe(index);
});

test('a missing file with an extension is missing, because index.html as a script breaks where nobody looks', () => {
  expect(resolveFile(folder, '/assets/gone.js')).toBeNull();
});

test('_headers is not served under any spelling, because Pages never serves it', () => {
  for (const spelling of ['/_headers', '/%5fheaders', '/_HEADERS', '/assets/../_headers', '/assets/..%2f_headers'])
    expect(resolveFile(folder, spelling), spelling).toBeNull();
});

test('a chunk whose name begins with an underscore is served, because the bundler names some so', () => {
  expect(resolveFile(folder, '/assets/_shared-abc.js')).toBe(path.join(folder, 'assets/_shared-abc.js'));
});

test('nothing outside the folder is served, because a stand may run beside files that are nobody else’s business', () => {
  for (const path of ['/../secret.txt', '/..%2fsecret.txt', '/%2e%2e/secret.txt', '/assets/..%2f..%2fsecret.txt'])
    expect(resolveFile(folder, path), path).toBeNull();
  expect(resolveFile(folder, '/index.html%00.txt')).toBeNull();
  expect(resolveFile(folder, '/%')).toBeNull();
});
