// Machine tokens: issued once the index has them, shown once, rotated with an overlap, refused at once, their use counted cheaply.

import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { AuditPage } from '../../schema/audit.ts';
import { DAY_MS } from '../../schema/facts/days.ts';
import type { Overview } from '../../schema/machine.ts';
import type { Problem } from '../../schema/problem.ts';
import type { IssuedToken, Token, TokenList, TokenRevoked } from '../../schema/token.ts';
import { type FaultyIndex, faultyIndex } from '../../test/support/faulty-index.ts';
import { asMachine, asPerson, bindings, emailOf, seedReadyTenant, seedTenant } from '../../test/workerd-fixtures.ts';
import { forgetTokens } from '../../worker/authenticate/machine.ts';
import { TokenUses } from '../limits/token-uses.ts';

const admin = emailOf('admin');
const stubOf = (id: string) => bindings.TENANT.getByName(id);
const pubkey = (token: string) => asMachine(token, '/v1/tenant/pubkey');
const issue = <T = IssuedToken>(id: string, more: Record<string, unknown> = {}) =>
  asPerson<T>(admin, `/v1/tenants/${id}/tokens`, { label: 'Bench', expiresAt: null, fingerprint: null, ...more });
const rotate = <T = IssuedToken>(id: string, token: string, more: Record<string, unknown> = {}) =>
  asPerson<T>(admin, `/v1/tenants/${id}/tokens/${token}/rotate`, { overlapMs: DAY_MS, ...more });
const revoke = (id: string, token: string) =>
  asPerson<TokenRevoked>(admin, `/v1/tenants/${id}/tokens/${token}/revoke`, {});
const list = async (id: string) => (await asPerson<TokenList>(admin, `/v1/tenants/${id}/tokens`)).json.tokens;
const one = async (id: string, token: string): Promise<Token> => {
  const found = (await list(id)).find((row) => row.id === token);
  if (!found) throw new Error('the list has the token');
  return found;
};
const auditOf = async (id: string) =>
  (await asPerson<AuditPage>(admin, `/v1/tenants/${id}/audit?limit=500`)).json.entries;
const inIndex = (id: string, token: string) =>
  bindings.INDEX_DB.prepare('SELECT expires_at, revoked_at, version FROM api_tokens WHERE tenant_id = ? AND id = ?')
    .bind(id, token)
    .first<{ expires_at: number | null; revoked_at: number | null; version: number }>();

const faultsOf = (id: string): Promise<FaultyIndex> =>
  runInDurableObject(stubOf(id), (object) => {
    const faults = faultyIndex(bindings.INDEX_DB);
    Reflect.set(object, 'env', { ...bindings, INDEX_DB: faults.index });
    return faults;
  });

/** Moves a token's expiry in the object, as time would. */
const expireNow = (id: string, token: string) =>
  runInDurableObject(stubOf(id), (_object, { storage }) => {
    storage.sql.exec('UPDATE tokens SET expires_at = ? WHERE id = ?', Date.now() - 1, token);
  });

describe('an issued token', () => {
  it('works at once, is in one answer only, and nothing that is kept holds it', async () => {
    const { id, keyring } = await seedReadyTenant();
    const { status, json } = await issue(id, { fingerprint: keyring.root.fingerprint });
    expect(status).toBe(201);
    expect(json).toMatchObject({
      token: expect.stringMatching(/^tok_[A-Za-z0-9_-]{32}$/),
      label: 'Bench',
      minEpoch: 1,
      replaces: null,
      prefix: json.token.slice(0, 8),
      fingerprint: keyring.root.fingerprint,
    });
    expect((await pubkey(json.token)).status).toBe(200);
    const body = json.token.slice(8);
    expect(JSON.stringify(await list(id))).not.toContain(body);
    expect(JSON.stringify(await auditOf(id))).not.toContain(body);
    const { results } = await bindings.INDEX_DB.prepare('SELECT * FROM api_tokens').all();
    expect(JSON.stringify(results)).not.toContain(body);
    await runInDurableObject(stubOf(id), (_object, { storage }) => {
      const tables = storage.sql
        .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")
        .toArray();
      for (const { name } of tables.filter((table) => !table.name.startsWith('_cf')))
        expect(JSON.stringify(storage.sql.exec(`SELECT * FROM "${name}"`).toArray())).not.toContain(body);
    });
  });

  it('is pinned to the tenant’s own root or not at all: another fingerprint is refused, because an engine would seal to a stranger', async () => {
    const { id } = await seedReadyTenant();
    expect((await issue<Problem>(id, { fingerprint: 'A'.repeat(43) })).json.code).toBe('unknown_fingerprint');
    expect((await issue<Problem>(id, { expiresAt: Date.now() })).json.code).toBe('invalid_body');
    const { json } = await issue(id);
    expect(await one(id, json.id)).toMatchObject({ fingerprint: null, createdBy: admin, uses: 0, lastUsedAt: null });
  });

  it.each(['down', 'lost'] as const)(
    'is not shown while D1 is %s, and is revoked, because nobody has seen it',
    async (fault) => {
      const { id } = await seedTenant();
      const faults = await faultsOf(id);
      faults.writes = fault;
      const { status, json } = await issue<Problem>(id);
      expect([status, json.code]).toEqual([503, 'index_unreachable']);
      expect(JSON.stringify(json)).not.toContain('tok_');
      const [made] = (await list(id)).filter((row) => row.createdBy === admin);
      expect(made?.revokedAt).toEqual(expect.any(Number));
      faults.writes = 'well';
      await revoke(id, 't1');
      expect(await inIndex(id, made?.id ?? '')).toMatchObject({ revoked_at: made?.revokedAt });
      const actions = ['tenant.initialized', 'token.issued', 'token.revoked', 'token.revoked'];
      expect((await auditOf(id)).map((entry) => entry.action)).toEqual(actions);
    },
  );
});

describe('a token of raw SQL', () => {
  it('is adopted when it acts, with its expiry, and when the list is read', async () => {
    const { id, token } = await seedTenant();
    const expiresAt = Date.now() + DAY_MS;
    await bindings.INDEX_DB.prepare('UPDATE api_tokens SET expires_at = ? WHERE tenant_id = ?')
      .bind(expiresAt, id)
      .run();
    await pubkey(token);
    const { json } = await asPerson<Overview>(admin, `/v1/tenants/${id}/overview`);
    expect(json.tokensExpiring).toEqual([{ id: 't1', label: 'engine', expiresAt }]);
    const engineers = await asPerson<Overview>(emailOf('engineer'), `/v1/tenants/${id}/overview`);
    expect(engineers.json.tokensExpiring).toEqual([]);
    expect(await list(id)).toMatchObject([{ id: 't1', label: 'engine', createdBy: null, missing: false, uses: 1 }]);
  });

  it('that SQL revokes or deletes is shown as such, and no write of the object brings it back', async () => {
    const { id } = await seedTenant();
    await list(id);
    await bindings.INDEX_DB.exec('UPDATE api_tokens SET revoked_at = 5');
    expect(await one(id, 't1')).toMatchObject({ revokedAt: 5 });
    expect((await rotate<Problem>(id, 't1')).json.code).toBe('token_not_live');
    await bindings.INDEX_DB.exec('DELETE FROM api_tokens');
    expect(await one(id, 't1')).toMatchObject({ missing: true });
  });
});

describe('rotation', () => {
  it('gives a successor, and both work until the overlap is over', async () => {
    const { id, token, keyring } = await seedReadyTenant();
    const { status, json } = await rotate(id, 't1', { fingerprint: keyring.root.fingerprint });
    expect([status, json.label, json.replaces]).toEqual([201, 'engine', 't1']);
    expect(await one(id, 't1')).toMatchObject({ replacedBy: json.id, expiresAt: expect.any(Number) });
    for (const both of [token, json.token]) expect((await pubkey(both)).status).toBe(200);
    expect((await rotate<Problem>(id, 't1')).json.code).toBe('token_not_live');
    const { json: overview } = await asPerson<Overview>(admin, `/v1/tenants/${id}/overview`);
    expect(overview.tokensExpiring).toEqual([]);
    await expireNow(id, 't1');
    // This isolate has cached it without any expiry: the object knows better.
    expect((await pubkey(token)).json.code).toBe('token_expired');
    expect((await pubkey(json.token)).status).toBe(200);
  });

  it('changes nothing where D1 does not confirm the successor', async () => {
    const { id, token } = await seedReadyTenant();
    await list(id);
    const faults = await faultsOf(id);
    faults.writes = 'down';
    expect((await rotate<Problem>(id, 't1')).json.code).toBe('index_unreachable');
    expect(await one(id, 't1')).toMatchObject({ expiresAt: null, replacedBy: null });
    expect((await pubkey(token)).status).toBe(200);
  });

  it('by two admins at once leaves exactly one living successor', async () => {
    const { id } = await seedTenant();
    const answers = await Promise.all([rotate(id, 't1'), rotate(id, 't1'), rotate(id, 't1')]);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const live = (await list(id)).filter((row) => row.id !== 't1' && row.revokedAt === null);
    expect(live.map((row) => row.id)).toEqual([(await one(id, 't1')).replacedBy]);
  });
});

describe('a revoked token', () => {
  it('is refused at once although D1 does not hear of it and this isolate has it cached', async () => {
    const { id, token } = await seedReadyTenant();
    expect((await pubkey(token)).status).toBe(200);
    const faults = await faultsOf(id);
    faults.reads = 'down';
    faults.writes = 'down';
    expect((await revoke(id, 't1')).status).toBe(200);
    expect((await pubkey(token)).json.code).toBe('token_revoked');
    expect(await inIndex(id, 't1')).toMatchObject({ revoked_at: null });
    forgetTokens();
    expect((await pubkey(token)).json.code).toBe('token_revoked');
    // Its evicted object has it in storage.
    await evictDurableObject(stubOf(id));
    expect((await pubkey(token)).json.code).toBe('token_revoked');
    const again = await revoke(id, 't1');
    expect(await inIndex(id, 't1')).toMatchObject({ revoked_at: again.json.revokedAt });
    expect((await auditOf(id)).filter((entry) => entry.action === 'token.revoked')).toHaveLength(1);
  });

  it('cannot be told from one that never was, by another tenant’s admin', async () => {
    const [{ id }, other] = [await seedTenant(), await seedTenant('Other')];
    const { json } = await issue(other.id);
    expect((await asPerson<Problem>(admin, `/v1/tenants/${id}/tokens/${json.id}/revoke`, {})).json.code).toBe(
      'unknown_token',
    );
  });
});

describe('a token’s last use', () => {
  it('costs at most one row written a minute, and misses no use while the object lives', async () => {
    const { id } = await seedTenant();
    await list(id);
    const seen = await runInDurableObject(stubOf(id), (_object, { storage }) => {
      const { sql } = storage;
      const written: number[] = [];
      const exec = sql.exec.bind(sql);
      sql.exec = ((query: string, ...values: unknown[]) => {
        const cursor = exec(query, ...values);
        written.push(cursor.rowsWritten);
        return cursor;
      }) as typeof sql.exec;
      const uses = new TokenUses(sql);
      // Five minutes, a use every second.
      for (let second = 0; second < 300; second++) uses.note('t9', '192.0.2.1', 1_000_000 + second * 1000);
      const total = uses.of('t9');
      const later = new TokenUses(sql).of('t9');
      sql.exec = exec as typeof sql.exec;
      return { rows: written.reduce((sum, rows) => sum + rows, 0), total, later };
    });
    expect(seen.rows).toBe(5);
    expect(seen.total).toEqual({ lastAt: 1_299_000, lastIp: '192.0.2.1', count: 300 });
    // An eviction loses what was not written yet: a lower bound.
    expect(seen.later).toEqual({ lastAt: 1_240_000, lastIp: '192.0.2.1', count: 241 });
  });

  it('is noted by whoever calls with it, and not for a refused one', async () => {
    const { id, token } = await seedReadyTenant();
    await pubkey(token);
    await pubkey(token);
    expect(await one(id, 't1')).toMatchObject({ uses: 2, lastUsedAt: expect.any(Number) });
    await revoke(id, 't1');
    await pubkey(token);
    expect(await one(id, 't1')).toMatchObject({ uses: 2 });
  });
});
