// Stalled machines, found by the alarm: each is marked on its row for as long as it is silent, and each silence is told once. They are looked
// at a slice at a time.

import { all } from '../core/rows.ts';
import { keepWalk, walkAt } from '../core/walks.ts';
import { queue } from '../outbox/notices.ts';
import { STALLED_AFTER_MS } from './run-state.ts';
import { summarize } from './summaries.ts';

/** `heardAt`: when the server last took an event of the run in; `toldOf`, `markedOf`: the silence already told or marked, by its beginning. */
export type RunningRun = {
  run: string;
  machine: string;
  hostname: string | null;
  heardAt: number;
  toldOf: number | null;
  markedOf: number | null;
};

/**
 * Decides which runs to report as silent, which machines to mark, and when to look again. Pure. Null: at the next
 * report.
 */
export function decideStalled(
  running: readonly RunningRun[],
  now: number,
): { tell: RunningRun[]; mark: RunningRun[]; lookAgainAt: number | null } {
  const silent = running.filter((one) => now - one.heardAt >= STALLED_AFTER_MS);
  const later = running.filter((one) => !silent.includes(one)).map((one) => one.heardAt + STALLED_AFTER_MS);
  return {
    tell: silent.filter((one) => one.toldOf !== one.heardAt),
    mark: silent.filter((one) => one.markedOf !== one.heardAt),
    lookAgainAt: later.length > 0 ? Math.min(...later) : null,
  };
}

type RunningRow = {
  run_id: string;
  id: string;
  hostname: string;
  heard_at: number;
  told: number | null;
  silent_since: number | null;
  started_at: number;
};

/** How many machines one alarm looks at; the next one, at once, takes the rest. */
export const SLICE = 200;
/** A fleet of more than a slice is walked at most so often: a silence is noticed that much later. */
const WALK_EVERY_MS = 300_000;

/**
 * Where machines at a run under way stand, in the index of status; merged ones share their run with the one that is
 * kept. After that come the silences that were told.
 */
const SHELVES = ['archived', 'fleet'] as const;
type Place = { of: (typeof SHELVES)[number] | 'told'; at: number; id: string; lookAgainAt: number | null };

const NEXT = { archived: 'fleet', fleet: 'told', told: null } as const;

function runningFrom(sql: SqlStorage, { of, at, id }: Place, limit: number): { startedAt: number; run: RunningRun }[] {
  return all<RunningRow>(
    sql,
    `SELECT machines.run_id, machines.id, hostname, runs.heard_at, silences.heard_at AS told, silent_since,
       machines.started_at
     FROM machines INDEXED BY machines_by_status_started CROSS JOIN runs ON runs.id = machines.run_id
       LEFT JOIN silences ON silences.run_id = machines.run_id
     WHERE shelf = ? AND run_status = 'running' AND (machines.started_at, machines.id) > (?, ?)
     ORDER BY machines.started_at, machines.id LIMIT ?`,
    of,
    at,
    id,
    limit,
  ).map((row) => ({
    startedAt: row.started_at,
    run: {
      run: row.run_id,
      machine: row.id,
      hostname: row.hostname || null,
      heardAt: row.heard_at,
      toldOf: row.told,
      markedOf: row.silent_since,
    },
  }));
}

/** Marks and tells of the silent ones among the next machines. Answers the last one's place, null at the end, and when to look again. */
function lookFrom(sql: SqlStorage, tenant: string, place: Place, limit: number, now: number) {
  const rows = runningFrom(sql, place, limit);
  const { tell, mark, lookAgainAt } = decideStalled(
    rows.map(({ run }) => run),
    now,
  );
  for (const { machine } of mark) summarize(sql, machine, now);
  for (const { run, machine, hostname, heardAt } of tell) {
    queue(sql, tenant, now, 'machine_stalled', { machine, hostname, run, heardAt });
    sql.exec('INSERT INTO silences VALUES (?, ?) ON CONFLICT DO UPDATE SET heard_at = excluded.heard_at', run, heardAt);
  }
  const last = rows.at(-1);
  return { looked: rows.length, last: last && { at: last.startedAt, id: last.run.machine }, lookAgainAt };
}

/** Forgets what was told about runs that are no longer under way. */
function forgetFrom(sql: SqlStorage, { id }: Place, limit: number) {
  const rows = all<{ run_id: string }>(
    sql,
    'SELECT run_id FROM silences WHERE run_id > ? ORDER BY run_id LIMIT ?',
    id,
    limit,
  );
  sql.exec(
    `DELETE FROM silences WHERE run_id IN (SELECT value FROM json_each(?)) AND NOT EXISTS (
       SELECT 1 FROM runs CROSS JOIN machines AS own ON own.id = runs.machine_id
         CROSS JOIN machines AS shown ON shown.id = coalesce(own.merged_into, own.id)
       WHERE runs.id = silences.run_id AND shown.run_id = runs.id AND shown.run_status = 'running'
         AND shown.shelf IN ('fleet', 'archived'))`,
    JSON.stringify(rows.map((row) => row.run_id)),
  );
  const last = rows.at(-1);
  return { looked: rows.length, last: last && { at: 0, id: last.run_id }, lookAgainAt: null };
}

const earlier = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b);

/**
 * Looks for silent runs, marks their machines and tells of them: at most `SLICE` rows of each table, going on where the call before stopped.
 * Answers when to look again: now, while there are more; null: at the next report. In the caller's transaction.
 */
export function noteStalled(sql: SqlStorage, tenant: string, now: number): number | null {
  const begun = walkAt<Place>(sql, 'stalled');
  let place: Place = begun ?? { of: SHELVES[0], at: -1, id: '', lookAgainAt: null };
  for (let left = SLICE; left > 0; ) {
    const { looked, last, lookAgainAt } =
      place.of === 'told' ? forgetFrom(sql, place, left) : lookFrom(sql, tenant, place, left, now);
    place = { ...place, ...last, lookAgainAt: earlier(place.lookAgainAt, lookAgainAt) };
    if (looked === left) break;
    left -= looked;
    const of = NEXT[place.of];
    if (of === null) {
      keepWalk(sql, 'stalled', null);
      return begun && place.lookAgainAt !== null ? Math.max(place.lookAgainAt, now + WALK_EVERY_MS) : place.lookAgainAt;
    }
    place = { of, at: -1, id: '', lookAgainAt: place.lookAgainAt };
  }
  keepWalk(sql, 'stalled', place);
  return now;
}

export const someRunning = (sql: SqlStorage): boolean =>
  SHELVES.some(
    (shelf) => all(sql, "SELECT 1 FROM machines WHERE shelf = ? AND run_status = 'running' LIMIT 1", shelf).length > 0,
  );
