// People: added, given another role, removed; the object's row counts from adoption on, and a tenant never loses its last admin.
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { AuditPage } from '../../schema/audit.ts';
import type { Keyring } from '../../schema/keyring.ts';
import type { Me, Member, PeopleList, Role } from '../../schema/person.ts';
import type { Problem } from '../../schema/problem.ts';
import type { IssuedToken } from '../../schema/token.ts';
import type { WebhookMade } from '../../schema/webhook.ts';
import { faultyIndex } from '../../test/support/faulty-index.ts';
import {
  accessToken,
  asPerson,
  bindings,
  emailOf,
  grantRequest,
  request,
  rowsOf as rowsReadBy,
  seedReadyTenant,
  seedTenant,
} from '../../test/workerd-fixtures.ts';
import { begin } from './leavers.ts';
import { decideRemoval, decideRole } from './people.ts';

const admin = emailOf('admin');
const engineer = emailOf('engineer');
const stubOf = (id: string) => bindings.TENANT.getByName(id);
const people = async (id: string) => (await asPerson<PeopleList>(admin, `/v1/tenants/${id}/people`)).json;
const add = <T = Member>(id: string, email: string, role: Role = 'engineer', by = admin) =>
  asPerson<T>(by, `/v1/tenants/${id}/people`, { email, role });
const setRole = <T = Member>(id: string, person: string, role: Role, by = admin) =>
  asPerson<T>(by, `/v1/tenants/${id}/people/${person}/role`, { role });
const remove = (id: string, person: string, by = admin) =>
  asPerson<Problem>(by, `/v1/tenants/${id}/people/${person}/remove`, {});
const overview = (id: string, email: string) => asPerson<Problem>(email, `/v1/tenants/${id}/overview`);
const settings = (id: string, email: string) =>
  asPerson<Problem>(email, `/v1/tenants/${id}/settings`, { allowRawRsaOaep: false });
const rowsOf = async (id: string, email: string) =>
  (
    await bindings.INDEX_DB.prepare('SELECT id, role, status FROM users WHERE tenant_id = ? AND email = ?')
      .bind(id, email)
      .all()
  ).results;

describe('an added person', () => {
  it('signs in with their next request, in their role', async () => {
    const { id } = await seedTenant();
    const { status, json } = await add(id, 'New@Example.com', 'auditor');
    expect([status, json]).toMatchObject([201, { email: 'new@example.com', role: 'auditor', removedAt: null }]);
    expect((await overview(id, 'new@example.com')).status).toBe(200);
    expect((await settings(id, 'new@example.com')).json.code).toBe('role_forbids');
    expect((await add<Problem>(id, 'new@example.com')).json.code).toBe('already_member');
    // One whom only SQL knows is a member as well.
    expect((await add<Problem>(id, engineer)).json.code).toBe('already_member');
  });

  it('who was removed comes back under the id of before, here and in D1, because an address is one person', async () => {
    const { id } = await seedTenant();
    await remove(id, 'u1');
    expect((await overview(id, engineer)).json.code).toBe('not_a_member');
    const { json } = await add(id, engineer, 'auditor');
    expect(json.id).toBe('u1');
    expect(await rowsOf(id, engineer)).toEqual([{ id: 'u1', role: 'auditor', status: 'active' }]);
    expect((await overview(id, engineer)).status).toBe(200);
    // Everything they could open the first time still has to be replaced, and a second leaving is a separate act.
    await remove(id, 'u1');
    expect((await people(id)).leavers.map(({ person, role }) => [person, role])).toEqual([
      ['u1', 'engineer'],
      ['u1', 'auditor'],
    ]);
  });

  it('whom SQL had removed or deleted comes back too', async () => {
    const { id } = await seedTenant();
    await bindings.INDEX_DB.exec("UPDATE users SET status = 'removed' WHERE id = 'u1'");
    expect((await add(id, engineer)).json.id).toBe('u1');
    expect(await rowsOf(id, engineer)).toMatchObject([{ status: 'active' }]);
    await bindings.INDEX_DB.exec("DELETE FROM users WHERE id = 'u1'");
    expect((await people(id)).people.find((one) => one.id === 'u1')).toMatchObject({ missing: true });
    expect((await add(id, engineer)).status).toBe(201);
    expect((await people(id)).people.find((one) => one.id === 'u1')).toMatchObject({ missing: false });
  });

  it('is not added while D1 cannot be read, because it may know the address already', async () => {
    const { id } = await seedTenant();
    await people(id);
    await runInDurableObject(stubOf(id), (object) => {
      const faults = faultyIndex(bindings.INDEX_DB);
      faults.reads = 'down';
      Reflect.set(object, 'env', { ...bindings, INDEX_DB: faults.index });
    });
    expect((await add<Problem>(id, 'new@example.com')).json).toMatchObject({ status: 503, code: 'index_unreachable' });
  });

  it('twice at once is one person, and one of the two is told so', async () => {
    const { id } = await seedTenant();
    const answers = await Promise.all([add(id, 'new@example.com'), add(id, 'new@example.com')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(await rowsOf(id, 'new@example.com')).toHaveLength(1);
  });
});

describe('an object that was put back to before a removal', () => {
  /** As a restore leaves it: the object's old row, and D1's newer one. */
  const forget = (id: string) =>
    runInDurableObject(stubOf(id), (_object, { storage: { sql } }) => {
      sql.exec("UPDATE people SET removed_at = NULL, version = version - 1 WHERE id = 'u1'");
      sql.exec("DELETE FROM leavers; DELETE FROM audit WHERE action = 'person.removed'");
    });

  it('removes the person again and begins the leaver’s act anew, because the keys they had are in use again', async () => {
    const { id } = await seedReadyTenant();
    await setRole(id, 'u1', 'admin');
    await remove(id, 'u1');
    await forget(id);
    const { people: known, leavers } = await people(id);
    expect(known.find((one) => one.id === 'u1')).toMatchObject({ removedAt: expect.any(Number), missing: false });
    expect(leavers).toMatchObject([
      { person: 'u1', role: 'admin', becomes: null, by: 'the tenant object', unlockersReplaced: false },
    ]);
    const { json } = await asPerson<AuditPage>(admin, `/v1/tenants/${id}/audit?action=person.removed`);
    expect(json.entries).toMatchObject([
      { principal: { kind: 'system' }, subject: 'u1', detail: { email: engineer, role: 'admin' } },
    ]);
    // Once: another look finds nothing new.
    expect((await people(id)).leavers).toHaveLength(1);
    // Their next return is an ordinary one, which D1 follows.
    expect((await add(id, engineer)).json.id).toBe('u1');
    expect(await rowsOf(id, engineer)).toMatchObject([{ id: 'u1', status: 'active' }]);
  });

  it('takes a row that SQL deleted in a later version for missing, whatever it has adopted of others', async () => {
    const { id } = await seedTenant();
    await people(id);
    await bindings.INDEX_DB.exec("UPDATE users SET version = version + 1; DELETE FROM users WHERE id = 'u1'");
    const { people: known } = await people(id);
    expect(known.map((one) => [one.id, one.missing])).toContainEqual(['u1', true]);
    expect(known.filter((one) => one.missing)).toHaveLength(1);
  });
});

describe('a changed role', () => {
  it('counts in the object at once, whatever D1 says, because the object’s row wins', async () => {
    const { id } = await seedTenant();
    expect((await setRole(id, 'u1', 'admin')).json).toMatchObject({ role: 'admin' });
    expect((await settings(id, engineer)).status).toBe(200);
    expect((await setRole(id, 'u1', 'engineer')).status).toBe(200);
    await bindings.INDEX_DB.exec("UPDATE users SET role = 'admin' WHERE id = 'u1'");
    expect((await settings(id, engineer)).json.code).toBe('role_forbids');
    await evictDurableObject(stubOf(id));
    expect((await settings(id, engineer)).json.code).toBe('role_forbids');
  });

  it('to a lower one begins a leaver’s act by the old role, takes their request for access back, and leaves them in', async () => {
    const { id, keyring } = await seedReadyTenant();
    await setRole(id, 'u1', 'admin');
    const asked = await grantRequest(id, engineer, keyring.root.fingerprint, 'admin');
    expect((await asPerson(engineer, `/v1/tenants/${id}/grants`, asked)).status).toBe(200);
    await setRole(id, 'u1', 'auditor');
    const { leavers } = await people(id);
    expect(leavers).toMatchObject([
      {
        person: 'u1',
        role: 'admin',
        becomes: 'auditor',
        couldFetch: { team: true, recovery: true },
        unlockersReplaced: false,
        rootReplaced: false,
      },
    ]);
    expect((await overview(id, engineer)).status).toBe(200);
    const { json } = await asPerson<{ grants: unknown[] }>(admin, `/v1/tenants/${id}/grants`);
    expect(json.grants).toEqual([]);
  });

  it('by SQL lowers what they get though the object’s row says more, because an object set back must hand out nothing of before', async () => {
    const { id } = await seedReadyTenant();
    await people(id);
    const root = async () => (await asPerson<Keyring>(admin, `/v1/tenants/${id}/keyring`)).json.root;
    expect(await root()).not.toBeNull();
    await bindings.INDEX_DB.prepare("UPDATE users SET role = 'engineer' WHERE tenant_id = ? AND email = ?")
      .bind(id, admin)
      .run();
    expect(await root()).toBeNull();
  });

  it('to a higher one, or to the same, begins nothing', async () => {
    const { id } = await seedTenant();
    await setRole(id, 'u2', 'engineer');
    await setRole(id, 'u2', 'engineer');
    expect((await people(id)).leavers).toEqual([]);
    const { json } = await asPerson<AuditPage>(admin, `/v1/tenants/${id}/audit`);
    expect(json.entries.filter((entry) => entry.action === 'person.role_changed')).toMatchObject([
      { subject: 'u2', detail: { email: emailOf('auditor'), from: 'auditor', to: 'engineer' } },
    ]);
  });

  it('is never one’s own, nor that of somebody who is out', async () => {
    const { id } = await seedTenant();
    await setRole(id, 'u1', 'admin');
    expect((await setRole<Problem>(id, 'u0', 'engineer')).json.code).toBe('not_yourself');
    await remove(id, 'u1');
    expect((await setRole<Problem>(id, 'u1', 'engineer')).json.code).toBe('unknown_person');
    expect((await setRole<Problem>(id, 'nobody', 'engineer')).json.code).toBe('unknown_person');
  });
});

describe('the last admin', () => {
  it('can neither be removed nor demoted, not by themselves either', async () => {
    const { id } = await seedTenant();
    expect((await setRole<Problem>(id, 'u0', 'engineer')).json.code).toBe('last_admin');
    expect((await remove(id, 'u0')).json.code).toBe('last_admin');
  });

  it('is whoever can still come in: one whose row SQL took out does not count', () => {
    const person = (id: string, more: Partial<Member> = {}): Member => ({
      id,
      email: `${id}@example.com`,
      role: 'admin',
      removedAt: null,
      missing: false,
      ...more,
    });
    for (const gone of [
      person('b', { missing: true }),
      person('b', { removedAt: 1 }),
      person('b', { role: 'engineer' }),
    ]) {
      expect(decideRemoval([person('a'), gone], 'a', 'c')?.refused).toBe('last_admin');
      expect(decideRole([person('a'), gone], 'a', 'auditor', 'c')?.refused).toBe('last_admin');
    }
    expect(decideRemoval([person('a'), person('b')], 'a', 'b')).toBeNull();
    expect(decideRole([person('a'), person('b')], 'a', 'auditor', 'b')).toBeNull();
  });

  it('is left when two admins remove and demote each other at once', async () => {
    const { id } = await seedTenant();
    await setRole(id, 'u1', 'admin');
    const answers = await Promise.all([remove(id, 'u1'), setRole<Problem>(id, 'u0', 'auditor', engineer)]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const stub = await runInDurableObject(stubOf(id), (_object, { storage }) =>
      storage.sql.exec("SELECT id FROM people WHERE role = 'admin' AND removed_at IS NULL").toArray(),
    );
    expect(stub).toHaveLength(1);
  });
});

describe('an operator’s way back in by SQL', () => {
  it('is a new row for the address: the object takes it over with its role', async () => {
    const { id } = await seedTenant();
    await people(id);
    const db = bindings.INDEX_DB;
    await db.prepare("DELETE FROM users WHERE tenant_id = ? AND id = 'u1'").bind(id).run();
    await db
      .prepare("INSERT INTO users (id,tenant_id,email,role) VALUES ('u9', ?, ?, 'admin')")
      .bind(id, engineer)
      .run();
    expect((await settings(id, engineer)).status).toBe(200);
    expect((await people(id)).people.filter((one) => one.email === engineer)).toMatchObject([
      { id: 'u9', role: 'admin', missing: false },
    ]);
  });
});

describe('somebody who is a member nowhere', () => {
  it('is told whom to ask, and a member is not', async () => {
    await seedTenant();
    const me = async (email: string) =>
      (await request<Me>('GET', '/v1/me', { 'cf-access-jwt-assertion': await accessToken(email) })).json;
    expect(await me('stranger@example.com')).toEqual({
      email: 'stranger@example.com',
      operator: false,
      memberships: [],
      ask: ['operator@example.com'],
    });
    expect(await me(admin)).not.toHaveProperty('ask');
  });
});

describe('an auditor who is an engineer now', () => {
  it('reads the audit no more, nor goes on with an export, although the index or a request under way still says auditor', async () => {
    const { id } = await seedTenant();
    const caller = {
      tenant: id,
      requestId: 'r',
      ip: null,
      userAgent: null,
      principal: { kind: 'person', id: 'u2', name: emailOf('auditor'), role: 'auditor' },
    } as const;
    const read = () =>
      runInDurableObject(stubOf(id), (object) =>
        object.auditPage(structuredClone(caller), { order: 'oldest', limit: 1 }),
      );
    expect(await read()).toMatchObject({ entries: [{ seq: 1 }] });
    expect((await setRole(id, 'u2', 'engineer')).status).toBe(200);
    expect(await read()).toMatchObject({ refused: 'role_forbids' });
  });
});

describe('an admin who has written keyrings without end', () => {
  it('is removed as quickly as any other, because the last one says all that they could open', async () => {
    const { id } = await seedReadyTenant();
    const { read } = await runInDurableObject(stubOf(id), (_object, { storage: { sql } }) => {
      sql.exec(
        `WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
         INSERT INTO manifests SELECT i, jws, sha256, written_at, written_by FROM n, manifests WHERE version = 1`,
      );
      const person = { id: 'u0', email: admin, role: 'admin', removedAt: null, missing: false } as const;
      return rowsReadBy(sql, () => begin(sql, person, null, 'x', Date.now()));
    });
    expect(read).toBeLessThan(20);
  });
});

describe('what outlives a leaver', () => {
  const second = 'second@example.com';
  const ask = <T>(id: string, rest: string, body?: unknown, by = admin) =>
    asPerson<T>(by, `/v1/tenants/${id}/${rest}`, body);
  const webhook = (id: string, label: string, by: string) =>
    ask<WebhookMade>(
      id,
      'webhooks',
      { url: 'https://hooks.example.com/x?key=1', label, kinds: ['secret_revealed'] },
      by,
    );
  const token = (id: string, label: string, by: string) =>
    ask<IssuedToken>(id, 'tokens', { label, expiresAt: null, fingerprint: null }, by);

  it('stands on their card until it is ended: webhooks they added, tokens they made, tokens they may have had in hand', async () => {
    const { id } = await seedTenant();
    const { json: person } = await add(id, second, 'admin');
    const { json: theirs } = await webhook(id, 'Theirs', second);
    await webhook(id, 'Ours', admin);
    const { json: made } = await token(id, 'made', second);
    const { json: gone } = await token(id, 'gone', second);
    await ask(id, `tokens/${gone.id}/revoke`, {});
    const { json: ours } = await token(id, 'ours', admin);
    expect((await remove(id, person.id)).status).toBe(200);
    // Nothing that comes after they left is theirs.
    await token(id, 'later', admin);
    const card = async () => (await people(id)).leavers[0];
    expect(await card()).toMatchObject({
      webhooks: [{ id: theirs.webhook.id, label: 'Theirs', host: 'hooks.example.com' }],
      tokens: [
        { id: made.id, label: 'made', made: true },
        { id: ours.id, label: 'ours', made: false },
        // The one that SQL made.
        { id: 't1', made: false },
      ],
    });
    // A URL may hold a key, and an auditor reads the card.
    expect(JSON.stringify(await ask(id, 'people', undefined, emailOf('auditor')))).not.toContain('key=1');
    expect((await ask(id, `webhooks/${theirs.webhook.id}/remove`, {})).status).toBe(200);
    for (const one of [made.id, ours.id, 't1']) expect((await ask(id, `tokens/${one}/revoke`, {})).status).toBe(200);
    expect(await card()).toMatchObject({ webhooks: [], tokens: [] });
  });

  it('is on the card of somebody who was given a lower role too, because a webhook goes on telling what they may no longer see', async () => {
    const { id } = await seedTenant();
    const { json: person } = await add(id, second, 'admin');
    await webhook(id, 'Theirs', second);
    await token(id, 'made', second);
    await setRole(id, person.id, 'auditor');
    expect((await people(id)).leavers[0]).toMatchObject({
      becomes: 'auditor',
      webhooks: [{ label: 'Theirs' }],
      tokens: [{ made: true }],
    });
  });

  it('is a webhook of somebody else too that they aimed at themselves before they went', async () => {
    const { id } = await seedTenant();
    const { json: person } = await add(id, second, 'admin');
    const { json: ours } = await webhook(id, 'Ours', admin);
    await webhook(id, 'Other', admin);
    const change = { url: 'https://theirs.example.net/x', label: 'Ours', kinds: ['secret_revealed'] };
    expect((await ask(id, `webhooks/${ours.webhook.id}/change`, change, second)).status).toBe(200);
    expect((await remove(id, person.id)).status).toBe(200);
    const card = async () => (await people(id)).leavers[0];
    expect(await card()).toMatchObject({ webhooks: [{ id: ours.webhook.id, host: 'theirs.example.net' }] });
    // The person who changes it back has seen where it went.
    const back = { ...change, url: 'https://hooks.example.com/x' };
    await ask(id, `webhooks/${ours.webhook.id}/change`, back);
    expect((await card())?.webhooks).toEqual([]);
  });

  it('is no token for an auditor, who sets up no PC and is shown none', async () => {
    const { id } = await seedTenant();
    await token(id, 'ours', admin);
    expect((await remove(id, 'u2')).status).toBe(200);
    expect((await people(id)).leavers[0]?.tokens).toEqual([]);
  });
});
