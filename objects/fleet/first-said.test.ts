// A machine's first description is kept in its row until it is described otherwise: its history is the same as if each
// attribute had had a line from the first.
import { runInDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReportedMachine } from '../../schema/report.ts';
import { asPerson, bindings, emailOf, inStorage, seedTenant } from '../../test/workerd-fixtures.ts';
import type { Caller, Person } from '../core/caller.ts';
import { all, first } from '../core/rows.ts';
import { historyOf, unfold } from './histories.ts';
import { describeEarlier } from './late.ts';
import { findRow, newRow } from './machine-rows.ts';
import { describe as describeMachine, enrolIfNew } from './machines.ts';

const stubOf = (id: string) => bindings.TENANT.getByName(id);

async function seedOpened() {
  const { id: tenant } = await seedTenant();
  await asPerson(emailOf('engineer'), `/v1/tenants/${tenant}/machines`);
  const principal = { kind: 'person', id: 'u1', name: emailOf('engineer'), role: 'engineer' } as const;
  const caller: Caller<Person> = { tenant, principal, requestId: 'r', ip: null, userAgent: null };
  return { tenant, caller };
}

const value = fc.option(fc.constantFrom('A', 'B', 'C'), { nil: undefined });
const said = fc.record({
  /** Null: now; else so long before the first word, as a run that came late says. */
  earlier: fc.option(fc.integer({ min: 1, max: 3 })),
  waitMs: fc.constantFrom(0, 1, 60_000, 90_000_000),
  hostname: value,
  serial: value,
  client: value,
});

/** All of its history, a page of `limit` lines at a time. */
function pagesOf(sql: SqlStorage, id: string, limit: number) {
  const lines = [];
  for (let after: string | undefined; ; ) {
    const { history, next } = historyOf(sql, [id], after === undefined ? { limit } : { after, limit });
    lines.push(...history.map(({ machine: _machine, ...line }) => line));
    if (next === null) return lines;
    after = next;
  }
}

describe('a machine’s first description', () => {
  it('makes the same history in its row as in lines of its own, on pages of any length', async () => {
    const { tenant, caller } = await seedOpened();
    await runInDurableObject(stubOf(tenant), (_object, { storage }) => {
      const { sql } = storage;
      let now = Date.now();
      fc.assert(
        fc.property(fc.array(said, { maxLength: 6 }), fc.integer({ min: 1, max: 4 }), (words, limit) => {
          const begun = now;
          const [folded, spread] = [crypto.randomUUID(), crypto.randomUUID()];
          for (const id of [folded, spread]) storage.transactionSync(() => enrolIfNew(sql, caller, id, null, begun));
          for (const { earlier, waitMs, ...facts } of words) {
            now += waitMs + 1;
            for (const id of [folded, spread]) {
              const reported: ReportedMachine = { id, ...facts };
              storage.transactionSync(() => {
                if (earlier === null) describeMachine(sql, reported, now);
                else describeEarlier(sql, reported, begun - earlier * 1_000, now);
              });
            }
            const row = findRow(sql, spread);
            if (row) unfold(sql, row);
          }
          expect(pagesOf(sql, folded, limit)).toEqual(pagesOf(sql, spread, 500));
        }),
        { numRuns: 100 },
      );
    });
  });

  it('costs no line of its own before something else is said', async () => {
    const { tenant, caller } = await seedOpened();
    const id = crypto.randomUUID();
    const lines = await runInDurableObject(stubOf(tenant), (_object, { storage }) => {
      const { sql } = storage;
      const count = () => all(sql, 'SELECT 1 FROM machine_attributes').length;
      const says = (hostname: string, at: number) =>
        storage.transactionSync(() => {
          enrolIfNew(sql, caller, id, null, at);
          describeMachine(sql, { id, hostname, serial: 'S-1', client: 'Acme' }, at);
        });
      says('PC-1', 1);
      says('PC-1', 2);
      const before = count();
      says('PC-2', 3);
      return { before, after: count() };
    });
    expect(lines).toEqual({ before: 0, after: 4 });
  });
});

describe('the row of a new machine', () => {
  it('is what the table would make of its id, since it is believed before it is read', async () => {
    const { tenant, caller } = await seedOpened();
    const id = crypto.randomUUID();
    await inStorage(tenant, (sql) => {
      enrolIfNew(sql, caller, id, null, 5);
      const stored = first(sql, 'SELECT * FROM machines WHERE id = ?', id);
      sql.exec(
        `INSERT INTO machines (id, hostname, enrolled_at, started_at, phases_done, phases_total, secrets, attention,
           serial_changed, seq_conflict) VALUES ('made', '', 5, 5, 0, 0, 0, '[]', 0, 0)`,
      );
      const made = first(sql, "SELECT * FROM machines WHERE id = 'made'");
      expect(newRow('made', 5)).toEqual(made);
      expect(stored).toEqual({ ...made, id });
    });
  });
});
