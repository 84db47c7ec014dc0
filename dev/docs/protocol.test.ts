// The protocol page against the code: its tables and numbers match what the server accepts, answers and refuses.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { ANSWER_MAX_BYTES, ATTEMPTS, BASE_DELAY_MS, MAX_DELAY_MS, REQUEST_TIMEOUT_MS } from '../../engine/transport.ts';
import { KeyringWrite } from '../../schema/keyring.ts';
import { REFUSALS, type RefusalCode } from '../../schema/refusal.ts';
import { EVENT_MAX_BYTES, REPORT_MAX_BYTES, REPORT_MAX_EVENTS } from '../../schema/report.ts';
import { SEALED_MAX_CHARACTERS, SECRET_MAX_BYTES } from '../../schema/secret.ts';
import { routes } from '../../test/workerd/routes.ts';
import { refusalsOf } from '../../worker/openapi/refusals.ts';
import { schemaOf } from '../../worker/openapi/schema.ts';
import { root } from '../lib/run.ts';
import { PROTOCOL, tables, withTables } from './members.ts';

const page = readFileSync(PROTOCOL, 'utf8');
const block = (name: string): string => page.split(`<!-- ${name} -->`)[1]?.split('<!-- end -->')[0] ?? '';
const section = (heading: string): string => page.split(`${heading}\n`)[1]?.split(/\n##+ /)[0] ?? '';
const count = (value: number): string => value.toLocaleString('en');

it('has the members of what is sent and answered as the schemas have them; `node dev/docs/members.ts` writes them', () => {
  expect(page).toBe(withTables(page));
  for (const name of Object.keys(tables)) expect(page, name).toContain(`<!-- from the schema: ${name} -->`);
});

it('names every refusal that an engine can meet with its status and routes, and no other', () => {
  const names: Record<string, string> = { pubkey: 'key', report: 'report', secret: 'secret' };
  const expected: Record<string, [number, string]> = {};
  for (const route of routes.filter(({ who }) => who === 'machine'))
    for (const code of refusalsOf(route)) {
      const name = names[route.path.split('/').at(-1) ?? ''] ?? expect.fail(`${route.path} is not on the page`);
      const known = expected[code]?.[1];
      expected[code] = [REFUSALS[code][0], known ? `${known}, ${name}` : name];
    }
  const said = [...block('refusals').matchAll(/^\| `(\w+)` \| (\d+) \| ([^|]+) \| [^|]+ \|$/gm)].map(
    ([, code = '', status, of]) => [code, [Number(status), of]] as const,
  );
  expect(Object.fromEntries(said)).toEqual(expected);
  expect(new Set(said.map(([code]) => code)).size).toBe(said.length);
});

it('names no refusal that no test of the server has met, because one that is never answered misleads whoever prepares for it', () => {
  const rooms = ['worker', 'objects', 'test/conformance'].map((room) => path.join(root, room));
  const tests = rooms.flatMap((room) =>
    readdirSync(room, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => path.join(room, name)),
  );
  const text = tests.map((file) => readFileSync(file, 'utf8')).join('\n');
  const codes = [...block('refusals').matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code as RefusalCode);
  expect(codes.length).toBeGreaterThan(20);
  expect(codes.filter((code) => !text.includes(`'${code}'`))).toEqual([]);
});

it('spells JSON as it is signed and sealed under, to the byte', () => {
  const example = /```json\n(.*)\n```/.exec(block('as JSON'))?.[1] ?? '';
  expect(JSON.stringify(JSON.parse(example))).toBe(example);
  expect(example).toContain('Zürich');
  const said = /as UTF-8 has the SHA-256 `(\w+)`/.exec(page)?.[1];
  expect(said).toBe(createHash('sha256').update(example, 'utf8').digest('hex'));
});

it('has the limits and waits of the code', () => {
  const mib = (bytes: number) => `${bytes / 1024 / 1024} MiB`;
  const report = section('### `POST /v1/report`');
  expect(report).toContain(
    `At most ${mib(REPORT_MAX_BYTES)} a report, ${REPORT_MAX_EVENTS} events, and ${EVENT_MAX_BYTES / 1024} KiB an event`,
  );
  expect(section('### `POST /v1/secret`')).toContain(`It is at most ${SECRET_MAX_BYTES / 1024} KiB.`);
  expect(section('## The sealed secret')).toContain(`at most ${count(SEALED_MAX_CHARACTERS)} characters`);
  const refusals = section('### Refusals to an engine');
  expect(ATTEMPTS).toBe(6);
  expect(refusals).toContain(`${BASE_DELAY_MS / 1000} s × 2ⁿ⁻¹, at most ${MAX_DELAY_MS / 1000} s`);
  expect(refusals).toContain('After six tries');
  expect(refusals).toContain(
    `given up after ${REQUEST_TIMEOUT_MS / 1000} s, and an answer beyond ${mib(ANSWER_MAX_BYTES)}`,
  );
});

it('has the limits of a write of the keyring', () => {
  const { properties = {} } = schemaOf(KeyringWrite, 'input') as { properties?: Record<string, { maxItems?: number }> };
  const rows = section('## Writing the keyring');
  for (const name of ['escrowKeys', 'unlockers', 'wraps'])
    expect(rows).toMatch(new RegExp(`^\\| \`${name}\` \\|.*at most ${count(properties[name]?.maxItems ?? 0)}\\b`, 'm'));
});
