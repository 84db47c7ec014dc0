// Room and the lack of it: a small limit stands for the platform's ten gigabytes, and SQLite's own SQLITE_FULL for a
// full disk.
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { Inspection } from '../../schema/inspection.ts';
import type { LimitsAnswer, OperatedLimits } from '../../schema/limits.ts';
import type { Overview } from '../../schema/machine.ts';
import type { Problem } from '../../schema/problem.ts';
import type { ReportAnswer } from '../../schema/report.ts';
import type { Receipt, Revealed, SecretList } from '../../schema/secret.ts';
import { routes } from '../../test/workerd/routes.ts';
import {
  asMachine,
  asPerson,
  bindings,
  emailOf,
  event,
  handSecret,
  newMachine,
  newRun,
  sealedSecret,
  seedReadyTenant,
} from '../../test/workerd-fixtures.ts';
import { decideRoom, NEED_OF, roomOf } from './room.ts';

const admin = emailOf('admin');
const OPERATOR = 'operator@example.com';
const stubOf = (id: string) => bindings.TENANT.getByName(id);
const limitsOf = (id: string, change?: Record<string, number | null>) =>
  asPerson<OperatedLimits>(OPERATOR, `/v1/operator/tenants/${id}/limits`, change);
const report = <T = Problem>(token: string, machine = newMachine()) =>
  asMachine<T>(token, '/v1/report', { machine, run: newRun(), events: [event(1)] });

/** A tenant with a machine and its secret. */
async function seedInUse() {
  const tenant = await seedReadyTenant();
  const machine = newMachine();
  await report(tenant.token, machine);
  const body = await sealedSecret(tenant.id, tenant.keyring, machine.id);
  const secret = (await asMachine<Receipt>(tenant.token, '/v1/secret', body)).json.secretId;
  return { ...tenant, machine, secret, sealed: body.sealed };
}

/** Sets the tenant's limit so that its object is at this share of it. */
async function fillTo(id: string, share: number) {
  const { room } = (await limitsOf(id)).json;
  const { status } = await limitsOf(id, { storageBytes: Math.round(room.bytes / share) });
  expect(status).toBe(200);
}

const codeOf = async (answer: Promise<{ status: number; json: unknown }>) => {
  const { status, json } = await answer;
  return status < 400 ? status : `${status} ${(json as Problem).code}`;
};

/** Has every write fail as on a full disk: a table whose last row id is taken answers SQLITE_FULL, and every other is made to ask it. */
const fillDisk = (id: string) =>
  runInDurableObject(stubOf(id), (_object, { storage: { sql } }) => {
    const tables = sql
      .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '% STRICT%'")
      .toArray();
    sql.exec('CREATE TABLE brim (id INTEGER PRIMARY KEY AUTOINCREMENT)');
    sql.exec('INSERT INTO brim VALUES (9223372036854775807)');
    for (const { name } of tables)
      for (const act of ['INSERT', 'UPDATE'])
        sql.exec(
          `CREATE TRIGGER full_${act}_${name} BEFORE ${act} ON "${name}" BEGIN INSERT INTO brim (id) VALUES (NULL); END`,
        );
  });

describe('the decision', () => {
  it.each([
    [79, 'ample', []],
    [80, 'low', ['report']],
    [90, 'reserve', ['report', 'ordinary']],
    [98, 'last', ['report', 'ordinary', 'secret']],
    [120, 'last', ['report', 'ordinary', 'secret']],
  ] as const)('at %i of 100 is %s and refuses %j', (bytes, state, refused) => {
    const room = roomOf(bytes, 100);
    expect(room.state).toBe(state);
    const needs = ['report', 'ordinary', 'secret', 'reserve'] as const;
    expect(needs.filter((need) => decideRoom(room, need) !== null)).toEqual(refused);
  });

  it('never refuses what takes access away, hands a secret out or makes room', () => {
    for (const action of [
      ...(['secret.revealed', 'token.revoked', 'person.removed', 'tenant.suspended', 'audit.exported'] as const),
      ...(['secrets.read_in_bulk', 'key.destroyed', 'webhook.removed', 'settings.changed', 'limits.changed'] as const),
    ])
      expect(NEED_OF[action], action).toBe('reserve');
  });
});

describe('an object that fills', () => {
  it('refuses reports from 80 %, and takes secrets of machines old and new', async () => {
    const { id, token, keyring, machine } = await seedInUse();
    await fillTo(id, 0.81);
    const refused = await report(token);
    expect(refused.json).toMatchObject({ status: 503, code: 'storage_low', retryAfterSeconds: 600 });
    expect(await codeOf(report(token, machine))).toBe('503 storage_low');
    for (const one of [machine.id, crypto.randomUUID()])
      expect(await codeOf(asMachine(token, '/v1/secret', await sealedSecret(id, keyring, one)))).toBe(201);
    // Room is made: reports are taken again.
    await limitsOf(id, { storageBytes: null });
    expect((await report<ReportAnswer>(token)).json.accepted).toBe(1);
  });

  it('refuses all but the reserve from 90 %: reveal, known machines’ secrets, audit, revocation, removal, suspension, export go on', async () => {
    const { id, token, keyring, machine, secret } = await seedInUse();
    await fillTo(id, 0.91);
    const person = (path: string, body?: unknown) => codeOf(asPerson(admin, `/v1/tenants/${id}/${path}`, body));
    const low = '503 storage_low';
    expect(await codeOf(report(token))).toBe(low);
    expect(await codeOf(asMachine(token, '/v1/secret', await sealedSecret(id, keyring, crypto.randomUUID())))).toBe(
      low,
    );
    expect(await person('webhooks', { url: `${bindings.TEST_RECEIVER}/ok`, label: 'w', kinds: ['storage_low'] })).toBe(
      low,
    );
    expect(await person('tokens', { label: 'New', expiresAt: null, fingerprint: null })).toBe(low);
    expect(await person(`machines/${machine.id}/archive`, {})).toBe(low);
    expect(await person('people', { email: 'new@example.com', role: 'engineer' })).toBe(low);

    expect(await codeOf(asMachine(token, '/v1/secret', await sealedSecret(id, keyring, machine.id)))).toBe(201);
    expect(await person(`machines/${machine.id}/secrets`, await handSecret(id, keyring, machine.id, admin))).toBe(201);
    expect(await person(`secrets/${secret}/reveal`, { reason: 'nearly full' })).toBe(200);
    expect(await person('ciphertexts/page', { purpose: 'export' })).toBe(200);
    expect(await person('audit/export', { format: 'ndjson' })).toBe(200);
    expect(await person('people/u1/remove', {})).toBe(200);
    expect(await person('settings', { ticketPattern: null })).toBe(200);
    expect(await person('tokens/t1/revoke', {})).toBe(200);
    const suspended = asPerson(OPERATOR, `/v1/operator/tenants/${id}/suspend`, { reason: 'nearly full' });
    expect(await codeOf(suspended)).toBe(200);
  });

  it('refuses secrets last, from 98 %, and answers every GET of the table all the same', async () => {
    const { id, token, keyring, machine, secret } = await seedInUse();
    await fillTo(id, 0.985);
    const body = await sealedSecret(id, keyring, machine.id);
    expect(await codeOf(asMachine(token, '/v1/secret', body))).toBe('503 storage_low');
    for (const { path, method, who, answer } of routes) {
      if (method !== 'GET' || who !== 'member' || 'upgrades' in answer) continue;
      const asked = path.replace(':tenant', id).replace(':machine', machine.id).replace(':person', 'u1');
      if (asked.includes(':')) continue;
      const query =
        { search: '?q=ACM', manifests: '?from=1', successions: '?before=9' }[path.split('/').at(-1) ?? ''] ?? '';
      expect(await codeOf(asPerson(admin, asked + query)), path).toBe(200);
    }
    const reveal = await asPerson<Revealed>(admin, `/v1/tenants/${id}/secrets/${secret}/reveal`, { reason: 'full' });
    expect(reveal.status).toBe(200);
  });

  it('tells its admins, its operator and its webhooks, once a step', async () => {
    const { id, token } = await seedInUse();
    const webhook = { url: `${bindings.TEST_RECEIVER}/ok/room`, label: 'room', kinds: ['storage_low'] };
    await asPerson(admin, `/v1/tenants/${id}/webhooks`, webhook);
    await fillTo(id, 0.85);
    for (let i = 0; i < 3; i++) await report(token);
    await fillTo(id, 0.93);
    await report(token);
    expect((await asPerson<Overview>(admin, `/v1/tenants/${id}/overview`)).json.room.state).toBe('reserve');
    expect((await asPerson<LimitsAnswer>(admin, `/v1/tenants/${id}/limits`)).json.room.state).toBe('reserve');
    const inspection = await asPerson<Inspection>(OPERATOR, `/v1/operator/tenants/${id}/inspect`);
    expect(inspection.json.room).toMatchObject({ state: 'reserve' });
    const told = await runInDurableObject(stubOf(id), (_object, { storage: { sql } }) =>
      sql.exec<{ body: string }>('SELECT body FROM deliveries ORDER BY place').toArray(),
    );
    expect(told.map(({ body }) => JSON.parse(body).kind)).toEqual(['storage_low', 'storage_low']);
  });
});

describe('a full disk', () => {
  it('answers 503 storage_full to every write and keeps nothing of it, while reads go on', async () => {
    const { id, token, keyring, machine, secret } = await seedInUse();
    await fillDisk(id);
    const full = '503 storage_full';
    const reveal = await asPerson(admin, `/v1/tenants/${id}/secrets/${secret}/reveal`, { reason: 'full' });
    expect(reveal.json).toMatchObject({ status: 503, code: 'storage_full', retryAfterSeconds: 600 });
    expect(reveal.text).not.toContain('eyJ');
    const person = (path: string, body?: unknown) => codeOf(asPerson(admin, `/v1/tenants/${id}/${path}`, body));
    const entries = async () =>
      runInDurableObject(stubOf(id), (_object, { storage: { sql } }) =>
        sql.exec('SELECT count(*) AS n FROM audit').one(),
      );
    const before = await entries();
    expect(await codeOf(report(token, machine))).toBe(full);
    expect(await codeOf(asMachine(token, '/v1/secret', await sealedSecret(id, keyring, machine.id)))).toBe(full);
    expect(await person('tokens/t1/revoke', {})).toBe(full);
    expect(await person('people/u1/remove', {})).toBe(full);
    expect(await person(`machines/${machine.id}/archive`, {})).toBe(full);
    for (const path of ['overview', 'machines', 'people', 'tokens', 'audit', 'settings', 'limits', 'keyring'])
      expect(await person(path), path).toBe(200);
    const listed = await asPerson<SecretList>(admin, `/v1/tenants/${id}/machines/${machine.id}/secrets`);
    expect(listed.json.secrets).toHaveLength(1);
    expect(await entries()).toEqual(before);
  });

  it('goes on taking away what has had its time', async () => {
    const { id } = await seedInUse();
    const webhook = { url: `${bindings.TEST_RECEIVER}/ok/full`, label: 'full', kinds: ['key_destroyed'] };
    await asPerson(admin, `/v1/tenants/${id}/webhooks`, webhook);
    await runInDurableObject(stubOf(id), (_object, { storage: { sql } }) => {
      sql.exec(`INSERT INTO deliveries (webhook, place, notice, kind, subject, body, queued_at, state, tries)
        SELECT id, 1, 'n', 'test', '', '{}', 0, 'delivered', 1 FROM webhooks`);
    });
    await fillDisk(id);
    await asPerson(admin, `/v1/tenants/${id}/people/u1/remove`, {});
    await runDurableObjectAlarm(stubOf(id));
    const left = await runInDurableObject(stubOf(id), (_object, { storage: { sql } }) =>
      sql.exec('SELECT 1 FROM deliveries').toArray(),
    );
    expect(left).toEqual([]);
  });
});
