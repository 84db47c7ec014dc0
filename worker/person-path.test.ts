// The person path through the whole Worker: sign-in, membership, roles, reads, keyring, reveal.
import { generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import type { AuditPage } from '../schema/audit.ts';
import type { Keyring } from '../schema/keyring.ts';
import type { Machine, MachinePage, Overview, RunList } from '../schema/machine.ts';
import type { Me } from '../schema/person.ts';
import type { EventPage } from '../schema/report.ts';
import type { Receipt, Revealed, SecretList } from '../schema/secret.ts';
import { pass } from '../test/support/clock.ts';
import {
  accessToken,
  asMachine,
  asPerson,
  bindings,
  emailOf,
  event,
  makeKeyring,
  newMachine,
  newRun,
  PORTAL,
  request,
  sealedSecret,
  seedReadyTenant,
  seedTenant,
} from '../test/workerd-fixtures.ts';
import { authenticatePerson } from './authenticate/person.ts';
import { authorizeHost } from './authorize.ts';
import { type Bindings, readEnv } from './core/env.ts';

const me = async (token: string | undefined) =>
  request('GET', '/v1/me', token ? { 'cf-access-jwt-assertion': token } : {});

describe('a sign-in', () => {
  it('names the person, their tenants and roles, whatever the case of the address', async () => {
    const { id } = await seedTenant();
    const { json } = await request<Me>('GET', '/v1/me', {
      'cf-access-jwt-assertion': await accessToken('Admin@Example.com'),
    });
    expect(json).toEqual({
      email: 'admin@example.com',
      operator: false,
      memberships: [{ tenant: id, name: 'Acme MSP', role: 'admin', status: 'active' }],
    });
  });

  const secondsAgo = (seconds: number) => Math.floor(Date.now() / 1000) - seconds;
  it.each([
    ['nothing', async () => undefined, 'not_signed_in'],
    ['another audience', async () => accessToken('a@example.com', { claims: { aud: ['other'] } }), 'invalid_session'],
    [
      'another issuer',
      async () => accessToken('a@example.com', { claims: { iss: 'https://evil.example' } }),
      'invalid_session',
    ],
    [
      'an expired token',
      async () => accessToken('a@example.com', { claims: { exp: secondsAgo(60) } }),
      'session_expired',
    ],
    ['no expiry', async () => accessToken('a@example.com', { claims: { exp: undefined } }), 'invalid_session'],
    [
      'HS256 under the public key',
      async () =>
        accessToken('a@example.com', {
          header: { alg: 'HS256' },
          key: new TextEncoder().encode(bindings.TEST_ACCESS_KEY),
        }),
      'invalid_session',
    ],
    ['alg none', async () => `${btoa('{"alg":"none"}').replace(/=/g, '')}.e30.`, 'invalid_session'],
    [
      'another key',
      async () => accessToken('a@example.com', { key: (await generateKeyPair('RS256')).privateKey as CryptoKey }),
      'invalid_session',
    ],
    ['an unknown kid', async () => accessToken('a@example.com', { header: { kid: 'other' } }), 'invalid_session'],
    [
      'a service token without an email',
      async () => accessToken(undefined, { claims: { common_name: 'script' } }),
      'not_a_person',
    ],
  ])('with %s is refused', async (_what, token, code) => {
    expect((await me(await token())).json).toMatchObject({ status: 401, code });
  });

  it('ends when it says, also where it was verified a moment before, and no other token is taken for it', async () => {
    await seedTenant();
    const token = await accessToken(emailOf('admin'), { claims: { exp: secondsAgo(-10) } });
    expect((await me(token)).status).toBe(200);
    const [head, payload, signature = ''] = token.split('.');
    const forged = [head, payload, `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`].join('.');
    expect((await me(forged)).json).toMatchObject({ code: 'invalid_session' });
    pass(20_000);
    // Half a minute of another clock is allowed.
    expect((await me(token)).status).toBe(200);
    pass(20_001);
    expect((await me(token)).json).toMatchObject({ code: 'session_expired' });
  });

  it('with an address that only lower-cases to a member’s is nobody’s, because a Kelvin sign is no k', async () => {
    const { id } = await seedTenant();
    await bindings.INDEX_DB.prepare("UPDATE users SET email = 'k@example.com' WHERE tenant_id = ? AND role = 'admin'")
      .bind(id)
      .run();
    expect((await me(await accessToken('K@example.com'))).json).toMatchObject({ email: 'k@example.com' });
    expect((await me(await accessToken('\u212a@example.com'))).json).toMatchObject({ code: 'not_a_person' });
  });

  it('answers 503 while ACCESS_AUD is blank, because without an audience any application’s token would pass', async () => {
    const env = { ...readEnv(bindings), accessAudience: null };
    expect(await authenticatePerson(env, await accessToken('a@example.com'))).toMatchObject({
      refused: 'access_not_configured',
    });
  });

  it('answers 503 when the keys cannot be fetched and none are known: nobody is let in, nobody is called a forger', async () => {
    const env = { ...readEnv(bindings), accessIssuer: 'http://localhost:9' };
    expect(await authenticatePerson(env, await accessToken('a@example.com'))).toMatchObject({
      refused: 'access_unreachable',
    });
  });
});

describe('membership', () => {
  it('of another tenant gives the same answer as a tenant that does not exist', async () => {
    const { id } = await seedTenant();
    const other = await seedTenant('Other');
    await bindings.INDEX_DB.prepare('UPDATE users SET email = ? WHERE tenant_id = ? AND role = ?')
      .bind('else@example.com', other.id, 'admin')
      .run();
    const answers = [
      await asPerson('else@example.com', `/v1/tenants/${id}/overview`),
      await asPerson('else@example.com', `/v1/tenants/${crypto.randomUUID()}/overview`),
    ];
    for (const { json } of answers) expect(json).toMatchObject({ status: 403, code: 'not_a_member' });
    expect(answers[0]?.json.detail).toBe(answers[1]?.json.detail);
  });

  it('ends with the next request when the row is removed', async () => {
    const { id } = await seedTenant();
    expect((await asPerson(emailOf('engineer'), `/v1/tenants/${id}/overview`)).status).toBe(200);
    await bindings.INDEX_DB.exec("UPDATE users SET status = 'removed' WHERE role = 'engineer'");
    expect((await asPerson(emailOf('engineer'), `/v1/tenants/${id}/overview`)).status).toBe(403);
  });
});

describe('the fleet', () => {
  it('shows a machine with its run, phases and events, as the engine reported them', async () => {
    const { id, token } = await seedTenant();
    const [machine, run] = [newMachine(), newRun()];
    const events = [
      event(1, { type: 'run_started' }),
      event(2, { type: 'phase_started', phase: 'preflight' }),
      event(3, { type: 'phase_succeeded', phase: 'preflight' }),
      event(4, { type: 'phase_started', phase: 'bitlocker' }),
      event(5, { type: 'reboot', level: 'warning', data: { reason: 'updates', minutes: 3 } }),
    ];
    await asMachine(token, '/v1/report', { machine, run, events });
    const base = `/v1/tenants/${id}`;
    const engineer = emailOf('engineer');
    const { machines } = (await asPerson<MachinePage>(engineer, `${base}/machines`)).json;
    expect(machines).toMatchObject([
      {
        id: machine.id,
        hostname: 'ACM-LT-0142',
        secrets: 0,
        attention: [],
        run: { id: run.id, status: 'running', phase: 'bitlocker', phasesDone: 1, phasesTotal: 3 },
      },
    ]);
    const one = (await asPerson<Machine>(engineer, `${base}/machines/${machine.id}`)).json;
    expect(one.history.map((change) => change.attribute)).toEqual(['hostname', 'model', 'serial']);
    const { runs } = (await asPerson<RunList>(engineer, `${base}/machines/${machine.id}/runs`)).json;
    expect(runs).toMatchObject([{ events: 5, reboots: 1, warnings: 1, errors: 0, nextSeq: 6 }]);
    const page = (await asPerson<EventPage>(engineer, `${base}/runs/${run.id}/events?limit=2&after=3`)).json;
    expect(page).toMatchObject({
      events: [{ seq: 4 }, { seq: 5, data: { reason: 'updates', minutes: 3 } }],
      next: null,
    });
    const overview = (await asPerson<Overview>(emailOf('auditor'), `${base}/overview`)).json;
    expect(overview).toMatchObject({ machines: 1, keyState: 'none', runs: { running: 1, failed: 0 }, secrets: 0 });
  });

  it('refuses a query it does not know, naming the field', async () => {
    const { id } = await seedTenant();
    const { json } = await asPerson(emailOf('admin'), `/v1/tenants/${id}/machines?limit=9999`);
    expect(json).toMatchObject({ status: 422, code: 'invalid_query', errors: [{ field: 'limit' }] });
  });
});

describe('the keyring', () => {
  it('is set up once: of two admins exactly one wins and the other is told', async () => {
    const { id } = await seedTenant();
    const path = `/v1/tenants/${id}/keyring`;
    const [a, b] = [await makeKeyring(id), await makeKeyring(id)];
    const answers = await Promise.all([
      asPerson(emailOf('admin'), path, a.write),
      asPerson(emailOf('admin'), path, b.write),
    ]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409]);
    expect(answers.find((answer) => answer.status === 409)?.json).toMatchObject({ code: 'keyring_conflict' });
  });

  it('hands sealed halves only to those who may have them: never to auditors, recovery only to admins', async () => {
    const { id, keyring } = await seedReadyTenant();
    const read = async (role: 'admin' | 'engineer' | 'auditor') =>
      (await asPerson<Keyring>(emailOf(role), `/v1/tenants/${id}/keyring`)).json;
    const [own, recovery, team] = keyring.write.unlockers.map((one) => one.id);
    const [admin, engineer, auditor] = [await read('admin'), await read('engineer'), await read('auditor')];
    expect(admin.unlockers.map((one) => one.id).sort()).toEqual([own, recovery, team].sort());
    expect(engineer.unlockers.map((one) => one.id)).toEqual([team]);
    expect(engineer.wraps.map((wrap) => [wrap.unlocker, wrap.purpose])).toEqual([[team, 'reveal']]);
    expect(engineer.root).toBeNull();
    expect([auditor.unlockers, auditor.wraps, auditor.escrowKeys, auditor.root]).toEqual([[], [], [], null]);
  });

  it('is refused from an engineer and from another origin, and the refusal is on record', async () => {
    const { id } = await seedTenant();
    const { write } = await makeKeyring(id);
    const path = `/v1/tenants/${id}/keyring`;
    expect((await asPerson(emailOf('engineer'), path, write)).json).toMatchObject({
      status: 403,
      code: 'role_forbids',
    });
    const headers = {
      'cf-access-jwt-assertion': await accessToken(emailOf('admin')),
      'content-type': 'application/json',
      origin: 'https://evil.example',
    };
    expect((await request('POST', path, headers, JSON.stringify(write))).json.code).toBe('wrong_origin');
    const { entries } = (await asPerson<AuditPage>(emailOf('auditor'), `/v1/tenants/${id}/audit`)).json;
    expect(entries.filter((entry) => entry.outcome === 'refused').map((entry) => entry.detail.code)).toEqual([
      'role_forbids',
      'wrong_origin',
    ]);
  });
});

describe('a reveal', () => {
  it('writes its audit entry with the reason and returns one ciphertext; the list never does', async () => {
    const { id, token, keyring } = await seedReadyTenant();
    const machine = crypto.randomUUID();
    const body = await sealedSecret(id, keyring, machine);
    const { json: receipt } = await asMachine<Receipt>(token, '/v1/secret', body);
    const list = (await asPerson<SecretList>(emailOf('engineer'), `/v1/tenants/${id}/machines/${machine}/secrets`))
      .json;
    expect(JSON.stringify(list)).not.toContain(body.sealed);
    const path = `/v1/tenants/${id}/secrets/${receipt.secretId}/reveal`;
    const { json } = await asPerson<Revealed>(emailOf('engineer'), path, { reason: 'Locked out, ticket 4711' });
    expect(json).toMatchObject({ id: receipt.secretId, sealed: body.sealed, version: { version: 1, bound: true } });
    const { entries } = (await asPerson<AuditPage>(emailOf('auditor'), `/v1/tenants/${id}/audit`)).json;
    expect(entries.find((entry) => entry.seq === json.auditSeq)).toMatchObject({
      action: 'secret.revealed',
      subject: receipt.secretId,
      outcome: 'done',
      principal: { kind: 'person', name: emailOf('engineer') },
      detail: { reason: 'Locked out, ticket 4711', version: 1 },
    });
    expect(entries.map((entry) => entry.action)).toEqual([
      'tenant.initialized',
      'keyring.created',
      'machine.enrolled',
      'secret.escrowed',
      'secret.revealed',
    ]);
    expect(entries[3]).toMatchObject({ seq: receipt.auditSeq, hash: receipt.auditHash });
  });

  it('is refused to auditors, without a reason, and for a version that is not there', async () => {
    const { id, token, keyring } = await seedReadyTenant();
    const body = await sealedSecret(id, keyring, crypto.randomUUID());
    const { json: receipt } = await asMachine<Receipt>(token, '/v1/secret', body);
    const path = `/v1/tenants/${id}/secrets/${receipt.secretId}/reveal`;
    expect((await asPerson(emailOf('auditor'), path, { reason: 'curious' })).json.code).toBe('role_forbids');
    const refused = await asPerson<AuditPage>(emailOf('auditor'), `/v1/tenants/${id}/audit?outcome=refused`);
    expect(refused.json.entries[0]?.subject, 'which secret they sought').toContain(receipt.secretId);
    expect((await asPerson(emailOf('engineer'), path, { reason: ' ' })).json).toMatchObject({
      code: 'invalid_body',
      errors: [{ field: 'reason' }],
    });
    expect((await asPerson(emailOf('engineer'), path, { reason: 'ticket', version: 2 })).json.code).toBe(
      'unknown_secret',
    );
  });
});

describe('every answer', () => {
  it('carries CORS for the portal and no-store, errors included, so that the portal can read a refusal', async () => {
    for (const { headers } of [
      await request('GET', '/health'),
      await request('GET', '/nowhere'),
      await me(undefined),
    ]) {
      expect(headers.get('access-control-allow-origin')).toBe(PORTAL);
      expect(headers.get('access-control-allow-credentials')).toBe('true');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('strict-transport-security')).toBe('max-age=63072000');
    }
    const preflight = await request('OPTIONS', '/v1/me', { origin: PORTAL, 'access-control-request-method': 'GET' });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type');
  });

  it('to an unknown path is 404, to a wrong method 405', async () => {
    expect((await request('GET', '/v1/nowhere')).json).toMatchObject({ status: 404, code: 'not_found' });
    expect((await request('POST', '/v1/me')).json).toMatchObject({ status: 405, code: 'method_not_allowed' });
  });
});

describe('the address that people are answered at', () => {
  const at = (url: string, apiOrigin: string | null) => authorizeHost(new URL(url), apiOrigin)?.refused ?? null;

  it.each([
    'https://totl.workers.dev/v1/me',
    'https://a.b.workers.dev./v1/me',
    'https://TOTL.Workers.DEV:443/',
    'https://totl.workers.dev:8443/',
    'https://workers.dev/',
  ])('is never %s, because no Access can stand before it, whatever is configured', (url) =>
    expect([at(url, null), at(url, 'https://api.example.com')]).toEqual(['wrong_host', 'wrong_host']),
  );

  it('is any other where none is named, so that whoever followed the guide needs no new setting', () =>
    expect(
      ['https://totl.example.com/', 'https://workers.dev.example.com/', 'https://myworkers.dev/'].map((url) =>
        at(url, null),
      ),
    ).toEqual([null, null, null]));

  it('is the one that API_ORIGIN names, and then no other host and no other port', () => {
    const named = 'https://api.example.com';
    expect(['https://api.example.com/v1/me', 'https://API.example.com./'].map((url) => at(url, named))).toEqual([
      null,
      null,
    ]);
    for (const url of [
      'https://engines.example.com/',
      'https://api.example.com:8443/',
      'https://api.example.com.evil.example/',
    ])
      expect(at(url, named), url).toBe('wrong_host');
  });

  it('may be named, blank or absent in the configuration', () => {
    const origin = (API_ORIGIN: string | undefined) => readEnv({ ...bindings, API_ORIGIN } as Bindings).apiOrigin;
    expect([origin('https://api.example.com'), origin(''), origin(undefined)]).toEqual([
      'https://api.example.com',
      null,
      null,
    ]);
    expect(() => origin('https://api.example.com/v1')).toThrow('API_ORIGIN must be an origin');
  });
});

describe('health and OpenAPI', () => {
  it('says whether D1 and a Durable Object answer', async () => {
    // Another test's result is kept for ten seconds.
    pass(60_000);
    expect((await request('GET', '/health')).json).toMatchObject({ ok: true, index: true, object: true });
  });

  it('documents every route of the table', async () => {
    const { json } = await request<{ openapi: string; paths: Record<string, object> }>('GET', '/openapi.json');
    expect(json.openapi).toBe('3.1.1');
    expect(Object.keys(json.paths)).toContain('/v1/tenants/{tenant}/secrets/{secret}/reveal');
  });
});
