// The tenant's first call, before which nothing that is reported to it happened; and the walk over the runs that were there before clocks
// were held against it (schema/clock.ts): those of a wrong clock get the instants of receipt, and all are counted into `hours` anew.
import { takenAt } from '../../schema/clock.ts';
import { schedule } from '../core/alarms.ts';
import { remembered } from '../core/memory.ts';
import { all, first } from '../core/rows.ts';
import { keepWalk, walkAt } from '../core/walks.ts';
import { countPlaces } from './activity.ts';
import { page } from './events.ts';
import { advance, begunBy, newRun, type RunState } from './run-state.ts';
import { putBeginning, putRun, requireRun, settleAbandoned } from './runs.ts';
import { summarize } from './summaries.ts';

/** When the tenant's first call was, ms since the epoch: the object is its own since then; after a restore its chain goes further back. */
export const firstCallAt = (sql: SqlStorage): number =>
  remembered(
    sql,
    'first call',
    ['identity', 'audit'],
    () =>
      first<{ at: number | null }>(
        sql,
        `SELECT min(at) AS at FROM (SELECT initialized_at AS at FROM identity UNION ALL SELECT at FROM audit WHERE seq = 1)`,
      )?.at ?? 0,
  );

/** How many runs one alarm looks at, and how many events of those of a wrong clock; the next one takes the rest. */
const RUNS = 100;
const EVENTS = 1_000;

/** `id`: the last run that is done with. `run`: the next one as its events up to `seq` say; null: nothing of it is read yet. */
type Place = { id: string; seq: number; run: RunState | null };

/** A row of `hours` at no time at all, while runs are counted anew: where the walk has got to is in no backup, and this is. */
const UNDER_WAY = 'at = -1';

/**
 * Has every run looked at again, where the restored backup was made in the middle of that. In the caller's transaction.
 */
export function beginClocks(storage: DurableObjectStorage, now: number): void {
  if (first(storage.sql, `SELECT 1 FROM hours WHERE ${UNDER_WAY}`) === null) return;
  storage.sql.exec(`DELETE FROM hours WHERE NOT (${UNDER_WAY})`);
  keepWalk(storage.sql, 'clocks', { id: '', seq: 0, run: null } satisfies Place);
  schedule(storage, 'clocks', now);
}

/** Looks at the next runs, and asks for the alarm again while there are more. In the caller's transaction. */
export function goOnWithClocks(storage: DurableObjectStorage, now: number): void {
  const { sql } = storage;
  const place = walkAt<Place>(sql, 'clocks');
  if (place === null) return;
  const next = walkFrom(sql, place, now);
  keepWalk(sql, 'clocks', next);
  if (next === null) sql.exec(`DELETE FROM hours WHERE ${UNDER_WAY}`);
  else schedule(storage, 'clocks', now);
}

function walkFrom(sql: SqlStorage, place: Place, now: number): Place | null {
  const firstAt = firstCallAt(sql);
  const ids = all<{ id: string }>(sql, 'SELECT id FROM runs WHERE id > ? ORDER BY id LIMIT ?', place.id, RUNS);
  const machines = new Set<string>();
  let at = place;
  let left = EVENTS;
  for (const { id } of ids) {
    const stored = requireRun(sql, id);
    if (isBefore(stored, firstAt)) {
      const { run, seq, ended } = readOn(
        sql,
        at.run ?? blank(stored, firstAt),
        { seq: at.seq, firstAt, most: left },
        now,
      );
      if (!ended) {
        at = { ...at, seq, run };
        break;
      }
      left -= run.events - (at.run?.events ?? 0);
      redate(sql, stored, run, firstAt);
      machines.add(stored.machine);
    }
    const run = requireRun(sql, id);
    if (run.aside === null) countPlaces(sql, null, run);
    at = { id, seq: 0, run: null };
  }
  // In another order another one may be the latest.
  for (const machine of machines) {
    settleAbandoned(sql, machine);
    summarize(sql, machine, now);
  }
  return at.run === null && ids.length < RUNS ? null : at;
}

const instantsOf = ({ startedAt, finishedAt, lastEventAt, rebootsAt, phases }: RunState): (number | null)[] => [
  startedAt,
  finishedAt,
  lastEventAt,
  ...rebootsAt,
  ...phases.flatMap((phase) => [phase.startedAt, phase.finishedAt]),
];

const isBefore = (run: RunState, firstAt: number): boolean => instantsOf(run).some((at) => at !== null && at < firstAt);

/** A run of which no event is read yet. What was kept before says nothing of the skew. */
const blank = ({ id, machine, startedAt, heardAt, phases }: RunState, firstAt: number): RunState =>
  newRun(
    machine,
    { id, startedAt, phases: phases.map(({ name }) => name) },
    { skewMs: null, receivedAt: heardAt, firstCallAt: firstAt },
  );

/** Folds a run's next events, as they would be if they came now. */
function readOn(
  sql: SqlStorage,
  before: RunState,
  { seq: after, firstAt, most }: { seq: number; firstAt: number; most: number },
  now: number,
): { run: RunState; seq: number; ended: boolean } {
  if (most <= 0) return { run: before, seq: after, ended: false };
  const { events, next } = page(sql, before.id, after, most);
  const timed = events.map(({ phase, data: _data, receivedAt, ...event }) => ({
    ...event,
    ...(phase === null ? {} : { phase }),
    at: takenAt(event.at, { skewMs: null, receivedAt, firstCallAt: firstAt }),
  }));
  const last = events.at(-1)?.seq ?? after;
  sql.exec(
    'UPDATE events SET taken_at = received_at WHERE run_id = ? AND seq > ? AND seq <= ? AND at < ?',
    before.id,
    after,
    last,
    firstAt,
  );
  const begun = begunBy(
    before,
    timed.map(({ at }) => at),
  );
  return { run: advance(begun, timed, now), seq: last, ended: next === null };
}

/**
 * Replaces instants that cannot be right by those read from the run's events. Where the event itself is gone, it was no
 * later than the last we heard.
 */
function redate(sql: SqlStorage, stored: RunState, read: RunState, firstAt: number): void {
  const known = <At extends number | null>(at: At, readAt: number | null | undefined): At | number =>
    at !== null && at < firstAt ? (readAt ?? stored.heardAt) : at;
  const startedAt = known(stored.startedAt, read.startedAt);
  const finishedAt = known(stored.finishedAt, read.finishedAt);
  const run: RunState = {
    ...stored,
    startedAt,
    // One that was left may have been so by a run whose clock was wrong.
    finishedAt: finishedAt === null ? null : Math.max(finishedAt, startedAt),
    lastEventAt: known(stored.lastEventAt, read.lastEventAt),
    rebootsAt: stored.rebootsAt.some((at) => at < firstAt) ? read.rebootsAt : stored.rebootsAt,
    phases: stored.phases.map((phase) => {
      const same = read.phases.find(({ name }) => name === phase.name);
      return {
        ...phase,
        startedAt: known(phase.startedAt, same?.startedAt),
        finishedAt: known(phase.finishedAt, same?.finishedAt),
      };
    }),
  };
  putRun(sql, { ...run, clock: stored.clock ?? { startedAt: stored.startedAt, skewMs: null } });
  if (startedAt !== stored.startedAt) putBeginning(sql, run);
}
