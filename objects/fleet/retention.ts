// Old events are removed: those of a run all at once, when nothing has been heard of it for longer than the tenant keeps events. Runs are walked
// by their id, a slice an alarm: an index by when one was heard would be written with every report. The run itself stays, and says so.
import { DAY_MS, EVENTS_KEPT_MIN_DAYS } from '../../schema/facts/days.ts';
import { record } from '../audit/audit.ts';
import { dueAt, schedule } from '../core/alarms.ts';
import { SYSTEM } from '../core/caller.ts';
import { all, first } from '../core/rows.ts';
import { keepWalk, walkAt } from '../core/walks.ts';
import { readSettings } from '../settings/settings.ts';
import { areUnpacked, isUnpacked } from './unpacked.ts';

/** How many runs one alarm looks at, and how many rows and bytes it changes or removes; the next one, at once, takes the rest. */
export type Slice = { runs: number; rows: number; bytes: number };
const SLICE: Slice = { runs: 1_000, rows: 250, bytes: 4 * 1024 * 1024 };
/** So many runs are read at once: where most are of age, the slice ends among the first. */
const PAGE = 100;
/** Runs that come of age meanwhile wait for the next sweep. */
const SWEEP_EVERY_MS = DAY_MS;

/**
 * `id`: the last run that is done with. `under`: one that says already that its events are removed, while some are still there. `days`: what the runs
 * up to `id` were held against. `oldestAt`: when the run that will be the next of age was last heard. `runs`, `events`: removed so far.
 */
type Place = {
  id: string;
  under: string | null;
  days: number | null;
  oldestAt: number | null;
  runs: number;
  events: number;
};
const START: Place = { id: '', under: null, days: null, oldestAt: null, runs: 0, events: 0 };

/** What one alarm may still change or remove. */
type Left = Pick<Slice, 'rows' | 'bytes'>;
const isSpent = ({ rows, bytes }: Left): boolean => rows <= 0 || bytes <= 0;

/** Sees to it that a sweep comes for what comes in now, of which nothing can be of age sooner. In the caller's transaction. */
export function expectSweep(storage: DurableObjectStorage, now: number): void {
  const { sql } = storage;
  if (dueAt(sql, 'retention') !== null || readSettings(sql).eventsKeptDays === null) return;
  schedule(storage, 'retention', now + EVENTS_KEPT_MIN_DAYS * DAY_MS);
}

/**
 * When the first sweep falls due where events were kept before there was a setting, ms since the epoch: an admin has so long to say otherwise.
 * Null: one is scheduled, or there is nothing to remove.
 */
export function firstSweepAt(sql: SqlStorage, now: number, due: () => number | null): number | null {
  if (due() !== null || readSettings(sql).eventsKeptDays === null) return null;
  const areThere = areUnpacked(sql) || first(sql, 'SELECT 1 FROM packs LIMIT 1') !== null;
  return areThere ? now + EVENTS_KEPT_MIN_DAYS * DAY_MS : null;
}

/**
 * Goes on with the sweep that is under way, or begins one. At its end what was removed goes on record, and the next one is scheduled for when a
 * run comes of age, if any will. In the caller's transaction.
 */
export function sweep(storage: DurableObjectStorage, tenant: string, now: number, slice = SLICE): void {
  const { sql } = storage;
  const { place, isOver } = goOn(sql, placeNow(sql), slice, now);
  keepWalk(sql, 'retention', isOver ? null : place);
  if (!isOver) {
    schedule(storage, 'retention', now);
    return;
  }
  const { runs, events, days, oldestAt } = place;
  if (runs > 0)
    record(sql, tenant, SYSTEM, now, { action: 'events.pruned', subject: tenant, detail: { runs, events, days } });
  if (days !== null && oldestAt !== null)
    schedule(storage, 'retention', Math.max(oldestAt + days * DAY_MS, now + SWEEP_EVERY_MS));
}

/** Where the sweep is. Where the setting has changed meanwhile, all runs are held against the new one. */
function placeNow(sql: SqlStorage): Place {
  const { eventsKeptDays: days } = readSettings(sql);
  const place = walkAt<Place>(sql, 'retention') ?? START;
  return place.days === days ? place : { ...place, days, id: '', oldestAt: null };
}

type Row = {
  id: string;
  machine_id: string;
  heard_at: number;
  next_seq: number;
  refused: number;
  pruned_at: number | null;
  tail_from: number | null;
  tail_to: number | null;
};

/** How many events stand in the run's own row; marking it removes them. */
const inTail = ({ tail_from: from, tail_to: to }: Row): number => (from === null || to === null ? 0 : to - from + 1);

function goOn(sql: SqlStorage, begun: Place, slice: Slice, now: number): { place: Place; isOver: boolean } {
  const left: Left = { ...slice };
  const place = { ...begun };
  if (place.under !== null) {
    place.events += remove(sql, { id: place.under, ...whatWent(sql, place.under) }, left);
    if (isSpent(left)) return { place, isOver: false };
    place.under = null;
  }
  if (place.days === null) return { place, isOver: true };
  const before = now - place.days * DAY_MS;
  let looked = 0;
  for (const run of from(sql, place.id, slice.runs)) {
    looked++;
    place.id = run.id;
    // Nothing has come since.
    if (run.pruned_at !== null && run.heard_at < run.pruned_at) continue;
    if (run.heard_at >= before || isUnpacked(sql, run.id)) {
      place.oldestAt = Math.min(place.oldestAt ?? run.heard_at, run.heard_at);
      continue;
    }
    const to = mark(sql, run, now);
    if (to === null) continue;
    left.rows--;
    place.runs++;
    place.events += inTail(run) + remove(sql, { id: run.id, to, areBuried: run.refused > 0 }, left);
    if (isSpent(left)) return { place: { ...place, under: run.id }, isOver: false };
  }
  return { place, isOver: looked < slice.runs };
}

/** The next runs by id, so many at most. */
function* from(sql: SqlStorage, id: string, most: number): Generator<Row> {
  let after = id;
  for (let left = most; left > 0; left -= PAGE) {
    const limit = Math.min(left, PAGE);
    const rows = all<Row>(
      sql,
      'SELECT id, machine_id, heard_at, next_seq, refused, pruned_at, tail_from, tail_to FROM runs WHERE id > ? ORDER BY id LIMIT ?',
      after,
      limit,
    );
    yield* rows;
    after = rows.at(-1)?.id ?? after;
    if (rows.length < limit) return;
  }
}

/**
 * Has a run say that its events are removed, up to the highest that is kept or was asked for: from now on none of them is shown, and what comes under
 * their seqs is a duplicate. Answers up to which seq they are; null: there is nothing to remove.
 */
function mark(sql: SqlStorage, { id, machine_id, next_seq, tail_to }: Row, now: number): number | null {
  const kept = first<{ packed: number | null; buried: number | null }>(
    sql,
    `SELECT (SELECT last_seq FROM packs WHERE run_id = ?1 ORDER BY first_seq DESC LIMIT 1) AS packed,
       (SELECT seq FROM tombstones WHERE run_id = ?1 ORDER BY seq DESC LIMIT 1) AS buried`,
    id,
  );
  const last = Math.max(kept?.packed ?? 0, kept?.buried ?? 0, tail_to ?? 0);
  if (last === 0) return null;
  const to = Math.max(next_seq - 1, last);
  sql.exec(
    `UPDATE runs SET pruned_at = ?1, pruned_to = ?2, next_seq = ?2 + 1, refused = 0, tail_from = NULL, tail_to = NULL, tail = NULL,
       phases = (SELECT json_group_array(json_remove(value, '$.error') ORDER BY key) FROM json_each(phases))
     WHERE id = ?3`,
    now,
    to,
    id,
  );
  forgetWords(sql, id, machine_id);
  return to;
}

/** What a failed phase said goes with its event, also from the row of the fleet, and from that of the machine that this one is merged into. */
const forgetWords = (sql: SqlStorage, run: string, machine: string): void => {
  sql.exec(
    `UPDATE machines SET run_error = NULL
     WHERE id IN (?1, (SELECT merged_into FROM machines WHERE id = ?1)) AND run_id = ?2 AND run_error IS NOT NULL`,
    machine,
    run,
  );
};

/** Up to which seq a run says that its events are removed, and whether there may be tombstones among them. */
type Went = { to: number; areBuried: boolean };
const whatWent = (sql: SqlStorage, run: string): Went => ({
  to: first<{ pruned_to: number }>(sql, 'SELECT pruned_to FROM runs WHERE id = ?', run)?.pruned_to ?? 0,
  areBuried: true,
});

/** Removes what a run says is removed, lowest first, until none of it is there or the slice is spent. Answers how many events went. */
function remove(sql: SqlStorage, { id, to, areBuried }: { id: string } & Went, left: Left): number {
  const packs = all<{ first_seq: number; last_seq: number; bytes: number }>(
    sql,
    `SELECT first_seq, last_seq, length(body) AS bytes FROM packs
     WHERE run_id = ? AND first_seq <= ? ORDER BY first_seq LIMIT ?`,
    id,
    to,
    Math.max(left.rows, 0),
  );
  let [events, last] = [0, 0];
  for (const pack of packs) {
    if (isSpent(left)) break;
    left.rows--;
    left.bytes -= pack.bytes;
    events += pack.last_seq - pack.first_seq + 1;
    last = pack.last_seq;
  }
  sql.exec('DELETE FROM packs WHERE run_id = ? AND first_seq <= ?', id, last);
  if (isSpent(left) || !areBuried) return events;
  left.rows -= all(
    sql,
    `DELETE FROM tombstones WHERE run_id = ?1 AND seq IN
       (SELECT seq FROM tombstones WHERE run_id = ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3) RETURNING seq`,
    id,
    to,
    left.rows,
  ).length;
  return events;
}
