// A run's state, folded from its events. The highest seq speaks last, so the order in which batches arrive does not matter.
import { isTold, type Receipt, takenAt, worse, wrongBy } from '../../schema/clock.ts';
import type { Phase, Run, RunList, RunStatus, RunsQuery, WrongClock } from '../../schema/machine.ts';
import type { EventLevel, ReportedRun, RunEvent } from '../../schema/report.ts';
import { asideWith, IS_ASIDE, STANDS } from '../core/aside.ts';
import { all, first, type Row } from '../core/rows.ts';
import { isCloned } from './clones.ts';
import { STALLED_AFTER_MS } from './silence.ts';

/** A phase and the highest seq that spoke of it. */
type FoldedPhase = Phase & { seq: number };
/** `heardAt`: when the server last took in an event of it, whatever the PC's clock says. */
export type RunState = Omit<Run, 'phases' | 'aside' | 'clock'> & {
  /** The one token that brought all of it; null where another, or a person, has a part in it, or nobody knows. */
  token: string | null;
  /** The revoked token with which it is set aside; null where it counts. */
  aside: string | null;
  clock: WrongClock | null;
  statusSeq: number;
  heardAt: number;
  /** How many events of it were refused and left a tombstone: they take room like those that are kept. */
  refused: number;
  phases: FoldedPhase[];
};

const newPhase = (name: string): FoldedPhase => ({
  name,
  state: 'pending',
  startedAt: null,
  finishedAt: null,
  tries: 0,
  seq: 0,
});

/** A run nobody has heard of yet, as the report that came says. */
export function newRun(
  machine: string,
  run: ReportedRun,
  receipt: Receipt,
  { uploadedBy = null, token = null }: Partial<Pick<RunState, 'uploadedBy' | 'token'>> = {},
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
    nextSeq: 1,
    uploadedBy,
    token,
    aside: null,
    clock: isWrong ? { startedAt: run.startedAt, skewMs: wrongBy(receipt) } : null,
  };
}

/**
 * A run whose events say more of its beginning. Where the PC's clock was wrong then, it is taken to have begun no later than what happened in it;
 * else the PC's word stands. `times`: what their instants are taken for. Pure.
 */
export const begunBy = (run: RunState, times: readonly number[]): RunState =>
  run.clock === null || run.clock.startedAt === run.startedAt
    ? run
    : { ...run, startedAt: times.reduce((earliest, at) => Math.min(earliest, at), run.startedAt) };

/** A run in which the PC's clock was found wrong, by so much where that was measured (`wrongBy`). Pure. */
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

/** A run that grew a phase which its plan did not name shows it too, up to this many. */
const PHASES_MAX = 64;
/** A run restarts its PC a handful of times; one that never ends is not to make its row grow. */
const REBOOTS_KEPT = 64;

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
      foldPhase(run.phases, event.phase, PHASE_STATES[event.type as keyof typeof PHASE_STATES], event.seq, at);
  }
  return run;
}

function foldPhase(phases: FoldedPhase[], name: string, state: Phase['state'], seq: number, at: number): void {
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
}

/** A run that was taken for left, and is at work all the same. Pure. */
export const atWork = (run: RunState): RunState =>
  run.status === 'abandoned' ? { ...run, status: 'running', finishedAt: null } : run;

/** A run without the lines that stood for lost events, by their levels: they were counted, and what they stood for counts now. Pure. */
export const withoutLost = (run: RunState, gone: readonly EventLevel[]): RunState => ({
  ...run,
  events: run.events - gone.length,
  warnings: run.warnings - gone.filter((level) => level === 'warning').length,
  errors: run.errors - gone.filter((level) => level === 'error').length,
});

/**
 * A run's phases as they are told. What an engine says of the whole holds for its parts: in a run that succeeded, a phase whose end was never
 * heard has succeeded with it. It is not folded so, because its end may still come.
 */
export const toldPhases = ({ status, finishedAt, phases }: RunState): FoldedPhase[] =>
  status === 'succeeded'
    ? phases.map((phase) => (phase.state === 'running' ? { ...phase, state: 'succeeded', finishedAt } : phase))
    : phases;

/** The phase a run is in: the one that spoke last and is not over, else the first that has not begun. */
export function currentPhase(run: RunState): string | null {
  const running = toldPhases(run)
    .filter((phase) => phase.state === 'running')
    .sort((a, b) => b.seq - a.seq)[0];
  if (running) return running.name;
  const failed = run.phases.filter((phase) => phase.state === 'failed').sort((a, b) => b.seq - a.seq)[0];
  if (run.status === 'failed' && failed) return failed.name;
  return run.status === 'running' ? (run.phases.find((phase) => phase.state === 'pending')?.name ?? null) : null;
}

export const phasesDone = (run: RunState): number =>
  toldPhases(run).filter((phase) => phase.state === 'succeeded' || phase.state === 'skipped').length;

type RunRow = Row & {
  id: string;
  machine_id: string;
  status: RunStatus;
  status_seq: number;
  started_at: number;
  finished_at: number | null;
  last_event_at: number;
  engine_version: string | null;
  phases: string;
  reboots: number;
  warnings: number;
  errors: number;
  events: number;
  next_seq: number;
  uploaded_by: string | null;
  reboots_at: string;
  heard_at: number;
  refused: number;
  token: string | null;
  aside: string | null;
  said_started_at: number | null;
  clock_skew_ms: number | null;
};

/** Phases stored before tries were counted have none: one that began was tried once at least. */
const phasesOf = (text: string): FoldedPhase[] =>
  (JSON.parse(text) as FoldedPhase[]).map((phase) => ({
    ...phase,
    tries: phase.tries ?? (phase.startedAt === null ? 0 : 1),
  }));

const fromRow = (row: RunRow): RunState => ({
  id: row.id,
  machine: row.machine_id,
  status: row.status,
  statusSeq: row.status_seq,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  lastEventAt: row.last_event_at,
  engineVersion: row.engine_version,
  heardAt: row.heard_at,
  phases: phasesOf(row.phases),
  reboots: row.reboots,
  rebootsAt: JSON.parse(row.reboots_at),
  warnings: row.warnings,
  errors: row.errors,
  events: row.events,
  refused: row.refused,
  nextSeq: row.next_seq,
  uploadedBy: row.uploaded_by,
  token: row.token,
  aside: row.aside,
  clock: row.said_started_at === null ? null : { startedAt: row.said_started_at, skewMs: row.clock_skew_ms },
});

export function findRun(sql: SqlStorage, id: string): RunState | null {
  const row = first<RunRow>(sql, 'SELECT * FROM runs WHERE id = ?', id);
  return row && fromRow(row);
}

type RunPlace = { id: string; started_at: number };

/**
 * The runs of a machine's ids, latest start first, from after `after` on: those that count, or those set `apart`. Each id is asked by itself, so
 * that the index gives its latest without a sort.
 */
export const runsOf = (
  sql: SqlStorage,
  machines: readonly string[],
  after: RunPlace | null,
  limit: number,
  apart = false,
): RunState[] =>
  machines
    .flatMap((machine) =>
      all<RunPlace>(
        sql,
        `SELECT id, started_at FROM runs INDEXED BY ${apart ? 'runs_aside' : 'runs_by_machine'}
         WHERE machine_id = ? AND ${apart ? IS_ASIDE : STANDS} ${after ? 'AND (started_at, id) < (?, ?)' : ''} ORDER BY started_at DESC, id DESC LIMIT ?`,
        machine,
        ...(after ? [after.started_at, after.id] : []),
        limit,
      ),
    )
    .sort((a, b) => b.started_at - a.started_at || (a.id < b.id ? 1 : -1))
    .slice(0, limit)
    .map(({ id }) => requireRun(sql, id));

/** A page of them, as people read it. */
export function runPage(sql: SqlStorage, machines: readonly string[], { after, limit, aside }: RunsQuery): RunList {
  const [startedAt = '', id = ''] = after?.split('/') ?? [];
  const place = after === undefined ? null : { id, started_at: Number(startedAt) };
  const rows = runsOf(sql, machines, place, limit + 1, aside === 'yes');
  const runs = rows.slice(0, limit).map((run) => publicRun(sql, run));
  const last = rows.length > limit ? runs.at(-1) : undefined;
  return { runs, next: last ? `${last.startedAt}/${last.id}` : null };
}

export function requireRun(sql: SqlStorage, id: string): RunState {
  const run = findRun(sql, id);
  if (!run) throw new Error('a run is never deleted');
  return run;
}

/** Writes a run: one row. Whether it is aside, and another beginning of one that is kept, are written apart: two indexes go by them. */
export function putRun(sql: SqlStorage, run: RunState): void {
  sql.exec(
    `INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET status = excluded.status, status_seq = excluded.status_seq,
       finished_at = excluded.finished_at, last_event_at = excluded.last_event_at, phases = excluded.phases,
       reboots = excluded.reboots, warnings = excluded.warnings, errors = excluded.errors, events = excluded.events,
       next_seq = excluded.next_seq, reboots_at = excluded.reboots_at, heard_at = excluded.heard_at,
       refused = excluded.refused, token = excluded.token, said_started_at = excluded.said_started_at,
       clock_skew_ms = excluded.clock_skew_ms`,
    run.id,
    run.machine,
    run.status,
    run.statusSeq,
    run.startedAt,
    run.finishedAt,
    run.lastEventAt,
    run.engineVersion,
    JSON.stringify(run.phases),
    run.reboots,
    run.warnings,
    run.errors,
    run.events,
    run.nextSeq,
    run.uploadedBy,
    JSON.stringify(run.rebootsAt),
    run.heardAt,
    run.refused,
    run.token,
    run.aside,
    run.clock?.startedAt ?? null,
    run.clock?.skewMs ?? null,
  );
}

/** Writes another beginning of a run that is kept. */
export const putBeginning = (sql: SqlStorage, { id, startedAt }: RunState): void => {
  sql.exec('UPDATE runs SET started_at = ? WHERE id = ?', startedAt, id);
};

/** Whether another run of the machine counts that began later. */
export const isLaterKnown = (sql: SqlStorage, { id, machine, startedAt }: RunState): boolean =>
  first(
    sql,
    `SELECT 1 FROM runs INDEXED BY runs_by_machine WHERE machine_id = ? AND ${STANDS} AND started_at > ? AND id <> ? LIMIT 1`,
    machine,
    startedAt,
    id,
  ) !== null;

/** A PC's last run is the one that it left; a few more may have come late. What lies further back was left before. */
const LEFT_LOOKED_AT = 20;

/** The latest runs of a machine up to one of them, which is the first. */
const lookedAt = (sql: SqlStorage, machine: string, { startedAt }: RunState) =>
  all<{ id: string; status: RunStatus; heard_at: number }>(
    sql,
    `SELECT id, status, heard_at FROM runs INDEXED BY runs_by_machine
     WHERE machine_id = ? AND ${STANDS} AND (started_at, id) <= (?, char(0x10ffff)) ORDER BY started_at DESC, id DESC LIMIT ?`,
    machine,
    startedAt,
    LEFT_LOOKED_AT,
  );

/** Whether a run that was left may be taken for at work again: only while it is among those that are looked at, or nothing would leave it any more. */
export const isLookedAt = (sql: SqlStorage, { id, machine }: RunState): boolean =>
  runsOf(sql, [machine], null, LEFT_LOOKED_AT - 1).some((run) => run.id === id);

/** After a machine's run was heard of for the first time: its latest has left those before it, and so it has where it is this one that came late. */
export function leaveEarlier(sql: SqlStorage, machine: string): void {
  const [latest] = runsOf(sql, [machine], null, 1);
  if (latest) abandonEarlier(sql, machine, latest);
}

/**
 * A machine that began a later run has left its earlier ones: they are abandoned unless they had finished. Where several PCs report under its id, one
 * has not left what another is at: of those runs only the silent ones are abandoned, and the last that is looked at, since nobody looks at it again.
 */
function abandonEarlier(sql: SqlStorage, machine: string, latest: RunState): void {
  const heardBefore = isCloned(sql, machine) ? latest.heardAt - STALLED_AFTER_MS : Number.MAX_SAFE_INTEGER;
  const left = lookedAt(sql, machine, latest)
    .filter(({ heard_at }, place) => heard_at <= heardBefore || place === LEFT_LOOKED_AT - 1)
    .filter(({ id, status }) => status === 'running' && id !== latest.id);
  for (const { id } of left)
    sql.exec("UPDATE runs SET status = 'abandoned', finished_at = ? WHERE id = ?", latest.startedAt, id);
}

/** After runs of a machine were set aside or brought back: the latest that counts was left by none, and has left those before it. */
export function settleAbandoned(sql: SqlStorage, machine: string): void {
  const [latest] = runsOf(sql, [machine], null, 1);
  if (!latest) return;
  sql.exec("UPDATE runs SET status = 'running', finished_at = NULL WHERE id = ? AND status = 'abandoned'", latest.id);
  abandonEarlier(sql, machine, latest);
}

/** A run as people read it. */
export function publicRun(sql: SqlStorage, state: RunState): Run {
  const { statusSeq: _statusSeq, heardAt: _heardAt, refused: _refused, token: _token, aside, ...run } = state;
  return { ...run, aside: asideWith(sql, aside), phases: toldPhases(state).map(({ seq: _seq, ...phase }) => phase) };
}
