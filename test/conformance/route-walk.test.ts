// Every route of the table, called by everybody who may come: the required answer follows from the table alone, so a
// new route cannot escape. A POST that succeeds and leaves no audit entry fails the walk; so does an answer that
// differs from the row (the fixtures' `request` checks each against the table), and a request whose lines in the log
// are not one, joined, and free of secrets.
import { runInDurableObject } from 'cloudflare:test';
import { exports } from 'cloudflare:workers';
import { generateKeyPair } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { page } from '../../objects/audit/pages.ts';
import { AuditAction, type AuditEntry, type AuditPage } from '../../schema/audit.ts';
import type { Finding } from '../../schema/bulk.ts';
import type { Keyring } from '../../schema/keyring.ts';
import type { Machine } from '../../schema/machine.ts';
import type { Role } from '../../schema/person.ts';
import type { Problem } from '../../schema/problem.ts';
import { REFUSALS, type RefusalCode } from '../../schema/refusal.ts';
import type { Receipt, Revealed } from '../../schema/secret.ts';
import type { WebhookMade } from '../../schema/webhook.ts';
import { doneStatus, fromPortalOnly, type Route } from '../../worker/core/route.ts';
import { type LogWatch, logFault, watchLog } from '../support/log-watch.ts';
import { routes } from '../workerd/routes.ts';
import {
  accessToken,
  asMachine,
  asPerson,
  bindings,
  changedUnlocker,
  drillProof,
  emailOf,
  event,
  grantRequest,
  handSecret,
  makeKeyring,
  newMachine,
  newRun,
  openedWord,
  PORTAL,
  request,
  resealedItem,
  sealedSecret,
  seedReadyTenant,
  seedTenant,
  startRotation,
  type TestKeyring,
  type TestTenant,
  writeNext,
} from '../workerd-fixtures.ts';

type World = {
  tenant: TestTenant & { keyring: TestKeyring };
  other: TestTenant;
  bare: TestTenant;
  ids: Record<string, string>;
};
let world: World;

const machine = newMachine();
/** Another id of the same PC, to merge into. */
const twin = newMachine();
const run = newRun();
const WEBHOOK = { url: `${bindings.TEST_RECEIVER}/ok/walk`, label: 'the walk', kinds: ['key_destroyed'] };

beforeEach(async () => {
  log = watchLog();
  const tenant = await seedReadyTenant();
  const [other, bare] = [await seedTenant('Other'), await seedTenant('Bare')];
  await bindings.INDEX_DB.batch([
    bindings.INDEX_DB.prepare(
      "UPDATE users SET email = 'admin@other.example' WHERE tenant_id = ? AND role = 'admin'",
    ).bind(other.id),
    bindings.INDEX_DB.prepare("DELETE FROM users WHERE tenant_id = ? AND role <> 'admin'").bind(other.id),
    bindings.INDEX_DB.prepare(
      "INSERT INTO api_tokens (id,tenant_id,token_prefix,token_hash,token_salt) VALUES ('spare', ?, 'tok_none', ?, ?)",
    ).bind(tenant.id, 'f'.repeat(64), 'f'.repeat(16)),
    ...['leaver', 'demoted'].map((id) =>
      bindings.INDEX_DB.prepare("INSERT INTO users (id,tenant_id,email,role) VALUES (?, ?, ?, 'engineer')").bind(
        id,
        tenant.id,
        `${id}@example.com`,
      ),
    ),
    bindings.INDEX_DB.prepare('UPDATE api_tokens SET revoked_at = 1 WHERE tenant_id = ?').bind(bare.id),
  ]);
  await asMachine(tenant.token, '/v1/report', { machine, run, events: [event(1)] });
  await asPerson(email, `/v1/tenants/${bare.id}/overview`);
  await asMachine(tenant.token, '/v1/report', { machine: twin, run: newRun(), events: [event(1)] });
  const escrow = async () => {
    const body = await sealedSecret(tenant.id, tenant.keyring, machine.id, { ref: { account: crypto.randomUUID() } });
    return (await asMachine<Receipt>(tenant.token, '/v1/secret', body)).json.secretId;
  };
  const [secret, left] = [await escrow(), await escrow()];
  // A rotation has begun, so that there is something to re-seal and something to give up.
  await startRotation(tenant.id, tenant.keyring);
  const request = await grantRequest(tenant.id, emailOf('engineer'), tenant.keyring.root.fingerprint);
  await asPerson(emailOf('engineer'), `/v1/tenants/${tenant.id}/grants`, request);
  const webhook = (await asPerson<WebhookMade>(emailOf('admin'), `/v1/tenants/${tenant.id}/webhooks`, WEBHOOK)).json;
  world = {
    tenant,
    other,
    bare,
    ids: {
      tenant: tenant.id,
      machine: machine.id,
      run: run.id,
      secret,
      left,
      token: 'spare',
      person: 'leaver',
      grant: request.unlocker.id,
      unlocker: tenant.keyring.ids.own,
      recovery: tenant.keyring.ids.recovery,
      webhook: webhook.webhook.id,
    },
  };
});

/** The confirmed version was brought by a person; the re-sealed and revealed one, by an engine. */
const nameOf = (route: Route, name: string): string =>
  name === 'secret' && /\/(confirm|rotated)$/.test(route.path) ? 'uploaded' : name;

/** Operators suspend and resume a tenant of their own, so that the walk's stays open to everybody else. */
const pathOf = (route: Route): string =>
  route.path.replaceAll(/:(\w+)/g, (_, name: string) =>
    route.who === 'operator' && name === 'tenant' ? world.bare.id : (world.ids[nameOf(route, name)] ?? 'missing'),
  );

/** The tenant whose chain records an effect. */
const subjectOf = (route: Route): string => {
  if (route.who !== 'operator') return world.tenant.id;
  return route.path.includes(':tenant') ? world.bare.id : (world.ids.created ?? '');
};

/** A browser's finding about the secret that is left under the old key. */
async function finding(found: Finding) {
  const path = `/v1/tenants/${world.tenant.id}/secrets/${world.ids.left}/reveal`;
  const { version } = (await asPerson<Revealed>(emailOf('admin'), path, { reason: 'the walk' })).json;
  const { kid, sha256 } = version;
  return { secret: world.ids.left, version: 1, kid, sha256, finding: found };
}

/** A secret that an engineer has uploaded for an engine, for an admin to confirm. */
async function uploaded(): Promise<string> {
  const { id, keyring } = world.tenant;
  const body = await sealedSecret(id, keyring, machine.id, { ref: { account: crypto.randomUUID() } });
  return (await asPerson<Receipt>(emailOf('engineer'), `/v1/tenants/${id}/spool/secret`, body)).json.secretId;
}

/** A body each POST accepts. A new POST without one fails the walk: give it one here. */
const GOOD_BODIES: Record<string, () => Promise<unknown>> = {
  '/v1/report': async () => ({ machine: newMachine(), run: newRun(), events: [event(1)] }),
  '/v1/secret': () => sealedSecret(world.tenant.id, world.tenant.keyring, machine.id),
  // A second first set-up can never succeed; this one is written to a tenant that has none yet, below.
  '/v1/tenants/:tenant/keyring': async () => (await makeKeyring(world.tenant.id)).write,
  '/v1/tenants/:tenant/secrets/:secret/reveal': async () => ({ reason: 'the walk' }),
  '/v1/tenants/:tenant/secrets/:secret/confirm': async () => {
    world.ids.uploaded = await uploaded();
    return { version: 1 };
  },
  '/v1/tenants/:tenant/secrets/:secret/rotated': async () => {
    world.ids.uploaded = await uploaded();
    return { reason: 'the walk' };
  },
  '/v1/tenants/:tenant/rotation/page': async () => ({}),
  '/v1/tenants/:tenant/rotation/reseal': async () => ({
    items: [await resealedItem(world.tenant.id, world.tenant.keyring, world.ids.secret ?? '')],
  }),
  '/v1/tenants/:tenant/rotation/unopenable': async () => {
    const path = `/v1/tenants/${world.tenant.id}/ciphertexts/findings`;
    await asPerson(emailOf('admin'), path, { items: [await finding('does_not_open')] });
    return { secret: world.ids.left, version: 1, reason: 'the walk' };
  },
  '/v1/tenants/:tenant/rotation/restore': async () => {
    const { id, keyring } = world.tenant;
    const items = [await resealedItem(id, keyring, world.ids.secret ?? '')];
    await asPerson(emailOf('admin'), `/v1/tenants/${id}/rotation/reseal`, { items });
    return { secret: world.ids.secret, version: 1, reason: 'the walk' };
  },
  // A person's newer request takes the place of their older one: it is this one that is declined next.
  '/v1/tenants/:tenant/grants': async () => {
    const asked = await grantRequest(world.tenant.id, email, world.tenant.keyring.root.fingerprint, 'admin');
    world.ids.grant = asked.unlocker.id;
    return asked;
  },
  '/v1/tenants/:tenant/grants/:grant/decline': async () => ({}),
  '/v1/tenants/:tenant/unlockers/:unlocker/change': () => changedUnlocker(world.tenant.id, world.tenant.keyring),
  '/v1/tenants/:tenant/unlockers/:unlocker/opened': async () => {
    const { id, keyring } = world.tenant;
    const own = keyring.write.unlockers.find((half) => half.id === keyring.ids.own);
    return { opened: own && (await openedWord(id, keyring, own)) };
  },
  '/v1/tenants/:tenant/keyring/line': async () => ({
    version: 1,
    signed: 'a'.repeat(64),
    insteadVersion: 2,
    instead: 'b'.repeat(64),
  }),
  // A change that changes nothing, made on a copy of what the walk knows: taken back, the world is as it was.
  '/v1/tenants/:tenant/keyring/undo': async () => {
    await writeNext(world.tenant.id, { ...world.tenant.keyring }, () => {});
    const { changes, version } = (await asPerson<Keyring>(email, `/v1/tenants/${world.tenant.id}/keyring`)).json;
    return { change: changes?.at(-1)?.change, version, reason: 'the walk' };
  },
  '/v1/tenants/:tenant/recovery/:recovery/drilled': () => drillProof(world.tenant.id, world.tenant.keyring),
  '/v1/tenants/:tenant/ciphertexts/page': async () => ({ purpose: 'health' }),
  '/v1/tenants/:tenant/ciphertexts/findings': async () => ({ items: [await finding('sound')] }),
  '/v1/tenants/:tenant/people': async () => ({ email: `${crypto.randomUUID()}@example.com`, role: 'auditor' }),
  '/v1/tenants/:tenant/tokens/:token/set-aside': async () => ({ since: null }),
  '/v1/tenants/:tenant/tokens/:token/bring-back': async () => ({}),
  '/v1/tenants/:tenant/people/:person/role': async () => {
    world.ids.person = 'demoted';
    return { role: 'auditor' };
  },
  '/v1/tenants/:tenant/people/:person/remove': async () => {
    world.ids.person = 'leaver';
    return {};
  },
  '/v1/tenants/:tenant/tokens': async () => ({ label: 'The walk', expiresAt: null, fingerprint: null }),
  '/v1/tenants/:tenant/tokens/:token/rotate': async () => ({ overlapMs: 3_600_000 }),
  '/v1/tenants/:tenant/tokens/:token/revoke': async () => ({}),
  '/v1/tenants/:tenant/audit/export': async () => ({ format: 'ndjson' }),
  '/v1/tenants/:tenant/machines/:machine/secrets': () =>
    handSecret(world.tenant.id, world.tenant.keyring, machine.id, email),
  '/v1/tenants/:tenant/machines/:machine/archive': async () => ({}),
  '/v1/tenants/:tenant/machines/:machine/restore': async () => ({}),
  '/v1/tenants/:tenant/machines/:machine/acknowledge': async () => {
    // An event that came before, and differs.
    await asMachine(world.tenant.token, '/v1/report', { machine, run, events: [event(1, { message: 'another' })] });
    return { mark: 'seq_conflict', of: run.id };
  },
  '/v1/tenants/:tenant/machines/:machine/split': async () => {
    const other = { ...machine, serial: crypto.randomUUID() };
    await asMachine(world.tenant.token, '/v1/report', { machine: other, run: newRun(), events: [event(1)] });
    const path = `/v1/tenants/${world.tenant.id}/machines/${machine.id}`;
    const { marks } = (await asPerson<Machine>(email, path)).json;
    return { of: marks.find(({ mark }) => mark === 'cloned')?.of };
  },
  '/v1/tenants/:tenant/machines/:machine/merge': async () => ({ into: twin.id }),
  '/v1/tenants/:tenant/machines/:machine/unmerge': async () => ({}),
  '/v1/tenants/:tenant/spool/report': async () => ({ machine: newMachine(), run: newRun(), events: [event(1)] }),
  '/v1/tenants/:tenant/spool/secret': () => sealedSecret(world.tenant.id, world.tenant.keyring, machine.id),
  '/v1/tenants/:tenant/settings': async () => ({ allowRawRsaOaep: true }),
  '/v1/operator/tenants': async () => {
    world.ids.created = crypto.randomUUID();
    return { id: world.ids.created, name: 'The walk', firstAdmin: 'first@walk.example' };
  },
  '/v1/operator/tenants/:tenant/limits': async () => ({ tokens: 400, family: null }),
  '/v1/operator/tenants/:tenant/suspend': async () => ({ reason: 'the walk' }),
  '/v1/operator/tenants/:tenant/resume': async () => ({}),
  '/v1/tenants/:tenant/webhooks': async () => WEBHOOK,
  '/v1/tenants/:tenant/webhooks/:webhook/test': async () => ({}),
  '/v1/tenants/:tenant/webhooks/:webhook/pause': async () => ({ paused: true }),
  '/v1/tenants/:tenant/webhooks/:webhook/change': async () => WEBHOOK,
  '/v1/tenants/:tenant/webhooks/:webhook/remove': async () => ({}),
  '/v1/tenants/:tenant/backup/run': async () => ({}),
  // The world's bucket is empty: objects/backup/backup.test.ts tests a restore with a backup.
  '/v1/operator/tenants/:tenant/restore': async () => ({}),
  '/v1/operator/tenants/:tenant/restore/abort': async () => ({}),
};

const bodyOf = async (route: Route): Promise<string | undefined> => {
  if (route.method === 'GET') return undefined;
  const make = GOOD_BODIES[route.path];
  if (!make) throw new Error(`the walk needs a good body for ${route.path}`);
  return JSON.stringify(await make());
};

type Headers = Record<string, string>;
type Expected = RefusalCode | 'ok';
type Visitor = {
  who: string;
  headers: (route: Route) => Promise<Headers>;
  /** The answer that this visitor must get by the table. */
  expected: (route: Route) => Expected;
  /** The address they call, if not the API’s own. */
  at?: string;
};

const person =
  (email: string | undefined, options: Parameters<typeof accessToken>[1] = {}) =>
  async (): Promise<Headers> => ({
    'cf-access-jwt-assertion': await accessToken(email, options),
    origin: PORTAL,
  });
const bearer = (token: () => string) => async (): Promise<Headers> => ({ authorization: `Bearer ${token()}` });

/** The outcome where a person's sign-in is required. */
const signIn =
  (code: RefusalCode) =>
  (route: Route): Expected =>
    route.who === 'anyone' ? 'ok' : route.who === 'machine' ? 'missing_token' : code;
const token =
  (code: Expected) =>
  (route: Route): Expected =>
    route.who === 'anyone' ? 'ok' : route.who === 'machine' ? code : 'not_signed_in';
const member =
  (role: Role) =>
  (route: Route): Expected => {
    if (route.who === 'machine') return 'missing_token';
    if (route.who === 'operator') return 'not_an_operator';
    return route.who !== 'member' || route.roles.includes(role) ? 'ok' : 'role_forbids';
  };
const stranger = (route: Route): Expected =>
  (
    ({
      anyone: 'ok',
      machine: 'missing_token',
      person: 'ok',
      member: 'not_a_member',
      operator: 'not_an_operator',
    }) as const
  )[route.who];
const operator = (route: Route): Expected => (route.who === 'operator' ? 'ok' : stranger(route));
/** The gate before the role: every effect of a person, and every WebSocket, asks for the portal's origin. */
const originGate =
  (role: Role) =>
  (route: Route): Expected =>
    route.who === 'member' && fromPortalOnly(route) ? 'wrong_origin' : member(role)(route);
const operatorGate = (route: Route): Expected =>
  route.who === 'operator' && route.method === 'POST' ? 'wrong_origin' : operator(route);

/** A genuine sign-in that is taken where no Access stands: as void as none. */
const ENGINES = 'https://totlprovision-api.team.workers.dev';
const atEngines = (route: Route): Expected => (route.who === 'anyone' || route.who === 'machine' ? 'ok' : 'wrong_host');

const alien = generateKeyPair('RS256');
const email = emailOf('admin');
const OPERATOR = 'operator@example.com';
const withoutOrigin = async (origin?: string, who = email): Promise<Headers> => ({
  'cf-access-jwt-assertion': await accessToken(who),
  ...(origin ? { origin } : {}),
});

const VISITORS: Visitor[] = [
  { who: 'nobody', headers: async () => ({}), expected: token('missing_token') },
  { who: 'a wrong token', headers: bearer(() => `tok_${'A'.repeat(32)}`), expected: token('invalid_token') },
  { who: 'a revoked token', headers: bearer(() => world.bare.token), expected: token('token_revoked') },
  { who: 'a machine token', headers: bearer(() => world.tenant.token), expected: token('ok') },
  { who: 'an auditor', headers: person(emailOf('auditor')), expected: member('auditor') },
  { who: 'an engineer', headers: person(emailOf('engineer')), expected: member('engineer') },
  { who: 'an admin', headers: person(email), expected: member('admin') },
  { who: 'an admin of another tenant', headers: person('admin@other.example'), expected: stranger },
  { who: 'an operator', headers: person(OPERATOR), expected: operator },
  { who: 'an operator in another case', headers: person('Operator@Example.COM'), expected: operator },
  { who: 'an operator without an Origin', headers: () => withoutOrigin(undefined, OPERATOR), expected: operatorGate },
  {
    who: 'an operator from another Origin',
    headers: () => withoutOrigin('https://evil.example', OPERATOR),
    expected: operatorGate,
  },
  {
    who: 'a forged JWT',
    headers: async () => person(email, { key: (await alien).privateKey as CryptoKey })(),
    expected: signIn('invalid_session'),
  },
  {
    who: 'alg none',
    headers: async () => {
      const [, payload] = (await accessToken(email)).split('.');
      return { 'cf-access-jwt-assertion': `${btoa('{"alg":"none"}').replaceAll('=', '')}.${payload}.`, origin: PORTAL };
    },
    expected: signIn('invalid_session'),
  },
  {
    who: 'HS256 with the public key',
    headers: person(email, { header: { alg: 'HS256' }, key: new TextEncoder().encode(bindings.TEST_ACCESS_KEY) }),
    expected: signIn('invalid_session'),
  },
  {
    who: 'an expired JWT',
    headers: () => person(email, { claims: { exp: Math.floor(Date.now() / 1000) - 60 } })(),
    expected: signIn('session_expired'),
  },
  { who: 'a wrong aud', headers: person(email, { claims: { aud: ['other'] } }), expected: signIn('invalid_session') },
  {
    who: 'a wrong iss',
    headers: person(email, { claims: { iss: 'https://evil.example' } }),
    expected: signIn('invalid_session'),
  },
  {
    who: 'a service token',
    headers: person(undefined, { claims: { common_name: 'x' } }),
    expected: signIn('not_a_person'),
  },
  { who: 'an admin without an Origin', headers: () => withoutOrigin(), expected: originGate('admin') },
  {
    who: 'an admin from another Origin',
    headers: () => withoutOrigin('https://evil.example'),
    expected: originGate('admin'),
  },
  ...[ENGINES, 'http://TOTL.workers.dev.'].flatMap((at): Visitor[] => [
    { who: `an admin at ${at}`, headers: person(email), expected: signIn('wrong_host'), at },
    { who: `an operator at ${at}`, headers: person(OPERATOR), expected: signIn('wrong_host'), at },
    { who: `a machine token at ${at}`, headers: bearer(() => world.tenant.token), expected: atEngines, at },
  ]),
];

/** A visitor whom the route lets in. */
const welcome = (route: Route): Promise<Headers> => {
  if (route.who === 'machine') return bearer(() => world.tenant.token)();
  return person(route.who === 'operator' ? OPERATOR : email)();
};

/** The query that a GET needs. */
const QUERIES: Record<string, string> = {
  '/v1/tenants/:tenant/keyring/manifests': '?from=1',
  '/v1/tenants/:tenant/keyring/successions': '?before=9',
  '/v1/tenants/:tenant/search': `?q=${machine.hostname}`,
};

const ask = async (route: Route, headers: Headers, type = 'application/json', at?: string) => {
  const body = await bodyOf(route);
  const more = {
    ...(body ? { 'content-type': type } : {}),
    ...('upgrades' in route.answer ? { upgrade: 'websocket' } : {}),
  };
  log.written.length = 0;
  const path = pathOf(route) + (QUERIES[route.path] ?? '');
  const answer = await request<Problem>(route.method, path, { ...headers, ...more }, body, at);
  const sealed = body && 'sealed' in JSON.parse(body) ? [JSON.parse(body).sealed] : [];
  const credentials = Object.values(headers).filter((header) => header !== PORTAL);
  const fault = logFault(log, route.method, route.path, [...NEVER_LOGGED, ...credentials, ...sealed]);
  if (fault) throw new Error(fault);
  return answer;
};

/** Addresses, tokens, JWTs, reasons, labels, hostnames, URLs, queries. */
const NEVER_LOGGED = [
  '@',
  'tok_',
  'eyJ',
  'sought',
  'the walk',
  'The walk',
  machine.hostname,
  machine.serial,
  'api.example.com',
];
let log: LogWatch;

/**
 * A second set-up is refused for everybody who may try; the success of the first is the walk's own world. The unlocker that is
 * changed is the admin's own, which an engineer may not even know of; what the admin sealed by hand no other may hand over, and what an
 * admin asks to open no engineer may ask for.
 */
function adjusted(route: Route, expected: Expected, who: string): Expected {
  if (expected !== 'ok' || route.method !== 'POST') return expected;
  if (route.path.endsWith('/keyring')) return 'keyring_conflict';
  if (route.path.endsWith('/:machine/secrets') && who === 'an engineer') return 'header_mismatch';
  if (route.path.endsWith('/grants') && who === 'an engineer') return 'invalid_body';
  if (route.path.endsWith('/decline') && who === 'an engineer') return 'unknown_grant';
  if (route.path === '/v1/operator/tenants/:tenant/restore') return 'unknown_backup';
  if (route.path === '/v1/operator/tenants/:tenant/restore/abort') return 'not_restoring';
  return route.path.endsWith('/change') && who === 'an engineer' ? 'unknown_unlocker' : 'ok';
}

describe.each(VISITORS)('$who', ({ who, headers, expected, at }) => {
  it('gets from every route the answer that the table gives', async () => {
    const answers: Record<string, string> = {};
    const wanted: Record<string, string> = {};
    for (const route of routes) {
      const name = `${route.method} ${route.path}`;
      const { status, json } = await ask(route, await headers(route), undefined, at);
      const code = adjusted(route, expected(route), who);
      wanted[name] = code === 'ok' ? `${doneStatus(route)} ok` : `${REFUSALS[code][0]} ${code}`;
      answers[name] = `${status} ${status < 400 ? 'ok' : json.code}`;
    }
    expect(answers).toEqual(wanted);
  });
});

describe('the walk itself', () => {
  it('finds an audit entry of a promised action after every POST that succeeds', async () => {
    // Read past the gate: a suspended tenant has shut it.
    const auditOf = (id: string): Promise<AuditEntry[]> =>
      runInDurableObject(
        bindings.TENANT.getByName(id),
        (_object, state) => page(state.storage.sql, id, { order: 'oldest', limit: 500 }).entries,
      );
    for (const route of routes) {
      if (route.method !== 'POST') continue;
      expect(route.audit.length, route.path).toBeGreaterThan(0);
      for (const action of route.audit) expect(AuditAction.options).toContain(action);
      // Nor has the world a backup to put in.
      if (route.path.endsWith('/keyring') || /^\/v1\/operator\/tenants\/:tenant\/restore/.test(route.path)) continue;
      // A tenant that is being created has no chain yet.
      const before = route.path === '/v1/operator/tenants' ? 0 : (await auditOf(subjectOf(route))).length;
      expect((await ask(route, await welcome(route))).status, route.path).toBeLessThan(300);
      const fresh = (await auditOf(subjectOf(route))).slice(before);
      expect(
        fresh.map((entry) => entry.action).some((action) => route.audit.includes(action)),
        route.path,
      ).toBe(true);
    }
    // The chain of the world's own tenant records the set-up itself.
    expect((await auditOf(world.tenant.id)).map((entry) => entry.action)).toContain('keyring.created');
  });

  it('refuses every POST with a wrong content type, and stores nothing of it', async () => {
    for (const route of routes) {
      if (route.method !== 'POST') continue;
      expect((await ask(route, await welcome(route), 'text/plain')).json, route.path).toMatchObject({
        status: 415,
        code: 'unsupported_media_type',
      });
    }
  });

  it('answers 405 to the other method of every path', async () => {
    for (const route of routes) {
      const other = route.method === 'GET' ? 'POST' : 'GET';
      if (routes.some((one) => one.path === route.path && one.method === other)) continue;
      const { json, headers } = await request(other, pathOf(route));
      expect(json, route.path).toMatchObject({ status: 405 });
      const head = route.method === 'GET' && !('upgrades' in route.answer) ? ', HEAD' : '';
      expect(headers.get('allow'), route.path).toBe(`${route.method}${head}, OPTIONS`);
    }
  });

  it('answers HEAD as it answers GET, without content, and refuses it where a socket would be the answer', async () => {
    const worker = exports as unknown as { default: Fetcher };
    for (const route of routes) {
      if (route.method !== 'GET') continue;
      const path = pathOf(route) + (QUERIES[route.path] ?? '');
      const init = { headers: await welcome(route), redirect: 'manual' as const };
      const get = await worker.default.fetch(`https://api.example.com${path}`, init);
      const head = await worker.default.fetch(`https://api.example.com${path}`, { ...init, method: 'HEAD' });
      const type = get.headers.get('content-type');
      await get.body?.cancel();
      if ('upgrades' in route.answer)
        expect([get.status, head.status, head.headers.get('allow')]).toEqual([426, 405, 'GET, OPTIONS']);
      else expect([head.status, head.headers.get('content-type')], path).toEqual([get.status, type]);
      expect(await head.text(), path).toBe('');
    }
  });

  it('names the protocol to upgrade to where only a socket is answered', async () => {
    const live = routes.find((route) => 'upgrades' in route.answer);
    if (!live) throw new Error('there is one');
    const { status, headers } = await request('GET', pathOf(live), await welcome(live));
    expect([status, headers.get('upgrade')]).toEqual([426, 'websocket']);
  });

  it('finds GET routes without an effect: none writes a row of the object but a refusal’s', async () => {
    const entries = async () =>
      (await asPerson<AuditPage>(email, `/v1/tenants/${world.tenant.id}/audit?limit=500`)).json.entries;
    const before = await entries();
    for (const route of routes) {
      if (route.method !== 'GET') continue;
      await ask(route, await welcome(route));
    }
    expect(await entries()).toEqual(before);
  });
});
