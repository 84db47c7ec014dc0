// A run's events as they are kept: packs, of events whose seqs follow on each other. The last one stands in the run's own row while it is small
// (its tail), every other one in a row of `packs`. No two packs of a run overlap, and the tail lies above all others, so the pack of a seq is the
// last one that begins no later. What was kept before there were packs stands in `events` until it is packed (objects/fleet/unpacked.ts), and is
// read beside them.
import { remember, remembered, writeRow } from '../core/memory.ts';
import { all, first } from '../core/rows.ts';
import { cut, decode, encode, type KeptEvent, type Packed } from './pack-body.ts';
import { findRun, putTail, requireRun } from './runs.ts';
import type { Tail } from './tail.ts';

type PackRow = Packed & { run_id: string; last_seq: number; received_at: number };

/** A tail of up to this many bytes takes in the report that goes on after it: some fifty events. A row of its own would be one more to write. */
const SMALL_MAX_BYTES = 1024;

const TABLES = ['packs'] as const;
const nameOf = (run: string): string => `highest in a pack ${run}`;

/** The highest seq that is in a row of `packs`; 0: none is. */
const highestInRows = (sql: SqlStorage, run: string): number =>
  remembered(
    sql,
    nameOf(run),
    TABLES,
    () =>
      first<{ last_seq: number }>(
        sql,
        'SELECT last_seq FROM packs WHERE run_id = ? ORDER BY first_seq DESC LIMIT 1',
        run,
      )?.last_seq ?? 0,
  );

const eventsOf = (tail: Tail): readonly KeptEvent[] =>
  tail.events ?? decode({ first_seq: tail.from, taken_for: null, body: tail.body });

const tailOf = (sql: SqlStorage, run: string): Tail | null => findRun(sql, run)?.tail ?? null;

/** The highest seq that is kept of a run in a pack; 0: none is. */
export function highestOf(sql: SqlStorage, run: string): number {
  const known = findRun(sql, run);
  // Nothing was put before its run: so this need not be asked either, once it is there.
  if (known === null) remember(sql, nameOf(run), TABLES, 0);
  return known?.tail?.to ?? highestInRows(sql, run);
}

/** A run that is over is not expected to go on: its events need no room in memory. */
export function forgetEvents(sql: SqlStorage, run: string): void {
  const tail = tailOf(sql, run);
  if (tail?.events) putTail(sql, run, { ...tail, events: null });
}

/** Where the pack begins that a seq (a column or `?n`) would be in. */
const beginningFor = (seq: string): string =>
  `(SELECT first_seq FROM packs WHERE run_id = ?1 AND first_seq <= ${seq} ORDER BY first_seq DESC LIMIT 1)`;

/** Whether a seq (a column) of the run `?1` is in a row of `packs`. */
export const IS_PACKED = `EXISTS (SELECT 1 FROM packs WHERE run_id = ?1 AND first_seq = ${beginningFor('value->>0')} AND last_seq >= value->>0)`;

/** Those of these seqs that are not in the run's tail. */
export const besideTail = (sql: SqlStorage, run: string, seqs: readonly number[]): readonly number[] => {
  const tail = tailOf(sql, run);
  return tail === null ? seqs : seqs.filter((seq) => seq < tail.from || seq > tail.to);
};

/** The packs that hold any of these seqs, one after another: no more than one is inflated at a time, and it may be written meanwhile. */
export function* packsOf(sql: SqlStorage, run: string, seqs: readonly number[]): Generator<readonly KeptEvent[]> {
  const beside = besideTail(sql, run, seqs);
  const tail = beside.length < seqs.length ? tailOf(sql, run) : null;
  if (beside.length > 0) yield* rowsOf(sql, run, beside);
  if (tail !== null) yield eventsOf(tail);
}

function* rowsOf(sql: SqlStorage, run: string, seqs: readonly number[]): Generator<KeptEvent[]> {
  const beginnings = all<{ first_seq: number | null }>(
    sql,
    `SELECT DISTINCT ${beginningFor('value')} AS first_seq FROM json_each(?2)`,
    run,
    JSON.stringify(seqs),
  );
  for (const { first_seq } of beginnings) {
    if (first_seq === null) continue;
    const row = first<PackRow>(sql, 'SELECT * FROM packs WHERE run_id = ? AND first_seq = ?', run, first_seq);
    if (row && seqs.some((seq) => seq >= row.first_seq && seq <= row.last_seq)) yield decode(row);
  }
}

/** Whether a pack is the run's last: it holds what stands in the tail, or lies after all that is kept. */
function isLast(sql: SqlStorage, run: string, { from, to }: Pick<Tail, 'from' | 'to'>): boolean {
  const tail = tailOf(sql, run);
  return tail === null ? from > highestInRows(sql, run) : to >= tail.to;
}

/** Puts a pack where it belongs, also in the place of one that begins with the same seq. */
function put(sql: SqlStorage, run: string, events: readonly KeptEvent[]): void {
  const [head, last] = [events[0], events.at(-1)];
  if (!head || !last) return;
  const pack = { from: head.seq, to: last.seq, body: encode(events), events };
  if (isLast(sql, run, pack)) putLast(sql, run, pack);
  else putRow(sql, run, pack);
}

type FullPack = Tail & { events: readonly KeptEvent[] };

/** It becomes the tail, if it is small; one that stood there before it gets a row. */
function putLast(sql: SqlStorage, run: string, pack: FullPack): void {
  const { tail } = requireRun(sql, run);
  if (tail !== null && tail.to < pack.from) putRow(sql, run, { ...tail, events: eventsOf(tail) });
  const isSmall = pack.body.byteLength <= SMALL_MAX_BYTES;
  if (!isSmall) putRow(sql, run, pack);
  if (isSmall || tail !== null) putTail(sql, run, isSmall ? pack : null);
}

function putRow(sql: SqlStorage, run: string, { from, to, body, events }: FullPack): void {
  const before = highestInRows(sql, run);
  writeRow(sql, 'packs', () =>
    sql.exec(
      `INSERT INTO packs VALUES (?, ?, ?, ?, NULL, ?)
       ON CONFLICT DO UPDATE SET last_seq = excluded.last_seq, received_at = excluded.received_at, taken_for = NULL, body = excluded.body`,
      run,
      from,
      to,
      firstOf(events),
      body,
    ),
  );
  remember(sql, nameOf(run), TABLES, Math.max(before, to));
}

/** When the first of them came in. */
const firstOf = (events: readonly KeptEvent[]): number =>
  events.reduce((earliest, { receivedAt }) => Math.min(earliest, receivedAt), Number.MAX_SAFE_INTEGER);

/**
 * The events of the pack that ends with `seq`, where it is small enough to take more in: the tail, or a row after which a hole was left; else none.
 * None of those up to `prunedTo` is gone on with, since they are about to be removed.
 */
function smallPackTo(sql: SqlStorage, run: string, seq: number, prunedTo: number): readonly KeptEvent[] {
  const tail = tailOf(sql, run);
  if (tail?.to === seq) return eventsOf(tail);
  if (seq <= prunedTo || seq >= highestOf(sql, run)) return [];
  const row = first<PackRow>(
    sql,
    `SELECT * FROM packs WHERE run_id = ?1 AND first_seq = ${beginningFor('?2')} AND last_seq = ?2 AND length(body) <= ?3`,
    run,
    seq,
    SMALL_MAX_BYTES,
  );
  return row ? decode(row) : [];
}

/** Keeps events of which no seq is kept yet, in any order: mostly in the run's row alone, else in a row for each range of seqs. */
export function putEvents(sql: SqlStorage, run: string, events: readonly KeptEvent[], prunedTo = 0): void {
  const sorted = events.toSorted((a, b) => a.seq - b.seq);
  const [head] = sorted;
  const before = head ? smallPackTo(sql, run, head.seq - 1, prunedTo) : [];
  for (const pack of cut([...before, ...sorted])) put(sql, run, pack);
}

/** Puts events in the place of those that are kept under their seqs. Answers those that no pack holds. */
export function replaceEvents(sql: SqlStorage, run: string, events: readonly KeptEvent[]): KeptEvent[] {
  const others = new Map(events.map((event) => [event.seq, event]));
  for (const pack of packsOf(sql, run, [...others.keys()])) {
    put(
      sql,
      run,
      pack.map((event) => others.get(event.seq) ?? event),
    );
    for (const { seq } of pack) others.delete(seq);
  }
  return [...others.values()];
}

/** Has all events of a run be taken for one instant: a row written a pack. */
export function retakePacks(sql: SqlStorage, run: string, at: number): void {
  sql.exec('UPDATE packs SET taken_for = ? WHERE run_id = ?', at, run);
  const tail = tailOf(sql, run);
  if (tail !== null)
    put(
      sql,
      run,
      eventsOf(tail).map((event) => ({ ...event, takenAt: at })),
    );
}

/** A run's packed events from a seq on, by seq, a pack inflated at a time. */
export function* packedFrom(sql: SqlStorage, run: string, seq: number): Generator<KeptEvent> {
  const tail = tailOf(sql, run);
  const rows = sql.exec<PackRow>(
    `SELECT * FROM packs
     WHERE run_id = ?1 AND first_seq >= coalesce(${beginningFor('?2')}, 0) ORDER BY first_seq`,
    run,
    seq,
  );
  for (const row of rows) if (row.last_seq >= seq) for (const event of decode(row)) if (event.seq >= seq) yield event;
  if (tail !== null && tail.to >= seq) for (const event of eventsOf(tail)) if (event.seq >= seq) yield event;
}

/** When the first event of a run came in, ms since the epoch; null: none is kept. */
export function firstReceivedAt(sql: SqlStorage, run: string): number | null {
  const inRows =
    first<{ at: number | null }>(
      sql,
      `SELECT min(at) AS at FROM (SELECT min(received_at) AS at FROM packs WHERE run_id = ?1
       UNION ALL SELECT min(received_at) AS at FROM events WHERE run_id = ?1)`,
      run,
    )?.at ?? null;
  const tail = tailOf(sql, run);
  return tail === null ? inRows : Math.min(firstOf(eventsOf(tail)), inRows ?? Number.MAX_SAFE_INTEGER);
}

/** Ranges of seqs that are kept, by where they begin, from the one that `seq` would be in: `[from, to]`. So many of them, and the tail. */
export function rangesFrom(sql: SqlStorage, run: string, seq: number, most: number): [number, number][] {
  const ranges = all<{ a: number; b: number }>(
    sql,
    `SELECT first_seq AS a, last_seq AS b FROM packs WHERE run_id = ?1 AND first_seq >= coalesce(${beginningFor('?2')}, 0)
     UNION ALL SELECT seq, seq FROM tombstones WHERE run_id = ?1 AND seq >= ?2
     UNION ALL SELECT seq, seq FROM events WHERE run_id = ?1 AND seq >= ?2 ORDER BY a LIMIT ${most}`,
    run,
    seq,
  ).map(({ a, b }): [number, number] => [a, b]);
  const tail = tailOf(sql, run);
  return tail === null ? ranges : [...ranges, [tail.from, tail.to] as [number, number]].sort(([a], [b]) => a - b);
}
