// Two isolates of the Worker, each with its own memory of tokens, and one tenant object behind both, in one workerd
// with one D1: one isolate's memory never outlives a decision made through the other.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { importJWK, SignJWT } from 'jose';
import { createTestHarness, type TestHarness } from 'wrangler';
import { root } from '../../dev/lib/run.ts';
import { newToken, tenantInserts } from '../../dev/stand/demo-data.ts';
import type { IssuedToken, TokenList } from '../../schema/token.ts';
import { type Issuer, startIssuer } from '../workerd/issuer.ts';

const TENANT = 'two-isolates';
const ADMIN = 'admin@example.com';
const PORTAL = 'http://localhost:8788';
const ISOLATES = ['first', 'second'] as const;
type Isolate = (typeof ISOLATES)[number];

let folder: string;
let issuer: Issuer;
let harness: TestHarness;
const raw = newToken();

/** One Worker with the objects, and another of the same code that reaches them: two isolates, as in two places on the edge. */
function configOf(name: Isolate): string {
  const file = path.join(folder, `${name}.json`);
  const objects = { name: 'TENANT', class_name: 'Tenant', ...(name === 'first' ? {} : { script_name: 'first' }) };
  const config = {
    name,
    main: path.join(root, 'worker/index.ts'),
    compatibility_date: '2026-08-01',
    compatibility_flags: ['nodejs_compat'],
    vars: {
      ACCESS_TEAM_DOMAIN: issuer.origin,
      ACCESS_AUD: 'test',
      PORTAL_ORIGIN: PORTAL,
      OPERATOR_EMAILS: '',
    },
    d1_databases: [
      {
        binding: 'INDEX_DB',
        database_name: 'index',
        database_id: '00000000-0000-0000-0000-000000000001',
        migrations_dir: path.join(root, 'schema/d1'),
      },
    ],
    durable_objects: { bindings: [objects] },
    ...(name === 'first' ? { migrations: [{ tag: 'v1', new_sqlite_classes: ['Tenant'] }] } : {}),
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

before(async () => {
  process.env.WRANGLER_SEND_METRICS ??= 'false';
  process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= 'false';
  folder = mkdtempSync(path.join(os.tmpdir(), 'totl-isolates-'));
  issuer = await startIssuer();
  harness = createTestHarness({ workers: ISOLATES.map((name) => ({ configPath: configOf(name) })) });
  await harness.listen();
  const first = harness.getWorker<{ INDEX_DB: D1Database }>('first');
  await first.applyD1Migrations('INDEX_DB');
  const { INDEX_DB: db } = await first.getEnv();
  for (const { sql, values } of tenantInserts(TENANT, 'Two isolates', [{ email: ADMIN, role: 'admin' }], raw))
    await db
      .prepare(sql)
      .bind(...values)
      .run();
});
after(async () => {
  await harness?.close();
  rmSync(folder, { recursive: true, force: true });
});

type Answer<T> = { status: number; json: T & { code?: string } };

async function ask<T>(
  isolate: Isolate,
  url: string,
  init: { method: string; headers: Record<string, string>; body?: string },
) {
  const response = await harness.getWorker(isolate).fetch(`https://api.example.com${url}`, init);
  return { status: response.status, json: await response.json() } as Answer<T>;
}

async function asAdmin<T>(isolate: Isolate, route: string, body?: unknown): Promise<Answer<T>> {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer.origin, aud: ['test'], iat: now, exp: now + 600, email: ADMIN };
  const assertion = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: 'test-key' })
    .sign(await importJWK(issuer.privateJwk, 'RS256'));
  return ask(isolate, `/v1/tenants/${TENANT}/${route}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'cf-access-jwt-assertion': assertion, origin: PORTAL, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const machine = { id: crypto.randomUUID(), hostname: 'PC-1' };
const run = { id: crypto.randomUUID(), startedAt: 1_790_000_000_000, phases: ['preflight'] };
let seq = 0;
const report = (isolate: Isolate, token: string) =>
  ask<{ accepted?: number }>(isolate, '/v1/report', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ machine, run, events: [{ seq: ++seq, at: 1_790_000_000_000, message: 'x' }] }),
  });
const storedEvents = async () => (await asAdmin<{ events: number }>('first', `runs/${run.id}`)).json.events;
const issue = (isolate: Isolate) =>
  asAdmin<IssuedToken>(isolate, 'tokens', { label: 'Race', expiresAt: null, fingerprint: null });

test('a token issued through one isolate works in the other with its first call', async () => {
  const { status, json } = await issue('first');
  assert.equal(status, 201);
  for (const isolate of ISOLATES) assert.equal((await report(isolate, json.token)).status, 200);
});

test('a token that both have cached is out in both at once when one revokes it, and what was in flight is whole or not at all', async () => {
  const { json: issued } = await issue('second');
  for (const isolate of ISOLATES) assert.equal((await report(isolate, issued.token)).status, 200);
  const before = await storedEvents();
  const flying = Array.from({ length: 40 }, (_, index) => report(ISOLATES[index % 2] ?? 'first', issued.token));
  const revoked = asAdmin('first', `tokens/${issued.id}/revoke`, {});
  const answers = await Promise.all(flying);
  assert.equal((await revoked).status, 200);
  for (const { status, json } of answers) assert.ok(status === 200 || json.code === 'token_revoked');
  assert.equal(await storedEvents(), before + answers.filter(({ status }) => status === 200).length);
  for (const isolate of ISOLATES) assert.equal((await report(isolate, issued.token)).json.code, 'token_revoked');
});

test('issued, used and revoked through both at once, no token outlives its revocation', async () => {
  const rounds = await Promise.all(
    Array.from({ length: 12 }, async (_, index) => {
      const [one, other] = index % 2 === 0 ? (['first', 'second'] as const) : (['second', 'first'] as const);
      const { json } = await issue(one);
      await Promise.all([report(one, json.token), report(other, json.token)]);
      await Promise.all([
        asAdmin(one, `tokens/${json.id}/revoke`, {}),
        asAdmin(other, `tokens/${json.id}/revoke`, {}),
        report(other, json.token),
      ]);
      return [await report(one, json.token), await report(other, json.token)];
    }),
  );
  for (const { json } of rounds.flat()) assert.equal(json.code, 'token_revoked');
});

test('rotated through both at once, a token of raw SQL has exactly one living successor, and works on beside it', async () => {
  await report('second', raw.token);
  const { json: list } = await asAdmin<TokenList>('first', 'tokens');
  const id = list.tokens.find((one) => one.label === 'Demo fleet')?.id ?? '';
  const answers = await Promise.all(
    ISOLATES.map((isolate) => asAdmin<IssuedToken>(isolate, `tokens/${id}/rotate`, { overlapMs: 3_600_000 })),
  );
  const won = answers.filter(({ status }) => status === 201);
  assert.equal(won.length, 1);
  for (const isolate of ISOLATES)
    for (const token of [raw.token, won[0]?.json.token ?? '']) assert.equal((await report(isolate, token)).status, 200);
  const { tokens } = (await asAdmin<TokenList>('second', 'tokens')).json;
  assert.equal(tokens.filter((one) => one.label === 'Demo fleet' && one.revokedAt === null).length, 2);
});
