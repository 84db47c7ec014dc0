// The operator path through the whole Worker: list, create, suspend, resume.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { page } from '../objects/audit/pages.ts';
import { schemaVersion } from '../objects/core/migrations.ts';
import type { AuditEntry } from '../schema/audit.ts';
import type { PublicKeyAnswer } from '../schema/keyring.ts';
import type { OperatedTenant, TenantCreated, TenantPage, TenantSuspension } from '../schema/operator.ts';
import type { Me } from '../schema/person.ts';
import type { Problem } from '../schema/problem.ts';
import { watchLog } from '../test/support/log-watch.ts';
import {
  asMachine,
  asPerson,
  bindings,
  emailOf,
  event,
  newMachine,
  newRun,
  seedReadyTenant,
  seedTenant,
  startRotation,
} from '../test/workerd-fixtures.ts';

const OPERATOR = 'operator@example.com';
const TENANTS = '/v1/operator/tenants';
const asOperator = <T = Problem>(path: string, body?: unknown) => asPerson<T>(OPERATOR, path, body);
const list = async (query = '') => (await asOperator<TenantPage>(`${TENANTS}${query}`)).json;
const found = async (id: string): Promise<OperatedTenant | undefined> =>
  (await list()).tenants.find((one) => one.id === id);
const stubOf = (id: string) => bindings.TENANT.getByName(id);
/** Read past the gate, which a suspended tenant has shut. */
const auditOf = (id: string): Promise<AuditEntry[]> =>
  runInDurableObject(
    stubOf(id),
    (_object, state) => page(state.storage.sql, id, { order: 'oldest', limit: 500 }).entries,
  );
const indexed = (id: string) =>
  bindings.INDEX_DB.prepare('SELECT status, version FROM tenants WHERE id = ?').bind(id).first();
const suspend = (id: string, reason = 'unpaid since May') =>
  asOperator<TenantSuspension>(`${TENANTS}/${id}/suspend`, { reason });
const resume = (id: string) => asOperator<TenantSuspension>(`${TENANTS}/${id}/resume`, {});

describe('the list', () => {
  it('shows counts from each tenant’s object, and no hostname, email or label of its own data', async () => {
    const { id, token, keyring } = await seedReadyTenant();
    const machine = newMachine();
    await asMachine(token, '/v1/report', { machine, run: newRun(), events: [event(1)] });
    const before = Date.now();
    const schema = await runInDurableObject(stubOf(id), (_object, state) => schemaVersion(state.storage.sql));
    expect(schema).toBeGreaterThanOrEqual(7);
    expect(await found(id)).toEqual({
      id,
      name: 'Acme MSP',
      status: 'active',
      createdAt: expect.any(Number),
      counts: {
        lastReportAt: expect.any(Number),
        machines: 1,
        secrets: 0,
        people: 3,
        tokens: 1,
        storageBytes: expect.any(Number),
        room: 'ample',
        keyState: 'ready',
        schemaVersion: schema,
      },
    });
    const counts = (await found(id))?.counts;
    expect(counts?.lastReportAt).toBeLessThanOrEqual(before);
    expect(counts?.storageBytes).toBeGreaterThan(10_000);
    const text = JSON.stringify(await list());
    for (const own of [machine.hostname, machine.id, '@example.com', 'engine']) expect(text).not.toContain(own);
    await startRotation(id, keyring);
    expect((await found(id))?.counts?.keyState).toBe('rotating');
  });

  it('counts no revoked token, no expired one and no removed person', async () => {
    const { id } = await seedTenant();
    const token = bindings.INDEX_DB.prepare(
      "INSERT INTO api_tokens (id,tenant_id,token_prefix,token_hash,token_salt,expires_at) VALUES (?, ?, 'tok_none', ?, ?, ?)",
    );
    await bindings.INDEX_DB.batch([
      token.bind('old', id, 'e'.repeat(64), 'e'.repeat(16), Date.now() - 1),
      token.bind('new', id, 'f'.repeat(64), 'f'.repeat(16), Date.now() + 3_600_000),
    ]);
    expect((await found(id))?.counts).toMatchObject({ people: 3, tokens: 2, keyState: 'none', lastReportAt: null });
    await asPerson(emailOf('admin'), `/v1/tenants/${id}/tokens/t1/revoke`, {});
    await asPerson(emailOf('admin'), `/v1/tenants/${id}/people/u2/remove`, {});
    expect((await found(id))?.counts).toMatchObject({ people: 2, tokens: 1 });
  });

  it('goes through 45 tenants in pages of at most 20, each once, by name whatever its case, same names by id', async () => {
    const names = Array.from({ length: 45 }, (_, index) => `${index % 2 ? 'tenant' : 'Tenant'} ${index % 9}`);
    await bindings.INDEX_DB.batch(
      names.map((name) =>
        bindings.INDEX_DB.prepare('INSERT INTO tenants (id,name) VALUES (?, ?)').bind(crypto.randomUUID(), name),
      ),
    );
    const seen: OperatedTenant[] = [];
    let next: string | null = '';
    const sizes: number[] = [];
    while (next !== null) {
      const answer: TenantPage = await list(next ? `?after=${next}` : '');
      seen.push(...answer.tenants);
      sizes.push(answer.tenants.length);
      next = answer.next;
    }
    expect(sizes).toEqual([20, 20, 5]);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(45);
    const keys = seen.map(({ name, id }) => `${name.toLowerCase()} ${id}`);
    expect(keys).toEqual([...keys].sort());
    expect((await asOperator(`${TENANTS}?limit=21`)).json).toMatchObject({ status: 422, code: 'invalid_query' });
    expect((await asOperator(`${TENANTS}?after=bm90IG91cnM`)).json).toMatchObject({ code: 'invalid_query' });
  });

  it('shows a tenant whose object does not answer as such, and the others with their counts', async () => {
    const [sick, well] = [await seedTenant('Sick'), await seedTenant('Well')];
    await found(sick.id);
    await runInDurableObject(stubOf(sick.id), (_object, state) => {
      state.storage.sql.exec("UPDATE identity SET tenant = 'somebody-else'");
    });
    await evictDurableObject(stubOf(sick.id));
    expect(await found(sick.id)).toMatchObject({ name: 'Sick', status: 'active', counts: null });
    expect((await found(well.id))?.counts).toMatchObject({ people: 3 });
  });
});

describe('a tenant that an operator creates', () => {
  const wanted = () => ({ id: crypto.randomUUID(), name: 'Northwind IT', firstAdmin: 'Me@Northwind.example' });

  it('begins on record with its first admin, who is a member at once', async () => {
    const body = wanted();
    const { status, json } = await asOperator<TenantCreated>(TENANTS, body);
    expect([status, json]).toEqual([
      201,
      {
        id: body.id,
        name: body.name,
        createdAt: expect.any(Number),
        firstAdmin: { id: expect.any(String), email: 'me@northwind.example' },
      },
    ]);
    const me = await asPerson<Me>('me@northwind.example', '/v1/me');
    expect(me.json.memberships).toEqual([{ tenant: body.id, name: body.name, role: 'admin', status: 'active' }]);
    expect(await auditOf(body.id)).toMatchObject([
      { seq: 1, action: 'tenant.initialized' },
      {
        seq: 2,
        action: 'tenant.created',
        subject: body.id,
        principal: { kind: 'operator', name: OPERATOR },
        detail: { name: body.name, firstAdmin: 'me@northwind.example', person: json.firstAdmin.id },
      },
    ]);
    expect((await asPerson('me@northwind.example', `/v1/tenants/${body.id}/overview`)).status).toBe(200);
  });

  it('is made once, however often a lost answer is asked for again, and gets an id of its own without one', async () => {
    const body = wanted();
    const answers = await Promise.all(Array.from({ length: 5 }, () => asOperator<TenantCreated>(TENANTS, body)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(answers.map(({ json }) => JSON.stringify(json))).size).toBe(1);
    expect((await auditOf(body.id)).map(({ action }) => action)).toEqual(['tenant.initialized', 'tenant.created']);
    expect((await found(body.id))?.counts?.people).toBe(1);
    const { id: _, ...unnamed } = body;
    const [one, two] = [
      await asOperator<TenantCreated>(TENANTS, unnamed),
      await asOperator<TenantCreated>(TENANTS, unnamed),
    ];
    expect([one.status, two.status, one.json.id === two.json.id]).toEqual([201, 201, false]);
  });

  it('is refused under an id that is in use, so that no operator makes themselves an admin of somebody’s tenant', async () => {
    const body = wanted();
    await asOperator(TENANTS, body);
    const { id } = await seedTenant('By raw SQL');
    const token = await seedTenant('Only a token');
    await bindings.INDEX_DB.prepare('DELETE FROM users WHERE tenant_id = ?').bind(token.id).run();
    for (const other of [
      { ...body, firstAdmin: 'other@northwind.example' },
      { ...body, name: 'Another name' },
      { id, name: 'By raw SQL', firstAdmin: OPERATOR },
      { id: token.id, name: 'Only a token', firstAdmin: OPERATOR },
    ])
      expect((await asOperator(TENANTS, other)).json).toMatchObject({ status: 409, code: 'tenant_conflict' });
    expect((await asPerson<Me>(OPERATOR, '/v1/me')).json.memberships).toEqual([]);
  });

  it('is completed by a resend where only its row was written', async () => {
    const body = wanted();
    await bindings.INDEX_DB.prepare('INSERT INTO tenants (id,name) VALUES (?, ?)').bind(body.id, body.name).run();
    expect((await asOperator(TENANTS, body)).status).toBe(201);
  });

  it('has its first admin in the index by the alarm where D1 did not answer', async () => {
    const body = wanted();
    const { json } = await asOperator<TenantCreated>(TENANTS, body);
    await bindings.INDEX_DB.prepare('DELETE FROM users WHERE tenant_id = ?').bind(body.id).run();
    await runInDurableObject(stubOf(body.id), async (_object, state) => {
      const row = { email: 'me@northwind.example', role: 'admin', status: 'active' };
      const out = "INSERT INTO outbox (what, id, version, row) VALUES ('person', ?, 1, ?)";
      state.storage.sql.exec(out, json.firstAdmin.id, JSON.stringify(row));
      state.storage.sql.exec("INSERT INTO due VALUES ('index', 0)");
      await state.storage.setAlarm(Date.now() + 60_000);
    });
    expect(await runDurableObjectAlarm(stubOf(body.id))).toBe(true);
    expect((await asPerson<Me>('me@northwind.example', '/v1/me')).json.memberships).toHaveLength(1);
  });
});

describe('a suspended tenant', () => {
  it('answers nobody but operators, at once, also where this Worker has the token cached', async () => {
    const { id, token } = await seedReadyTenant();
    expect((await asMachine<PublicKeyAnswer>(token, '/v1/tenant/pubkey')).status).toBe(200);
    expect((await suspend(id)).json).toEqual({ id, status: 'suspended', since: expect.any(Number) });
    // As in another isolate, whose cached row and index replica still say active: only the object knows.
    await bindings.INDEX_DB.prepare("UPDATE tenants SET status = 'active' WHERE id = ?").bind(id).run();
    const report = { machine: newMachine(), run: newRun(), events: [event(1)] };
    for (const answer of [
      await asMachine(token, '/v1/tenant/pubkey'),
      await asMachine(token, '/v1/report', report),
      await asPerson(emailOf('admin'), `/v1/tenants/${id}/overview`),
      await asPerson(emailOf('admin'), `/v1/tenants/${id}/settings`, { allowRawRsaOaep: true }),
      await asPerson(emailOf('auditor'), `/v1/tenants/${id}/audit`),
    ])
      expect(answer.json).toMatchObject({ status: 403, code: 'tenant_suspended' });
    await bindings.INDEX_DB.prepare("UPDATE tenants SET status = 'suspended' WHERE id = ?").bind(id).run();
    expect((await asPerson(emailOf('admin'), `/v1/tenants/${id}/overview`)).json.code).toBe('tenant_suspended');
    expect(await found(id)).toMatchObject({ status: 'suspended', counts: { machines: 0 } });
    await resume(id);
    expect((await asMachine(token, '/v1/report', report)).status).toBe(200);
    expect((await asPerson(emailOf('admin'), `/v1/tenants/${id}/overview`)).status).toBe(200);
  });

  it('stands so in its own audit, by whom and why, and in the index; repeated, nothing is written twice', async () => {
    const { id } = await seedTenant();
    const first = await suspend(id);
    expect((await suspend(id, 'again')).json).toEqual(first.json);
    expect(await indexed(id)).toEqual({ status: 'suspended', version: 1 });
    await resume(id);
    await resume(id);
    expect(await indexed(id)).toEqual({ status: 'active', version: 2 });
    const principal = { kind: 'operator', id: expect.stringMatching(/^[0-9a-f]{16}$/), name: OPERATOR };
    expect((await auditOf(id)).slice(1)).toMatchObject([
      { action: 'tenant.suspended', principal, subject: id, detail: { reason: 'unpaid since May' } },
      { action: 'tenant.resumed', principal, subject: id, detail: {} },
    ]);
    expect((await suspend(crypto.randomUUID())).json).toMatchObject({ status: 404, code: 'unknown_tenant' });
  });

  it('is written into the index by the alarm where D1 did not answer, and a write that lands late changes nothing', async () => {
    const { id } = await seedTenant();
    await suspend(id);
    // As if D1 had not answered then.
    await bindings.INDEX_DB.prepare("UPDATE tenants SET status = 'active', version = 0 WHERE id = ?").bind(id).run();
    expect(await found(id)).toMatchObject({ status: 'suspended' });
    await runInDurableObject(stubOf(id), async (_object, state) => {
      const out = "INSERT INTO outbox (what, id, version, row) VALUES ('tenant', ?, 1, ?)";
      state.storage.sql.exec(out, id, JSON.stringify({ status: 'suspended' }));
      state.storage.sql.exec("INSERT INTO due VALUES ('index', 0)");
      await state.storage.setAlarm(Date.now() + 60_000);
    });
    expect(await runDurableObjectAlarm(stubOf(id))).toBe(true);
    expect(await indexed(id)).toEqual({ status: 'suspended', version: 1 });
    await resume(id);
    await bindings.INDEX_DB.prepare("UPDATE tenants SET status = 'suspended', version = 1 WHERE id = ? AND version < 1")
      .bind(id)
      .run();
    expect(await indexed(id)).toEqual({ status: 'active', version: 2 });
  });

  it('set by raw SQL is taken over on record when an operator looks, and lifted by raw SQL when somebody is turned away', async () => {
    const { id, token } = await seedReadyTenant();
    await bindings.INDEX_DB.prepare("UPDATE tenants SET status = 'suspended' WHERE id = ?").bind(id).run();
    expect((await found(id))?.status).toBe('suspended');
    expect((await auditOf(id)).at(-1)).toMatchObject({
      action: 'tenant.suspended',
      principal: { kind: 'system' },
      detail: { reason: 'set in the index' },
    });
    await bindings.INDEX_DB.prepare("UPDATE tenants SET status = 'active' WHERE id = ?").bind(id).run();
    expect((await asMachine(token, '/v1/tenant/pubkey')).json).toMatchObject({ code: 'tenant_suspended' });
    await runInDurableObject(stubOf(id), (_object, state) => {
      state.storage.sql.exec("UPDATE due SET at = 0 WHERE what = 'standing'");
    });
    expect(await runDurableObjectAlarm(stubOf(id))).toBe(true);
    expect((await asMachine(token, '/v1/tenant/pubkey')).status).toBe(200);
    expect((await auditOf(id)).at(-1)).toMatchObject({ action: 'tenant.resumed', principal: { kind: 'system' } });
  });

  it('set by raw SQL is resumed by an operator although the object had not heard of it', async () => {
    const { id } = await seedTenant();
    await bindings.INDEX_DB.prepare("UPDATE tenants SET status = 'suspended' WHERE id = ?").bind(id).run();
    expect((await resume(id)).json).toMatchObject({ status: 'active' });
    expect(await indexed(id)).toEqual({ status: 'active', version: 1 });
    expect((await auditOf(id)).map(({ action }) => action).slice(1)).toEqual(['tenant.suspended', 'tenant.resumed']);
  });
});

it('logs an operator’s act with the tenant and a stand-in for the address', async () => {
  const log = watchLog();
  const { id } = await seedTenant();
  await suspend(id, 'a reason of its own');
  expect(log.lines().filter((line) => line.event === 'request')).toMatchObject([
    {
      tenant: id,
      principal: 'operator',
      principalId: expect.stringMatching(/^[0-9a-f]{16}$/),
      status: 200,
      route: '/v1/operator/tenants/:tenant/suspend',
    },
  ]);
  for (const secret of [OPERATOR, 'a reason']) expect(log.written.join('\n')).not.toContain(secret);
});
