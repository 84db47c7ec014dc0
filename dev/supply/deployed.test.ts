// A portal held against its build, over HTTP: what is the same, what is not, and who asks for a sign-in.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, expect, it } from 'vitest';
import { askAt, holdAgainst } from './deployed.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'totl-deployed-'));
mkdirSync(path.join(folder, 'assets'));
const FILES = { 'index.html': '<!doctype html>', 'recover.html': 'recover', 'assets/a.js': 'script' };
for (const [name, text] of Object.entries(FILES)) writeFileSync(path.join(folder, name), text);
writeFileSync(
  path.join(folder, '_headers'),
  '/*\n  X-Content-Type-Options: nosniff\n/assets/*\n  Cache-Control: immutable\n',
);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let server: http.Server | undefined;
afterEach(() => server?.close());

type Served = Record<string, [status: number, headers: Record<string, string>, body?: string]>;
const NOSNIFF = { 'x-content-type-options': 'nosniff' };
const GOOD: Served = {
  '/': [200, NOSNIFF, FILES['index.html']],
  '/recover.html': [308, { location: '/recover' }],
  '/recover': [200, NOSNIFF, FILES['recover.html']],
  '/assets/a.js': [200, { ...NOSNIFF, 'cache-control': 'immutable' }, FILES['assets/a.js']],
};

async function held(served: Served, cookie = '') {
  server = http.createServer((request, response) => {
    const [status, headers, body] = served[request.url ?? ''] ?? [404, {}];
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((up) => server?.listen(0, '127.0.0.1', up));
  const { port } = server.address() as AddressInfo;
  return holdAgainst(folder, askAt(`http://127.0.0.1:${port}`, cookie));
}

it('finds every file the same, where Pages leads from a name with .html to the one without', async () => {
  expect(await held(GOOD)).toEqual(
    ['assets/a.js', 'index.html', 'recover.html'].map((file) => ({ file, differs: null })),
  );
});

it('says of each file how it differs: in its bytes, in its headers, or by its absence', async () => {
  const bent: Served = {
    '/': [200, {}, FILES['index.html']],
    '/recover.html': [404, {}],
    '/assets/a.js': [200, { ...NOSNIFF, 'cache-control': 'immutable' }, 'scripts'],
  };
  expect(await held(bent)).toEqual([
    { file: 'assets/a.js', differs: 'differs from byte 6 on (7 bytes, built are 6)' },
    { file: 'index.html', differs: 'has the right bytes and other headers: x-content-type-options' },
    { file: 'recover.html', differs: 'is answered by 404' },
  ]);
});

it('takes a sign-in page for no file, and says what is missing', async () => {
  const signIn: Served = { ...GOOD, '/assets/a.js': [302, { location: 'https://team.example.com/sign-in' }] };
  await expect(held(signIn)).rejects.toThrow(/asks for a sign-in: .*ACCESS_TOKEN/);
});
