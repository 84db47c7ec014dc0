// Pages joined by their cursors: every row once, in order, also where many share an instant, and where rows come and go between two pages.
import { runInDurableObject } from 'cloudflare:test';
import { beforeEach, describe, expect, it } from 'vitest';
import type { GrantList } from '../../schema/grant.ts';
import type { SuccessionPage } from '../../schema/keyring.ts';
import type { HistoryPage, RunList } from '../../schema/machine.ts';
import type { PeopleList } from '../../schema/person.ts';
import type { Problem } from '../../schema/problem.ts';
import type { TokenList } from '../../schema/token.ts';
import { asMachine, asPerson, bindings, emailOf, event, newRun, seedTenant } from '../../test/workerd-fixtures.ts';
import { unfold } from '../fleet/histories.ts';
import { findRow } from '../fleet/machine-rows.ts';

const admin = emailOf('admin');
let id: string;
const ids = ['00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b'] as const;

const inObject = <T>(use: (sql: SqlStorage) => T): Promise<T> =>
  runInDurableObject(bindings.TENANT.getByName(id), (_object, { storage }) => use(storage.sql));
const many = (statement: string, rows: number) =>
  inObject((sql) => {
    sql.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) ${statement}`, rows);
  });

type Page = { next: string | number | null };

/** Reads all pages of a list, two rows each; `between` is done once, before the second. */
async function walk<List extends Page, Row>(
  path: string,
  rowsOf: (list: List) => readonly Row[],
  between: () => Promise<unknown> = async () => undefined,
): Promise<Row[]> {
  const rows: Row[] = [];
  let after = '';
  for (let pages = 0; pages < 100; pages++) {
    const query = after === '' ? '' : `&after=${encodeURIComponent(after)}`;
    const { status, json } = await asPerson<List>(admin, `/v1/tenants/${id}/${path}?limit=2${query}`);
    expect(status).toBe(200);
    rows.push(...rowsOf(json));
    if (json.next === null) return rows;
    after = String(json.next);
    if (pages === 0) await between();
  }
  throw new Error('it never ends');
}

beforeEach(async () => {
  const tenant = await seedTenant();
  id = tenant.id;
  for (const one of ids)
    await asMachine(tenant.token, '/v1/report', {
      machine: { id: one, hostname: `PC-${one.at(-1)}` },
      run: newRun(),
      events: [event(1)],
    });
  await asPerson(admin, `/v1/tenants/${id}/machines/${ids[1]}/merge`, { into: ids[0] });
});

describe('a history', () => {
  const rows = () =>
    walk<HistoryPage, string>(`machines/${ids[0]}/history`, ({ history }) =>
      history.map(({ attribute, sinceAt, machine }) => `${sinceAt}/${attribute}/${machine}`),
    );

  it('of two ids that changed at the same instants shows each change once, latest first', async () => {
    await inObject((sql) => {
      for (const one of ids) {
        const row = findRow(sql, one);
        if (row) unfold(sql, row);
      }
    });
    for (const one of ids)
      for (const attribute of ['client', 'model'])
        await many(
          `INSERT INTO machine_attributes (machine_id, attribute, since_at, value)
             SELECT '${one}', '${attribute}', i / 2, i FROM n WHERE i % 2 = 0`,
          8,
        );
    const shown = await rows();
    expect(new Set(shown).size).toBe(shown.length);
    const kept = await inObject((sql) => sql.exec('SELECT * FROM machine_attributes').toArray());
    expect(shown).toHaveLength(kept.length);
    const instants = shown.map((row) => Number(row.split('/')[0]));
    expect(instants).toEqual(instants.toSorted((a, b) => b - a));
  });
});

describe('runs', () => {
  it('of two ids that began at the same instant are shown once each', async () => {
    for (const [place, one] of ids.entries())
      await many(
        `INSERT INTO runs (id, machine_id, status, status_seq, started_at, last_event_at, phases, reboots, warnings, errors,
           events, next_seq)
         SELECT printf('%08x-0000-4000-8000-%012x', i, ${place}), '${one}', 'running', 0, 7, 7, '[]', 0, 0, 0, 0, 1 FROM n`,
        5,
      );
    const shown = await walk<RunList, string>(`machines/${ids[0]}/runs`, ({ runs }) => runs.map((run) => run.id));
    expect(new Set(shown).size).toBe(12);
    expect(shown).toHaveLength(12);
  });
});

describe('people', () => {
  const people = (between?: () => Promise<unknown>) =>
    walk<PeopleList, string>('people', (list) => list.people.map((one) => one.id), between);

  it('of one address under several ids, who left and came again, are shown once each', async () => {
    await many("INSERT INTO people SELECT 'same' || i, 'same@example.com', 'engineer', i, 1 FROM n", 7);
    const shown = await people();
    expect(new Set(shown).size).toBe(10);
    expect(shown).toHaveLength(10);
  });

  it('are all shown where the one at the end of a page is gone meanwhile, because SQL gave the address to another', async () => {
    await many("INSERT INTO people SELECT 'p' || i, 'b' || i || '@example.com', 'engineer', i, 1 FROM n", 5);
    // The first page is admin@ and auditor@.
    const shown = await people(() =>
      bindings.INDEX_DB.prepare("UPDATE users SET id = 'z9' WHERE tenant_id = ? AND id = 'u2'").bind(id).run(),
    );
    expect(shown).toEqual(['u0', 'u2', 'z9', 'p1', 'p2', 'p3', 'p4', 'p5', 'u1']);
  });

  it('behind a cursor that is not ours are refused, not left out', async () => {
    for (const after of ['u1', btoa('{}').replaceAll('=', '')])
      expect((await asPerson<Problem>(admin, `/v1/tenants/${id}/people?after=${after}`)).json).toMatchObject({
        code: 'invalid_query',
      });
  });
});

describe('tokens', () => {
  const tokens = (between?: () => Promise<unknown>) =>
    walk<TokenList, string>('tokens', (list) => list.tokens.map((one) => one.id), between);
  const fill = () =>
    many(
      `INSERT INTO tokens SELECT 'k' || i, 'engine', 'tok_0000', 'h' || i, 's', 9999999999999, NULL, NULL, NULL, NULL, NULL, NULL, 1 FROM n`,
      7,
    );

  it('made at the same instant are shown once each', async () => {
    await fill();
    const shown = await tokens();
    expect(shown).toEqual(['k7', 'k6', 'k5', 'k4', 'k3', 'k2', 'k1', 't1']);
  });

  it('go on behind one that is gone meanwhile, and do not begin anew', async () => {
    await fill();
    const shown = await tokens(() => inObject((sql) => sql.exec("DELETE FROM tokens WHERE id IN ('k6', 'k3')")));
    expect(shown).toEqual(['k7', 'k6', 'k5', 'k4', 'k2', 'k1', 't1']);
  });
});

describe('requests for access', () => {
  it('of the same instant are shown once each, also where one is declined meanwhile', async () => {
    const jwk = JSON.stringify({ kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) });
    await many(
      `INSERT INTO grants SELECT printf('%08x-0000-4000-8000-%012x', i, i), 'p' || i, 'p@example.com', 'engineer', 'passphrase',
         'label', '${jwk}', '{}', 7, 'reveal' FROM n`,
      7,
    );
    const shown = await walk<GrantList, string>(
      'grants',
      ({ grants }) => grants.map((one) => one.id.slice(7, 8)),
      () => inObject((sql) => sql.exec("DELETE FROM grants WHERE person IN ('p2', 'p5')")),
    );
    expect(shown).toEqual(['1', '2', '3', '4', '6', '7']);
  });
});

describe('successions', () => {
  it('are all handed out, oldest first, in pages from the newest back', async () => {
    await many(
      "INSERT INTO successions SELECT i, 'a', 'b', printf('%04d', i) || printf('%2000d', 0), i, 'x' FROM n",
      700,
    );
    let all: string[] = [];
    for (let before: number | null = 701; before !== null; ) {
      const path: string = `/v1/tenants/${id}/keyring/successions?before=${before}`;
      const { json, text }: { json: SuccessionPage; text: string } = await asPerson<SuccessionPage>(admin, path);
      expect(text.length).toBeLessThan(300 * 1024);
      all = [...json.successions, ...all];
      before = json.before;
    }
    expect(all.map((jws) => Number(jws.slice(0, 4)))).toEqual(Array.from({ length: 700 }, (_, i) => i + 1));
  });
});
