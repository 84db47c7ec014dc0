// A run's state, folded from its events, and whether it has fallen silent. The highest seq speaks last, so the order in which batches arrive
// does not matter. Pure.
import { isTold, type Receipt, takenAt, worse, wrongBy } from '../../schema/clock.ts';
import { HOUR_MS } from '../../schema/facts/days.ts';
import type { Phase, Run, WrongClock } from '../../schema/machine.ts';
import type { EventLevel, ReportedRun, RunEvent } from '../../schema/report.ts';
import type { PcFacts } from '../../schema/same-pc.ts';
import type { RunDay } from '../limits/machine-day.ts';
import type { Tail } from './tail.ts';

/** A phase and the highest seq that spoke of it. */
export type FoldedPhase = Phase & { seq: number };
/** What a run says of its PC. `changes`: how often it has said something else than before. */
export type RunPc = PcFacts & { changes: number };
/** `heardAt`: when the server last took in an event of it, whatever the PC's clock says. */
export type RunState = Omit<Run, 'phases' | 'aside' | 'clock' | 'prunedAt'> & {
  /** The one token that brought all of it; null where another, or a person, has a part in it, or nobody knows. */
  token: string | null;
  /** The revoked token with which it is set aside; null where it counts. */
  aside: string | null;
  clock: WrongClock | null;
  /** Nobody knows when it was: no instant of it is right, and nobody heard it as it happened (objects/fleet/undated.ts). */
  undated: boolean;
  statusSeq: number;
  heardAt: number;
  /** How many events of it were refused and left a tombstone: they take room like those that are kept. */
  refused: number;
  /** When its events were removed (objects/fleet/retention.ts). */
  prunedAt: number | null;
  /** The seq up to which they were; 0: none was. */
  prunedTo: number;
  phases: FoldedPhase[];
  /** What it says of its PC; null: nothing yet, or where that was kept before (clones.ts). */
  pc: RunPc | null;
  /** What it has brought on its UTC day, where the row of its machine says that it is counted here (run-day.ts). */
  day: RunDay;
  /** Its last pack, while that is small. */
  tail: Tail | null;
};

const NO_DAY: RunDay = { day: 0, bytes: 0 };

const newPhase = (name: string): FoldedPhase => ({
  name,
  state: 'pending',
  startedAt: null,
  finishedAt: null,
  tries: 0,
  seq: 0,
});

/** A run that nobody has heard of yet, as its first report describes it. */
export function newRun(
  machine: string,
  run: ReportedRun,
  receipt: Receipt,
  {
    uploadedBy = null,
    token = null,
    undated = false,
  }: Partial<Pick<RunState, 'uploadedBy' | 'token' | 'undated'>> = {},
): RunState {
  const startedAt = takenAt(run.startedAt, receipt);
  const isWrong = isTold(run.startedAt, startedAt);
  return {
    id: run.id,
    machine,
    status: 'running',
    statusSeq: 0,
    startedAt,
    finishedAt: null,
    lastEventAt: startedAt,
    heardAt: receipt.receivedAt,
    engineVersion: run.engineVersion ?? null,
    phases: [...new Set(run.phases)].map(newPhase),
    reboots: 0,
    rebootsAt: [],
    warnings: 0,
    errors: 0,
    events: 0,
    refused: 0,
    prunedAt: null,
    prunedTo: 0,
    nextSeq: 1,
    uploadedBy,
    token,
    aside: null,
    undated,
    pc: null,
    day: NO_DAY,
    tail: null,
    clock: isWrong ? { startedAt: run.startedAt, skewMs: wrongBy(receipt) } : null,
  };
}

/**
 * A run whose events say more of its beginning. Where the PC's clock was wrong then, it is taken to have begun no later
 * than its events; otherwise the PC's word stands. `times`: what the events' instants are taken for. Pure.
 */
export const begunBy = (run: RunState, times: readonly number[]): RunState =>
  run.clock === null || run.clock.startedAt === run.startedAt
    ? run
    : { ...run, startedAt: times.reduce((earliest, at) => Math.min(earliest, at), run.startedAt) };

/** A run in which the PC's clock was found wrong, by `wrongBy` where that was measured. Pure. */
export const withWrongClock = (run: RunState, skewMs: number | null): RunState => ({
  ...run,
  clock: { startedAt: run.clock?.startedAt ?? run.startedAt, skewMs: worse(run.clock?.skewMs ?? null, skewMs) },
});

const PHASE_STATES = {
  phase_started: 'running',
  phase_succeeded: 'succeeded',
  phase_failed: 'failed',
  phase_skipped: 'skipped',
} as const;

/** A run also shows phases that its plan did not name, up to this many. */
const PHASES_MAX = 64;
/** A run restarts its PC a handful of times; one that never ends is not to make its row grow. */
const REBOOTS_KEPT = 64;

/** So much of what a phase said as it failed is kept with the run: as much as a row of the fleet can show. */
const ERROR_KEPT = 120;

/** On one line, and cut where it is longer than is kept; never within a character. */
function shortened(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim();
  const signs = [...line];
  return signs.length <= ERROR_KEPT ? line : `${signs.slice(0, ERROR_KEPT - 1).join('')}…`;
}

/** Folds new events into a run's state. Pure; commutative over batches; each event must be folded once. */
export function advance(before: RunState, events: readonly RunEvent[], now: number): RunState {
  const run: RunState = { ...before, phases: before.phases.map((phase) => ({ ...phase })) };
  for (const event of events) {
    const at = Math.min(event.at, now);
    run.events++;
    run.heardAt = Math.max(run.heardAt, now);
    run.lastEventAt = Math.max(run.lastEventAt, at);
    if (event.level === 'warning') run.warnings++;
    if (event.level === 'error') run.errors++;
    if (event.type === 'reboot') {
      run.reboots++;
      run.rebootsAt = [...run.rebootsAt, at].sort((a, b) => a - b).slice(0, REBOOTS_KEPT);
    }
    if ((event.type === 'run_succeeded' || event.type === 'run_failed') && event.seq > run.statusSeq) {
      run.status = event.type === 'run_succeeded' ? 'succeeded' : 'failed';
      run.statusSeq = event.seq;
      run.finishedAt = at;
    }
    if (event.type in PHASE_STATES && event.phase !== undefined)
      foldPhase(run.phases, event.phase, PHASE_STATES[event.type as keyof typeof PHASE_STATES], event, at);
  }
  return run;
}

function foldPhase(
  phases: FoldedPhase[],
  name: string,
  state: Phase['state'],
  { seq, message }: RunEvent,
  at: number,
): void {
  let phase = phases.find((one) => one.name === name);
  if (!phase) {
    if (phases.length >= PHASES_MAX) return;
    phase = newPhase(name);
    phases.push(phase);
  }
  if (state === 'running') {
    phase.startedAt = phase.startedAt === null ? at : Math.min(phase.startedAt, at);
    phase.tries++;
  }
  if (seq <= phase.seq) return;
  phase.seq = seq;
  phase.state = state;
  phase.finishedAt = state === 'running' ? null : at;
  if (state === 'failed') phase.error = shortened(message);
  else delete phase.error;
}

/** A run that was taken for abandoned, and is at work all the same. Pure. */
export const atWork = (run: RunState): RunState =>
  run.status === 'abandoned' ? { ...run, status: 'running', finishedAt: null } : run;

/**
 * A run without the lines that stood for lost events, by their levels: they were counted, and the events that they
 * stood for count now. Pure.
 */
export const withoutLost = (run: RunState, gone: readonly EventLevel[]): RunState => ({
  ...run,
  events: run.events - gone.length,
  warnings: run.warnings - gone.filter((level) => level === 'warning').length,
  errors: run.errors - gone.filter((level) => level === 'error').length,
});

/** How far a run has got. */
export type Progress = Pick<RunState, 'status' | 'finishedAt' | 'phases'>;
/** That, and its last word. */
export type Standing = Progress & Pick<RunState, 'lastEventAt'>;

/**
 * A run's phases as they are told. What an engine says about the whole holds for its parts: in a run that succeeded, a
 * phase whose end was never heard has succeeded too. This is not folded into the row, because the end may still come.
 */
export const toldPhases = ({ status, finishedAt, phases }: Progress): FoldedPhase[] =>
  status === 'succeeded'
    ? phases.map((phase) => (phase.state === 'running' ? { ...phase, state: 'succeeded', finishedAt } : phase))
    : phases;

const lastFailed = ({ phases }: Progress): FoldedPhase | undefined =>
  phases.filter((phase) => phase.state === 'failed').sort((a, b) => b.seq - a.seq)[0];

/** What the last failed phase of a failed run said, on one line; null where nothing is known. */
export const runError = (run: RunState): string | null =>
  (run.status === 'failed' ? lastFailed(run)?.error : null) || null;

/** The phase a run is in: the one that spoke last and is not over, else the first that has not begun. */
export function currentPhase(run: Progress): string | null {
  const running = toldPhases(run)
    .filter((phase) => phase.state === 'running')
    .sort((a, b) => b.seq - a.seq)[0];
  if (running) return running.name;
  const failed = lastFailed(run);
  if (run.status === 'failed' && failed) return failed.name;
  return run.status === 'running' ? (run.phases.find((phase) => phase.state === 'pending')?.name ?? null) : null;
}

export const phasesDone = (run: Progress): number =>
  toldPhases(run).filter((phase) => phase.state === 'succeeded' || phase.state === 'skipped').length;

/** A run at work of which nothing is heard so long is silent. Office and feature updates keep a PC quiet for an hour or two; three are a fault. */
export const STALLED_AFTER_MS = 3 * HOUR_MS;

/** Since when a run has been silent by the server's clock, ms since the epoch; null: it speaks, or is over, or there is none. Pure. */
export const silentSince = (run: Pick<RunState, 'status' | 'heardAt'> | undefined, now: number): number | null =>
  run?.status === 'running' && now - run.heardAt >= STALLED_AFTER_MS ? run.heardAt : null;
