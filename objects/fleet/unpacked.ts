// Events as they were kept before there were packs, a row each, until the alarm has packed them.
import { schedule } from '../core/alarms.ts';
import { remembered } from '../core/memory.ts';
import { all, first } from '../core/rows.ts';
import { walkAt } from '../core/walks.ts';
import type { KeptEvent } from './pack-body.ts';
import { putEvents } from './packs.ts';

type EventRow = Omit<KeptEvent, 'receivedAt' | 'takenAt' | 'mended'> & {
  run_id: string;
  received_at: number;
  taken_at: number | null;
  /** Names of members, as JSON. */
  mended: string | null;
};

const fromRow = ({ run_id: _run, received_at, taken_at, mended, ...event }: EventRow): KeptEvent => ({
  ...event,
  receivedAt: received_at,
  mended: mended === null ? null : JSON.parse(mended),
  takenAt: taken_at,
});

/** Whether any event of the object is still kept by itself. No row comes to this table any more. */
export const areUnpacked = (sql: SqlStorage): boolean =>
  remembered(sql, 'unpacked', ['events'], () => first(sql, 'SELECT 1 FROM events LIMIT 1') !== null);

/** Whether any event of a run is still kept so. */
export const isUnpacked = (sql: SqlStorage, run: string): boolean =>
  areUnpacked(sql) && first(sql, 'SELECT 1 FROM events WHERE run_id = ? LIMIT 1', run) !== null;

/** Those of a run's events that are kept so under these seqs. */
export const unpackedOf = (sql: SqlStorage, run: string, seqs: readonly number[]): KeptEvent[] =>
  all<EventRow>(
    sql,
    'SELECT * FROM events WHERE run_id = ? AND seq IN (SELECT value FROM json_each(?))',
    run,
    JSON.stringify(seqs),
  ).map(fromRow);

/** Those of a run's events that are kept so from a seq on, by seq. */
export function* unpackedFrom(sql: SqlStorage, run: string, seq: number): Generator<KeptEvent> {
  for (const row of sql.exec<EventRow>('SELECT * FROM events WHERE run_id = ? AND seq >= ? ORDER BY seq', run, seq))
    yield fromRow(row);
}

export function takeOutUnpacked(sql: SqlStorage, run: string, seqs: readonly number[]): void {
  if (seqs.length === 0) return;
  sql.exec(
    'DELETE FROM events WHERE run_id = ? AND seq IN (SELECT value FROM json_each(?))',
    run,
    JSON.stringify(seqs),
  );
}

/** How many events one alarm packs; the next one takes the rest. */
const PACKED_AT_ONCE = 1_000;

/**
 * Packs the next events of one run, lowest first, and asks for the alarm again while there are more. Each stands in one form or the other, so a
 * slice that is lost loses nothing. Waits for the walk that reads instants off these rows. In the caller's transaction.
 */
export function pack(storage: DurableObjectStorage, now: number): void {
  const { sql } = storage;
  if (walkAt(sql, 'clocks') === null) packNext(sql);
  if (areUnpacked(sql)) schedule(storage, 'packing', now);
}

function packNext(sql: SqlStorage): void {
  const run = first<{ run_id: string }>(sql, 'SELECT run_id FROM events ORDER BY run_id, seq LIMIT 1')?.run_id;
  if (run === undefined) return;
  const rows = all<EventRow>(sql, 'SELECT * FROM events WHERE run_id = ? ORDER BY seq LIMIT ?', run, PACKED_AT_ONCE);
  sql.exec('DELETE FROM events WHERE run_id = ? AND seq <= ?', run, rows.at(-1)?.seq ?? 0);
  putEvents(sql, run, rows.map(fromRow));
}

/** Goes on with it after a restore into an object that was not done. In the caller's transaction. */
export function beginPacking(storage: DurableObjectStorage, now: number): void {
  if (areUnpacked(storage.sql)) schedule(storage, 'packing', now);
}
