// The sweep against a model of what is kept: whatever comes meanwhile, whatever the setting, and however small its slices, those of age go and
// no others, and nobody sees half a run.
import { runInDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../schema/audit.ts';
import { DAY_MS } from '../../schema/facts/days.ts';
import { isRefusal } from '../../schema/refusal.ts';
import { bindings, rowsOf } from '../../test/workerd-fixtures.ts';
import { dueAt, takeDue } from '../core/alarms.ts';
import type { Caller, Machine } from '../core/caller.ts';
import { migrate } from '../core/migrations.ts';
import { all, first } from '../core/rows.ts';
import { walkAt } from '../core/walks.ts';
import { page } from './events.ts';
import { submitReport } from './reports.ts';
import { firstSweepAt, type Slice, sweep } from './retention.ts';
import { findRun } from './runs.ts';

const TENANT = 't';
const BEGIN = 1_800_000_000_000;
const facts = { prefix: 'tok_0000', salt: 's', createdAt: 0, expiresAt: null, version: 1 };
const ENGINE: Caller<Machine> = {
  tenant: TENANT,
  principal: { kind: 'machine', id: 't1', name: 'engine', tokenHash: 'h', facts },
  requestId: 'r',
  ip: null,
  userAgent: null,
};
const idOf = (what: string, number: number): string => `${what.padStart(8, '0')}-0000-4000-8000-00000000000${number}`;

const inNewObject = <T>(work: (storage: DurableObjectStorage) => T | Promise<T>): Promise<T> =>
  runInDurableObject(bindings.TENANT.getByName(crypto.randomUUID()), async (_object, { storage }) => {
    migrate(storage.sql, 0);
    const result = await work(storage);
    // The object belongs to no tenant: an alarm has nothing to do.
    void storage.deleteAlarm();
    return result;
  }) as Promise<T>;

const keep = (sql: SqlStorage, days: number | null): void => {
  sql.exec("INSERT OR REPLACE INTO settings VALUES ('tenant', ?)", JSON.stringify({ eventsKeptDays: days }));
};

/** `content` is what an event says under its seq; `refused` are seqs of events that have no identity as they are. */
type Said = { run: number; events: { seq: number; content: number }[]; refused: number[] };

const report = (storage: DurableObjectStorage, { run, events, refused }: Said, now: number) => {
  const answer = submitReport(
    storage,
    ENGINE,
    {
      machine: { id: idOf('a', run) },
      run: { id: idOf('b', run), startedAt: now, phases: ['apps'] },
      sentAt: now,
      events: events.map(({ seq, content }, index) => ({
        index,
        event: { seq, at: BEGIN, level: 'info', type: 'message', message: `${content} of ${seq}` },
      })),
      rejected: refused.map((seq, index) => ({
        index: events.length + index,
        seq,
        code: 'invalid_event',
        field: null,
        message: '',
      })),
    },
    now,
  );
  if (isRefusal(answer)) throw new Error(answer.detail);
  return answer;
};

const stretch = (run: number, from: number, count: number, content = 0): Said => ({
  run,
  events: Array.from({ length: count }, (_, place) => ({ seq: from + place, content })),
  refused: [],
});

/** An error that a test throws to have a transaction undone. */
class Undone extends Error {}
const slice = (storage: DurableObjectStorage, now: number, size?: Slice, fails = false): void => {
  try {
    storage.transactionSync(() => {
      takeDue(storage, now);
      sweep(storage, TENANT, now, size);
      if (fails) throw new Undone();
    });
  } catch (error) {
    if (!(error instanceof Undone)) throw error;
  }
};
const underWay = (sql: SqlStorage): boolean => walkAt(sql, 'retention') !== null;

const recorded = (sql: SqlStorage): AuditEntry['detail'][] =>
  all<{ detail: string }>(sql, "SELECT detail FROM audit WHERE action = 'events.pruned' ORDER BY seq").map(
    ({ detail }) => JSON.parse(detail),
  );

const seqsOf = (sql: SqlStorage, run: number): number[] => {
  const { prunedTo = 0 } = findRun(sql, idOf('b', run)) ?? {};
  return page(sql, idOf('b', run), prunedTo, 1_000).events.map(({ seq }) => seq);
};

/** A run as the model has it: what is kept and refused, by seq, and what went. */
type Model = { kept: Map<number, number>; buried: Set<number>; prunedTo: number; heardAt: number };

const nextOf = ({ kept, buried, prunedTo }: Model): number => {
  let next = prunedTo + 1;
  while (kept.has(next) || buried.has(next)) next++;
  return next;
};

/** Takes a report into the model. Answers what the object is to answer. */
function take(model: Model, { events, refused }: Said, now: number) {
  let [accepted, duplicates, conflicts, dead] = [0, 0, 0, 0];
  for (const { seq, content } of events)
    if (seq <= model.prunedTo) duplicates++;
    else if (model.buried.has(seq)) dead++;
    else if (!model.kept.has(seq)) {
      model.kept.set(seq, content);
      accepted++;
    } else if (model.kept.get(seq) === content) duplicates++;
    else conflicts++;
  for (const seq of refused) if (seq > model.prunedTo && !model.kept.has(seq)) model.buried.add(seq);
  if (accepted > 0) model.heardAt = now;
  const rejected = [...Array(refused.length).fill('invalid_event'), ...Array(dead).fill('seq_rejected')];
  return { accepted, duplicates, codes: [...rejected, ...Array(conflicts).fill('seq_conflict')].sort() };
}

const RUNS = 4;
const said: fc.Arbitrary<Said> = fc.record({
  run: fc.integer({ min: 1, max: RUNS }),
  events: fc.uniqueArray(fc.record({ seq: fc.integer({ min: 1, max: 14 }), content: fc.nat({ max: 1 }) }), {
    selector: ({ seq }) => seq,
    minLength: 1,
    maxLength: 8,
  }),
  refused: fc.uniqueArray(fc.integer({ min: 1, max: 16 }), { maxLength: 2 }),
});
const size = fc.record({
  runs: fc.integer({ min: 1, max: RUNS + 1 }),
  rows: fc.integer({ min: 1, max: 6 }),
  bytes: fc.constantFrom(1, 100, 1_000_000),
});
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constant('report' as const), said }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('wait' as const), days: fc.constantFrom(1, 29, 31, 90) }) },
  { weight: 6, arbitrary: fc.record({ act: fc.constant('sweep' as const), size, fails: fc.boolean() }) },
  fc.record({ act: fc.constant('keep' as const), days: fc.constantFrom(30, 60, 400, null) }),
);

describe('a sweep', () => {
  it('removes the events of runs that are of age and no others, whatever comes meanwhile, in slices of any size, undone or not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 30 }), (steps) =>
        inNewObject((storage) => {
          const { sql } = storage;
          const models = new Map<number, Model>();
          let now = BEGIN;
          let days: number | null = 60;
          /** Since when the sweep under way goes over all runs. */
          let begunAt = now;
          let removed = 0;
          keep(sql, days);
          /** One slice; what it marked was of age, and says from now on that all of it is gone. */
          const oneSlice = (of: Slice | undefined, fails: boolean): void => {
            if (!fails && walkAt<{ days: number | null }>(sql, 'retention')?.days !== days) begunAt = now;
            slice(storage, now, of, fails);
            for (const [number, model] of models) {
              const run = findRun(sql, idOf('b', number));
              if (!run || run.prunedTo === model.prunedTo) continue;
              expect(days !== null && model.heardAt < now - days * DAY_MS).toBe(true);
              expect(run.prunedAt).toBe(now);
              expect(run.prunedTo).toBe(Math.max(nextOf(model) - 1, ...model.kept.keys(), ...model.buried));
              removed += model.kept.size;
              Object.assign(model, { kept: new Map(), buried: new Set(), prunedTo: run.prunedTo });
            }
          };
          const expectAsModelled = (): void => {
            for (const [number, model] of models) {
              expect(seqsOf(sql, number)).toEqual([...model.kept.keys()].sort((a, b) => a - b));
              expect(findRun(sql, idOf('b', number))?.nextSeq).toBe(nextOf(model));
            }
          };
          for (const one of steps) {
            now += 1_000;
            if (one.act === 'wait') now += one.days * DAY_MS;
            else if (one.act === 'keep') {
              days = one.days;
              keep(sql, days);
            } else if (one.act === 'report') {
              const none: Model = { kept: new Map(), buried: new Set(), prunedTo: 0, heardAt: now };
              const model = models.get(one.said.run) ?? none;
              models.set(one.said.run, model);
              const { accepted, duplicates, rejected } = report(storage, one.said, now);
              const answer = { accepted, duplicates, codes: rejected.map(({ code }) => code).sort() };
              expect(answer).toEqual(take(model, one.said, now));
            } else oneSlice(one.size, one.fails);
            expectAsModelled();
          }
          oneSlice(undefined, false);
          while (underWay(sql)) oneSlice(undefined, false);
          expectAsModelled();
          for (const model of models.values())
            if (days !== null && model.heardAt < begunAt - days * DAY_MS) expect(model.kept.size).toBe(0);
          expect(all(sql, 'SELECT 1 FROM runs WHERE tail_from <= pruned_to')).toEqual([]);
          for (const [table, last] of [
            ['packs', 'last_seq'],
            ['tombstones', 'seq'],
          ])
            expect(all(sql, `SELECT 1 FROM ${table} JOIN runs ON id = run_id WHERE ${last} <= pruned_to`)).toEqual([]);
          expect(recorded(sql).reduce((sum, { events }) => sum + Number(events), 0)).toBe(removed);
        }),
      ),
      { numRuns: 80 },
    );
  });

  it('goes on record once, however many slices it took, and not at all where it found nothing', async () => {
    await inNewObject((storage) => {
      const { sql } = storage;
      for (let run = 1; run <= 4; run++) report(storage, stretch(run, 1, 3), BEGIN);
      slice(storage, BEGIN + 100 * DAY_MS);
      expect(recorded(sql)).toEqual([]);
      const now = BEGIN + 401 * DAY_MS;
      let slices = 0;
      do {
        slice(storage, now, { runs: 2, rows: 1, bytes: 1_000 });
        slices++;
      } while (underWay(sql));
      expect(slices).toBeGreaterThan(4);
      expect(recorded(sql)).toEqual([{ runs: 4, events: 12, days: 400 }]);
      expect(first(sql, "SELECT principal_kind AS by FROM audit WHERE action = 'events.pruned'")).toEqual({
        by: 'system',
      });
    });
  });

  it('holds all runs against another setting from the slice on that finds it, and finishes what it had begun', async () => {
    await inNewObject((storage) => {
      const { sql } = storage;
      for (let run = 1; run <= 3; run++) report(storage, stretch(run, 1, 2), BEGIN + run * 100 * DAY_MS);
      report(storage, { ...stretch(1, 9, 1), refused: [20] }, BEGIN + 100 * DAY_MS);
      const now = BEGIN + 520 * DAY_MS;
      slice(storage, now, { runs: 2, rows: 2, bytes: 1_000 });
      expect(underWay(sql)).toBe(true);
      keep(sql, 250);
      while (underWay(sql)) slice(storage, now, { runs: 2, rows: 2, bytes: 1_000 });
      expect([1, 2, 3].map((run) => seqsOf(sql, run))).toEqual([[], [], [1, 2]]);
      expect(recorded(sql)).toEqual([{ runs: 2, events: 5, days: 250 }]);
      expect(all(sql, 'SELECT 1 FROM tombstones')).toEqual([]);
    });
  });

  it('ends where it is where events are to be kept without limit, once the run that is half removed is whole gone', async () => {
    await inNewObject((storage) => {
      const { sql } = storage;
      for (let run = 1; run <= 2; run++)
        for (const from of [1, 9, 17]) report(storage, stretch(run, from, 2), BEGIN + from);
      const now = BEGIN + 401 * DAY_MS;
      slice(storage, now, { runs: 2, rows: 2, bytes: 1_000_000 });
      keep(sql, null);
      while (underWay(sql)) slice(storage, now, { runs: 2, rows: 2, bytes: 1_000_000 });
      expect(all(sql, 'SELECT run_id, count(*) AS packs FROM packs GROUP BY run_id')).toEqual([
        { run_id: idOf('b', 2), packs: 2 },
      ]);
      expect(findRun(sql, idOf('b', 2))?.tail).toMatchObject({ from: 17 });
      expect(recorded(sql)).toEqual([{ runs: 1, events: 6, days: null }]);
      expect(dueAt(sql, 'retention')).toBeNull();
    });
  });

  it('leaves a run alone of which events are kept by themselves, until they are packed', async () => {
    await inNewObject((storage) => {
      const { sql } = storage;
      sql.exec(
        "INSERT INTO events VALUES (?, 3, 0, 0, 'info', 'message', NULL, 'of before', NULL, NULL, NULL)",
        idOf('b', 1),
      );
      report(storage, stretch(1, 1, 2), BEGIN);
      const now = BEGIN + 401 * DAY_MS;
      slice(storage, now);
      expect(findRun(sql, idOf('b', 1))?.prunedAt).toBeNull();
      expect(dueAt(sql, 'retention')).toBe(now + DAY_MS);
      sql.exec('DELETE FROM events');
      slice(storage, now + DAY_MS);
      expect(seqsOf(sql, 1)).toEqual([]);
    });
  });

  it('reads a row for a run that is young or empty already, and writes for one of age its row, which says so and loses what stood in it', async () => {
    await inNewObject(async (storage) => {
      const { sql } = storage;
      const cost = async (now: number) => {
        const { read, written } = await rowsOf(sql, () => slice(storage, now));
        return { read, written };
      };
      for (let run = 1; run <= 4; run++) report(storage, stretch(run, 1, 3), BEGIN);
      // What a sweep asks of the tenant is remembered after the first.
      await cost(BEGIN + DAY_MS);
      const young = await cost(BEGIN + DAY_MS);
      report(storage, stretch(5, 1, 3), BEGIN + DAY_MS);
      const more = await cost(BEGIN + DAY_MS);
      expect(more.read - young.read).toBe(1);
      expect(more.written).toBe(young.written);
      const four = await cost(BEGIN + 400 * DAY_MS + 1);
      const old = BEGIN + 500 * DAY_MS;
      const one = await cost(old);
      // Beside these the audit entry, and when the next sweep is due.
      expect(four.written - one.written).toBeLessThanOrEqual(3 + 1);
      expect((await cost(old)).written).toBeLessThanOrEqual(1);
    });
  });
});

describe('when it falls due', () => {
  const scheduled = (sql: SqlStorage): number | null => dueAt(sql, 'retention');
  const arises = (sql: SqlStorage, now: number): number | null => firstSweepAt(sql, now, () => scheduled(sql));

  it('is thirty days after the first event, which no new event is of age before and an upgraded tenant has to say otherwise', async () => {
    await inNewObject((storage) => {
      const { sql } = storage;
      expect([scheduled(sql), arises(sql, BEGIN)]).toEqual([null, null]);
      report(storage, stretch(1, 1, 1), BEGIN);
      expect(scheduled(sql)).toBe(BEGIN + 30 * DAY_MS);
      // As in an object of before: nobody has scheduled it for what is there.
      sql.exec('DELETE FROM due');
      sql.exec('INSERT INTO packs SELECT id, tail_from, tail_to, 0, NULL, tail FROM runs');
      expect(arises(sql, BEGIN)).toBe(BEGIN + 30 * DAY_MS);
    });
  });

  it('is when the run heard longest ago comes of age, and a day later at the soonest', async () => {
    await inNewObject((storage) => {
      const { sql } = storage;
      report(storage, stretch(1, 1, 1), BEGIN);
      report(storage, stretch(2, 1, 1), BEGIN + 5 * DAY_MS);
      slice(storage, BEGIN + 30 * DAY_MS);
      expect(scheduled(sql)).toBe(BEGIN + 400 * DAY_MS);
      // An hour before the second one is of age.
      const now = BEGIN + 405 * DAY_MS - 3_600_000;
      slice(storage, now);
      expect(scheduled(sql)).toBe(now + DAY_MS);
    });
  });

  it('is never where nothing is left to remove, until something comes: an idle object is not woken', async () => {
    await inNewObject((storage) => {
      const { sql } = storage;
      report(storage, stretch(1, 1, 3), BEGIN);
      const now = BEGIN + 401 * DAY_MS;
      slice(storage, now);
      expect([scheduled(sql), arises(sql, now)]).toEqual([null, null]);
      report(storage, stretch(1, 4, 1), now);
      expect(scheduled(sql)).toBe(now + 30 * DAY_MS);
    });
  });

  it('is never where events are kept without limit', async () => {
    await inNewObject((storage) => {
      const { sql } = storage;
      keep(sql, null);
      report(storage, stretch(1, 1, 3), BEGIN);
      slice(storage, BEGIN + 4_000 * DAY_MS);
      expect(seqsOf(sql, 1)).toEqual([1, 2, 3]);
      expect([scheduled(sql), arises(sql, BEGIN + 4_000 * DAY_MS)]).toEqual([null, null]);
    });
  });
});
