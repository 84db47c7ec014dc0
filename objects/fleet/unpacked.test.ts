// An object whose events were kept before there were packs: what it holds is read, resent and packed without a loss. The object in
// object-before-packs.json was filled over the API by the code of schema version 33, and its pages were read over the API of then.
import { runInDurableObject } from 'cloudflare:test';
import { expect, it } from 'vitest';
import type { EventPage, RunEvent, StoredEvent } from '../../schema/report.ts';
import { bindings } from '../../test/workerd-fixtures.ts';
import { dueAt } from '../core/alarms.ts';
import { MIGRATIONS, migrate } from '../core/migrations.ts';
import { all, first, type Row } from '../core/rows.ts';
import { putRows } from '../core/tables.ts';
import { append, bury, classify, collisions, nextSeq, page } from './events.ts';
import filled from './object-before-packs.json';
import { findRun } from './runs.ts';
import { pack } from './unpacked.ts';

const { tables, pages } = filled as unknown as { tables: Record<string, Row[]>; pages: Record<string, EventPage> };

const inFilledObject = (work: (storage: DurableObjectStorage) => void): Promise<void> =>
  runInDurableObject(bindings.TENANT.getByName(crypto.randomUUID()), (_object, { storage }) => {
    const { sql } = storage;
    migrate(
      sql,
      0,
      MIGRATIONS.filter(({ id }) => id <= 33),
    );
    for (const [table, rows] of Object.entries(tables))
      putRows(sql, table, rows.map((row) => JSON.stringify(row)).join('\n'));
    migrate(sql, 0);
    work(storage);
    // Its tenant is not in the index: an alarm has nothing to do.
    void storage.deleteAlarm();
  });

const expectPages = (sql: SqlStorage): void => {
  for (const [run, expected] of Object.entries(pages)) expect(page(sql, run, 0, 500)).toEqual(expected);
};

const asSent = ({ receivedAt: _, takenAt: __, phase, data, ...event }: StoredEvent): RunEvent => ({
  ...event,
  ...(phase !== null && { phase }),
  ...(data !== null && { data: data as RunEvent['data'] }),
});
const batchOf = (events: readonly StoredEvent[]) => events.map((event, index) => ({ index, event: asSent(event) }));

it('is read as before, and the alarm packs it run by run; a slice that is lost on the way changes nothing', async () => {
  await inFilledObject((storage) => {
    const { sql } = storage;
    const count = () => first<{ n: number }>(sql, 'SELECT count(*) AS n FROM events')?.n;
    expect(dueAt(sql, 'packing')).toBe(0);
    expectPages(sql);
    let slices = 0;
    for (let left = count(); left; left = count()) {
      expect(() =>
        storage.transactionSync(() => {
          pack(storage, 0);
          throw new Error('lost');
        }),
      ).toThrow('lost');
      expect(count()).toBe(left);
      storage.transactionSync(() => pack(storage, 0));
      expectPages(sql);
      slices++;
    }
    expect(slices).toBe(Object.keys(pages).length);
    const packed = all<{ run_id: string; n: number }>(
      sql,
      `SELECT run_id, sum(last_seq - first_seq + 1) AS n FROM (SELECT run_id, first_seq, last_seq FROM packs
       UNION ALL SELECT id, tail_from, tail_to FROM runs WHERE tail IS NOT NULL) GROUP BY run_id ORDER BY run_id`,
    );
    expect(packed).toEqual(Object.entries(pages).map(([run_id, { events }]) => ({ run_id, n: events.length })));
  });
});

it.each(['before', 'after'])(
  'knows what is sent again, %s it is packed, and goes on where the run was',
  async (when) => {
    await inFilledObject((storage) => {
      const { sql } = storage;
      while (when === 'after' && first(sql, 'SELECT 1 FROM events')) storage.transactionSync(() => pack(storage, 0));
      for (const [run, { events }] of Object.entries(pages)) {
        const known = findRun(sql, run);
        const batch = batchOf(events);
        const collided = collisions(sql, run, batch, known?.refused ?? null);
        expect(classify(batch, collided)).toEqual({ fresh: [], duplicates: events.length, rejected: [], conflicts: 0 });
        const [other] = batchOf(events.slice(0, 1)).map((one) => ({
          ...one,
          event: { ...one.event, message: 'other words' },
        }));
        expect(classify(other ? [other] : [], collided).conflicts).toBe(1);
        // One of these has nothing of its own, so it is not marked; a new one is kept.
        const seq = (events.at(-1)?.seq ?? 0) + 1;
        const invalid = {
          index: 0,
          seq: events[0]?.seq ?? 0,
          code: 'invalid_event',
          field: null,
          message: '',
        } as const;
        expect(bury(sql, run, [invalid], 0)).toBe(0);
        const event: RunEvent = { seq, at: 5, level: 'info', type: 'message', message: 'new' };
        const more = collisions(sql, run, [{ index: 0, event }], known?.refused ?? null);
        append(sql, run, [{ index: 0, event, at: 5 }], more, 7);
        expect(page(sql, run, seq - 1, 5).events).toMatchObject([{ seq, message: 'new', receivedAt: 7 }]);
        const isAlone = known?.refused === 0;
        expect(nextSeq(sql, run, known?.nextSeq ?? 0, { seqs: [seq], collided: more, isAlone })).toBeGreaterThanOrEqual(
          known?.nextSeq ?? 0,
        );
      }
    });
  },
);

it('counts the tombstones of runs from before they were counted', async () => {
  await inFilledObject(({ sql }) => {
    const counted = all(sql, 'SELECT id, refused FROM runs ORDER BY id');
    const there = all(
      sql,
      'SELECT id, (SELECT count(*) FROM tombstones WHERE run_id = runs.id) AS refused FROM runs ORDER BY id',
    );
    expect(counted).toEqual(there);
  });
});
