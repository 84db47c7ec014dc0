// A PC's clock, or the order of arrival, must not decide which run is the latest, how long one took, where it is
// counted, or what the PC is called.
import { runInDurableObject } from 'cloudflare:test';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Activity, Machine, MachinePage, Run, RunList } from '../../schema/machine.ts';
import type { EventPage } from '../../schema/report.ts';
import { pass } from '../../test/support/clock.ts';
import {
  asMachine,
  asPerson,
  bindings,
  emailOf,
  newMachine,
  seedReadyTenant,
  type TestTenant,
  unpack,
} from '../../test/workerd-fixtures.ts';
import { all } from '../core/rows.ts';
import { walkAt } from '../core/walks.ts';
import { beginClocks, goOnWithClocks } from './clocks.ts';

const ENGINEER = emailOf('engineer');
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const YEARS = 10 * 365 * DAY;
let tenant: TestTenant;
let pc: ReturnType<typeof newMachine>;

type Said = { type?: string; phase?: string; at?: number };
/**
 * An engine on a PC whose clock is behind by this much, or ahead where it is less than 0. An older one does not say
 * what its clock is at.
 */
class Engine {
  readonly run: { id: string; startedAt: number; phases: string[] };
  behindMs: number;
  #seq = 0;
  readonly #saysSent: boolean;

  constructor(behindMs = 0, saysSent = true) {
    this.behindMs = behindMs;
    this.#saysSent = saysSent;
    this.run = { id: crypto.randomUUID(), startedAt: this.clock(), phases: ['apps'] };
  }

  clock(): number {
    return Date.now() - this.behindMs;
  }

  happens({ type = 'message', phase, at = this.clock() }: Said) {
    this.#seq++;
    return { seq: this.#seq, at, level: type === 'run_failed' ? 'error' : 'info', type, phase, message: type };
  }

  body(events: unknown[], machine: object = pc) {
    return { machine, run: this.run, events, ...(this.#saysSent ? { sentAt: this.clock() } : {}) };
  }

  async sends(events: unknown[], machine: object = pc): Promise<void> {
    expect((await asMachine(tenant.token, '/v1/report', this.body(events, machine))).status).toBe(200);
  }

  async tells(...said: Said[]): Promise<void> {
    await this.sends(said.map((one) => this.happens(one)));
  }
}

const at = (path: string) => `/v1/tenants/${tenant.id}/${path}`;
const get = async <T>(path: string) => (await asPerson<T>(ENGINEER, at(path))).json;
const runOf = ({ run }: Engine) => get<Run>(`runs/${run.id}`);
const listed = async (query = '') => (await get<MachinePage>(`machines${query}`)).machines.map(({ id }) => id);
const carried = (body: unknown) => asPerson(ENGINEER, at('spool/report'), body);
const inObject = <T>(work: (sql: SqlStorage, storage: DurableObjectStorage) => T) =>
  runInDurableObject(bindings.TENANT.getByName(tenant.id), (_object, { storage }) => work(storage.sql, storage));

beforeEach(async () => {
  tenant = await seedReadyTenant();
  pc = newMachine();
  // The tenant has been there for a while: there is a yesterday in which something may have happened.
  pass(30 * DAY);
});

describe('a report of an earlier run that comes late', () => {
  it('sets none of the PC’s attributes back, and what it said stands in the history at its own time', async () => {
    const yesterday = new Engine();
    const early = yesterday.happens({ type: 'run_succeeded' });
    pass(DAY);
    await new Engine().sends([{ ...early, at: Date.now() }], {
      ...pc,
      hostname: 'ACM-LT-0142',
      client: 'Blue Harbour',
    });
    await yesterday.sends([early], { ...pc, hostname: 'DESKTOP-1', client: 'Unknown', osVersion: '10.0.19045' });
    const { history, ...shown } = await get<Machine>(`machines/${pc.id}`);
    // Attributes that the later run did not mention are taken over.
    expect(shown).toMatchObject({ hostname: 'ACM-LT-0142', client: 'Blue Harbour', osVersion: '10.0.19045' });
    expect(history.filter(({ attribute }) => attribute === 'hostname')).toMatchObject([
      { value: 'DESKTOP-1', sinceAt: yesterday.run.startedAt },
      { value: 'ACM-LT-0142' },
    ]);
    // The same holds where more of it comes, or an engineer carries it.
    await carried(yesterday.body([yesterday.happens({})], { ...pc, hostname: 'DESKTOP-1' }));
    expect(await get<Machine>(`machines/${pc.id}`)).toMatchObject({ hostname: 'ACM-LT-0142' });
    expect((await get<Machine>(`machines/${pc.id}`)).history).toHaveLength(history.length);
    expect(await get<MachinePage>(`search?q=ACM-LT`)).toMatchObject({ matches: [{ machine: { id: pc.id } }] });
  });

  it('with another serial is looked at as one that comes in time is', async () => {
    const yesterday = new Engine();
    pass(DAY);
    await new Engine().tells({});
    await yesterday.sends([yesterday.happens({})], { ...pc, serial: 'OTHER' });
    expect(await get<Machine>(`machines/${pc.id}`)).toMatchObject({
      serial: pc.serial,
      attention: ['cloned'],
    });
  });

  it('is of a run that its PC has left, and still ends as it says', async () => {
    const yesterday = new Engine();
    pass(DAY);
    const today = new Engine();
    await today.tells({ type: 'run_started' });
    await yesterday.tells({ type: 'run_started', at: yesterday.run.startedAt });
    expect(await runOf(yesterday)).toMatchObject({ status: 'abandoned' });
    await yesterday.tells({ type: 'run_failed', at: yesterday.run.startedAt + HOUR });
    expect(await runOf(yesterday)).toMatchObject({ status: 'failed' });
    expect(await get<Machine>(`machines/${pc.id}`)).toMatchObject({ run: { id: today.run.id, status: 'running' } });
  });
});

describe('a clock ten years behind', () => {
  it.each([
    ['as it says itself when it sends', true],
    ['of an engine that does not say', false],
  ])('hides no run behind an earlier one: %s', async (_words, saysSent) => {
    await new Engine().tells({ type: 'run_succeeded' });
    pass(DAY);
    const other = newMachine();
    await asMachine(tenant.token, '/v1/report', new Engine().body([new Engine().happens({})], other));
    pass(MINUTE);
    const failing = new Engine(YEARS, saysSent);
    const beganAt = Date.now();
    await failing.tells({ type: 'run_started' }, { type: 'phase_started', phase: 'apps' });
    pass(25 * MINUTE);
    await failing.tells({ type: 'phase_failed', phase: 'apps' }, { type: 'run_failed' });
    expect(await listed('?status=failed')).toEqual([pc.id]);
    expect(await listed()).toEqual([pc.id, other.id]);
    expect(await get<Machine>(`machines/${pc.id}`)).toMatchObject({
      run: { id: failing.run.id, status: 'failed' },
      attention: ['run_failed'],
    });
    const run = await runOf(failing);
    // The PC's own word is kept beside what it is taken for.
    expect(run.clock?.startedAt).toBe(failing.run.startedAt);
    expect(Math.round((run.clock?.skewMs ?? 0) / DAY)).toBe(saysSent ? YEARS / DAY : 0);
    expect(run.startedAt).toBeGreaterThanOrEqual(beganAt);
    expect(Math.round(((run.finishedAt ?? 0) - run.startedAt) / MINUTE)).toBe(25);
    const { events } = await get<EventPage>(`runs/${failing.run.id}/events`);
    for (const { at, receivedAt, takenAt } of events) {
      expect(takenAt).toBe(receivedAt);
      expect(receivedAt - at).toBeGreaterThan(YEARS - DAY);
    }
    const { hours } = await get<Activity>('activity?days=1');
    expect(hours.reduce((sum, { failed }) => sum + failed, 0)).toBe(1);
    expect((await get<RunList>(`machines/${pc.id}/runs`)).runs.map(({ id }) => id)[0]).toBe(failing.run.id);
  });

  it('that is set within a run makes no run of years: live, and where all of it was sent afterwards', async () => {
    const live = new Engine(YEARS);
    await live.tells({ type: 'run_started' });
    pass(10 * MINUTE);
    live.behindMs = 0;
    await live.tells({ type: 'phase_started', phase: 'apps' });
    pass(10 * MINUTE);
    await live.tells({ type: 'phase_succeeded', phase: 'apps' }, { type: 'run_succeeded' });
    const took = ({ finishedAt, startedAt }: Run) => Math.round(((finishedAt ?? 0) - startedAt) / MINUTE);
    expect(took(await runOf(live))).toBe(20);

    const spooled = new Engine(YEARS);
    const before = spooled.happens({ type: 'run_started' });
    spooled.behindMs = 0;
    const after = spooled.happens({ type: 'phase_started', phase: 'apps' });
    pass(10 * MINUTE);
    const end = spooled.happens({ type: 'run_succeeded' });
    pass(HOUR);
    await spooled.sends([before]);
    // On the way it was renamed.
    await spooled.sends([after, end], { ...pc, hostname: 'ACM-LT-0200' });
    expect(await get<Machine>(`machines/${pc.id}`)).toMatchObject({ hostname: 'ACM-LT-0200' });
    // It began no later than what happened in it, though we heard of it an hour later.
    expect(took(await runOf(spooled))).toBe(10);
    const { hours } = await get<Activity>('activity?days=1');
    expect(hours.reduce((sum, { started }) => sum + started, 0)).toBe(2);
    expect(hours.every(({ started }) => started >= 0)).toBe(true);
  });
});

describe('a run that was wholly offline under a dead clock', () => {
  type Hand = (engine: Engine, events: unknown[], machine?: object) => Promise<void>;
  const byPerson: Hand = async (engine, events, machine) => {
    expect((await carried(engine.body(events, machine))).status).toBe(200);
  };
  const byEngine: Hand = (engine, events, machine) => engine.sends(events, machine);
  /** All of a run that was offline, as it lies in its spool. */
  const offline = (engine: Engine, end = 'run_failed') => {
    const events = [engine.happens({ type: 'run_started' })];
    pass(20 * MINUTE);
    return [...events, engine.happens({ type: end })];
  };
  const latest = async () => (await get<Machine>(`machines/${pc.id}`)).run;

  it.each<[string, Hand]>([
    ['by a person', byPerson],
    ['by its engine', byEngine],
  ])('and is brought %s leaves no run that is at work, and sets none of its attributes back', async (_by, hand) => {
    const dead = new Engine(YEARS);
    const events = offline(dead);
    const more = dead.happens({});
    pass(HOUR);
    const live = new Engine();
    await live.sends([live.happens({ type: 'run_started' })], { ...pc, hostname: 'TODAY' });
    pass(MINUTE);
    await hand(dead, events, { ...pc, hostname: 'BEFORE' });
    expect(await runOf(live)).toMatchObject({ status: 'running', finishedAt: null });
    expect(await get<Machine>(`machines/${pc.id}`)).toMatchObject({ hostname: 'TODAY', run: { id: live.run.id } });
    const run = await runOf(dead);
    expect(run.startedAt).toBeLessThan(live.run.startedAt);
    // Nobody knows how long it took, nor when.
    expect([run.status, run.finishedAt, run.clock?.startedAt]).toEqual(['failed', run.startedAt, dead.run.startedAt]);
    // What else comes of it, and what the live one says then, changes nothing of that.
    await hand(dead, [more]);
    await live.tells({});
    expect(await latest()).toMatchObject({ id: live.run.id, status: 'running' });
  });

  it.each<[string, Hand]>([
    ['by a person', byPerson],
    ['by its engine', byEngine],
  ])('stands before one whose beginning is known, whichever of the two comes first: %s', async (_by, hand) => {
    const dead = new Engine(YEARS);
    const deadEvents = offline(dead);
    const right = new Engine();
    const rightEvents = offline(right, 'run_succeeded');
    pass(HOUR);
    await hand(dead, deadEvents, { ...pc, hostname: 'BEFORE' });
    await hand(right, rightEvents, { ...pc, hostname: 'AFTER' });
    expect(await get<Machine>(`machines/${pc.id}`)).toMatchObject({
      hostname: 'AFTER',
      run: { id: right.run.id, status: 'succeeded' },
    });
    const run = await runOf(dead);
    expect([run.startedAt, run.finishedAt]).toEqual([right.run.startedAt - 1, right.run.startedAt - 1]);
    const { events } = await get<EventPage>(`runs/${dead.run.id}/events`);
    expect(events.map(({ takenAt }) => takenAt)).toEqual([run.startedAt, run.startedAt]);
    const { hours } = await get<Activity>('activity?days=2');
    expect(hours.reduce((sum, { started }) => sum + started, 0)).toBe(2);
    expect(hours.every(({ started, failed }) => started >= 0 && failed >= 0)).toBe(true);
  });

  it('gives a run back that it was taken to have taken the place of, once that is heard at work', async () => {
    const live = new Engine();
    await live.tells({ type: 'run_started' });
    const dead = new Engine(YEARS);
    await byPerson(dead, offline(dead));
    // As it was stored by the order of receipt.
    await inObject((sql) => {
      const at = Date.now();
      sql.exec('UPDATE runs SET started_at = ?1, finished_at = ?1, last_event_at = ?1 WHERE id = ?2', at, dead.run.id);
      sql.exec("UPDATE runs SET status = 'abandoned', finished_at = ? WHERE id = ?", at, live.run.id);
    });
    pass(MINUTE);
    await live.tells({});
    expect(await runOf(live)).toMatchObject({ status: 'running', finishedAt: null });
    expect(await latest()).toMatchObject({ id: live.run.id, status: 'running' });
  });

  it('is none where it is heard as it happens: it is the latest, also where an earlier one is brought meanwhile', async () => {
    const earlier = new Engine();
    const events = offline(earlier, 'message');
    const atWork = new Engine();
    await atWork.tells({ type: 'run_started' });
    pass(HOUR);
    const live = new Engine(YEARS);
    await live.tells({ type: 'run_started' });
    expect(await runOf(atWork)).toMatchObject({ status: 'abandoned' });
    await byPerson(earlier, events);
    await live.tells({});
    expect(await runOf(earlier)).toMatchObject({ status: 'abandoned' });
    expect(await latest()).toMatchObject({ id: live.run.id, status: 'running' });
  });

  it('is put where it belongs once it is heard at work after all', async () => {
    await new Engine().tells({ type: 'run_succeeded' });
    pass(HOUR);
    const dead = new Engine(YEARS);
    const begun = dead.happens({ type: 'run_started' });
    await byPerson(dead, [begun]);
    pass(MINUTE);
    await dead.tells({});
    expect(await latest()).toMatchObject({ id: dead.run.id, status: 'running' });
  });

  it('that is heard at work after all has no instant of before, so that no phase of it takes months', async () => {
    const left = new Engine();
    await left.tells({ type: 'run_succeeded' });
    pass(20 * DAY);
    const dead = new Engine(YEARS);
    const events = [dead.happens({ type: 'run_started' }), dead.happens({ type: 'phase_started', phase: 'apps' })];
    pass(15 * MINUTE);
    await dead.sends(events);
    expect((await runOf(dead)).startedAt).toBe(left.run.startedAt - 1);
    pass(MINUTE);
    await dead.tells({ type: 'phase_succeeded', phase: 'apps' }, { type: 'run_succeeded' });
    const run = await runOf(dead);
    const [apps] = run.phases;
    const instants = [run.finishedAt, apps?.startedAt, apps?.finishedAt, run.lastEventAt];
    for (const instant of instants) {
      expect(instant).toBeGreaterThanOrEqual(run.startedAt);
      expect(instant).toBeLessThan(run.startedAt + HOUR);
    }
    const { events: kept } = await get<EventPage>(`runs/${run.id}/events`);
    for (const { takenAt } of kept) expect(takenAt).toBeGreaterThanOrEqual(run.startedAt);
    const { hours } = await get<Activity>('activity?days=22');
    expect(hours.reduce((sum, { started, succeeded }) => sum + started + succeeded, 0)).toBe(4);
    expect(hours.every(({ started, succeeded }) => started >= 0 && succeeded >= 0)).toBe(true);
    expect(await latest()).toMatchObject({ id: dead.run.id, status: 'succeeded' });
  });

  it('that failed and then says one more word live does not end before it began', async () => {
    await new Engine().tells({ type: 'run_succeeded' });
    pass(20 * DAY);
    const dead = new Engine(YEARS);
    await byPerson(dead, offline(dead));
    pass(MINUTE);
    await dead.tells({});
    const run = await runOf(dead);
    expect(run.status).toBe('failed');
    expect(run.finishedAt).toBeGreaterThanOrEqual(run.startedAt);
  });

  it.each<[string, Hand]>([
    ['by a person', byPerson],
    ['by its engine', byEngine],
  ])('and comes in two batches, first of all, leaves no run that is at work: %s', async (_by, hand) => {
    const live = new Engine();
    const begun = live.happens({ type: 'run_started' });
    const dead = new Engine(YEARS);
    const [first, second] = [dead.happens({ type: 'run_started' }), dead.happens({})];
    pass(20 * MINUTE);
    await hand(dead, [first]);
    pass(MINUTE);
    await hand(dead, [second], { ...pc, hostname: 'BEFORE' });
    await live.sends([begun, live.happens({})], { ...pc, hostname: 'TODAY' });
    expect(await runOf(live)).toMatchObject({ status: 'running' });
    expect(await get<Machine>(`machines/${pc.id}`)).toMatchObject({
      hostname: 'TODAY',
      run: { id: live.run.id, status: 'running' },
    });
    expect(await runOf(dead)).toMatchObject({ startedAt: live.run.startedAt - 1, status: 'abandoned' });
  });

  it('is not one that was heard as it happened, whatever other run of the machine is heard after it', async () => {
    const yesterday = new Engine();
    await yesterday.tells({ type: 'run_succeeded' });
    pass(HOUR);
    const early = new Engine();
    const begun = early.happens({ type: 'run_started' });
    pass(HOUR);
    const failed = new Engine(YEARS);
    await failed.tells({ type: 'run_started' }, { type: 'run_failed' });
    pass(MINUTE);
    // Of an earlier beginning, and at work: as another PC of this id, or somebody with its token.
    await early.sends([begun, early.happens({})]);
    expect(await latest()).toMatchObject({ id: failed.run.id, status: 'failed' });
    expect((await runOf(failed)).startedAt).toBeGreaterThan(early.run.startedAt);
  });

  it('and is not over, is at work once an instant of it is known that no later run began after', async () => {
    await new Engine().tells({ type: 'run_succeeded' });
    pass(HOUR);
    const dead = new Engine(YEARS);
    await byPerson(dead, [dead.happens({ type: 'run_started' })]);
    expect(await runOf(dead)).toMatchObject({ status: 'abandoned' });
    // Its clock was set right within the run.
    const right = dead.happens({ at: Date.now() });
    pass(MINUTE);
    await byPerson(dead, [right]);
    expect(await runOf(dead)).toMatchObject({ status: 'running', finishedAt: null });
    expect(await latest()).toMatchObject({ id: dead.run.id });
  });

  it('of an id that is merged stands before the latest run of its PC, not of that id alone', async () => {
    const alias = newMachine();
    const old = new Engine();
    await old.sends([old.happens({ type: 'run_succeeded' })], alias);
    const live = new Engine();
    await live.tells({ type: 'run_started' });
    expect((await asPerson(ENGINEER, at(`machines/${alias.id}/merge`), { into: pc.id })).status).toBe(200);
    const dead = new Engine(YEARS);
    await byPerson(dead, offline(dead), alias);
    expect(await latest()).toMatchObject({ id: live.run.id, status: 'running' });
  });

  it('is put before the latest, where an earlier one of which something is known comes after it', async () => {
    const early = new Engine();
    const earlyEvents = offline(early, 'run_succeeded');
    pass(HOUR);
    const late = new Engine();
    await late.tells({ type: 'run_succeeded' });
    const dead = new Engine(YEARS);
    await byPerson(dead, offline(dead));
    await byPerson(early, earlyEvents);
    expect((await runOf(dead)).startedAt).toBe(late.run.startedAt - 1);
  });
});

describe('a clock ahead of us', () => {
  it('puts nothing after its receipt, and its run is the latest no longer than it is', async () => {
    const ahead = new Engine(-365 * DAY, false);
    await ahead.tells({ type: 'run_started' }, { type: 'run_failed' });
    const run = await runOf(ahead);
    expect(run.startedAt).toBeLessThanOrEqual(Date.now());
    expect(run.clock).toEqual({ startedAt: ahead.run.startedAt, skewMs: null });
    pass(DAY);
    const next = new Engine();
    await next.tells({ type: 'run_succeeded' });
    expect(await get<Machine>(`machines/${pc.id}`)).toMatchObject({ run: { id: next.run.id }, attention: [] });
  });

  it('by nine hours, as of a PC in another zone than it believes, is measured and told', async () => {
    const ahead = new Engine(-9 * HOUR);
    await ahead.tells({ type: 'run_started' });
    expect(Math.round(((await runOf(ahead)).clock?.skewMs ?? 0) / HOUR)).toBe(-9);
  });
});

describe('what is no wrong clock', () => {
  it('is a PC that was offline for a day, or a file that is carried: its instants are its own', async () => {
    for (const hand of [asMachine.bind(null, tenant.token, '/v1/report'), carried]) {
      const engine = new Engine();
      const begun = engine.happens({ type: 'run_started' });
      pass(40 * MINUTE);
      const ended = engine.happens({ type: 'run_succeeded' });
      pass(DAY);
      expect((await hand(engine.body([begun, ended]))).status).toBe(200);
      const run = await runOf(engine);
      expect([run.startedAt, run.finishedAt, run.clock]).toEqual([engine.run.startedAt, ended.at, null]);
      const { events } = await get<EventPage>(`runs/${run.id}/events`);
      expect(events.map((one) => [one.at, one.takenAt])).toEqual([
        [begun.at, undefined],
        [ended.at, undefined],
      ]);
    }
  });

  it('is one that says by mistake when a file was sent: nobody knows how long it was under way', async () => {
    const engine = new Engine();
    const body = engine.body([engine.happens({})]);
    pass(DAY);
    await carried(body);
    expect(await runOf(engine)).toMatchObject({ startedAt: engine.run.startedAt, clock: null });
  });

  it('is one that was days behind and is set before the first report: nothing tells it from a PC that was switched off', async () => {
    const engine = new Engine(5 * DAY);
    const begun = engine.happens({ type: 'run_started' });
    engine.behindMs = 0;
    await engine.sends([begun, engine.happens({ type: 'run_succeeded' })]);
    expect(await runOf(engine)).toMatchObject({ startedAt: engine.run.startedAt, clock: null });
  });

  it('is one that is some minutes off', async () => {
    for (const behindMs of [20 * MINUTE, -40_000]) {
      const engine = new Engine(behindMs);
      await engine.tells({ type: 'run_started' });
      expect((await runOf(engine)).clock).toBeNull();
    }
  });
});

it('what was before the tenant’s first call is taken for its receipt', async () => {
  const engine = new Engine(0, false);
  await carried({ ...engine.body([engine.happens({})]), run: { ...engine.run, startedAt: Date.now() - 31 * DAY } });
  const run = await runOf(engine);
  expect(run.startedAt).toBeGreaterThan(Date.now() - MINUTE);
  expect(run.clock?.startedAt).toBeLessThan(Date.now() - 30 * DAY);
});

it('runs are counted by the quarter of an hour, so that each falls on its own day where days begin at half past', async () => {
  // Seconds before midnight in India, and seconds after.
  const midnight = Math.ceil((Date.now() + DAY) / DAY) * DAY + 18.5 * HOUR;
  pass(midnight - Date.now() - 20_000);
  await new Engine().tells({});
  pass(40_000);
  await new Engine().tells({});
  const { hours } = await get<Activity>('activity?days=1');
  expect(hours.filter(({ at }) => at < midnight).map(({ started }) => started)).toEqual([1]);
  expect(hours.filter(({ at }) => at >= midnight).map(({ at, started }) => [at, started])).toEqual([[midnight, 1]]);
});

describe('what was there before clocks were held against anything', () => {
  /** As rows used to be kept: by the PC's word, no later than receipt. */
  async function asBefore(engine: Engine): Promise<void> {
    await unpack(tenant.id);
    await inObject((sql) => {
      sql.exec('UPDATE events SET taken_at = NULL WHERE run_id = ?', engine.run.id);
      const said = all<{ seq: number; at: number; type: string }>(
        sql,
        'SELECT seq, at, type FROM events WHERE run_id = ? ORDER BY seq',
        engine.run.id,
      );
      const ended = said.find(({ type }) => type === 'run_failed' || type === 'run_succeeded')?.at ?? null;
      const row = all<{ phases: string }>(sql, 'SELECT phases FROM runs WHERE id = ?', engine.run.id)[0];
      const phases = JSON.parse(row?.phases ?? '[]').map((phase: { startedAt: number | null }) => ({
        ...phase,
        startedAt: said[1]?.at ?? null,
        finishedAt: ended,
      }));
      sql.exec(
        `UPDATE runs SET started_at = ?, finished_at = ?, last_event_at = ?, phases = ?, said_started_at = NULL,
           clock_skew_ms = NULL WHERE id = ?`,
        engine.run.startedAt,
        ended,
        said.at(-1)?.at ?? 0,
        JSON.stringify(phases),
        engine.run.id,
      );
    });
  }

  /** As the migration begins it, or a restore of a backup that was made in the middle of it. */
  function begin(sql: SqlStorage): void {
    sql.exec('DELETE FROM hours');
    sql.exec('INSERT INTO hours VALUES (-1, 0, 0, 0)');
    sql.exec(`INSERT INTO walks VALUES ('clocks', '{"id":"","seq":0,"run":null}')`);
  }

  const walk = () =>
    inObject((sql, storage) => {
      let slices = 0;
      while (walkAt(sql, 'clocks') !== null) {
        storage.transactionSync(() => goOnWithClocks(storage, Date.now()));
        slices++;
      }
      return slices;
    });

  it('is looked at a slice at a time: runs of a wrong clock are the latest again, and all are counted once', async () => {
    const right = new Engine();
    await right.tells({ type: 'run_started' }, { type: 'run_succeeded' });
    pass(DAY);
    const wrong = new Engine(YEARS, false);
    await wrong.tells({ type: 'run_started' }, { type: 'phase_started', phase: 'apps' });
    for (let sent = 0; sent < 3; sent++) await wrong.sends(Array.from({ length: 450 }, () => wrong.happens({})));
    pass(30 * MINUTE);
    await wrong.tells({ type: 'phase_failed', phase: 'apps' }, { type: 'run_failed' });
    const [shown, page, machine, activity] = await Promise.all([
      runOf(wrong),
      get<EventPage>(`runs/${wrong.run.id}/events`),
      get<Machine>(`machines/${pc.id}`),
      get<Activity>('activity?days=3'),
    ]);
    await asBefore(wrong);
    await inObject((sql) => {
      begin(sql);
      sql.exec("UPDATE machines SET run_id = ?, run_status = 'succeeded', attention = '[]'", right.run.id);
    });
    expect(await walk()).toBeGreaterThan(1);
    expect(await runOf(wrong)).toEqual(shown);
    expect(await get<EventPage>(`runs/${wrong.run.id}/events`)).toEqual(page);
    expect(await get<Machine>(`machines/${pc.id}`)).toEqual(machine);
    expect(await get<Activity>('activity?days=3')).toEqual(activity);
    expect(await inObject((sql) => all(sql, 'SELECT 1 FROM hours WHERE at < 0'))).toEqual([]);
  });

  it('is begun anew after a restore of what was kept in the middle of it, and of nothing else', async () => {
    const [one, other] = [new Engine(), new Engine()];
    await one.tells({ type: 'run_started' }, { type: 'run_succeeded' });
    await other.sends([other.happens({ type: 'run_failed' })], newMachine());
    const activity = await get<Activity>('activity?days=3');
    const restored = () =>
      inObject((sql, storage) => {
        storage.transactionSync(() => beginClocks(storage, Date.now()));
        return walkAt(sql, 'clocks');
      });
    expect(await restored()).toBeNull();
    await inObject((sql) => {
      begin(sql);
      sql.exec("DELETE FROM walks WHERE what = 'clocks'");
    });
    expect(await restored()).not.toBeNull();
    await walk();
    expect(await get<Activity>('activity?days=3')).toEqual(activity);
  });

  it('is counted once too where more comes of it meanwhile', async () => {
    const engines = [new Engine(), new Engine()].sort((a, b) => (a.run.id < b.run.id ? -1 : 1));
    const pcs = [pc, newMachine()];
    const both = (type: string) =>
      Promise.all(engines.map((one, place) => one.sends([one.happens({ type })], pcs[place])));
    await both('run_started');
    const early = engines[0]?.run.id ?? '';
    await inObject((sql) => {
      sql.exec('DELETE FROM hours');
      // It has reached the first of the two, and not yet the other.
      sql.exec('INSERT INTO hours SELECT started_at / 900000 * 900000, 1, 0, 0 FROM runs WHERE id = ?', early);
      sql.exec('INSERT INTO walks VALUES (?, ?)', 'clocks', JSON.stringify({ id: early, seq: 0, run: null }));
    });
    await both('run_succeeded');
    await walk();
    const { hours } = await get<Activity>('activity?days=3');
    const sums = hours.map(({ started, succeeded }) => [started, succeeded]);
    expect(sums.reduce(([a = 0, b = 0], [c = 0, d = 0]) => [a + c, b + d], [0, 0])).toEqual([2, 2]);
  });
});
