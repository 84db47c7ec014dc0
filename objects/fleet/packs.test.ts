// Packs say what rows said: whatever is promised of (run, seq) is held against the code that kept a row an event.
import { runInDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventLevel, type EventType, type Mended, SEQ_MAX } from '../../schema/report.ts';
import * as before from '../../test/workerd/events-before.ts';
import { bindings } from '../../test/workerd-fixtures.ts';
import { migrate } from '../core/migrations.ts';
import { all, first } from '../core/rows.ts';
import { append, bury, classify, collisions, type IndexedEvent, nextSeq, page, type TimedEvent } from './events.ts';
import { cut, decode, encode, type KeptEvent } from './pack-body.ts';
import { firstReceivedAt, retakePacks } from './packs.ts';
import { newRun } from './run-state.ts';
import { findRun, putRun } from './runs.ts';
import { pack } from './unpacked.ts';

const RUN = '00000000-0000-4000-8000-000000000001';
const DAY_MS = 86_400_000;

const inNewObject = <T>(work: (storage: DurableObjectStorage) => T): Promise<T> =>
  runInDurableObject(bindings.TENANT.getByName(crypto.randomUUID()), (_object, { storage }) => {
    migrate(storage.sql, 0);
    before.make(storage.sql);
    const receipt = { skewMs: null, receivedAt: 0, firstCallAt: 0 };
    putRun(storage.sql, newRun('m', { id: RUN, startedAt: 0, phases: [] }, receipt));
    const result = work(storage);
    // The object belongs to no tenant: an alarm has nothing to do.
    void storage.deleteAlarm();
    return result;
  });

/** Text that does not shrink, so that a pack fills up by its bytes too. */
const noise = (length: number, seed: number): string => {
  let state = seed + 1;
  return Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    return String.fromCharCode(33 + (state % 90));
  }).join('');
};

const PLAIN = 4000;
const textOf = (length: number, seed: number): string => (length === PLAIN ? 'a'.repeat(length) : noise(length, seed));

const said = fc.record({
  /** From the run's next seq; negative ones are sent again. */
  step: fc.integer({ min: -12, max: 8 }),
  content: fc.nat({ max: 2 }),
  /** The longest are of one character: much text, which is small as it is stored. */
  length: fc.constantFrom(0, 5, 5, 40, 40, 40, 40, 2000, PLAIN),
  level: fc.constantFrom<EventLevel>('info', 'warning', 'error'),
  type: fc.constantFrom<EventType>('message', 'phase_started', 'reboot'),
  mended: fc.constantFrom<Mended[] | undefined>(undefined, undefined, undefined, ['lost'], ['at'], ['message', 'lost']),
  wrong: fc.boolean(),
});
type Said = typeof said extends fc.Arbitrary<infer T> ? T : never;

const report = fc.record({
  act: fc.constant('report' as const),
  events: fc.array(said, { minLength: 1, maxLength: 14 }),
  /** Whole stretches, as an engine sends them. */
  stretch: fc.nat({ max: 60 }),
  rejected: fc.array(fc.option(fc.integer({ min: -12, max: 8 })), { maxLength: 2 }),
  fails: fc.boolean(),
  /** The report tells an instant of its run, by which all that is kept of it is dated first. */
  dates: fc.boolean(),
});
const step = fc.oneof(
  { weight: 8, arbitrary: report },
  fc.record({ act: fc.constant('retake' as const), by: fc.nat({ max: 100 }) }),
  fc.record({ act: fc.constant('pack' as const), fails: fc.boolean() }),
);
/** Events of before there were packs: how many, and which seqs are missing. */
const old = fc.option(fc.record({ count: fc.nat({ max: 40 }), holes: fc.array(fc.integer({ min: 1, max: 40 })) }));

const eventOf = ({ content, length, level, type, mended, wrong }: Said, seq: number, index: number): TimedEvent => {
  const at = 1_790_000_000_000 + seq * 1000 + (mended?.includes('at') ? index : 0);
  const message = `${content} ${textOf(length, seq)}`;
  const data = content === 1 ? { code: 7, 'ä"\u2028': -0 } : undefined;
  const event = { seq, at, level, type, message, ...(data && { data }), ...(mended && { mended }) };
  return { index, event: type === 'message' ? event : { ...event, phase: 'apps' }, at: wrong ? at - DAY_MS : at };
};

/** An error that a test throws to have a transaction undone. */
class Undone extends Error {}
const undoing = (storage: DurableObjectStorage, fails: boolean, work: () => void): void => {
  try {
    storage.transactionSync(() => {
      work();
      if (fails) throw new Undone();
    });
  } catch (error) {
    if (!(error instanceof Undone)) throw error;
  }
};

const timedOf = (fresh: readonly IndexedEvent[], timed: readonly TimedEvent[]): TimedEvent[] =>
  fresh.flatMap(({ index }) => timed[index] ?? []);

const retake = (sql: SqlStorage, at: number): void => {
  retakePacks(sql, RUN, at);
  sql.exec('UPDATE events SET taken_at = ? WHERE run_id = ?', at, RUN);
};

type Incoming = { timed: TimedEvent[]; rejected?: Parameters<typeof bury>[2]; dates?: boolean };

const byModel = (sql: SqlStorage, { timed, rejected = [], dates }: Incoming, from: number, at: number) => {
  const collided = before.collisions(sql, RUN, timed);
  const classified = before.classify(timed, collided);
  const fresh = timedOf(classified.fresh, timed);
  if (dates) before.retake(sql, RUN, at - 5);
  const gone = before.takeOutLost(sql, RUN, fresh, collided);
  before.append(sql, RUN, fresh, at);
  const buried = before.bury(sql, RUN, rejected, at);
  return { classified, gone: gone.sort(), buried, next: before.nextSeq(sql, RUN, from) };
};

const byPacks = (
  sql: SqlStorage,
  { timed, rejected = [], dates }: Incoming,
  { from, refused }: { from: number; refused: number },
  at: number,
) => {
  const collided = collisions(sql, RUN, timed, refused);
  const classified = classify(timed, collided);
  const fresh = timedOf(classified.fresh, timed);
  if (dates) retake(sql, at - 5);
  const gone = append(sql, RUN, fresh, collided, at);
  const buried = bury(sql, RUN, rejected, at);
  const seqs = fresh.map(({ event }) => event.seq);
  const next = nextSeq(sql, RUN, from, { seqs, collided, isAlone: refused + buried === 0 });
  return { classified, gone: gone.sort(), buried, next };
};

/** Every page, by pages of a few. */
const pages = (read: typeof page, sql: SqlStorage, limit: number) => {
  const found = [];
  for (let after: number | null = 0; after !== null; ) {
    const one = read(sql, RUN, after, limit);
    found.push(one);
    after = one.next;
  }
  return found;
};

type Stored = Parameters<typeof decode>[0] & { last_seq: number; received_at: number | null };

/** Every pack as it is stored, the one in its run's row last: its first receipt is in its events alone. */
const storedPacks = (sql: SqlStorage): Stored[] => [
  ...all<Stored>(
    sql,
    'SELECT first_seq, last_seq, received_at, taken_for, body FROM packs WHERE run_id = ? ORDER BY first_seq',
    RUN,
  ),
  ...all<Stored>(
    sql,
    `SELECT tail_from AS first_seq, tail_to AS last_seq, NULL AS received_at, NULL AS taken_for, tail AS body FROM runs
     WHERE id = ? AND tail IS NOT NULL`,
    RUN,
  ),
];

/** No two packs overlap, the tail lies above all others, each holds what its seqs say, and nothing stands in both forms. */
function expectSound(sql: SqlStorage): void {
  const rows = storedPacks(sql);
  let last = 0;
  for (const row of rows) {
    const events = decode(row);
    expect(row.first_seq).toBeGreaterThan(last);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, place) => row.first_seq + place));
    expect(events.at(-1)?.seq).toBe(row.last_seq);
    const receivedAt = Math.min(...events.map((event) => event.receivedAt));
    expect(row.received_at ?? receivedAt).toBe(receivedAt);
    last = row.last_seq;
  }
  const tail = findRun(sql, RUN)?.tail ?? null;
  expect(tail?.body.byteLength ?? 0).toBeLessThanOrEqual(1024);
  if (tail?.events) expect(decode({ first_seq: tail.from, taken_for: null, body: tail.body })).toEqual(tail.events);
  for (const { first_seq, last_seq } of rows)
    expect(first(sql, 'SELECT 1 FROM events WHERE seq BETWEEN ? AND ?', first_seq, last_seq)).toBeNull();
}

describe('packs', () => {
  it('never hold an event twice where lost ones turn up with much text, which still is a small tail and no small pack', () =>
    inNewObject((storage) => {
      const one: Said = {
        wrong: false,
        step: 0,
        content: 0,
        length: 5,
        level: 'info',
        type: 'message',
        mended: undefined,
      };
      const seqs = Array.from({ length: 20 }, (_, place) => place + 1);
      const some = (said: Said) => seqs.map((seq, index) => eventOf(said, seq, index));
      const reports = [some({ ...one, mended: ['lost'] }), some({ ...one, length: PLAIN }), [eventOf(one, 21, 0)]];
      for (const [index, timed] of reports.entries()) {
        storage.transactionSync(() => byPacks(storage.sql, { timed }, { from: 1, refused: 0 }, index));
        expectSound(storage.sql);
      }
      expect(pages(page, storage.sql, 30).flatMap(({ events }) => events.map(({ seq }) => seq))).toEqual([...seqs, 21]);
    }));

  it('hold what rows held, whatever comes, in whatever order, and however much of it was there before', async () => {
    await fc.assert(
      fc.asyncProperty(
        old,
        fc.array(step, { minLength: 1, maxLength: 14 }),
        fc.integer({ min: 6, max: 30 }),
        (was, steps, limit) =>
          inNewObject((storage) => {
            const { sql } = storage;
            let now = 1_790_000_000_000;
            let from = 1;
            let refused = 0;
            if (was) {
              const seqs = Array.from({ length: was.count }, (_, i) => i + 1).filter((seq) => !was.holes.includes(seq));
              const one: Said = {
                wrong: true,
                step: 0,
                content: 1,
                length: 5,
                level: 'info',
                type: 'message',
                mended: ['lost'],
              };
              const timed = seqs.map((seq) =>
                eventOf({ ...one, mended: seq % 5 === 0 ? ['lost'] : undefined }, seq, 0),
              );
              before.append(sql, RUN, timed, now);
              sql.exec('INSERT INTO events SELECT * FROM model_events');
              from = before.nextSeq(sql, RUN, from);
            }
            for (const one of steps) {
              now += 1000;
              if (one.act === 'retake') {
                before.retake(sql, RUN, now - one.by);
                retakePacks(sql, RUN, now - one.by);
                sql.exec('UPDATE events SET taken_at = ? WHERE run_id = ?', now - one.by, RUN);
              } else if (one.act === 'pack') {
                undoing(storage, one.fails, () => pack(storage, now));
              } else {
                const seqOf = (place: number) => Math.min(Math.max(1, from + place), SEQ_MAX);
                const stretch = Array.from(
                  { length: one.stretch },
                  (_, place): Said => ({ ...(one.events[0] as Said), step: place }),
                );
                const timed = [...one.events, ...stretch].map((event, index) =>
                  eventOf(event, seqOf(event.step), index),
                );
                const rejected = one.rejected.map((place, index) => ({
                  index,
                  seq: place === null ? null : seqOf(place),
                  code: 'invalid_event' as const,
                  field: null,
                  message: '',
                }));
                undoing(storage, one.fails, () => {
                  const model = byModel(sql, { timed, rejected, dates: one.dates }, from, now);
                  expect(byPacks(sql, { timed, rejected, dates: one.dates }, { from, refused }, now)).toEqual(model);
                  if (one.fails) return;
                  from = model.next;
                  refused += model.buried;
                });
              }
              expectSound(sql);
              expect(pages(page, sql, limit)).toEqual(pages(before.page, sql, limit));
              expect(firstReceivedAt(sql, RUN)).toBe(before.firstReceivedAt(sql, RUN));
            }
            while (first(sql, 'SELECT 1 FROM events') !== null) storage.transactionSync(() => pack(storage, now));
            expectSound(sql);
            expect(pages(page, sql, limit)).toEqual(pages(before.page, sql, limit));
          }),
      ),
      { numRuns: 60 },
    );
  });

  const kept = fc.record<Omit<KeptEvent, 'seq'>>({
    at: fc.maxSafeNat(),
    receivedAt: fc.maxSafeNat(),
    level: fc.constantFrom('info', 'error'),
    type: fc.constantFrom('message', 'reboot'),
    phase: fc.option(fc.string()),
    message: fc.string({ unit: 'binary' }),
    data: fc.option(fc.json()),
    mended: fc.option(fc.subarray<Mended>(['at', 'lost'], { minLength: 1 })),
    takenAt: fc.option(fc.maxSafeNat()),
  });

  it('give back each event as it was put in, half a surrogate pair included', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: SEQ_MAX }), fc.array(kept, { minLength: 1 }), (from, members) => {
        const events = [...members, { ...(members[0] as (typeof members)[number]), message: '\ud800' }].map(
          (event, place) => ({ ...event, seq: from + place }),
        );
        const body = encode(events);
        expect(decode({ first_seq: from, taken_for: null, body })).toEqual(events);
        expect(decode({ first_seq: from, taken_for: 5, body })).toEqual(
          events.map((event) => ({ ...event, takenAt: 5 })),
        );
      }),
    );
  });

  it('are cut so that reading one event inflates no more than 64 Ki characters, or that event', () => {
    const event = {
      at: 0,
      receivedAt: 0,
      level: 'info',
      type: 'message',
      phase: null,
      data: null,
      mended: null,
      takenAt: null,
    } as const;
    const long = Array.from({ length: 500 }, (_, place) => ({ ...event, seq: place + 1, message: 'm'.repeat(4096) }));
    const sizes = [...cut(long)].map((events) => events.length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(500);
    expect(Math.max(...sizes)).toBe(15);
    expect([...cut([{ ...event, seq: 1, message: 'm', data: 'd'.repeat(100_000) }])]).toHaveLength(1);
  });
});

describe('what is asked of storage for a report', () => {
  /** Statements of which the text has this in it, while `work` runs. */
  const asked = (sql: SqlStorage, work: () => void): string[] => {
    const [exec, seen] = [sql.exec, [] as string[]];
    sql.exec = ((query: string, ...rest: unknown[]) => {
      seen.push(query);
      return exec.call(sql, query, ...rest);
    }) as typeof exec;
    work();
    sql.exec = exec;
    return seen;
  };
  const one: Said = {
    step: 0,
    content: 0,
    length: 40,
    level: 'info',
    type: 'message',
    mended: undefined,
    wrong: false,
  };
  const batch = (from: number, count: number) => Array.from({ length: count }, (_, i) => eventOf(one, from + i, i));

  it('is nothing but its run written, where it goes on after what is kept, since that stands in the row and is remembered', async () => {
    await inNewObject(({ sql }) => {
      byPacks(sql, { timed: batch(1, 10) }, { from: 1, refused: 0 }, 0);
      const statements = asked(sql, () => byPacks(sql, { timed: batch(11, 10) }, { from: 11, refused: 0 }, 1));
      expect(statements.map((text) => text.trim().split(' SET')[0])).toEqual(['UPDATE runs']);
      expect(all(sql, 'SELECT 1 FROM packs')).toEqual([]);
      expect(findRun(sql, RUN)?.tail).toMatchObject({ from: 1, to: 20 });
    });
  });

  it('is another row where what goes on after it fills it, and the next one begins in the row of the run again', async () => {
    await inNewObject(({ sql }) => {
      for (let from = 1; all(sql, 'SELECT 1 FROM packs').length === 0; from += 10)
        byPacks(sql, { timed: batch(from, 10) }, { from, refused: 0 }, 0);
      const [full] = storedPacks(sql);
      expect(findRun(sql, RUN)?.tail).toBeNull();
      const from = (full?.last_seq ?? 0) + 1;
      const statements = asked(sql, () => byPacks(sql, { timed: batch(from, 10) }, { from, refused: 0 }, 1));
      expect(statements).toHaveLength(1);
      expect(findRun(sql, RUN)?.tail).toMatchObject({ from, to: from + 9 });
    });
  });

  it('goes on below what a later report has left in the row of the run, without a seq kept twice', async () => {
    await inNewObject(({ sql }) => {
      for (const from of [21, 1, 11]) byPacks(sql, { timed: batch(from, 10) }, { from: 1, refused: 0 }, 0);
      expect(storedPacks(sql).map(({ first_seq, last_seq }) => [first_seq, last_seq])).toEqual([
        [1, 20],
        [21, 30],
      ]);
      expectSound(sql);
    });
  });

  it('is one event where what was believed lost turns up twice in a batch, whatever the two say', async () => {
    await inNewObject(({ sql }) => {
      byPacks(sql, { timed: [eventOf({ ...one, mended: ['lost'] }, 1, 0)] }, { from: 1, refused: 0 }, 0);
      const timed = [eventOf(one, 1, 0), eventOf({ ...one, content: 2 }, 1, 1)];
      const { classified } = byPacks(sql, { timed }, { from: 2, refused: 0 }, 1);
      expect(classified).toMatchObject({ fresh: [{ index: 0 }], rejected: [{ index: 1, code: 'seq_conflict' }] });
    });
  });

  it('is a row for each stretch of seqs where some are missing', async () => {
    await inNewObject(({ sql }) => {
      byPacks(
        sql,
        { timed: [1, 2, 3, 5, 6, 9].map((seq, index) => eventOf(one, seq, index)) },
        { from: 1, refused: 0 },
        0,
      );
      expect(storedPacks(sql).map(({ first_seq, last_seq }) => [first_seq, last_seq])).toEqual([
        [1, 3],
        [5, 6],
        [9, 9],
      ]);
    });
  });
});
