import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readConfiguration } from './configuration.ts';
import { newFolder } from './fixtures.ts';

const TOKEN = `tok_${'a'.repeat(32)}`;
const WHOLE = { apiOrigin: 'https://api.example.com', token: TOKEN, fingerprint: 'k'.repeat(43), minEpoch: 3 };
const fileOf = (text: string): string => {
  const file = path.join(newFolder(), 'engine.json');
  writeFileSync(file, text);
  return file;
};

it('gives an engine what it needs, also with a byte order mark in front', () => {
  for (const mark of ['', '\uFEFF'])
    expect(readConfiguration(fileOf(mark + JSON.stringify(WHOLE)))).toEqual({ ok: true, ...WHOLE });
});

it('is read in UTF-16 too, as Windows PowerShell and old editors save it', () => {
  for (const mark of ['', '\uFEFF']) {
    const file = fileOf('');
    const bytes = Buffer.from(mark + JSON.stringify(WHOLE, null, 2), 'utf16le');
    writeFileSync(file, bytes);
    expect(readConfiguration(file)).toEqual({ ok: true, ...WHOLE });
    writeFileSync(file, bytes.swap16());
    expect(readConfiguration(file)).toEqual({ ok: true, ...WHOLE });
  }
});

it('may name the server with a slash or a path behind it, because people copy addresses', () => {
  for (const behind of ['', '/', '//', '/v1/', '/?x#y']) {
    const read = readConfiguration(fileOf(JSON.stringify({ ...WHOLE, apiOrigin: WHOLE.apiOrigin + behind })));
    expect(read.ok && new URL('/v1/report', read.apiOrigin).href).toBe('https://api.example.com/v1/report');
  }
});

it('may name a stand on this machine over plain HTTP', () => {
  for (const apiOrigin of ['http://localhost:8787', 'http://127.0.0.1:8787', 'http://[::1]:8787'])
    expect(readConfiguration(fileOf(JSON.stringify({ ...WHOLE, apiOrigin })))).toMatchObject({ ok: true, apiOrigin });
});

it('without a fingerprint leaves the pin to the first use', () => {
  const { apiOrigin, token } = WHOLE;
  const read = readConfiguration(fileOf(JSON.stringify({ apiOrigin, token, fingerprint: null })));
  expect(read).toEqual({ ok: true, apiOrigin, token, minEpoch: 1 });
});

it.each([
  ['a token cut off', { ...WHOLE, token: TOKEN.slice(0, 30) }],
  ['a fingerprint with a space in it', { ...WHOLE, fingerprint: `${'k'.repeat(40)} kk` }],
  ['an address that is none', { ...WHOLE, apiOrigin: 'api.example.com' }],
  ['a token that would go over plain HTTP', { ...WHOLE, apiOrigin: 'http://api.example.com' }],
  ['a host that only begins like loopback', { ...WHOLE, apiOrigin: 'http://127.0.0.1.example.com' }],
  ['an epoch of 0', { ...WHOLE, minEpoch: 0 }],
])('with %s is refused by the name of the field, and the token is in no message', (_what, json) => {
  const read = readConfiguration(fileOf(JSON.stringify(json)));
  expect(read).toMatchObject({ ok: false, code: 'bad_configuration' });
  expect(JSON.stringify(read)).not.toContain('tok_');
});

it('that is missing or not JSON is refused by value, because an engine on a bench must be able to say so', () => {
  for (const file of [fileOf('apiOrigin = x'), '/nowhere/engine.json'])
    expect(readConfiguration(file)).toMatchObject({ ok: false, code: 'bad_configuration' });
});
