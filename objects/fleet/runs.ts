// The rows of runs: found, paged and written; and which of a machine's runs it has left.
import type { Run, RunList, RunStatus, RunsQuery } from '../../schema/machine.ts';
import { asideWith, IS_ASIDE, STANDS } from '../core/aside.ts';
import { forget, holdBack, remember, remembered, writeRow } from '../core/memory.ts';
import { all, first } from '../core/rows.ts';
import type { RunDay } from '../limits/machine-day.ts';
import { isCloned } from './clones.ts';
import { factsOf, forgetFacts, latestFirst, noteRun, RUNS_KNOWN, type RunPlace } from './id-facts.ts';
import { type FoldedPhase, type RunState, STALLED_AFTER_MS, type Standing, toldPhases } from './run-state.ts';
import { type Tail, tailBytes } from './tail.ts';

type RunRow = {
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
  undated: number;
  pruned_at: number | null;
  pruned_to: number;
  pc_serial: string | null;
  pc_model: string | null;
  pc_changes: number | null;
  day: number;
  day_bytes: number;
  tail_from: number | null;
  tail_to: number | null;
  tail: ArrayBuffer | null;
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
  prunedAt: row.pruned_at,
  prunedTo: row.pruned_to,
  nextSeq: row.next_seq,
  uploadedBy: row.uploaded_by,
  token: row.token,
  aside: row.aside,
  undated: row.undated === 1,
  pc: row.pc_changes === null ? null : { serial: row.pc_serial, model: row.pc_model, changes: row.pc_changes },
  clock: row.said_started_at === null ? null : { startedAt: row.said_started_at, skewMs: row.clock_skew_ms },
  day: { day: row.day, bytes: row.day_bytes },
  tail: tailIn(row),
});

const tailIn = ({ tail_from: from, tail_to: to, tail }: RunRow): Tail | null =>
  from === null || to === null || tail === null ? null : { from, to, body: tail, events: null };

const rowOf = (run: RunState): RunRow => ({
  id: run.id,
  machine_id: run.machine,
  status: run.status,
  status_seq: run.statusSeq,
  started_at: run.startedAt,
  finished_at: run.finishedAt,
  last_event_at: run.lastEventAt,
  engine_version: run.engineVersion,
  phases: JSON.stringify(run.phases),
  reboots: run.reboots,
  warnings: run.warnings,
  errors: run.errors,
  events: run.events,
  next_seq: run.nextSeq,
  uploaded_by: run.uploadedBy,
  reboots_at: JSON.stringify(run.rebootsAt),
  heard_at: run.heardAt,
  refused: run.refused,
  token: run.token,
  aside: run.aside,
  said_started_at: run.clock?.startedAt ?? null,
  clock_skew_ms: run.clock?.skewMs ?? null,
  undated: run.undated ? 1 : 0,
  pruned_at: run.prunedAt,
  pruned_to: run.prunedTo,
  pc_serial: run.pc?.serial ?? null,
  pc_model: run.pc?.model ?? null,
  pc_changes: run.pc?.changes ?? null,
  day: run.day.day,
  day_bytes: run.day.bytes,
  tail_from: run.tail?.from ?? null,
  tail_to: run.tail?.to ?? null,
  tail: run.tail?.body ?? null,
});

const TABLES = ['runs'] as const;
const nameOf = (id: string): string => `run ${id}`;

/** About how many bytes a run takes in memory: its engine says how many phases it has. */
const bytesOf = (run: RunState | null): number =>
  run === null ? 100 : 1_000 + 500 * run.phases.length + tailBytes(run.tail);

/** Shared with everybody who asks: nobody may change it. */
export const findRun = (sql: SqlStorage, id: string): RunState | null =>
  remembered(
    sql,
    nameOf(id),
    TABLES,
    () => {
      const row = first<RunRow>(sql, 'SELECT * FROM runs WHERE id = ?', id);
      return row && fromRow(row);
    },
    bytesOf,
  );

/** The next runs of one id, by the index. */
const placesFrom = (
  sql: SqlStorage,
  machine: string,
  { after, limit, apart }: { after: RunPlace | null; limit: number; apart: boolean },
): RunPlace[] =>
  all<{ id: string; started_at: number }>(
    sql,
    `SELECT id, started_at FROM runs INDEXED BY ${apart ? 'runs_aside' : 'runs_by_machine'}
     WHERE machine_id = ? AND ${apart ? IS_ASIDE : STANDS} ${after ? 'AND (started_at, id) < (?, ?)' : ''} ORDER BY started_at DESC, id DESC LIMIT ?`,
    machine,
    ...(after ? [after.startedAt, after.id] : []),
    limit,
  ).map(({ id, started_at: startedAt }) => ({ id, startedAt }));

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
): RunState[] => {
  const areKnown = after === null && !apart && limit <= RUNS_KNOWN;
  return machines
    .flatMap((machine): readonly RunPlace[] =>
      areKnown ? factsOf(sql, machine).runs : placesFrom(sql, machine, { after, limit, apart }),
    )
    .sort(latestFirst)
    .slice(0, limit)
    .map(({ id }) => requireRun(sql, id));
};

/** A page of them, as people read it. */
export function runPage(sql: SqlStorage, machines: readonly string[], { after, limit, aside }: RunsQuery): RunList {
  const [startedAt = '', id = ''] = after?.split('/') ?? [];
  const place = after === undefined ? null : { id, startedAt: Number(startedAt) };
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

/**
 * Writes a run: one row. Written apart are whether it is aside and another beginning of one that is kept, since two indexes go by them, what was
 * removed of it, and its day and its tail.
 */
export function putRun(sql: SqlStorage, run: RunState): void {
  const known = findRun(sql, run.id);
  hold(sql, known, known ? { ...run, ...whatStays(known) } : run);
  if (known === null && run.aside === null)
    noteRun(sql, run.machine, { id: run.id, startedAt: run.startedAt, isUndated: run.undated });
  else if (known !== null && known.undated !== run.undated) forgetFacts(sql, known.machine);
}

/** Has a run's last pack be this one; null: all its packs are rows of their own. */
export function putTail(sql: SqlStorage, id: string, tail: Tail | null): void {
  const known = requireRun(sql, id);
  hold(sql, known, { ...known, tail });
}

/** Writes what a run has brought on a day. */
export function putDay(sql: SqlStorage, id: string, day: RunDay): void {
  const known = requireRun(sql, id);
  hold(sql, known, { ...known, day });
}

/** What is stored of a run, null where nothing is, and what is to be. */
type Change = { was: RunState | null; is: RunState };

function hold(sql: SqlStorage, was: RunState | null, is: RunState): void {
  holdBack<Change>(
    sql,
    'runs',
    nameOf(is.id),
    (held) => ({ was: held === null ? was : held.was, is }),
    (held) => writeRow(sql, 'runs', () => write(sql, held)),
  );
  remember(sql, nameOf(is.id), TABLES, is, bytesOf(is));
}

/** The part of a run that is kept as it was first written, unless it is written apart. */
const whatStays = ({
  machine,
  startedAt,
  engineVersion,
  uploadedBy,
  aside,
  prunedAt,
  prunedTo,
  day,
  tail,
}: RunState): Partial<RunState> => ({
  machine,
  startedAt,
  engineVersion,
  uploadedBy,
  aside,
  prunedAt,
  prunedTo,
  day,
  tail,
});

/** The columns that differ, since an index is written again for each that it holds. */
function write(sql: SqlStorage, { was, is }: Change): void {
  const [before, after] = [was && rowOf(was), rowOf(is)];
  const columns = (Object.keys(after) as (keyof RunRow)[]).filter((column) => before?.[column] !== after[column]);
  if (columns.length === 0) return;
  const values = columns.map((column) => after[column]);
  if (before === null)
    sql.exec(`INSERT INTO runs (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`, ...values);
  else sql.exec(`UPDATE runs SET ${columns.map((name) => `${name} = ?`).join(', ')} WHERE id = ?`, ...values, is.id);
}

/** Writes another beginning of a run that is kept. */
export const putBeginning = (sql: SqlStorage, { id, startedAt }: RunState): void => {
  sql.exec('UPDATE runs SET started_at = ? WHERE id = ?', startedAt, id);
};

/** Whether another run of the machine counts that began later. */
export const isLaterKnown = (sql: SqlStorage, { id, machine, startedAt }: RunState): boolean =>
  factsOf(sql, machine).runs.some((run) => run.id !== id && run.startedAt > startedAt);

/** A PC's last run is the one that it left; a few more may have come late. What lies further back was left before. */
const LEFT_LOOKED_AT = 20;

/** The latest runs of a machine up to one of them, which is the first. */
const lookedAt = (sql: SqlStorage, machine: string, { startedAt }: RunState) =>
  all<{ id: string; status: RunStatus; heard_at: number }>(
    sql,
    `SELECT id, status, heard_at FROM runs INDEXED BY runs_by_machine
     WHERE machine_id = ? AND ${STANDS} AND (started_at, id) <= (?, char(0x10ffff)) ORDER BY started_at DESC, id DESC LIMIT ${LEFT_LOOKED_AT}`,
    machine,
    startedAt,
  );

/** Whether a run that was left may be taken for at work again: only while it is among those that are looked at, or nothing would leave it any more. */
export const isLookedAt = (sql: SqlStorage, { id, machine }: RunState): boolean =>
  runsOf(sql, [machine], null, LEFT_LOOKED_AT - 1).some((run) => run.id === id);

/**
 * After a machine's run was heard of for the first time: its latest run has left those before it, also when it is this
 * one that came late.
 */
export function leaveEarlier(sql: SqlStorage, machine: string): void {
  const [latest] = runsOf(sql, [machine], null, 1);
  if (latest) abandonEarlier(sql, machine, latest);
}

/**
 * A machine that began a later run has left its earlier ones: they are abandoned unless they had finished. Where
 * several PCs report under its id, one PC has not left a run that another is at: only the silent runs are abandoned,
 * and the last one that is looked at, since nobody looks at it again.
 */
function abandonEarlier(sql: SqlStorage, machine: string, latest: RunState): void {
  if (factsOf(sql, machine).runs.length === 1) return;
  const heardBefore = isCloned(sql, machine) ? latest.heardAt - STALLED_AFTER_MS : Number.MAX_SAFE_INTEGER;
  const left = lookedAt(sql, machine, latest)
    .filter(({ heard_at }, place) => heard_at <= heardBefore || place === LEFT_LOOKED_AT - 1)
    .filter(({ id, status }) => status === 'running' && id !== latest.id);
  for (const { id } of left) {
    writeRow(sql, 'runs', () =>
      sql.exec("UPDATE runs SET status = 'abandoned', finished_at = ? WHERE id = ?", latest.startedAt, id),
    );
    forget(sql, nameOf(id));
  }
}

/**
 * After runs of a machine were set aside or brought back: no later run has left the latest that counts, and it has left
 * those before it.
 */
export function settleAbandoned(sql: SqlStorage, machine: string): void {
  const [latest] = runsOf(sql, [machine], null, 1);
  if (!latest) return;
  sql.exec("UPDATE runs SET status = 'running', finished_at = NULL WHERE id = ? AND status = 'abandoned'", latest.id);
  abandonEarlier(sql, machine, latest);
}

/** Where a run stands: a row read, and nothing remembered of it. A list of runs in one statement would be a row read more for each. */
export function standingOf(sql: SqlStorage, id: string): Standing | null {
  const row = first<Pick<RunRow, 'status' | 'finished_at' | 'last_event_at' | 'phases'>>(
    sql,
    'SELECT status, finished_at, last_event_at, phases FROM runs WHERE id = ?',
    id,
  );
  if (row === null) return null;
  const { status, finished_at: finishedAt, last_event_at: lastEventAt, phases } = row;
  return { status, finishedAt, lastEventAt, phases: phasesOf(phases) };
}

/** A run as people read it. */
export function publicRun(sql: SqlStorage, state: RunState): Run {
  const {
    statusSeq: _statusSeq,
    heardAt: _heardAt,
    refused: _refused,
    token: _token,
    undated: _undated,
    prunedTo: _prunedTo,
    pc: _pc,
    day: _day,
    tail: _tail,
    aside,
    ...run
  } = state;
  return { ...run, aside: asideWith(sql, aside), phases: toldPhases(state).map(({ seq: _seq, ...phase }) => phase) };
}
