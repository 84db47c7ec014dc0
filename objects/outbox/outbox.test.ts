// The index outbox against a real D1 that is down, slow, or answers too late, and an object that goes in the middle.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { Member } from '../../schema/person.ts';
import { faultyIndex } from '../../test/support/faulty-index.ts';
import { until } from '../../test/support/until.ts';
import { asPerson, bindings, emailOf, seedTenant } from '../../test/workerd-fixtures.ts';
import { migrate } from '../core/migrations.ts';
import { drain, put, retryDelay, write } from './outbox.ts';

const stubOf = (id: string) => bindings.TENANT.getByName(id);
const admin = emailOf('admin');
const inIndex = (id: string, email: string) =>
  bindings.INDEX_DB.prepare('SELECT role, status, version FROM users WHERE tenant_id = ? AND email = ?')
    .bind(id, email)
    .first<{ role: string; status: string; version: number }>();
const outbox = (id: string) =>
  runInDurableObject(stubOf(id), (_object, state) =>
    state.storage.sql.exec('SELECT what, id, version, tries FROM outbox').toArray(),
  );
const dueIn = (id: string) =>
  runInDurableObject(stubOf(id), (_object, state) => {
    const [row] = state.storage.sql.exec<{ at: number }>("SELECT at FROM due WHERE what = 'index'").toArray();
    return row ? row.at - Date.now() : null;
  });

/** Puts faults between an object and its index. An eviction takes them away. */
const faultsOf = (id: string) =>
  runInDurableObject(stubOf(id), (object) => {
    const faults = faultyIndex(bindings.INDEX_DB);
    Reflect.set(object, 'env', { ...bindings, INDEX_DB: faults.index });
    return faults;
  });

const add = (id: string, email: string) =>
  asPerson<Member>(admin, `/v1/tenants/${id}/people`, { email, role: 'engineer' });

/**
 * Lets the alarm come now: everything scheduled is made due at once, except the backup, which puts out a row of its
 * own.
 */
async function alarm(id: string): Promise<void> {
  await runInDurableObject(stubOf(id), (_object, state) => {
    state.storage.sql.exec("UPDATE due SET at = 0 WHERE what <> 'backup'");
  });
  expect(await runDurableObjectAlarm(stubOf(id))).toBe(true);
}

describe('the outbox', () => {
  it('is empty once the index has answered, and the person is in both', async () => {
    const { id } = await seedTenant();
    expect((await add(id, 'new@example.com')).status).toBe(201);
    expect(await inIndex(id, 'new@example.com')).toEqual({ role: 'engineer', status: 'active', version: 1 });
    expect(await outbox(id)).toEqual([]);
  });

  it('keeps a change while D1 is down, however often it fails, and the alarm brings it in', async () => {
    const { id } = await seedTenant();
    const faults = await faultsOf(id);
    faults.writes = 'down';
    expect((await add(id, 'new@example.com')).status).toBe(201);
    expect(await inIndex(id, 'new@example.com')).toBeNull();
    for (let tries = 2; tries <= 5; tries++) {
      await alarm(id);
      expect(await outbox(id)).toMatchObject([{ what: 'person', tries }]);
      expect(await dueIn(id)).toBeGreaterThan(retryDelay(tries - 2));
    }
    faults.writes = 'well';
    await alarm(id);
    expect(await inIndex(id, 'new@example.com')).toMatchObject({ status: 'active' });
    expect(await outbox(id)).toEqual([]);
    expect(await dueIn(id)).toBeNull();
  });

  it('asks again after 15 seconds, doubling to ten minutes', () => {
    expect([0, 1, 2, 5, 6, 500].map(retryDelay)).toEqual([15_000, 30_000, 60_000, 480_000, 600_000, 600_000]);
  });

  it('waits for a slow D1 only so long, and its late answer does no harm', async () => {
    const { id } = await seedTenant();
    await asPerson(admin, `/v1/tenants/${id}/people`);
    await runInDurableObject(stubOf(id), async (_object, { storage }) => {
      const faults = faultyIndex(bindings.INDEX_DB);
      faults.writes = 'held';
      const person = { id: 'u1', email: emailOf('engineer'), role: 'auditor', status: 'active', version: 1 } as const;
      storage.transactionSync(() => put(storage, 'person', person, Date.now()));
      expect(await drain(storage, faults.index, id, 20)).toBe(false);
      // Meanwhile a newer version goes in; the first, still on its way, arrives after it.
      storage.transactionSync(() => put(storage, 'person', { ...person, role: 'admin', version: 2 }, Date.now()));
      expect(await drain(storage, bindings.INDEX_DB, id)).toBe(true);
      await faults.release();
    });
    expect(await inIndex(id, emailOf('engineer'))).toEqual({ role: 'admin', status: 'active', version: 2 });
    expect(await outbox(id)).toEqual([]);
  });

  it('writes again to no effect what was written although its answer was lost', async () => {
    const { id } = await seedTenant();
    const faults = await faultsOf(id);
    faults.writes = 'lost';
    expect((await add(id, 'new@example.com')).status).toBe(201);
    const once = await inIndex(id, 'new@example.com');
    expect(once).toMatchObject({ version: 1 });
    expect(await outbox(id)).toMatchObject([{ tries: 1 }]);
    faults.writes = 'well';
    await alarm(id);
    expect(await inIndex(id, 'new@example.com')).toEqual(once);
    expect(await outbox(id)).toEqual([]);
  });

  it('outlives the object: gone between its transaction and the upsert, it goes on by the alarm', async () => {
    const { id } = await seedTenant();
    const faults = await faultsOf(id);
    faults.writes = 'down';
    const { json } = await add(id, 'new@example.com');
    await evictDurableObject(stubOf(id));
    expect(await outbox(id)).toMatchObject([{ what: 'person', id: json.id, version: 1 }]);
    await alarm(id);
    expect(await inIndex(id, 'new@example.com')).toMatchObject({ status: 'active' });
  });

  it('keeps a version that was put out while an older one was being written', async () => {
    const { id } = await seedTenant();
    await asPerson(admin, `/v1/tenants/${id}/people`);
    await runInDurableObject(stubOf(id), async (_object, { storage }) => {
      const faults = faultyIndex(bindings.INDEX_DB);
      faults.writes = 'held';
      const person = { id: 'u1', email: emailOf('engineer'), role: 'auditor', status: 'active', version: 1 } as const;
      storage.transactionSync(() => put(storage, 'person', person, Date.now()));
      const writing = write(storage, faults.index, id, { what: 'person', id: 'u1' });
      storage.transactionSync(() => put(storage, 'person', { ...person, status: 'removed', version: 2 }, Date.now()));
      await faults.release();
      expect(await writing).toBe(true);
    });
    expect(await outbox(id)).toMatchObject([{ id: 'u1', version: 2 }]);
    await alarm(id);
    expect(await inIndex(id, emailOf('engineer'))).toMatchObject({ status: 'removed', version: 2 });
  });

  it('is not held up by one row that the index never takes', async () => {
    const { id } = await seedTenant();
    await asPerson(admin, `/v1/tenants/${id}/people`);
    await runInDurableObject(stubOf(id), (_object, { storage }) => {
      const person = { id: 'a', email: 'not an address', role: 'engineer', status: 'active', version: 1 } as const;
      storage.transactionSync(() => put(storage, 'person', person, Date.now()));
    });
    await add(id, 'c@example.com');
    expect(await outbox(id)).toMatchObject([{ id: 'a', tries: 1 }]);
    expect(await inIndex(id, 'c@example.com')).toMatchObject({ status: 'active' });
  });

  it('takes over what an object of before had still to tell the index', async () => {
    const { id } = await seedTenant();
    await asPerson(admin, `/v1/tenants/${id}/people`);
    await runInDurableObject(stubOf(id), (_object, { storage }) => {
      const { sql } = storage;
      // The tables as migrations 2 and 4 left them, with a revocation and a removal that D1 has not heard of.
      sql.exec(`
        DROP TABLE outbox; DROP TABLE tokens; DROP TABLE token_uses; DROP TABLE people; DROP TABLE leavers;
        CREATE TABLE revocations (
          token_hash TEXT PRIMARY KEY, token_id TEXT NOT NULL, revoked_at INTEGER NOT NULL, indexed INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE people (
          id TEXT PRIMARY KEY, email TEXT NOT NULL, role TEXT NOT NULL, removed_at INTEGER, indexed INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE leavers (
          person TEXT PRIMARY KEY, email TEXT NOT NULL, role TEXT NOT NULL, started_at INTEGER NOT NULL, by TEXT NOT NULL,
          manifest_version INTEGER NOT NULL, fingerprint TEXT
        ) STRICT, WITHOUT ROWID;
        INSERT INTO people VALUES ('u1', '${emailOf('engineer')}', 'engineer', 7, 0), ('u0', '${admin}', 'admin', NULL, 1);
        INSERT INTO leavers VALUES ('u1', '${emailOf('engineer')}', 'engineer', 7, '${admin}', 0, NULL);
        INSERT INTO due VALUES ('people', 0);
        DELETE FROM migrations WHERE id = 5;
      `);
    });
    const hash = await bindings.INDEX_DB.prepare('SELECT token_hash FROM api_tokens WHERE tenant_id = ?')
      .bind(id)
      .first<string>('token_hash');
    await runInDurableObject(stubOf(id), (_object, { storage }) => {
      storage.sql.exec("INSERT INTO revocations VALUES (?, 't1', 9, 0)", hash);
      migrate(storage.sql, Date.now());
      // The columns that later migrations had added went with the tables.
      storage.sql.exec(`
        CREATE INDEX tokens_live ON tokens (expires_at, id) WHERE revoked_at IS NULL;
        ALTER TABLE leavers ADD COLUMN look_on_at INTEGER;
        UPDATE leavers SET look_on_at = manifest_version WHERE had IS NULL;
        CREATE INDEX leavers_looked_at ON leavers (place) WHERE look_on_at IS NOT NULL;
      `);
    });
    await evictDurableObject(stubOf(id));
    await asPerson(admin, `/v1/tenants/${id}/overview`);
    // The migration has it due at once, by whatever clock: the alarm comes by itself.
    await until(async () => {
      expect(await inIndex(id, emailOf('engineer'))).toMatchObject({ status: 'removed', version: 1 });
      const token = await bindings.INDEX_DB.prepare('SELECT revoked_at, version FROM api_tokens WHERE tenant_id = ?')
        .bind(id)
        .first();
      expect(token).toEqual({ revoked_at: 9, version: 1 });
    });
    const { json } = await asPerson<{ leavers: unknown[] }>(admin, `/v1/tenants/${id}/people`);
    expect(json.leavers).toMatchObject([{ person: 'u1', becomes: null }]);
  });
});
