// Every act of a person is paced: a script of theirs, or a thief of their session, cannot fill the object or wear it out. A new POST fails here
// until it is paced, or says what bounds it instead.
import { beforeEach, expect, it } from 'vitest';
import type { Problem } from '../../schema/problem.ts';
import { routes } from '../workerd/routes.ts';
import {
  asPerson,
  bindings,
  changedUnlocker,
  drillProof,
  emailOf,
  event,
  grantRequest,
  handSecret,
  newMachine,
  newRun,
  openedWord,
  sealedSecret,
  seedReadyTenant,
  type TestKeyring,
  type TestTenant,
} from '../workerd-fixtures.ts';

const admin = emailOf('admin');
const UUID = '00000000-0000-4000-8000-000000000001';
const [HASH, KID] = ['0'.repeat(64), 'k'.repeat(43)];
const VERSION = { secret: UUID, version: 1 };
const WEBHOOK = { url: `${bindings.TEST_RECEIVER}/ok/pace`, label: 'pace', kinds: ['key_destroyed'] };

/** What bounds the acts that are not paced with all others. */
const OTHERWISE = new Map([
  ['secrets/:secret/reveal', 'the budget of reveals'],
  ['ciphertexts/page', 'the budget of bulk reads'],
  ['rotation/page', 'the budget of bulk reads'],
  ['tokens', 'a day’s tokens'],
  ['tokens/:token/rotate', 'a day’s tokens'],
  ['tokens/:token/revoke', 'once a token'],
  ['people/:person/remove', 'once, until they are added again'],
  ['webhooks/:webhook/remove', 'once a webhook'],
  ['webhooks/:webhook/test', 'a pace of its own'],
]);

let tenant: TestTenant & { keyring: TestKeyring };
beforeEach(async () => {
  tenant = await seedReadyTenant();
  const limits = `/v1/operator/tenants/${tenant.id}/limits`;
  expect((await asPerson('operator@example.com', limits, { personActs: 10 })).status).toBe(200);
});
const ask = (path: string, body?: unknown) => asPerson<Problem>(admin, `/v1/tenants/${tenant.id}/${path}`, body);

/** A body that each takes, whatever the object then says of it. Absent: an empty object. */
const BODIES: Record<string, () => unknown> = {
  'secrets/:secret/confirm': () => ({ version: 1 }),
  'secrets/:secret/rotated': () => ({ reason: 'the walk' }),
  keyring: () => tenant.keyring.write,
  'keyring/line': () => ({ version: 1, signed: HASH, insteadVersion: 2, instead: HASH }),
  'keyring/undo': () => ({ change: 1, version: 1, reason: 'the walk' }),
  'rotation/reseal': () => ({ items: [{ ...VERSION, fromKid: KID, fromSha256: HASH, sealed: 'a.b.c.d.e' }] }),
  'rotation/unopenable': () => ({ ...VERSION, reason: 'the walk' }),
  'rotation/restore': () => ({ ...VERSION, reason: 'the walk' }),
  'ciphertexts/findings': () => ({ items: [{ ...VERSION, kid: KID, sha256: HASH, finding: 'sound' }] }),
  grants: () => grantRequest(tenant.id, admin, tenant.keyring.root.fingerprint, 'admin'),
  'unlockers/:unlocker/change': () => changedUnlocker(tenant.id, tenant.keyring),
  'unlockers/:unlocker/opened': async () => {
    const own = tenant.keyring.write.unlockers.find(({ id }) => id === tenant.keyring.ids.own);
    return { opened: own && (await openedWord(tenant.id, tenant.keyring, own)) };
  },
  'recovery/:recovery/drilled': () => drillProof(tenant.id, tenant.keyring),
  people: () => ({ email: 'new@example.com', role: 'auditor' }),
  'people/:person/role': () => ({ role: 'auditor' }),
  'tokens/:token/set-aside': () => ({ since: null }),
  'machines/:machine/secrets': () => handSecret(tenant.id, tenant.keyring, UUID, admin),
  'machines/:machine/acknowledge': () => ({ mark: 'cloned', of: '1' }),
  'machines/:machine/split': () => ({ of: '1' }),
  'machines/:machine/merge': () => ({ into: UUID }),
  'spool/report': () => ({ machine: newMachine(), run: newRun(), events: [event(1)] }),
  'spool/secret': () => sealedSecret(tenant.id, tenant.keyring, UUID),
  settings: () => ({ allowRawRsaOaep: true }),
  'audit/export': () => ({ format: 'ndjson' }),
  webhooks: () => WEBHOOK,
  'webhooks/:webhook/pause': () => ({ paused: true }),
  'webhooks/:webhook/change': () => WEBHOOK,
};

/** What a browser does by itself may be done ten times as often, and is counted apart. */
const WORK = ['rotation/reseal', 'ciphertexts/findings'];

/** Spends what is left of the minute. */
async function spend(path: string, body: unknown): Promise<void> {
  const [act, times] = WORK.includes(path)
    ? [() => ask(path, body), 10]
    : [() => ask('settings', { allowRawRsaOaep: true }), 1];
  for (let acts = 0; acts < 11 * times; acts++) if ((await act()).status === 429) return;
  throw new Error('it was never too often');
}

const acts = routes
  .filter((route) => route.method === 'POST' && route.who === 'member')
  .map(({ path }) => path.replace('/v1/tenants/:tenant/', ''));

it.each([...acts.filter((path) => !OTHERWISE.has(path)), 'audit/counts'])(
  '%s is refused beyond what one person may do in a minute',
  async (path) => {
    const body = path === 'audit/counts' ? undefined : await (BODIES[path] ?? (() => ({})))();
    const place = path.replace(/:\w+/g, UUID);
    await spend(path, body);
    expect((await ask(place, body)).json).toMatchObject({
      code: 'rate_limited',
      retryAfterSeconds: expect.any(Number),
    });
  },
);

it('has no act that is bounded otherwise and that there is not', () => {
  expect([...OTHERWISE.keys()].filter((path) => !acts.includes(path))).toEqual([]);
});
