// What a machine has sent on a day is the same sum wherever it is counted: on its own row, or on that of the run that it reports on.
import { runInDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRefusal } from '../../schema/refusal.ts';
import { bindings, rowsOf } from '../../test/workerd-fixtures.ts';
import type { Caller, Machine } from '../core/caller.ts';
import { migrate } from '../core/migrations.ts';
import { nearsOf, noteNear } from '../limits/nears.ts';
import { settleMachine } from './archive.ts';
import { findRow } from './machine-rows.ts';
import { submitReport } from './reports.ts';
import { sentBy, sentToday } from './run-day.ts';
import { summarize } from './summaries.ts';

const DAY_MS = 86_400_000;
const BEGIN = 20_000 * DAY_MS;
const MACHINE = '00000000-0000-4000-8000-000000000001';
const facts = { prefix: 'tok_0000', salt: 's', createdAt: 0, expiresAt: null, version: 1 };
const engine = (bodyBytes: number): Caller<Machine> => ({
  tenant: 't',
  principal: { kind: 'machine', id: 't1', name: 'engine', tokenHash: 'h', facts },
  requestId: 'r',
  ip: null,
  userAgent: null,
  bodyBytes,
});

const inNewObject = <T>(work: (storage: DurableObjectStorage) => T | Promise<T>): Promise<T> =>
  runInDurableObject(bindings.TENANT.getByName(crypto.randomUUID()), async (_object, { storage }) => {
    migrate(storage.sql, 0);
    const result = await work(storage);
    // The object belongs to no tenant: an alarm has nothing to do.
    void storage.deleteAlarm();
    return result;
  }) as Promise<T>;

function report(storage: DurableObjectStorage, run: number, seq: number, bytes: number, now: number): void {
  const answer = submitReport(
    storage,
    engine(bytes),
    {
      machine: { id: MACHINE },
      run: { id: `0000000${run}-0000-4000-8000-000000000002`, startedAt: now, phases: [] },
      sentAt: now,
      // Not as it happens: who speaks in turn is not what this is about.
      events: [{ index: 0, event: { seq, at: now - 3_600_000, level: 'info', type: 'message', message: 'm' } }],
      rejected: [],
    },
    now,
  );
  if (isRefusal(answer)) throw new Error(answer.detail);
}

/** No report of one event counts as less. */
const bytes = fc.integer({ min: 1_000, max: 9_000 });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ act: fc.constant('report' as const), run: fc.nat({ max: 2 }), bytes }) },
  fc.record({ act: fc.constant('secret' as const), bytes }),
  fc.record({ act: fc.constant('wait' as const), hours: fc.nat({ max: 30 }) }),
  fc.record({ act: fc.constant('set_aside' as const) }),
  fc.record({ act: fc.constant('forget' as const) }),
);

describe('what a machine has sent today', () => {
  it('is the sum of its reports and secrets, whichever of its runs they were of, until the day is over or they are set aside', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) =>
        inNewObject((storage) => {
          const { sql } = storage;
          let [now, day, sent, runs, seq] = [BEGIN, 0, 0, 0, 0];
          const known = new Set<number>();
          for (const one of steps) {
            now += 1;
            if (one.act === 'wait') now += one.hours * 3_600_000;
            if (day !== Math.floor(now / DAY_MS)) [day, sent, runs] = [Math.floor(now / DAY_MS), 0, 0];
            if (one.act === 'report') {
              report(storage, one.run, ++seq, one.bytes, now);
              sent += one.bytes;
              if (!known.has(one.run)) runs++;
              known.add(one.run);
            } else if (one.act === 'forget') {
              for (const table of ['machines', 'runs']) sql.exec(`DELETE FROM ${table} WHERE FALSE`);
            } else if (known.size === 0) continue;
            else if (one.act === 'secret') {
              storage.transactionSync(() => summarize(sql, MACHINE, now, { bytes: one.bytes, runs: 0 }));
              sent += one.bytes;
            } else if (one.act === 'set_aside') {
              settleMachine(sql, MACHINE, true, now);
              [sent, runs] = [0, 0];
            }
            const row = findRow(sql, MACHINE);
            if (row) expect(sentToday(sql, row, now)).toMatchObject({ day_bytes: sent, day_runs: runs });
          }
        }),
      ),
      { numRuns: 60 },
    );
  });

  it('is what an admin is told of it, as its run counts it', async () => {
    await inNewObject((storage) => {
      const { sql } = storage;
      noteNear(sql, BEGIN, { limit: 'machineBytes', id: MACHINE, used: 1, value: 10_000 });
      for (let seq = 1; seq <= 3; seq++) report(storage, 1, seq, 3_000, BEGIN);
      expect(nearsOf(sql, (machine) => sentBy(sql, machine, BEGIN), BEGIN)).toEqual([
        { limit: 'machineBytes', id: MACHINE, used: 9_000, value: 10_000 },
      ]);
    });
  });

  it('writes the row of the machine where another run takes over, and else that of the run alone', async () => {
    await inNewObject(async (storage) => {
      const written = async (run: number, seq: number) =>
        (await rowsOf(storage.sql, () => report(storage, run, seq, 1_000, BEGIN))).written;
      for (const run of [1, 2]) report(storage, run, 1, 1_000, BEGIN);
      expect([await written(2, 2), await written(1, 2), await written(1, 3), await written(2, 3)]).toEqual([
        1, 2, 1, 2,
      ]);
    });
  });
});
