// Runs of which nobody knows when they were: no instant of theirs is right, and nobody heard them as they happened. All of one is taken for one
// instant, and stands before the latest run of its PC of which something is known, whichever of the two came first.
import { isWrong, type Receipt } from '../../schema/clock.ts';
import type { ReportedRun, RunEvent } from '../../schema/report.ts';
import { countRun } from './activity.ts';
import { allIdsOf } from './aliases.ts';
import { factsOf } from './id-facts.ts';
import { firstReceivedAt, retakePacks } from './packs.ts';
import type { RunState } from './run-state.ts';
import { putBeginning, putRun, runsOf } from './runs.ts';

/** `isLive`: whether its newest event is heard as it happened. `isCarried`: a person brings it. */
export type Come = { machine: string; run: ReportedRun; events: readonly Pick<RunEvent, 'at'>[]; receipt: Receipt } & {
  isCarried: boolean;
  isLive: boolean;
};

/** Whether no instant of the run is known with this report either. A new one whose engine does not say what its clock is at may be live. */
const tellsNothing = (known: RunState | null, { run, events, receipt, isCarried, isLive }: Come): boolean =>
  !isLive &&
  events.every(({ at }) => isWrong(at, receipt)) &&
  (known === null ? (isCarried || receipt.skewMs !== null) && isWrong(run.startedAt, receipt) : known.undated);

/** How many of a PC's latest runs are looked at for one of which something is known. */
const LOOKED_AT = 20;

const latestOf = (sql: SqlStorage, machine: string): RunState[] => runsOf(sql, allIdsOf(sql, machine), null, LOOKED_AT);

/** By what receipt the report's instants are taken, and whether nothing is known of its run with it. */
export function datingOf(sql: SqlStorage, known: RunState | null, come: Come): { receipt: Receipt; undated: boolean } {
  const { receipt } = come;
  if (!tellsNothing(known, come)) return { receipt, undated: false };
  if (known !== null) return { receipt: { ...receipt, takenFor: known.startedAt }, undated: true };
  const latest = latestOf(sql, come.machine).find((run) => !run.undated);
  return { receipt: latest ? { ...receipt, takenFor: latest.startedAt - 1 } : receipt, undated: true };
}

/** A run all of whose instants are taken for this one. Pure. */
const takenFor = (run: RunState, at: number): RunState => ({
  ...run,
  startedAt: at,
  finishedAt: run.finishedAt === null ? null : at,
  lastEventAt: at,
  rebootsAt: run.rebootsAt.map(() => at),
  phases: run.phases.map((phase) => ({
    ...phase,
    startedAt: phase.startedAt === null ? null : at,
    finishedAt: phase.finishedAt === null ? null : at,
  })),
});

/**
 * An undated run once an instant of it is known: what was there of it happened no later than that, nor than it was first received. `times`: what
 * the new events are taken for.
 */
export function dated(sql: SqlStorage, run: RunState, times: readonly number[]): RunState {
  // Where its events were removed, it was received at the latest when it was last heard.
  const receivedAt = Math.min(firstReceivedAt(sql, run.id) ?? run.heardAt, run.heardAt);
  const at = times.reduce((earliest, one) => Math.min(earliest, one), receivedAt);
  return { ...takenFor(run, at), undated: false };
}

/** Takes all events of a run for the instant that the run is taken for. */
export const retakeEvents = (sql: SqlStorage, { id, startedAt }: RunState): void => {
  retakePacks(sql, id, startedAt);
  sql.exec('UPDATE events SET taken_at = ? WHERE run_id = ?', startedAt, id);
};

/**
 * Puts the undated runs that stand in front before the latest of which something is known: `run`, which may not be stored yet, or a later one. In
 * the caller's transaction.
 */
export function putUndatedBefore(sql: SqlStorage, run: RunState): void {
  if (!allIdsOf(sql, run.machine).some((id) => factsOf(sql, id).runs.some((one) => one.isUndated && one.id !== run.id)))
    return;
  const latest = latestOf(sql, run.machine).filter(({ id }) => id !== run.id);
  const known = latest.findIndex(({ undated }) => !undated);
  const at = Math.max(run.startedAt, latest[known]?.startedAt ?? 0) - 1;
  for (const other of latest.slice(0, known === -1 ? LOOKED_AT : known)) {
    if (other.startedAt <= at) continue;
    const put = takenFor(other, at);
    putRun(sql, put);
    putBeginning(sql, put);
    countRun(sql, other, put);
    retakeEvents(sql, put);
  }
}
