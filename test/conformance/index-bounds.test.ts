// The index with 10,000 rows of each kind: a key leads each query to its rows, whatever lies beside them.

import { beforeEach, describe, expect, it } from 'vitest';
import { isInUse } from '../../objects/operator/creation.ts';
import {
  indexedBackups,
  indexedHead,
  indexedPeople,
  indexedTenant,
  indexedTokens,
  WRITERS,
} from '../../objects/outbox/index-rows.ts';
import { expiringTokens } from '../../objects/tokens/expiring.ts';
import { DAY_MS } from '../../schema/facts/days.ts';
import {
  ensureTenant,
  findTenant,
  membershipsOf,
  tenantsAfter,
  tokenPrefixes,
  tokensByPrefix,
} from '../../worker/core/index-db.ts';
import { bindings } from '../workerd-fixtures.ts';

const MANY = 10_000;

/** A D1 whose statements say how many rows they read. */
function counting(real: D1Database): { index: D1Database; read: () => number } {
  let rows = 0;
  const counted = (statement: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(statement, {
      get(target, name) {
        if (name === 'bind') return (...values: unknown[]) => counted(target.bind(...values));
        const all = async () => {
          const answer = await target.all();
          rows += answer.meta.rows_read;
          return answer;
        };
        if (name === 'all' || name === 'run') return all;
        if (name === 'first') return async () => (await all()).results[0] ?? null;
        return Reflect.get(target, name);
      },
    });
  const index = new Proxy(real, {
    get: (target, name) =>
      name === 'prepare' ? (query: string) => counted(target.prepare(query)) : Reflect.get(target, name),
  });
  return { index, read: () => rows };
}

beforeEach(async () => {
  const many = (statement: string) =>
    bindings.INDEX_DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MANY}) ${statement}`,
    );
  await bindings.INDEX_DB.batch([
    bindings.INDEX_DB.prepare("INSERT INTO tenants (id, name) VALUES ('acme', 'Acme')"),
    many("INSERT INTO tenants (id, name) SELECT 't' || i, 'Tenant ' || i FROM n"),
    many("INSERT INTO tenants (id, name) SELECT 's' || i, 'Same' FROM n"),
    // One person of a great many tenants, and one tenant of a great many people.
    many(
      "INSERT INTO users (id, tenant_id, email, role) SELECT 'u', 't' || i, 'everywhere@example.com', 'engineer' FROM n",
    ),
    many(
      "INSERT INTO users (id, tenant_id, email, role) SELECT 'u' || i, 'acme', i || '@example.com', 'engineer' FROM n",
    ),
    many(`INSERT INTO api_tokens (id, tenant_id, token_prefix, token_hash, token_salt, expires_at)
      SELECT 'k' || i, 'acme', printf('tok_%04d', i), printf('%064d', i), printf('%016d', i), i FROM n WHERE i < 10000`),
    many(`INSERT INTO api_tokens (id, tenant_id, token_prefix, token_hash, token_salt)
      SELECT 'k', 't' || i, printf('tok_%04d', i), printf('%064d', i), printf('%016d', i) FROM n WHERE i < 10000`),
  ]);
});

type Question = [name: string, ask: (index: D1Database) => Promise<unknown>, rows: number];

/** A page of rows of the tenant's own, and one more to know that there are others. */
const PAGE = 5_001;

const QUESTIONS: readonly Question[] = [
  ['whose token this is', (index) => tokensByPrefix(index, 'tok_0042'), 10],
  // Under attack, once in half a minute: every prefix there is, up to 50,000 (worker/authenticate/door.ts).
  ['which prefixes there are', (index) => tokenPrefixes(index, 500), 2_000],
  ['whether somebody is a member here', (index) => membershipsOf(index, 'everywhere@example.com', 't42'), 10],
  ['where somebody is a member', (index) => membershipsOf(index, 'everywhere@example.com'), 5_000],
  ['one tenant', (index) => findTenant(index, 't42'), 5],
  ['a new tenant', (index) => ensureTenant(index, 'new', 'New'), 10],
  ['the first page of tenants', (index) => tenantsAfter(index, null, 21), 50],
  ['a page of tenants behind a place', (index) => tenantsAfter(index, ['Tenant 5000', 't5000'], 21), 100],
  [
    'a page of tenants behind one of a great many of a name',
    (index) => tenantsAfter(index, ['same', 's5000'], 21),
    100,
  ],
  ['a tenant’s tokens', (index) => indexedTokens(index, 'acme'), PAGE],
  ['a tenant’s people', (index) => indexedPeople(index, 'acme'), PAGE],
  ['a tenant’s standing', (index) => indexedTenant(index, 'acme'), 5],
  ['a tenant’s head', (index) => indexedHead(index, 'acme'), 5],
  ['a tenant’s backups', (index) => indexedBackups(index, 'acme'), 5],
  ['whether a tenant is in use', (index) => isInUse(index, 'acme'), 5],
  ['which tokens end soon', (index) => expiringTokens(index, 'acme', 9_990 - 14 * DAY_MS), 1_100],
];

describe('with 10,000 rows of each kind in the index', () => {
  it('every question is led by a key', async () => {
    for (const [name, ask, rows] of QUESTIONS) {
      const { index, read } = counting(bindings.INDEX_DB);
      await ask(index);
      console.log(`${name}: ${read()} rows`);
      expect.soft(read(), name).toBeLessThanOrEqual(rows);
    }
  });

  it('every write is of a row by its key', async () => {
    const token = { label: '', prefix: 'tok_0042', hash: 'f'.repeat(64), salt: '0'.repeat(16), createdAt: 1 };
    const person = { email: '42@example.com', role: 'engineer', status: 'active', version: 3 } as const;
    const { index, read } = counting(bindings.INDEX_DB);
    for (const statement of [
      ...WRITERS.token(index, 'acme', { ...token, id: 'k42', expiresAt: null, revokedAt: 5, version: 9 }),
      ...WRITERS.person(index, 'acme', { ...person, id: 'u42' }),
      ...WRITERS.tenant(index, 'acme', { id: 'acme', status: 'suspended', version: 9 }),
      ...WRITERS.backup(index, 'acme', { id: '1', version: 1, at: 1, sha256: 'a'.repeat(64) }),
    ])
      await statement.run();
    expect(read()).toBeLessThanOrEqual(50);
  });
});
