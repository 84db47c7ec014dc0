// A fleet of 50,000: what a page, a filter, a search and the counters read of it, and that combined filters find each machine once.
import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { FLEET_SORTS, MachinesQuery } from '../../schema/machine.ts';
import { COMBINED, FILTERS, fillFleet } from '../../test/support/large-fleet.ts';
import { asPerson, bindings, emailOf, rowsOf, seedTenant } from '../../test/workerd-fixtures.ts';
import { all } from '../core/rows.ts';
import { walkAt } from '../core/walks.ts';
import { LOOKED_AT_MAX, listMachines } from './list.ts';
import { search } from './search.ts';
import { beginFilling, fillSearch } from './search-lines.ts';

const FLEET = 50_000;
/** The reads of a whole call besides its answer: whose object it is, who asks, what is due, the counters. */
const BESIDE = 30;
/** Two characters are also looked up as a whole name and a whole client, in each spelling. */
const SPELLINGS = 10;

type Fleet = { id: string; inObject: <T>(use: (sql: SqlStorage) => T) => Promise<T> };

async function seedFleet(): Promise<Fleet> {
  const { id } = await seedTenant();
  await asPerson(emailOf('engineer'), `/v1/tenants/${id}/machines`);
  const inObject = <T>(use: (sql: SqlStorage) => T): Promise<T> =>
    runInDurableObject(bindings.TENANT.getByName(id), (_object, state) => use(state.storage.sql)) as Promise<T>;
  await inObject((sql) => fillFleet((query, ...values) => void sql.exec(query, ...values), FLEET));
  return { id, inObject };
}

/** A page of any filter and sort, a search and the counters read no more than three rows for a row shown. */
async function readLittle({ id, inObject }: Fleet): Promise<void> {
  await runInDurableObject(bindings.TENANT.getByName(id), (_object, { storage }) => {
    beginFilling(storage, FLEET, 0);
    while (walkAt(storage.sql, 'search') !== null) storage.transactionSync(() => fillSearch(storage, 0));
  });
  const whole = async (path: string) =>
    (await runInDurableObject(bindings.TENANT.getByName(id), (_object, { storage }) =>
      rowsOf(storage.sql, () => asPerson(emailOf('engineer'), `/v1/tenants/${id}/${path}`)),
    )) as { read: number };
  for (const sort of FLEET_SORTS)
    for (const filter of FILTERS) {
      const { read } = await whole(`machines?${new URLSearchParams({ sort, ...filter })}`);
      expect(read, `${sort} ${JSON.stringify(filter)}`).toBeLessThanOrEqual(3 * 100 + BESIDE);
      expect(read).toBeGreaterThan(100);
    }
  // A text that every machine has, one that a single machine has, one that none has: the trigrams hold all of it.
  for (const [q, shown] of [
    ...([
      ['PC-', 50],
      ['Client 7', 50],
      ['PC-04217', 1],
    ] as const),
    ...([
      ['SN00a0', 50],
      ['no such', 0],
    ] as const),
    // Two characters: what begins with them, that is every name, every serial and every client of this fleet.
    ...([
      ['PC', 50],
      ['sn', 50],
      ['cl', 50],
      ['C-', 0],
    ] as const),
  ]) {
    expect((await inObject((sql) => search(sql, q))).matches, q).toHaveLength(shown);
    // If more fit than are shown, some more are counted, each line with its machine: no more than three rows a row shown.
    const beside = BESIDE + (q.length === 2 ? SPELLINGS : 0);
    expect((await whole(`search?q=${q}`)).read, q).toBeLessThanOrEqual(3 * shown + beside);
  }
  const [key] = await inObject((sql) =>
    all<{ machine_id: string; id: string }>(
      sql,
      `SELECT machine_id, ref->>'$.protectorId' AS id FROM secrets LIMIT 1 OFFSET 1234`,
    ),
  );
  const { matches } = await inObject((sql) => search(sql, key?.id.slice(0, 8).toUpperCase() ?? ''));
  expect(matches).toMatchObject([{ machine: { id: key?.machine_id }, field: 'recovery_key', keyId: key?.id }]);
  for (const path of ['overview', 'activity']) expect((await whole(path)).read, path).toBeLessThanOrEqual(BESIDE);
  expect((await whole('clients')).read).toBeLessThanOrEqual(3 * 40 + BESIDE);
}

/** Filters combined look at 2,000 machines a call at most; their cursor reaches the end with each one shown once, in order. */
async function reachTheEnd({ inObject }: Fleet): Promise<void> {
  for (const sort of FLEET_SORTS)
    for (const filter of COMBINED) {
      const shown: string[] = [];
      let after: string | undefined;
      do {
        const query = MachinesQuery.parse({ sort, limit: 200, after, ...filter });
        const { read, page } = await inObject(async (sql) => {
          let page: ReturnType<typeof listMachines> = null;
          const { read } = await rowsOf(sql, () => {
            page = listMachines(sql, query);
          });
          return { read, page: page as ReturnType<typeof listMachines> };
        });
        expect(read).toBeLessThanOrEqual(LOOKED_AT_MAX + BESIDE);
        shown.push(...(page?.machines ?? []).map((machine) => machine.id));
        after = page?.next ?? undefined;
      } while (after !== undefined);
      const { status, client, attention, toRotate, shelf } = MachinesQuery.parse(filter);
      const scanned = await inObject((sql) =>
        all<{ id: string }>(
          sql,
          `SELECT id FROM machines NOT INDEXED
             WHERE shelf = ?1 AND (?2 IS NULL OR client = ?2) AND (?3 IS NULL OR attention <> '[]')
               AND (?5 IS NULL OR to_rotate > 0)
               AND CASE ?4 WHEN 'stalled' THEN silent_since IS NOT NULL ELSE ?4 IS NULL OR run_status = ?4 END
             ORDER BY ${sort === 'started' ? 'started_at DESC, id DESC' : 'hostname, id'}`,
          shelf,
          client ?? null,
          attention ?? null,
          status ?? null,
          toRotate ?? null,
        ),
      );
      expect(shown, `${sort} ${JSON.stringify(filter)}`).toEqual(scanned.map((row) => row.id));
    }
}

describe('at 50,000 machines', () => {
  it('nothing that is shown costs more than three rows read a row, and combined filters come to an end 2,000 at a time', async () => {
    const fleet = await seedFleet();
    await readLittle(fleet);
    await reachTheEnd(fleet);
  });
});
