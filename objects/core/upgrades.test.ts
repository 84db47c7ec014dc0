// Upgrades of an object: one made by any length of the list of migrations opens under today's code with what it held; one that fails leaves
// everything as it was.
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { AuditPage } from '../../schema/audit.ts';
import type { Problem } from '../../schema/problem.ts';
import type { Receipt } from '../../schema/secret.ts';
import {
  asMachine,
  asPerson,
  bindings,
  emailOf,
  event,
  inStorage,
  newMachine,
  newRun,
  rowsOf,
  sealedSecret,
  seedReadyTenant,
  unpack,
  untail,
} from '../../test/workerd-fixtures.ts';
import { knownSchemaVersion, MIGRATIONS, migrate, schemaVersion } from './migrations.ts';
import { all, first } from './rows.ts';

type Row = Record<string, SqlStorageValue>;
type Dump = Map<string, Row[]>;
type Column = { name: string; type: string; notnull: number; dflt_value: string | null };
const admin = emailOf('admin');
const stubOf = (id: string) => bindings.TENANT.getByName(id);
const columnsOf = (sql: SqlStorage, table: string) => all<Column>(sql, `PRAGMA table_info("${table}")`);

/** The platform's own tables, the search's, which is filled again from rows, and the list of what has run. */
const NO_CONTENT = /^(sqlite_|_cf_|search|migrations$)/;
const tablesOf = (sql: SqlStorage): string[] =>
  all<{ name: string }>(sql, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    .map(({ name }) => name)
    .filter((name) => !NO_CONTENT.test(name));

const dumpOf = (sql: SqlStorage): Dump =>
  new Map(tablesOf(sql).map((name) => [name, all<Row>(sql, `SELECT * FROM "${name}"`)]));

/** Counters that an object of before had not, by the migration that begins them. */
const COUNTED_SINCE: Record<string, number> = { last_report_at: 7, 'status:none': 35 };
/** Before this migration the table of people held those who were removed. */
const PEOPLE_SINCE = 5;
const isOfThen = (table: string, row: Row, version: number): boolean =>
  (table !== 'counters' || (COUNTED_SINCE[String(row.name)] ?? 0) <= version) &&
  (table !== 'people' || version >= PEOPLE_SINCE);

/** Puts in of each row what the tables here have a place for; a column that is gone since has a stand-in. Nothing is due yet. */
function fill(sql: SqlStorage, dump: Dump, version: number): void {
  for (const table of tablesOf(sql).filter((name) => name !== 'due')) {
    const columns = columnsOf(sql, table);
    for (const row of dump.get(table) ?? []) {
      if (!isOfThen(table, row, version)) continue;
      const isGone = (column: Column) => !(column.name in row);
      const used = columns.filter((one) => !isGone(one) || (one.notnull && one.dflt_value === null));
      const values = used.map((one) => (isGone(one) ? (one.type === 'TEXT' ? '' : 0) : (row[one.name] ?? null)));
      const names = used.map(({ name }) => `"${name}"`).join(', ');
      sql.exec(`INSERT INTO "${table}" (${names}) VALUES (${used.map(() => '?').join(', ')})`, ...values);
    }
  }
}

/** A tenant with a bit of everything, what its object holds, and what people are answered about it. */
async function tenantInUse() {
  const { id, token, keyring } = await seedReadyTenant();
  const [machine, other, run] = [newMachine(), newMachine(), newRun()];
  const events = [event(1, { type: 'run_started' }), ...Array.from({ length: 30 }, (_, place) => event(place + 2))];
  await asMachine(token, '/v1/report', { machine, run, events });
  await asMachine(token, '/v1/report', { machine: other, run: newRun(), events: [event(1), event(3)] });
  const key = { kind: 'bitlocker_recovery_key', ref: { protectorId: crypto.randomUUID(), volume: 'C:' } } as const;
  for (const how of [{ run: run.id }, { run: run.id }, { ...key, run: run.id }])
    await asMachine<Receipt>(token, '/v1/secret', await sealedSecret(id, keyring, machine.id, how));
  return { id, token, machines: [machine.id, other.id], run: run.id };
}

type Tenant = Awaited<ReturnType<typeof tenantInUse>>;

/** What people read of it, without what depends on how large the object is or on when somebody looks. */
/** Who was seen when is of the moment, and since when an unlocker is what it is was not kept at first. */
const withoutSeen = ({ since: _since, used: _used, ...keyring }: Record<string, unknown>) => keyring;

async function read({ id, machines, run }: Tenant) {
  const ask = async <T>(route: string): Promise<T> => {
    const { status, json } = await asPerson<T>(admin, `/v1/tenants/${id}/${route}`);
    if (status !== 200) throw new Error(`${route} answered ${status}`);
    return json;
  };
  const listed = await ask<{ machines: { id: string; hostname: string; serial: string; secrets: number }[] }>(
    'machines?limit=50',
  );
  const secrets = await Promise.all(
    machines.map((one) => ask<{ secrets: { id: string; kind: string; ref: unknown }[] }>(`machines/${one}/secrets`)),
  );
  return {
    machines: listed.machines.map(({ id, hostname, serial, secrets }) => ({ id, hostname, serial, secrets })),
    secrets: secrets.flatMap((page) => page.secrets).map(({ id, kind, ref }) => ({ id, kind, ref })),
    events: (await ask<{ events: unknown[] }>(`runs/${run}/events?limit=500`)).events,
    keyring: withoutSeen(await ask<Record<string, unknown>>('keyring')),
    audit: (await ask<AuditPage>('audit?limit=500')).entries,
    people: (await ask<{ people: object[] }>('people')).people.map((one) => ({ ...one, lastSeenAt: null })),
    sealed: await inStorage(id, (sql) =>
      all(sql, 'SELECT secret_id, version, eid, kid, sealed, sha256 FROM secret_versions ORDER BY eid'),
    ),
  };
}

/** Has the tenant's object be one that has run the first `length` migrations and holds these rows. */
async function becomes(id: string, length: number, dump: Dump): Promise<void> {
  await runInDurableObject(stubOf(id), async (_object, { storage }) => {
    await storage.deleteAll();
    await storage.deleteAlarm();
    migrate(storage.sql, 0, MIGRATIONS.slice(0, length));
    fill(storage.sql, dump, MIGRATIONS[length - 1]?.id ?? 0);
  });
  await evictDurableObject(stubOf(id));
}

it('an object made by any length of the list opens with what it held: PCs, events, keys, ciphertexts, the whole audit', async () => {
  const tenant = await tenantInUse();
  const { id } = tenant;
  const before = await read(tenant);
  const today = await inStorage(id, dumpOf);
  await untail(id);
  const packed = await inStorage(id, dumpOf);
  await unpack(id);
  const unpacked = await inStorage(id, dumpOf);
  for (let length = 1; length <= MIGRATIONS.length; length++) {
    const version = MIGRATIONS[length - 1]?.id ?? 0;
    await becomes(id, length, version < 34 ? unpacked : version < 39 ? packed : today);
    expect(await read(tenant), `made by ${length} migrations, the last with id ${version}`).toEqual(before);
    expect(await inStorage(id, schemaVersion)).toBe(knownSchemaVersion());
  }
});

/** Every row of every table, as text. */
const wholeOf = (id: string): Promise<string> =>
  inStorage(id, (sql) => JSON.stringify([...dumpOf(sql)].filter(([name]) => name !== 'due')));

describe('an upgrade that throws', () => {
  it('leaves everything as before, answers 503 upgrade_failed to everybody, and the Worker of before serves it again', async () => {
    const tenant = await tenantInUse();
    const { id, token } = tenant;
    const before = await read(tenant);
    const last = MIGRATIONS.at(-1)?.id ?? 0;
    // Its last migration runs once more, and fails on what is there already.
    const ran = await inStorage(id, (sql) => {
      const row = first<Row>(sql, 'SELECT * FROM migrations WHERE id = ?', last);
      sql.exec('DELETE FROM migrations WHERE id = ?', last);
      return row;
    });
    const whole = await wholeOf(id);
    await evictDurableObject(stubOf(id));
    const refused = { status: 503, code: 'upgrade_failed', retryAfterSeconds: 600 };
    const report = { machine: newMachine(), run: newRun(), events: [event(1)] };
    expect((await asMachine<Problem>(token, '/v1/report', report)).json).toMatchObject(refused);
    expect((await asPerson<Problem>(admin, `/v1/tenants/${id}/machines`)).json).toMatchObject(refused);
    expect(await wholeOf(id)).toBe(whole);
    await inStorage(id, (sql) => sql.exec('INSERT INTO migrations VALUES (?, ?, ?, ?)', ...Object.values(ran ?? {})));
    await evictDurableObject(stubOf(id));
    expect(await read(tenant)).toEqual(before);
  });

  it('takes back what it had begun, so that no half of it stays', async () => {
    const { id } = await tenantInUse();
    const whole = await wholeOf(id);
    const half = {
      id: 9_999,
      name: 'half',
      statements: "CREATE TABLE half (a TEXT) STRICT; DELETE FROM machines; SELECT json('{')",
    };
    await runInDurableObject(stubOf(id), (_object, { storage }) => {
      expect(() => storage.transactionSync(() => migrate(storage.sql, 0, [...MIGRATIONS, half]))).toThrow(
        /could not be brought up to date: migration 9999 \(half\)/,
      );
    });
    expect(await wholeOf(id)).toBe(whole);
  });
});

/** `UPGRADE_FULL=1` takes the most that a tenant may have; otherwise a fiftieth. */
const { UPGRADE_FULL } = bindings as unknown as { UPGRADE_FULL?: string };
const [MACHINES, EVENTS] = UPGRADE_FULL === '1' ? [50_000, 1_000_000] : [1_000, 20_000];

/** The clock of another process: in workerd it stands still while code runs. */
function clockOutside() {
  const name = crypto.randomUUID();
  return {
    note: () => fetch(`${bindings.TEST_RECEIVER}/ok/${name}`, { method: 'POST', body: '' }),
    noted: async (): Promise<number[]> => {
      const received: { at: number }[] = await (await fetch(`${bindings.TEST_RECEIVER}/received/${name}`)).json();
      return received.map(({ at }) => at);
    },
  };
}

describe('an upgrade of a large object, from the first migration to the last', () => {
  it(`of ${MACHINES} PCs and ${EVENTS} events writes a number of rows that follows the PCs, and no event`, async () => {
    await runInDurableObject(stubOf(crypto.randomUUID()), async (_object, { storage }) => {
      const { sql } = storage;
      const clock = clockOutside();
      migrate(sql, 0, MIGRATIONS.slice(0, 1));
      sql.exec("INSERT INTO identity VALUES ('large', 0)");
      const upTo = (count: number) =>
        `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${count - 1})`;
      const id = (of: string) => `printf('%08x-0000-4000-8000-000000000000', ${of})`;
      sql.exec(`INSERT INTO machines ${upTo(MACHINES)} SELECT ${id('i')}, 'PC-' || i, 'S' || i, 'Maker', 'Model', '10', 'Client ' || (i % 50),
        i, i, ${id('i')}, 'succeeded', NULL, 3, 3, i, 0, '[]', 0, 0 FROM n`);
      sql.exec(`INSERT INTO runs ${upTo(MACHINES)} SELECT ${id('i')}, ${id('i')}, 'succeeded', 2, i, i, i, '1', '[]', 0, 0, 0,
        ${EVENTS / MACHINES}, ${EVENTS / MACHINES + 1} FROM n`);
      sql.exec(`INSERT INTO events ${upTo(EVENTS)} SELECT ${id(`i / ${EVENTS / MACHINES}`)}, i % ${EVENTS / MACHINES} + 1, i, i, 'info', 'message', NULL,
        'event ' || i, NULL FROM n`);
      await clock.note();
      const { written } = await rowsOf(sql, () => storage.transactionSync(() => migrate(sql, 0)));
      await storage.sync();
      await clock.note();
      const [from = 0, to = 0] = await clock.noted();
      const ms = to - from;
      console.log(`an upgrade of ${MACHINES} PCs and ${EVENTS} events wrote ${written} rows in ${ms} ms`);
      expect(written).toBeLessThan(60 * MACHINES);
      expect(first(sql, 'SELECT count(*) AS n FROM events')).toEqual({ n: EVENTS });
      await storage.deleteAlarm();
    });
  });
});
