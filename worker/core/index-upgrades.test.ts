// Upgrades of the index: one made by any length of the list of D1 migrations is served by today's code with what it held, before it is brought up
// to date and after; one that fails leaves everything as it was.
import { applyD1Migrations, runInDurableObject } from 'cloudflare:test';
import { beforeEach, expect, it } from 'vitest';
import { drain, put } from '../../objects/outbox/outbox.ts';
import type { AuditHeads } from '../../schema/audit.ts';
import type { TenantPage } from '../../schema/operator.ts';
import type { PeopleList } from '../../schema/person.ts';
import type { IssuedToken, TokenList } from '../../schema/token.ts';
import { asMachine, asPerson, bindings, emailOf, seedReadyTenant, seedTenant } from '../../test/workerd-fixtures.ts';
import { forgetTokens } from '../authenticate/machine.ts';

type Row = Record<string, string | number | null>;
type Dump = ReadonlyMap<string, readonly Row[]>;

const { INDEX_DB: index, TEST_MIGRATIONS: MIGRATIONS } = bindings;
const admin = emailOf('admin');
const LEAVER = 'leaver@example.com';
const BACKUP_AT = 1_700_000_000_000;
const KEPT = JSON.stringify({ [BACKUP_AT]: 'b'.repeat(64) });

/** Those that others refer to come first. */
const TABLES = ['tenants', 'users', 'api_tokens'];
/** What is there of a column that an index of before did not have, by the file that begins it. */
const BEGUN: Record<string, { by: string; as: Row[string] }> = { backups: { by: '0004', as: '{}' } };

const lengthOf = (file: string): number => MIGRATIONS.findIndex(({ name }) => name.startsWith(file)) + 1;

async function dumpOf(tables: readonly string[] = TABLES): Promise<Dump> {
  const read = async (table: string) =>
    [table, (await index.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all<Row>()).results] as const;
  return new Map(await Promise.all(tables.map(read)));
}

/** What an index of this length can hold of the rows. */
const heldBy = (length: number, dump: Dump): Dump =>
  new Map(
    [...dump].map(([table, rows]) => [
      table,
      rows.map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([name, value]) => {
            const begun = BEGUN[name];
            return [name, begun && length < lengthOf(begun.by) ? begun.as : value];
          }),
        ),
      ),
    ]),
  );

/** Has the index be one that has had the first `length` migrations and holds these rows. */
async function becomes(length: number, dump: Dump): Promise<void> {
  for (const table of ['d1_migrations', ...TABLES.toReversed()]) await index.exec(`DROP TABLE ${table}`);
  await applyD1Migrations(index, MIGRATIONS.slice(0, length));
  const inserts: D1PreparedStatement[] = [];
  for (const table of TABLES) {
    const { results } = await index.prepare(`PRAGMA table_info(${table})`).all<{ name: string }>();
    const names = results.map(({ name }) => name);
    const statement = `INSERT INTO ${table} (${names}) VALUES (${names.map(() => '?')})`;
    for (const row of dump.get(table) ?? [])
      inserts.push(index.prepare(statement).bind(...names.map((name) => row[name] ?? null)));
  }
  await index.batch(inserts);
}

type World = { id: string; token: string; revoked: string };

/** Two tenants, of one everything that the index can hold. */
async function inUse(): Promise<World> {
  const { id, token } = await seedReadyTenant();
  const as = <T>(route: string, body: unknown) => asPerson<T>(admin, `/v1/tenants/${id}/${route}`, body);
  const { json: leaver } = await as<{ id: string }>('people', { email: LEAVER, role: 'engineer' });
  await as(`people/${leaver.id}/remove`, {});
  const wanted = { label: 'gone', expiresAt: Date.now() + 1_000_000_000, fingerprint: null };
  const { json: issued } = await as<IssuedToken>('tokens', wanted);
  await as(`tokens/${issued.id}/revoke`, {});
  const other = await seedTenant('another one');
  const kept = "UPDATE tenants SET backups = ?, audit_seq = 7, audit_hash = 'h' WHERE id = ?";
  await index.prepare(kept).bind(KEPT, other.id).run();
  return { id, token, revoked: issued.token };
}

/** What engines, people and operators are answered on the strength of the index. */
async function read({ id, token, revoked }: World) {
  forgetTokens();
  const ask = async <T>(email: string, route: string) => {
    const { status, json } = await asPerson<T>(email, route);
    if (status !== 200) throw new Error(`${route} answered ${status}`);
    return json;
  };
  const own = `/v1/tenants/${id}`;
  const { people, leavers } = await ask<PeopleList>(admin, `${own}/people`);
  const { tokens } = await ask<TokenList>(admin, `${own}/tokens`);
  const { tenants } = await ask<TenantPage>('operator@example.com', '/v1/operator/tenants');
  return {
    key: (await asMachine(token, '/v1/tenant/pubkey')).json,
    revoked: (await asMachine(revoked, '/v1/tenant/pubkey')).json.code,
    leaver: (await asPerson(LEAVER, `${own}/overview`)).json.code,
    memberships: await ask(admin, '/v1/me'),
    people: people.map(({ email, role, missing }) => ({ email, role, missing })),
    leavers: leavers.map(({ email }) => email),
    tokens: tokens.map((one) => ({ id: one.id, label: one.label, expiresAt: one.expiresAt, revokedAt: one.revokedAt })),
    tenants: tenants.map(({ id: one, name, status }) => ({ one, name, status })),
    head: (await ask<AuditHeads>(admin, `${own}/audit/head`)).index,
  };
}

let world: World;
let before: Awaited<ReturnType<typeof read>>;
let dump: Dump;
beforeEach(async () => {
  world = await inUse();
  before = await read(world);
  dump = await dumpOf();
});

it('an index made by any length of the list is served by today’s code, and holds the same when it is up to date', async () => {
  for (let length = 1; length <= MIGRATIONS.length; length++) {
    const made = `made by ${length} migrations, the last ${MIGRATIONS[length - 1]?.name}`;
    await becomes(length, dump);
    // A Worker may be deployed before its migrations have run.
    expect(await read(world), made).toEqual(before);
    await applyD1Migrations(index, MIGRATIONS);
    expect(await dumpOf(), made).toEqual(heldBy(length, dump));
    expect(await read(world), made).toEqual(before);
  }
});

it('what an index of before has no column for waits in the object, and arrives once the column is there', async () => {
  const told = () =>
    runInDurableObject(bindings.TENANT.getByName(world.id), (_object, { storage }) => drain(storage, index, world.id));
  const vouched = async () =>
    (await index.prepare('SELECT backups FROM tenants WHERE id = ?').bind(world.id).all()).results;
  expect(await told()).toBe(true);
  await becomes(lengthOf('0004') - 1, dump);
  await runInDurableObject(bindings.TENANT.getByName(world.id), (_object, { storage }) =>
    put(storage, 'backup', { id: 'b1', version: 1, at: BACKUP_AT, sha256: 'b'.repeat(64) }, Date.now()),
  );
  expect(await told()).toBe(false);
  await applyD1Migrations(index, MIGRATIONS);
  expect(await told()).toBe(true);
  expect(await vouched()).toEqual([{ backups: KEPT }]);
});

it('a migration that throws leaves rows, tables and the list of what has run as before, and everybody is answered as before', async () => {
  const half = {
    name: '9999_half.sql',
    queries: ['CREATE TABLE half (a TEXT) STRICT', 'DELETE FROM api_tokens', "SELECT json('{')"],
  };
  const whole = () => dumpOf([...TABLES, 'd1_migrations', 'sqlite_master']);
  const was = await whole();
  await expect(applyD1Migrations(index, [...MIGRATIONS, half])).rejects.toThrow(/malformed JSON/);
  expect(await whole()).toEqual(was);
  expect(await read(world)).toEqual(before);
  await applyD1Migrations(index, [...MIGRATIONS, { ...half, queries: half.queries.slice(0, 1) }]);
  expect(await dumpOf()).toEqual(dump);
});
