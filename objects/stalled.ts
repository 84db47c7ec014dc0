// Stalled machines, found by the alarm: each is marked on its row for as long as it is silent, and each silence is told once.
import { queue } from './notices.ts';
import { all } from './rows.ts';
import { STALLED_AFTER_MS } from './silence.ts';
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

/** Which runs are to be told of as silent, which machines to be marked, and when to look again. Pure. Null: at the next report. */
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
};

/** Machines at a run under way, by the index of status: it begins with the shelf. What is merged shares its run with the one that is kept. */
const RUNNING = "run_status = 'running' AND shelf IN ('fleet', 'archived')";

/** Every machine whose latest run is under way: few. */
const runningRuns = (sql: SqlStorage): RunningRun[] =>
  all<RunningRow>(
    sql,
    `SELECT machines.run_id, machines.id, hostname, runs.heard_at, silences.heard_at AS told, silent_since
     FROM machines JOIN runs ON runs.id = machines.run_id LEFT JOIN silences ON silences.run_id = machines.run_id
     WHERE ${RUNNING}`,
  ).map((row) => ({
    run: row.run_id,
    machine: row.id,
    hostname: row.hostname || null,
    heardAt: row.heard_at,
    toldOf: row.told,
    markedOf: row.silent_since,
  }));

/** Looks for silent runs, marks their machines and tells of them. Answers when to look again. In the caller's transaction. */
export function noteStalled(sql: SqlStorage, tenant: string, now: number): number | null {
  const { tell, mark, lookAgainAt } = decideStalled(runningRuns(sql), now);
  for (const { machine } of mark) summarize(sql, machine, now);
  for (const { run, machine, hostname, heardAt } of tell) {
    queue(sql, tenant, now, 'machine_stalled', { machine, hostname, run, heardAt });
    sql.exec('INSERT INTO silences VALUES (?, ?) ON CONFLICT DO UPDATE SET heard_at = excluded.heard_at', run, heardAt);
  }
  sql.exec(`DELETE FROM silences WHERE run_id NOT IN (SELECT run_id FROM machines WHERE ${RUNNING})`);
  return lookAgainAt;
}

export const someRunning = (sql: SqlStorage): boolean =>
  all(sql, `SELECT 1 FROM machines WHERE ${RUNNING} LIMIT 1`).length > 0;
