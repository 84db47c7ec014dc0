// Runs whose beginning nobody knows: none of their instants is right, and nobody heard them live. Whatever their
// instants are taken for, they stand before the machine's latest run, and are moved there where they were in the way of
// one whose beginning is known.
import { isWrong, type Receipt } from '../../schema/clock.ts';
import type { ReportedRun, RunEvent } from '../../schema/report.ts';
import { countRun } from './activity.ts';
import { findRow } from './machines.ts';
import type { RunState } from './run-state.ts';
import { putBeginning, putRun, runsOf } from './runs.ts';

/** None of it is known to have happened at a different instant, since all of it was taken for one. */
const takesNoTime = (run: RunState): boolean => run.clock !== null && run.lastEventAt === run.startedAt;

/**
 * Whether it was put before another run: the instant taken for its receipt is the real one only where there was no
 * other run.
 */
const isPut = (run: RunState): boolean => takesNoTime(run) && run.startedAt < run.heardAt;

/** `isLive`: whether its newest event is heard live. */
export type Come = { machine: string; run: ReportedRun; events: readonly Pick<RunEvent, 'at'>[]; receipt: Receipt } & {
  isCarried: boolean;
  isLive: boolean;
};

/** Whether the report says nothing from which an instant of the run is known. An engine that does not say what its clock is at may be live. */
const tellsNothing = (known: RunState | null, { run, events, receipt, isCarried, isLive }: Come): boolean =>
  !isLive &&
  (isCarried || receipt.skewMs !== null) &&
  events.every(({ at }) => isWrong(at, receipt)) &&
  (known !== null || isWrong(run.startedAt, receipt));

/**
 * The receipt by which the report's instants are taken: where nothing is known about them, they lie before the
 * machine's latest run.
 */
export function receiptOf(sql: SqlStorage, known: RunState | null, come: Come): Receipt {
  const { receipt } = come;
  if (!tellsNothing(known, come)) return receipt;
  if (known !== null) return isPut(known) ? { ...receipt, takenFor: known.startedAt } : receipt;
  const [latest] = runsOf(sql, [come.machine], null, 1);
  return latest && !isInTheWay(sql, latest) ? { ...receipt, takenFor: latest.startedAt - 1 } : receipt;
}

/** A run that was put before another, once an instant of it is known: it began no later than that. `times`: what its new events are taken for. Pure. */
export function begunAnew(known: RunState, come: Come, times: readonly number[]): RunState {
  if (!isPut(known) || times.length === 0 || tellsNothing(known, come)) return known;
  const startedAt = times.reduce((earliest, at) => Math.min(earliest, at));
  return startedAt > known.startedAt ? { ...known, startedAt } : known;
}

/**
 * Whether only its receipt puts it where it stands. One that is under way, and that no person brought, may be heard
 * live.
 */
const isInTheWay = (sql: SqlStorage, run: RunState): boolean =>
  takesNoTime(run) &&
  (run.uploadedBy !== null || run.status !== 'running') &&
  findRow(sql, run.machine)?.speaker !== run.id;

/** How many runs of unknown beginning one report moves into place; the next one takes the rest. */
const PUT_MAX = 20;

/** Puts those of unknown beginning that stand after this run before it. In the caller's transaction. */
export function putBefore(sql: SqlStorage, run: RunState): void {
  for (let left = PUT_MAX; left > 0; left--) {
    // The latest alone is read: mostly it is this one, or began before it.
    const [other] = runsOf(sql, [run.machine], null, 1);
    if (!other || other.id === run.id || other.startedAt < run.startedAt || !isInTheWay(sql, other)) return;
    const at = run.startedAt - 1;
    const put: RunState = {
      ...other,
      startedAt: at,
      finishedAt: other.finishedAt === null ? null : at,
      lastEventAt: at,
      rebootsAt: other.rebootsAt.map(() => at),
      phases: other.phases.map((phase) => ({
        ...phase,
        startedAt: phase.startedAt === null ? null : at,
        finishedAt: phase.finishedAt === null ? null : at,
      })),
    };
    putRun(sql, put);
    putBeginning(sql, put);
    countRun(sql, other, put);
    // Its events take the same instant: at most as many as a run has.
    sql.exec('UPDATE events SET taken_at = ? WHERE run_id = ? AND taken_at IS NOT NULL', at, other.id);
  }
}
