// Stalled machines: a run that says it is running while nothing has been heard of it for three hours. Each silence is told once.
import { queue } from './notices.ts';
import { all } from './rows.ts';

/** Office and feature updates keep a PC quiet for an hour or two; three are a fault. */
export const STALLED_AFTER_MS = 3 * 3_600_000;

/** `heardAt`: when the server last took an event of the run in, whatever the PC's clock says; `toldOf`: the silence already told, by its beginning. */
export type RunningRun = {
  run: string;
  machine: string;
  hostname: string | null;
  heardAt: number;
  toldOf: number | null;
};

/** Which runs have just been found silent, and when to look again. Pure. Null: at the next report. */
export function decideStalled(
  running: readonly RunningRun[],
  now: number,
): { stalled: RunningRun[]; lookAgainAt: number | null } {
  const untold = running.filter((one) => one.toldOf !== one.heardAt);
  const stalled = untold.filter((one) => now - one.heardAt >= STALLED_AFTER_MS);
  const later = untold.filter((one) => !stalled.includes(one)).map((one) => one.heardAt + STALLED_AFTER_MS);
  return { stalled, lookAgainAt: later.length > 0 ? Math.min(...later) : null };
}

type RunningRow = {
  run_id: string;
  id: string;
  hostname: string;
  last_event_at: number;
  received_at: number | null;
  told: number | null;
};

/** Every machine whose latest run is under way: few, by the index of status. An alias shares its run with the machine that is kept. */
const runningRuns = (sql: SqlStorage): RunningRun[] =>
  all<RunningRow>(
    sql,
    `SELECT machines.run_id, machines.id, hostname, coalesce(last_event_at, started_at) AS last_event_at,
       (SELECT received_at FROM events WHERE events.run_id = machines.run_id ORDER BY seq DESC LIMIT 1) AS received_at,
       silences.heard_at AS told
     FROM machines LEFT JOIN silences ON silences.run_id = machines.run_id WHERE run_status = 'running' AND shelf <> 'merged'`,
  ).map((row) => ({
    run: row.run_id,
    machine: row.id,
    hostname: row.hostname || null,
    heardAt: row.received_at ?? row.last_event_at,
    toldOf: row.told,
  }));

/** Looks for silent runs and tells of them. Answers when to look again. In the caller's transaction. */
export function tellStalled(sql: SqlStorage, tenant: string, now: number): number | null {
  const { stalled, lookAgainAt } = decideStalled(runningRuns(sql), now);
  for (const { run, machine, hostname, heardAt } of stalled) {
    queue(sql, tenant, now, 'machine_stalled', { machine, hostname, run, heardAt });
    sql.exec('INSERT INTO silences VALUES (?, ?) ON CONFLICT DO UPDATE SET heard_at = excluded.heard_at', run, heardAt);
  }
  sql.exec("DELETE FROM silences WHERE run_id NOT IN (SELECT run_id FROM machines WHERE run_status = 'running')");
  return lookAgainAt;
}

export const someRunning = (sql: SqlStorage): boolean =>
  all(sql, "SELECT 1 FROM machines WHERE run_status = 'running' AND shelf <> 'merged' LIMIT 1").length > 0;
