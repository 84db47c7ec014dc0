// A run whose events were removed, as its engine, its readers and the tenant's admins meet it, through the API and by the alarm.
import { runDurableObjectAlarm } from 'cloudflare:test';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AuditPage } from '../../schema/audit.ts';
import { DAY_MS } from '../../schema/facts/days.ts';
import type { Inspection } from '../../schema/inspection.ts';
import type { OperatedLimits } from '../../schema/limits.ts';
import type { Machine, MachinePage, Run } from '../../schema/machine.ts';
import type { Problem } from '../../schema/problem.ts';
import type { EventPage, ReportAnswer } from '../../schema/report.ts';
import type { Settings } from '../../schema/settings.ts';
import { pass } from '../../test/support/clock.ts';
import {
  asMachine,
  asPerson,
  bindings,
  emailOf,
  event,
  inStorage,
  newMachine,
  newRun,
  seedTenant,
  type TestTenant,
} from '../../test/workerd-fixtures.ts';
import { all } from '../core/rows.ts';

const [ADMIN, ENGINEER, OPERATOR] = [emailOf('admin'), emailOf('engineer'), 'operator@example.com'];
let tenant: TestTenant;
let machine: ReturnType<typeof newMachine>;
let run: ReturnType<typeof newRun>;

beforeEach(async () => {
  tenant = await seedTenant();
  machine = newMachine();
  run = newRun();
});

const at = (path: string) => `/v1/tenants/${tenant.id}/${path}`;
const report = async (events: unknown[], of = run) =>
  (await asMachine<ReportAnswer>(tenant.token, '/v1/report', { machine, run: of, events })).json;
const eventsOf = async (of = run) => (await asPerson<EventPage>(ENGINEER, at(`runs/${of.id}/events`))).json.events;
const runOf = async (of = run) => (await asPerson<Run>(ENGINEER, at(`runs/${of.id}`))).json;
const ring = () => runDurableObjectAlarm(bindings.TENANT.getByName(tenant.id));
const set = <T = Settings>(change: unknown) => asPerson<T>(ADMIN, at('settings'), change);
const dueAt = () =>
  inStorage(tenant.id, (sql) => all<{ at: number }>(sql, "SELECT at FROM due WHERE what = 'retention'")[0]?.at ?? null);
const tombstones = () => inStorage(tenant.id, (sql) => all(sql, 'SELECT seq FROM tombstones'));
const pruned = async () =>
  (await asPerson<AuditPage>(ADMIN, at('audit?action=events.pruned'))).json.entries.map(({ detail }) => detail);
/** As if the run had reported, and nobody since for longer than its events are kept; then the alarm. */
const comeOfAge = async () => {
  pass(401 * DAY_MS);
  await ring();
};

describe('a run whose events were removed', () => {
  const full = [event(1, { type: 'run_started' }), event(2, { level: 'warning' }), event(3, { type: 'run_succeeded' })];

  it('says when, shows none of them, and keeps its state, its counts, its machine and their record', async () => {
    await report(full);
    const before = await runOf();
    expect(before.prunedAt).toBeNull();
    await comeOfAge();
    const after = await runOf();
    expect(await eventsOf()).toEqual([]);
    expect(after).toEqual({ ...before, prunedAt: after.prunedAt });
    expect(after.prunedAt).toBeGreaterThan(before.lastEventAt + 400 * DAY_MS);
    expect(await pruned()).toEqual([{ runs: 1, events: 3, days: 400 }]);
    expect((await asPerson<Machine>(ENGINEER, at(`machines/${machine.id}`))).json.run?.status).toBe('succeeded');
  });

  it('takes along what its failed phase said, also from the row of the fleet and from that of the PC that is kept', async () => {
    run = { ...newRun(), phases: ['preflight', 'apps'] } as typeof run;
    const kept = newMachine();
    const keptRun = { ...newRun(), startedAt: 1_000 };
    await asMachine(tenant.token, '/v1/report', { machine: kept, run: keptRun, events: [event(1)] });
    await report([
      event(1, { type: 'phase_succeeded', phase: 'preflight' }),
      event(2, { type: 'phase_failed', phase: 'apps', message: 'Exit code 1603\n as user Remi' }),
      event(3, { type: 'run_failed' }),
    ]);
    await asPerson(ENGINEER, at(`machines/${machine.id}/merge`), { into: kept.id });
    const errors = async () => {
      const rows = await inStorage(tenant.id, (sql) =>
        all<{ run_error: string | null }>(
          sql,
          'SELECT run_error FROM machines WHERE id IN (?, ?)',
          machine.id,
          kept.id,
        ),
      );
      return rows.map((row) => row.run_error);
    };
    const [words] = (await asPerson<MachinePage>(ENGINEER, at('machines'))).json.machines;
    expect(words).toMatchObject({ id: kept.id, run: { phase: 'apps', error: 'Exit code 1603 as user Remi' } });
    expect(await errors()).toEqual(['Exit code 1603 as user Remi', 'Exit code 1603 as user Remi']);
    const before = await runOf();
    await comeOfAge();
    expect(await errors()).toEqual([null, null]);
    const { phases } = await runOf();
    expect(phases).toEqual(before.phases.map(({ error: _gone, ...phase }) => phase));
    expect(before.phases.map(({ error }) => error)).toEqual([undefined, 'Exit code 1603 as user Remi']);
  });

  it('takes what its engine sends again as there, also with other content and where it had never come, and flags nothing', async () => {
    await report([...full, event(6)]);
    await comeOfAge();
    const before = await runOf();
    const again = await report([...full, event(2, { message: 'another' }), event(4), event(6)]);
    expect(again).toEqual({ accepted: 0, duplicates: 6, rejected: [], nextSeq: 7 });
    expect([await runOf(), await eventsOf()]).toEqual([before, []]);
    expect((await asPerson<Machine>(ENGINEER, at(`machines/${machine.id}`))).json.attention).not.toContain(
      'seq_conflict',
    );
  });

  it('marks none of the old numbers anew for events that were bad then and are sent again', async () => {
    await report([event(1), { seq: 2, at: 'x', message: '' }, { seq: 3, type: 'unknown', message: 'm', at: 1 }]);
    expect(await tombstones()).toEqual([{ seq: 3 }]);
    await comeOfAge();
    await report([{ seq: 3, type: 'unknown', message: 'm', at: 1 }, event(1)]);
    expect(await tombstones()).toEqual([]);
    expect((await report([event(4)])).accepted).toBe(1);
  });

  it('keeps what comes after them and shows it, told from a resend and a conflict as ever, until that is of age too', async () => {
    await report(full);
    await comeOfAge();
    const { nextSeq } = await runOf();
    expect(await report([event(3), event(nextSeq, { message: 'late' })])).toMatchObject({ accepted: 1, duplicates: 1 });
    expect((await eventsOf()).map(({ message }) => message)).toEqual(['late']);
    expect((await runOf()).events).toBe(4);
    const again = await report([event(nextSeq, { message: 'late' }), event(nextSeq, { message: 'other' })]);
    expect(again).toMatchObject({ duplicates: 1, rejected: [{ code: 'seq_conflict' }] });
    const first = (await runOf()).prunedAt ?? 0;
    pass(399 * DAY_MS);
    await ring();
    expect(await eventsOf()).toHaveLength(1);
    pass(2 * DAY_MS);
    await ring();
    expect(await eventsOf()).toEqual([]);
    expect((await runOf()).prunedAt).toBeGreaterThan(first);
  });

  it('knows no line any more for an event that its engine had lost: what turns up is a duplicate', async () => {
    await report([event(1), event(2, { mended: ['lost'], level: 'warning', message: 'An event was lost' }), event(3)]);
    await comeOfAge();
    const before = await runOf();
    expect(await report([event(2, { message: 'found' })])).toMatchObject({ accepted: 0, duplicates: 1, rejected: [] });
    expect(await runOf()).toEqual(before);
  });

  it('is gone whole from the first slice on, and what it reports while the rest goes is kept apart from it', async () => {
    for (let first = 1; first <= 1_801; first += 200)
      await report(Array.from({ length: 100 }, (_, i) => event(first + 2 * i)));
    const packs = () =>
      inStorage(
        tenant.id,
        (sql) => all(sql, 'SELECT run_id FROM packs UNION ALL SELECT id FROM runs WHERE tail IS NOT NULL').length,
      );
    expect(await packs()).toBe(1_000);
    await comeOfAge();
    expect(await packs()).toBeGreaterThan(400);
    expect(await eventsOf()).toEqual([]);
    const { nextSeq } = await runOf();
    expect(nextSeq).toBe(2_000);
    const sent = [event(1_999), event(1_998), event(nextSeq), event(nextSeq + 1)];
    expect(await report(sent)).toEqual({ accepted: 2, duplicates: 2, rejected: [], nextSeq: nextSeq + 2 });
    while (((await dueAt()) ?? Number.POSITIVE_INFINITY) <= Date.now()) await ring();
    expect(await packs()).toBe(1);
    expect((await eventsOf()).map(({ seq }) => seq)).toEqual([nextSeq, nextSeq + 1]);
    expect(await pruned()).toEqual([{ runs: 1, events: 1_000, days: 400 }]);
  });

  it('that nobody knew the time of is taken for no later than when it was last heard, once an instant of it is known', async () => {
    const wrong = { ...run, startedAt: 1_000 };
    const sent = { machine, run: wrong, sentAt: 2_000, events: [event(1, { at: 1_500 })] };
    const heard = Date.now();
    // A person brings it: nobody heard it as it happened.
    await asPerson(ENGINEER, at('spool/report'), { ...sent, sentAt: undefined });
    await comeOfAge();
    await asMachine(tenant.token, '/v1/report', {
      ...sent,
      sentAt: Date.now(),
      events: [event(2, { at: Date.now() })],
    });
    expect((await runOf()).startedAt).toBeLessThan(heard + DAY_MS);
  });
});

describe('the setting', () => {
  it.each([29, 3_651, 30.5, 0, -1, '400'])('refuses %j days and names the field', async (eventsKeptDays) => {
    const { status, json } = await set<Problem>({ eventsKeptDays });
    expect([status, json.errors?.map(({ field }) => field)]).toEqual([422, ['eventsKeptDays']]);
    expect((await set({ ticketPattern: null })).json.eventsKeptDays).toBe(400);
  });

  it.each([30, 3_650, null])('takes %j days, on record', async (eventsKeptDays) => {
    expect((await set({ eventsKeptDays })).json.eventsKeptDays).toBe(eventsKeptDays);
    const { entries } = (await asPerson<AuditPage>(ADMIN, at('audit?action=settings.changed'))).json;
    expect(entries.map(({ detail }) => detail)).toEqual([{ eventsKeptDays }]);
  });

  it('is an admin’s', async () => {
    expect((await asPerson<Problem>(ENGINEER, at('settings'), { eventsKeptDays: 30 })).json.code).toBe('role_forbids');
  });

  it('has older events removed at once where it is shortened, and only where it is changed', async () => {
    await report([event(1)]);
    pass(35 * DAY_MS);
    await ring();
    const before = await dueAt();
    await set({ eventsKeptDays: 400 });
    expect(await dueAt()).toBe(before);
    await set({ eventsKeptDays: 30 });
    expect(await dueAt()).toBeLessThanOrEqual(Date.now());
    await ring();
    expect(await eventsOf()).toEqual([]);
    expect(await pruned()).toEqual([{ runs: 1, events: 1, days: 30 }]);
  });

  it('without limit has none removed ever, and the object is not woken for it', async () => {
    await report([event(1)]);
    await set({ eventsKeptDays: null });
    await ring();
    expect(await dueAt()).toBeNull();
    pass(4_000 * DAY_MS);
    await report([event(1)], newRun());
    expect([await dueAt(), (await eventsOf()).length]).toEqual([null, 1]);
  });

  it('is what an operator finds in the inspection, with when the next sweep is due', async () => {
    await report([event(1)]);
    const inspected = async () =>
      (await asPerson<Inspection>(OPERATOR, `/v1/operator/tenants/${tenant.id}/inspect`)).json;
    const first = await inspected();
    expect(first.eventsKeptDays).toBe(400);
    expect(first.due.map(({ what }) => what)).toContain('retention');
    await set({ eventsKeptDays: null });
    expect((await inspected()).eventsKeptDays).toBeNull();
  });
});

it('old events are removed, on record, also where storage is so full that all else is refused: it is what makes room', async () => {
  await report([event(1)]);
  const limits = `/v1/operator/tenants/${tenant.id}/limits`;
  const { room } = (await asPerson<OperatedLimits>(OPERATOR, limits)).json;
  await asPerson(OPERATOR, limits, { storageBytes: Math.round(room.bytes / 0.99) });
  expect(await report([event(2)])).toMatchObject({ code: 'storage_low' });
  await comeOfAge();
  expect(await eventsOf()).toEqual([]);
  expect(await pruned()).toEqual([{ runs: 1, events: 1, days: 400 }]);
});
