// Bad input, in bulk and by name: always a 4xx problem that never echoes the value, nothing stored, never a 5xx. One bad event
// never sinks its batch.
import { runInDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ReportAnswer } from '../../schema/report.ts';
import type { Receipt } from '../../schema/secret.ts';
import type { WebhookMade } from '../../schema/webhook.ts';
import { routes } from '../workerd/routes.ts';
import {
  accessToken,
  asMachine,
  asPerson,
  bindings,
  changedUnlocker,
  emailOf,
  event,
  grantRequest,
  handSecret,
  makeKeyring,
  newMachine,
  newRun,
  PORTAL,
  request,
  resealedItem,
  sealedSecret,
  seedReadyTenant,
  seedTenant,
  startRotation,
  type TestKeyring,
  type TestTenant,
} from '../workerd-fixtures.ts';

const OPERATOR = 'operator@example.com';
const CANARY = 'canary-7f3a';
const RUNS = 60;
let tenant: TestTenant & { keyring: TestKeyring };
/** The tenant that operators suspend. */
let closed: TestTenant;
let secretId: string;
let grantId: string;
let webhookId: string;
const machine = newMachine();
const twin = newMachine();
const run = newRun();
const WEBHOOK = { url: `${bindings.TEST_RECEIVER}/ok/bad-input`, label: 'bad input', kinds: ['key_destroyed'] };

beforeEach(async () => {
  tenant = await seedReadyTenant();
  closed = await seedTenant('Closed');
  await asMachine(closed.token, '/v1/report', { machine, run: newRun(), events: [event(1)] });
  await asMachine(tenant.token, '/v1/report', { machine, run, events: [event(1)] });
  await asMachine(tenant.token, '/v1/report', { machine: twin, run: newRun(), events: [event(1)] });
  const body = await sealedSecret(tenant.id, tenant.keyring, machine.id);
  secretId = (await asMachine<Receipt>(tenant.token, '/v1/secret', body)).json.secretId;
  await startRotation(tenant.id, tenant.keyring);
  const request = await grantRequest(tenant.id, emailOf('engineer'), tenant.keyring.root.fingerprint);
  grantId = request.unlocker.id;
  await asPerson(emailOf('engineer'), `/v1/tenants/${tenant.id}/grants`, request);
  // The object takes over SQL's rows when it is first asked: that happens here, so that a bad request changes nothing.
  for (const list of ['people', 'tokens']) await asPerson(emailOf('admin'), `/v1/tenants/${tenant.id}/${list}`);
  const made = await asPerson<WebhookMade>(emailOf('admin'), `/v1/tenants/${tenant.id}/webhooks`, WEBHOOK);
  webhookId = made.json.webhook.id;
});

const posts = routes.filter((route) => route.method === 'POST');
const pathOf = (path: string) =>
  path
    .replace(':tenant', path.startsWith('/v1/operator/') ? closed.id : tenant.id)
    .replace(':secret', secretId)
    .replace(':machine', machine.id)
    .replace(':token', 't1')
    .replace(':grant', grantId)
    .replace(':unlocker', tenant.keyring.ids.own)
    .replace(':recovery', tenant.keyring.ids.recovery)
    .replace(':webhook', webhookId)
    .replace(':person', 'u2');

async function post(path: string, body: string, type = 'application/json') {
  const email = path.startsWith('/v1/operator/') ? OPERATOR : emailOf('admin');
  const headers: Record<string, string> =
    path.startsWith('/v1/operator/') || path.includes(':tenant')
      ? { 'cf-access-jwt-assertion': await accessToken(email), origin: PORTAL }
      : { authorization: `Bearer ${tenant.token}` };
  return request<Record<string, unknown>>('POST', pathOf(path), { ...headers, 'content-type': type }, body);
}

const WEBHOOKS = 'SELECT id, url, label, kinds, secret, paused_at FROM webhooks';
const DELIVERIES = 'SELECT webhook, place, notice, kind, subject, body FROM deliveries';

const rowsOf = (id: string) =>
  runInDurableObject(bindings.TENANT.getByName(id), (_object, state) => {
    const tables = [
      'machines',
      'machine_attributes',
      'runs',
      'events',
      'secrets',
      'secret_versions',
      'manifests',
      'escrow_keys',
      'unlockers',
      'wraps',
      'settings',
      'counters',
      'tokens',
      'people',
      'outbox',
      'replaced',
      'reveal_log',
      'grants',
      'leavers',
      'successions',
      'standing',
      'creation',
    ];
    // The alarm's notes about a delivery on its way come and go by themselves; its existence does not.
    const queries = [...tables.map((table) => `SELECT * FROM ${table}`), WEBHOOKS, DELIVERIES];
    return queries.map((query) => state.storage.sql.exec(query).toArray());
  });

/** Every row that a caller could have caused, except the record of refusals. */
const contents = async (path: string) => {
  if (!path.startsWith('/v1/operator/')) return JSON.stringify(await rowsOf(tenant.id));
  const { results } = await bindings.INDEX_DB.prepare('SELECT id, name, status FROM tenants ORDER BY id').all();
  return JSON.stringify([results, await rowsOf(closed.id)]);
};

/** A body that each POST accepts. */
const good = async (path: string): Promise<unknown> => {
  if (path === '/v1/report') return { machine, run, events: [event(2), event(3)] };
  if (path === '/v1/secret') return sealedSecret(tenant.id, tenant.keyring, machine.id);
  if (path.endsWith('/keyring')) return (await makeKeyring(tenant.id)).write;
  if (path.endsWith('/rotation/page')) return { after: { secret: secretId, version: 1 }, limit: 5 };
  if (path.endsWith('/rotation/reseal')) return { items: [await resealedItem(tenant.id, tenant.keyring, secretId)] };
  if (path.endsWith('/unopenable')) return { secret: secretId, version: 1, reason: 'a reason' };
  if (path.endsWith('/reveal')) return { reason: 'a reason', version: 1 };
  if (path.endsWith('/grants'))
    return grantRequest(tenant.id, emailOf('admin'), tenant.keyring.root.fingerprint, 'admin');
  if (path.endsWith('/change')) return changedUnlocker(tenant.id, tenant.keyring);
  if (path.endsWith('/ciphertexts/page'))
    return { purpose: 'export', after: { secret: secretId, version: 1 }, limit: 5 };
  if (path.endsWith('/findings')) {
    const item = { secret: secretId, version: 1, kid: tenant.keyring.kid, sha256: 'f'.repeat(64), finding: 'sound' };
    return { items: [item] };
  }
  if (path === '/v1/operator/tenants')
    return { id: crypto.randomUUID(), name: 'Another', firstAdmin: 'first@another.example' };
  if (path.endsWith('/suspend')) return { reason: 'a reason' };
  if (path.endsWith('/audit/export')) {
    const filters = { person: 'u0', machine: machine.id, action: 'secret.revealed', outcome: 'done', text: 'a text' };
    return { format: 'csv', from: 0, to: 1_790_000_000_000, ...filters };
  }
  if (path.endsWith('/people')) return { email: 'new@example.com', role: 'engineer' };
  if (path.endsWith('/role')) return { role: 'engineer' };
  if (path.endsWith('/tokens')) return { label: 'A label', expiresAt: 4_000_000_000_000, fingerprint: null };
  if (path.endsWith('/rotate')) return { overlapMs: 3_600_000, fingerprint: null };
  if (path.endsWith('/spool/report')) return { machine, run, events: [event(2), event(3)] };
  if (path.endsWith('/spool/secret')) return sealedSecret(tenant.id, tenant.keyring, machine.id);
  if (path.endsWith('/:machine/secrets')) return handSecret(tenant.id, tenant.keyring, machine.id, emailOf('admin'));
  if (path.endsWith('/merge')) return { into: twin.id };
  if (path.endsWith('/settings'))
    return {
      allowRawRsaOaep: true,
      ticketPattern: 'INC-#####',
      rotateAfterRevealMs: 1_000,
      eventsKeptDays: 90,
      lockAfterMinutes: 10,
      revealBudget: { perMinute: 2, perHour: 3, perDay: 4 },
    };
  if (path.endsWith('/webhooks')) return WEBHOOK;
  if (path.endsWith('/pause')) return { paused: true };
  return {};
};

/** Values put in a field's place: every kind of JSON, odd numbers, malformed text. */
const junk = fc.oneof(
  fc.constantFrom(
    null,
    true,
    -1,
    0,
    1.5,
    2 ** 53,
    -(2 ** 53),
    1e308,
    '',
    CANARY,
    `${CANARY}\ud800`,
    `${CANARY}\u0000`,
    [],
    {},
  ),
  fc.constant([CANARY, { [CANARY]: CANARY }]),
  fc.constant({ [CANARY]: CANARY, __proto__: CANARY }),
  fc.constant(CANARY.repeat(4000)),
);

/** Every place in a JSON value. */
const places = (value: unknown, at: (string | number)[] = []): (string | number)[][] =>
  typeof value === 'object' && value !== null
    ? [
        at,
        ...Object.entries(value).flatMap(([key, inner]) =>
          places(inner, [...at, Array.isArray(value) ? Number(key) : key]),
        ),
      ]
    : [at];

function put(value: unknown, [key, ...rest]: (string | number)[], thing: unknown): unknown {
  if (key === undefined) return thing;
  if (Array.isArray(value)) return value.map((inner, index) => (index === key ? put(inner, rest, thing) : inner));
  return { ...(value as object), [key]: put((value as Record<string, unknown>)[key], rest, thing) };
}

/** These take an empty object, which is found here sooner or later; everything else needs more. */
const TAKES_NOTHING =
  /\/(revoke|bring-back|rotate|rotation\/page|decline|remove|archive|:machine\/restore|unmerge|resume|test|backup\/run|restore\/abort)$/;

describe.each(posts.map((route) => route.path))('POST %s', (path) => {
  it('answers anything at all with a problem that echoes nothing, and stores nothing of it', async () => {
    const before = await contents(path);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.json(), fc.string({ unit: 'binary' }), fc.constantFrom('', '[]', 'null', '{"a":', `"${CANARY}"`)),
        async (text) => {
          const { status, json } = await post(path, text);
          if (TAKES_NOTHING.test(path) && [200, 201, 404, 409].includes(status)) return;
          expect(status).toBeGreaterThanOrEqual(400);
          expect(status).toBeLessThan(500);
          expect(json).toMatchObject({ code: expect.any(String), requestId: expect.any(String) });
          expect(JSON.stringify(json)).not.toContain(CANARY);
        },
      ),
      { numRuns: RUNS },
    );
    if (!TAKES_NOTHING.test(path)) expect(await contents(path)).toBe(before);
  });

  it('answers a good body with one field gone wrong by naming a field, never the value', async () => {
    const body = await good(path);
    const all = places(body);
    let stored = await contents(path);
    await fc.assert(
      fc.asyncProperty(fc.nat(all.length - 1), junk, async (index, thing) => {
        const { status, json } = await post(path, JSON.stringify(put(body, all[index] ?? [], thing)));
        expect(status).toBeLessThan(500);
        const before = stored;
        stored = await contents(path);
        if (status >= 400) expect(stored).toBe(before);
        // A free field may hold any text: then it is a success, and the stored text is not searched for an echo.
        if (status >= 400 || path.endsWith('/report')) expect(JSON.stringify(json)).not.toContain(CANARY);
      }),
      { numRuns: RUNS },
    );
  });
});

it('every POST refuses a body over its limit before it is parsed', async () => {
  const body = `{"x":"${'x'.repeat(2 * 1024 * 1024 + 1)}"}`;
  for (const { path } of posts) {
    const { status, json } = await post(path, body);
    expect([status, json.code], path).toEqual([413, 'body_too_large']);
  }
});

describe('an event', () => {
  const report = async (events: unknown[]) =>
    (await asMachine<ReportAnswer>(tenant.token, '/v1/report', { machine, run, events })).json;

  it.each([
    ['a REAL seq', { seq: 2.5 }, null, 'seq'],
    ['a seq of 2^53', { seq: 2 ** 53 }, null, 'seq'],
    ['a seq of 0', { seq: 0 }, null, 'seq'],
    ['a seq as text', { seq: '2' }, null, 'seq'],
    ['a type that there is not', { seq: 2, type: CANARY }, 2, 'type'],
  ])('with %s is rejected alone, by the name of its field', async (_what, change, seq, field) => {
    const answer = await report([{ ...event(2), ...change }, event(3)]);
    expect(answer).toMatchObject({ accepted: 1, rejected: [{ index: 0, seq, code: 'invalid_event', field }] });
    expect(JSON.stringify(answer)).not.toContain(CANARY);
  });

  it.each([
    ['a lone surrogate', { message: 'x\udc00' }],
    ['a message too long', { message: 'x'.repeat(4097) }],
    ['a phase event without a phase', { type: 'phase_started' }],
    ['an instant that is a date', { at: '2026-11-24' }],
    [
      'more than 16 KiB',
      { data: Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`k${i}`, 'x'.repeat(4000)])) },
    ],
    ['data as deep as JSON goes', { data: JSON.parse(`${'['.repeat(9_000)}${']'.repeat(9_000)}`) }],
  ])('with %s is mended and kept', async (_what, change) => {
    const sent = { machine: newMachine(), run: newRun(), events: [event(2, change), event(3)] };
    const { json } = await asMachine<ReportAnswer>(tenant.token, '/v1/report', sent);
    expect(json).toMatchObject({ accepted: 2, rejected: [] });
  });

  it('in 200 batches of good and bad ones, never costs a good one its place', async () => {
    const bad = fc.constantFrom(null, 7, 'x', [], {}, { seq: 'x' }, { seq: 5, type: CANARY });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.constant('good'), bad), { minLength: 1, maxLength: 12 }), async (drawn) => {
        const events = drawn.map((one, index) => (one === 'good' ? event(100 + index) : one));
        // Each from its own PC: a PC may begin only a limited number of runs a day.
        const sent = { machine: newMachine(), run: newRun(), events };
        const { json } = await asMachine<ReportAnswer>(tenant.token, '/v1/report', sent);
        const goodOnes = drawn.filter((one) => one === 'good').length;
        expect([json.accepted, json.rejected.length]).toEqual([goodOnes, drawn.length - goodOnes]);
        expect(JSON.stringify(json)).not.toContain(CANARY);
      }),
      { numRuns: 200 },
    );
  });

  it('of an NDJSON report cut off at any byte costs at most itself', async () => {
    const lines = [event(2), event(3)].map((one) => JSON.stringify(one));
    const head = JSON.stringify({ machine, run });
    const whole = `${head}\n${lines.join('\n')}`;
    for (const length of [
      head.length + 2,
      head.length + 20,
      head.length + 1 + (lines[0]?.length ?? 0),
      whole.length - 1,
    ]) {
      const { status, json } = await post('/v1/report', whole.slice(0, length), 'application/x-ndjson');
      expect(status).toBe(200);
      expect((json.rejected as unknown[]).length).toBeLessThanOrEqual(1);
    }
    expect((await post('/v1/report', whole.slice(0, 30), 'application/x-ndjson')).json.code).toBe('malformed_json');
    expect((await post('/v1/report', head, 'application/x-ndjson')).json.code).toBe('invalid_body');
  });
});

describe('a query', () => {
  it('of any kind gets an answer below 500', async () => {
    const headers = { 'cf-access-jwt-assertion': await accessToken(emailOf('admin')) };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('machines', 'search', 'activity', `runs/${run.id}/events`, 'audit'),
        fc.constantFrom(
          'limit',
          'after',
          'sort',
          'status',
          'shelf',
          'client',
          'attention',
          'q',
          'days',
          'order',
          'person',
          'machine',
          'from',
          'to',
          'text',
          CANARY,
        ),
        fc.oneof(
          fc.string(),
          fc.constantFrom('-1', '0', '1.5', '9007199254740993', 'NaN', '%00', 'W10', 'WyJzdGFydGVkIiwiMSIsMl0'),
        ),
        async (where, name, value) => {
          const query = new URLSearchParams({ [name]: value });
          const { status, json } = await request('GET', `/v1/tenants/${tenant.id}/${where}?${query}`, headers);
          expect(status).toBeLessThan(500);
          if (status >= 400) expect(JSON.stringify(json)).not.toContain(CANARY);
        },
      ),
      { numRuns: 200 },
    );
  });
});
