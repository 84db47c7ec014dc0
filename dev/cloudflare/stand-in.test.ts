// The stand-in refuses what Cloudflare refuses, with Cloudflare's codes: otherwise a deploy that succeeds here would show nothing.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../lib/run.ts';
import { CALLS } from './calls.ts';
import { DESCRIBED_AT, misfits, UNDESCRIBED } from './description.ts';
import { type StandIn, startStandIn } from './stand-in.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'totl-cloudflare-'));
let cloudflare: StandIn;
let index: string;

beforeAll(async () => {
  const names = ['*.example.com'];
  cloudflare = await startStandIn({ folder, subdomain: 'of-a-test', team: 'team.example.com', names });
  index = (await asked('POST', 'd1/database', { name: 'index' })).result.uuid;
});
afterAll(async () => {
  await cloudflare?.close();
  rmSync(folder, { recursive: true, force: true });
});

type Said = { status: number; code: number | undefined; result: { uuid: string } & Record<string, unknown> };

async function asked(method: string, route: string, body?: object | FormData, token?: string): Promise<Said> {
  const answer = await fetch(`${cloudflare.api.base}/accounts/${cloudflare.account.id}/${route}`, {
    method,
    headers: {
      authorization: `Bearer ${token ?? cloudflare.account.token}`,
      ...(body instanceof FormData || body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body instanceof FormData ? body : body === undefined ? null : JSON.stringify(body),
  });
  const { errors, result } = (await answer.json()) as { errors: { code: number }[]; result: Said['result'] };
  return { status: answer.status, code: errors[0]?.code, result };
}

type Wanted = {
  class?: string;
  exported?: string;
  database?: string;
  bucket?: string;
  migrations?: object;
  code?: string;
};
const FIRST = { new_tag: 'v1', steps: [{ new_sqlite_classes: ['Tenant'] }] };

/** An upload of a small Worker, faulty in one way. */
function upload(name: string, wanted: Wanted = {}): Promise<Said> {
  const form = new FormData();
  const bindings = [
    { type: 'd1', name: 'INDEX_DB', id: wanted.database ?? index },
    { type: 'durable_object_namespace', name: 'TENANT', class_name: wanted.class ?? 'Tenant' },
    ...(wanted.bucket ? [{ type: 'r2_bucket', name: 'BACKUP', bucket_name: wanted.bucket }] : []),
  ];
  const { migrations } = { migrations: FIRST, ...wanted };
  const metadata = { main_module: 'index.js', bindings, compatibility_date: '2026-08-01', migrations };
  form.set('metadata', JSON.stringify(metadata));
  const exported = wanted.exported ?? wanted.class ?? 'Tenant';
  const code = `import { DurableObject } from 'cloudflare:workers';${wanted.code ?? ''}
    class It extends DurableObject {} const handler = { fetch: () => new Response('') }; export { handler as default, It as ${exported} };`;
  form.set('index.js', new File([code], 'index.js', { type: 'application/javascript+module' }));
  return asked('PUT', `workers/scripts/${name}`, form);
}

it('refuses a wrong token, another account and a call that it does not know, which it keeps for a test to find', async () => {
  expect(await asked('GET', 'd1/database', undefined, 'another')).toMatchObject({ status: 403, code: 10000 });
  expect(await asked('GET', 'd1/unheard-of')).toMatchObject({ status: 404, code: 7003 });
  expect(cloudflare.api.made.filter(({ call }) => call === 'unknown').map((one) => one.path)).toEqual([
    `GET /accounts/${cloudflare.account.id}/d1/unheard-of`,
  ]);
});

it('refuses a name that is taken, and a database that is not there', async () => {
  expect((await asked('POST', 'd1/database', { name: 'index' })).code).toBe(7502);
  expect(await asked('GET', 'd1/database/nowhere')).toMatchObject({ status: 404, code: 7404 });
  await asked('POST', 'r2/buckets', { name: 'taken' });
  expect((await asked('POST', 'r2/buckets', { name: 'taken' })).code).toBe(10004);
});

it('runs the statements of a query in one transaction, and says what SQLite says', async () => {
  const sql = 'CREATE TABLE half (id TEXT PRIMARY KEY); INSERT INTO nowhere VALUES (1)';
  expect(await asked('POST', `d1/database/${index}/query`, { sql })).toMatchObject({ status: 400, code: 7500 });
  const { result } = await asked('POST', `d1/database/${index}/query`, {
    sql: "SELECT name FROM sqlite_master WHERE name = 'half'",
  });
  expect(result).toMatchObject([{ results: [] }]);
});

it.each([
  ['the placeholder of a database', 10181, { database: '00000000-0000-0000-0000-000000000000' }],
  ['a bucket that is not there', 10085, { bucket: 'nowhere' }],
  ['a class without a migration', 10061, { migrations: undefined }],
  ['code that does not start', 10021, { code: 'globalThis.nothing();' }],
] as const)('refuses a first upload with %s, and nothing is left of it', async (_, code, wanted) => {
  expect((await upload('refused', wanted)).code).toBe(code);
  expect((await asked('GET', 'workers/services/refused')).code).toBe(10090);
});

it('refuses a class that is renamed without a migration, one that is made twice, and a list of migrations of somebody else', async () => {
  expect((await upload('kept')).status).toBe(200);
  expect((await upload('kept', { migrations: undefined })).status).toBe(200);
  expect((await upload('kept', { class: 'Renamed', migrations: undefined })).code).toBe(10064);
  const again = { ...FIRST, old_tag: 'v1', new_tag: 'v2' };
  expect((await upload('kept', { migrations: again })).code).toBe(10074);
  expect((await upload('kept', { migrations: { ...again, old_tag: 'v7' } })).code).toBe(10079);
});

it('puts off the code of objects unless a deploy says at once, as wrangler does by default', async () => {
  const { versions, objects } = cloudflare.account.worker('kept');
  expect(objects).toBe(versions[0]?.id);
});

it('holds calls against Cloudflare’s description of a day, and names those that it does not cover', () => {
  expect(DESCRIBED_AT).toBe('2024-08-06');
  const page = readFileSync(path.join(root, 'docs/first-account.md'), 'utf8');
  const named = page.match(/^(GET|POST|PUT|PATCH|DELETE) \/.*$/gm);
  expect(named).toEqual(UNDESCRIBED);
  expect(page).toContain(
    `${CALLS.length - UNDESCRIBED.length} calls are held against an extract of Cloudflare's OpenAPI description of ${DESCRIBED_AT}`,
  );
  expect(misfits('POST /accounts/:account/d1/database', 'request', { name: 7 })).toEqual([
    'POST /accounts/:account/d1/database: request.name is integer, not string',
  ]);
});
