// What an object remembers is what its tables hold, whatever it does to them and in whatever order.
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindings, inStorage, seedTenant } from '../../test/workerd-fixtures.ts';
import { bytesOfTables, holdBack, remember, remembered, writeRow } from './memory.ts';
import { all, first } from './rows.ts';
import { tableWritten } from './statement-texts.ts';
import { putRows } from './tables.ts';

const stubOf = (id: string) => bindings.TENANT.getByName(id);

/** A tenant's object that has run, with a table of its own for these tests. */
async function seedNotes(): Promise<string> {
  const { id } = await seedTenant();
  await inStorage(id, (sql) => sql.exec('CREATE TABLE notes (id TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT'));
  return id;
}

const stored = (sql: SqlStorage, id: string): number | null =>
  first<{ value: number }>(sql, 'SELECT value FROM notes WHERE id = ?', id)?.value ?? null;
const known = (sql: SqlStorage, id: string): number | null =>
  remembered(sql, `note ${id}`, ['notes'], () => stored(sql, id));
const PUT = 'INSERT INTO notes VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value';

describe('the table that a statement writes', () => {
  it.each([
    ['SELECT * FROM notes', null],
    ['  select 1', null],
    ['PRAGMA table_info("notes")', null],
    ['WITH heads AS (SELECT 1) SELECT * FROM heads', null],
    ['INSERT INTO notes VALUES (1)', 'notes'],
    ['INSERT OR REPLACE INTO "notes" (id) SELECT 1', 'notes'],
    ['\n   INSERT INTO notes (id) VALUES (1) ON CONFLICT DO NOTHING RETURNING 1', 'notes'],
    ['UPDATE notes SET value = 1', 'notes'],
    ['update or ignore notes set value = 1', 'notes'],
    ['DELETE FROM "notes" WHERE id IN (SELECT id FROM others)', 'notes'],
    ['DELETE FROM notes;', 'notes'],
    ['DELETE FROM notes; DELETE FROM others', 'any'],
    ['WITH old AS (SELECT 1) DELETE FROM notes', 'any'],
    ['CREATE TABLE notes (id)', 'any'],
    ['ALTER TABLE notes ADD COLUMN more', 'any'],
    ['DROP TRIGGER "a"', 'any'],
  ])('of %s is %s', (query, table) => {
    expect(tableWritten(query)).toBe(table);
  });
});

const NOTES = ['a', 'b', 'c'];
const note = fc.constantFrom(...NOTES);
const act = fc.record({
  act: fc.constantFrom('look', 'put', 'put and say', 'hold', 'delete', 'put rows'),
  id: note,
  value: fc.integer({ min: 0, max: 9 }),
});
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('act' as const), acts: fc.tuple(act) }) },
  fc.record({
    kind: fc.constantFrom('transaction' as const, 'failed' as const, 'failed within' as const),
    acts: fc.array(act, { minLength: 1, maxLength: 5 }),
  }),
);
type Act = typeof act extends fc.Arbitrary<infer A> ? A : never;

function doOne(sql: SqlStorage, { act, id, value }: Act): void {
  switch (act) {
    case 'look':
      known(sql, id);
      return;
    case 'put':
      sql.exec(PUT, id, value);
      return;
    case 'put and say':
      writeRow(sql, 'notes', () => sql.exec(PUT, id, value));
      remember(sql, `note ${id}`, ['notes'], value);
      return;
    case 'hold':
      holdBack<number>(
        sql,
        'notes',
        `note ${id}`,
        () => value,
        (held) => writeRow(sql, 'notes', () => sql.exec(PUT, id, held)),
      );
      remember(sql, `note ${id}`, ['notes'], value);
      return;
    case 'delete':
      sql.exec('DELETE FROM notes WHERE id = ?', id);
      return;
    case 'put rows':
      putRows(sql, 'notes', `${JSON.stringify({ id, value })}\n`);
      return;
  }
}

const FAILS = 'this transaction fails';

function doStep(
  { sql, ...storage }: Pick<DurableObjectStorage, 'sql' | 'transactionSync'>,
  one: typeof step extends fc.Arbitrary<infer S> ? S : never,
) {
  const acts = () => {
    for (const act of one.acts) doOne(sql, act);
  };
  const failing = () =>
    storage.transactionSync(() => {
      acts();
      throw new Error(FAILS);
    });
  if (one.kind === 'act') acts();
  else if (one.kind === 'transaction') storage.transactionSync(acts);
  else if (one.kind === 'failed') expect(failing).toThrow(FAILS);
  else
    storage.transactionSync(() => {
      acts();
      expect(failing).toThrow(FAILS);
      acts();
    });
}

describe('what an object remembers', () => {
  it('is what its table holds, after writes of every kind, transactions and failed ones', async () => {
    const id = await seedNotes();
    await runInDurableObject(stubOf(id), (_object, { storage }) => {
      const { sql } = storage;
      const transactionSync = storage.transactionSync.bind(storage);
      fc.assert(
        fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
          sql.exec('DELETE FROM notes');
          for (const one of steps) {
            doStep({ sql, transactionSync }, one);
            for (const id of NOTES) expect(known(sql, id)).toBe(stored(sql, id));
            expect(bytesOfTables(sql)).toBe(sql.databaseSize);
          }
        }),
        { numRuns: 200 },
      );
    });
  });

  it('is how large the tables are, also where a row is written whose writer says what it changes', async () => {
    const id = await seedNotes();
    await inStorage(id, (sql) => {
      const before = bytesOfTables(sql);
      const large = (value: number) => writeRow(sql, 'notes', () => sql.exec(PUT, 'x'.repeat(100_000), value));
      large(1);
      expect(bytesOfTables(sql)).toBeGreaterThan(before);
      expect(bytesOfTables(sql)).toBe(sql.databaseSize);
    });
  });

  it('is gone with a transaction that fails, also what was held back in it', async () => {
    const id = await seedNotes();
    await runInDurableObject(stubOf(id), (_object, { storage }) => {
      const { sql } = storage;
      sql.exec(PUT, 'a', 1);
      expect(known(sql, 'a')).toBe(1);
      const fail = () =>
        storage.transactionSync(() => {
          doOne(sql, { act: 'hold', id: 'a', value: 2 });
          expect(known(sql, 'a')).toBe(2);
          throw new Error(FAILS);
        });
      expect(fail).toThrow(FAILS);
      expect([known(sql, 'a'), stored(sql, 'a')]).toEqual([1, 1]);
    });
  });

  it('is asked of storage again after an eviction', async () => {
    const id = await seedNotes();
    await inStorage(id, (sql) => {
      doOne(sql, { act: 'put and say', id: 'a', value: 3 });
      remember(sql, 'note b', ['notes'], 'of the instance that went');
    });
    await evictDurableObject(stubOf(id));
    expect(await inStorage(id, (sql) => [known(sql, 'a'), known(sql, 'b')])).toEqual([3, null]);
  });

  it('is each object’s own, though they share an isolate and a name', async () => {
    const [one, other] = [await seedNotes(), await seedNotes()];
    await inStorage(one, (sql) => doOne(sql, { act: 'put and say', id: 'a', value: 1 }));
    await inStorage(other, (sql) => doOne(sql, { act: 'put and say', id: 'a', value: 2 }));
    expect(await inStorage(one, (sql) => known(sql, 'a'))).toBe(1);
    expect(await inStorage(other, (sql) => known(sql, 'a'))).toBe(2);
  });

  it('is bounded, and what goes is read again', async () => {
    const id = await seedNotes();
    await inStorage(id, (sql) => {
      doOne(sql, { act: 'put', id: 'a', value: 1 });
      const reads = { of: 0 };
      const look = () =>
        remembered(sql, 'one of many', ['notes'], () => {
          reads.of++;
          return stored(sql, 'a');
        });
      look();
      look();
      expect(reads.of).toBe(1);
      for (let i = 0; i < 5_000; i++) remember(sql, `filler ${i}`, [], i);
      expect([look(), reads.of]).toEqual([1, 2]);
      // Few values, of which each takes a great deal: seventeen of a megabyte.
      for (let i = 0; i < 17; i++) remember(sql, `large ${i}`, [], i, 1024 * 1024);
      expect([look(), reads.of]).toEqual([1, 3]);
      // Said again, a value takes no more than it did.
      for (let i = 0; i < 100; i++) remember(sql, 'the same', [], i, 1024 * 1024);
      expect([look(), reads.of]).toEqual([1, 3]);
    });
  });
});

describe('what is held back', () => {
  it('is written once a transaction, before any statement that names its table, and at once outside of one', async () => {
    const id = await seedNotes();
    await runInDurableObject(stubOf(id), (_object, { storage }) => {
      const { sql } = storage;
      const writes: number[] = [];
      const hold = (value: number) =>
        holdBack<number>(
          sql,
          'notes',
          'sum',
          (held) => (held ?? 0) + value,
          (sum) => {
            writes.push(sum);
            sql.exec(PUT, 'sum', sum);
          },
        );
      hold(1);
      expect(writes.splice(0)).toEqual([1]);
      storage.transactionSync(() => {
        hold(2);
        hold(3);
        all(sql, 'SELECT 1 FROM sqlite_master');
        expect(writes).toEqual([]);
      });
      expect(writes.splice(0)).toEqual([5]);
      storage.transactionSync(() => {
        hold(4);
        expect(stored(sql, 'sum')).toBe(4);
        hold(6);
      });
      expect(writes).toEqual([4, 6]);
    });
  });

  it('stands where a transaction within this one fails, since that one has not begun it', async () => {
    const id = await seedNotes();
    await runInDurableObject(stubOf(id), (_object, { storage }) => {
      const { sql } = storage;
      storage.transactionSync(() => {
        doOne(sql, { act: 'hold', id: 'a', value: 1 });
        const fail = () =>
          storage.transactionSync(() => {
            doOne(sql, { act: 'hold', id: 'a', value: 2 });
            throw new Error(FAILS);
          });
        expect(fail).toThrow(FAILS);
      });
      expect([known(sql, 'a'), stored(sql, 'a')]).toEqual([1, 1]);
    });
  });
});
