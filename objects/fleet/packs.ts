// A run's events as they are kept: packs, one row each, of events whose seqs follow on each other. No two packs of a run overlap, so the pack
// of a seq is the last one that begins no later. What was kept before there were packs stands in `events` until it is packed
// (objects/fleet/unpacked.ts), and is read beside them.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Mended, StoredEvent } from '../../schema/report.ts';
import { forget, remember, remembered, writeRow } from '../core/memory.ts';
import { all, first } from '../core/rows.ts';

/** An event as it is kept. `at`: as the PC's clock said; `takenAt`: what that is taken for, where it was wrong. `data`: canonical JSON text (RFC 8785). */
export type KeptEvent = {
  seq: number;
  at: number;
  receivedAt: number;
  level: StoredEvent['level'];
  type: StoredEvent['type'];
  phase: string | null;
  message: string;
  data: string | null;
  mended: Mended[] | null;
  takenAt: number | null;
};

/** The members of a body beside the two instants, each a column: what is alike stands together, and a column of nulls is one null. */
const COLUMNS = ['level', 'type', 'phase', 'message', 'data', 'mended', 'takenAt'] as const;

type PackRow = {
  run_id: string;
  first_seq: number;
  last_seq: number;
  received_at: number;
  taken_for: number | null;
  body: ArrayBuffer;
};

/** Text of a pack before it is deflated, in characters: so much is inflated to read one event. An event has 16 KiB at most, a pack one at least. */
const PACK_MAX_CHARACTERS = 64 * 1024;
/** What an event takes beside its message and data. */
const EVENT_CHARACTERS = 80;
/** A pack of up to this many bytes takes in the report that goes on after it: some fifty events. Another row costs as much as this one written again. */
const SMALL_MAX_BYTES = 1024;

/** The difference of each from the one before. */
const steps = (instants: readonly number[]): number[] => instants.map((at, place) => at - (instants[place - 1] ?? 0));

/** The body of a pack: columns as JSON, deflated (RFC 1951). Pure. */
export function encode(events: readonly KeptEvent[]): Uint8Array {
  const columns = COLUMNS.map((name) =>
    events.some((event) => event[name] !== null) ? events.map((event) => event[name]) : null,
  );
  return deflateRawSync(
    JSON.stringify([steps(events.map(({ at }) => at)), steps(events.map(({ receivedAt }) => receivedAt)), ...columns]),
  );
}

/** The events of a pack. Pure. */
export function decode({ first_seq, taken_for, body }: Pick<PackRow, 'first_seq' | 'taken_for' | 'body'>): KeptEvent[] {
  const [ats, receipts, ...columns] = JSON.parse(inflateRawSync(new Uint8Array(body)).toString());
  let [at, receivedAt] = [0, 0];
  return ats.map((step: number, place: number) => {
    at += step;
    receivedAt += receipts[place];
    const members = COLUMNS.map((name, column) => [name, columns[column]?.[place] ?? null]);
    const event: KeptEvent = { seq: first_seq + place, at, receivedAt, ...Object.fromEntries(members) };
    return taken_for === null ? event : { ...event, takenAt: taken_for };
  });
}

/** The pack of a run with its highest seqs. `events`: those in it while it is small enough to take more in, else null. */
type LastPack = { last: number; events: readonly KeptEvent[] | null };
const NONE: LastPack = { last: 0, events: null };

const TABLES = ['packs'] as const;
const nameOf = (run: string): string => `last pack ${run}`;
/** About how many bytes it takes in memory. */
const bytesOf = ({ events }: LastPack): number =>
  100 + (events ?? []).reduce((sum, { message, data }) => sum + 200 + 2 * (message.length + (data?.length ?? 0)), 0);

/** Remembered: a run that goes on reads none of what it has reported. */
const lastPackOf = (sql: SqlStorage, run: string): LastPack =>
  remembered(
    sql,
    nameOf(run),
    TABLES,
    () => {
      const row = first<PackRow>(sql, 'SELECT * FROM packs WHERE run_id = ? ORDER BY first_seq DESC LIMIT 1', run);
      if (row === null) return NONE;
      return { last: row.last_seq, events: row.body.byteLength <= SMALL_MAX_BYTES ? decode(row) : null };
    },
    bytesOf,
  );

/** A run that is over is not expected to go on. */
export const forgetLastPack = (sql: SqlStorage, run: string): void => forget(sql, nameOf(run));

/** The highest seq that is kept of a run in a pack; 0: none is. */
export const highestOf = (sql: SqlStorage, run: string): number => lastPackOf(sql, run).last;

/** Where the pack begins that a seq (a column or `?n`) would be in. */
const beginningFor = (seq: string): string =>
  `(SELECT first_seq FROM packs WHERE run_id = ?1 AND first_seq <= ${seq} ORDER BY first_seq DESC LIMIT 1)`;

/** Whether a seq (a column) of the run `?1` is in a pack. */
export const IS_PACKED = `EXISTS (SELECT 1 FROM packs WHERE run_id = ?1 AND first_seq = ${beginningFor('value->>0')} AND last_seq >= value->>0)`;

/** The packs that hold any of these seqs, one after another: no more than one is inflated at a time, and it may be written meanwhile. */
export function* packsOf(sql: SqlStorage, run: string, seqs: readonly number[]): Generator<KeptEvent[]> {
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

/** Events cut where a seq is missing, and where a pack is full. Pure. `events`: by seq. */
export function* cut(events: readonly KeptEvent[]): Generator<KeptEvent[]> {
  let pack: KeptEvent[] = [];
  let characters = 0;
  for (const event of events) {
    const more = event.message.length + (event.data?.length ?? 0) + EVENT_CHARACTERS;
    const before = pack.at(-1);
    if (before && (event.seq !== before.seq + 1 || characters + more > PACK_MAX_CHARACTERS)) {
      yield pack;
      pack = [];
      characters = 0;
    }
    pack.push(event);
    characters += more;
  }
  if (pack.length > 0) yield pack;
}

const put = (sql: SqlStorage, run: string, events: readonly KeptEvent[]): void => {
  const [head, last] = [events[0], events.at(-1)];
  if (!head || !last) return;
  const before = lastPackOf(sql, run);
  const body = encode(events);
  writeRow(sql, 'packs', () =>
    sql.exec(
      `INSERT INTO packs VALUES (?, ?, ?, ?, NULL, ?)
       ON CONFLICT DO UPDATE SET last_seq = excluded.last_seq, received_at = excluded.received_at, taken_for = NULL, body = excluded.body`,
      run,
      head.seq,
      last.seq,
      events.reduce((earliest, { receivedAt }) => Math.min(earliest, receivedAt), head.receivedAt),
      body,
    ),
  );
  if (last.seq < before.last) return;
  const after = { last: last.seq, events: body.byteLength <= SMALL_MAX_BYTES ? events : null };
  remember(sql, nameOf(run), TABLES, after, bytesOf(after));
};

/** The events of the pack that ends with `seq`, where it is small enough to take more in; else none. */
function smallPackTo(sql: SqlStorage, run: string, seq: number): readonly KeptEvent[] {
  const latest = lastPackOf(sql, run);
  if (seq >= latest.last) return seq === latest.last ? (latest.events ?? []) : [];
  const row = first<PackRow>(
    sql,
    `SELECT * FROM packs WHERE run_id = ?1 AND first_seq = ${beginningFor('?2')} AND last_seq = ?2 AND length(body) <= ?3`,
    run,
    seq,
    SMALL_MAX_BYTES,
  );
  return row ? decode(row) : [];
}

/**
 * Keeps events of which no seq is kept yet, in any order: one row written for each range of seqs, mostly one a report. They do not go on in a pack of
 * those up to `prunedTo`, which is about to be removed.
 */
export function putEvents(sql: SqlStorage, run: string, events: readonly KeptEvent[], prunedTo = 0): void {
  const sorted = events.toSorted((a, b) => a.seq - b.seq);
  const [head] = sorted;
  const before = head && head.seq - 1 > prunedTo ? smallPackTo(sql, run, head.seq - 1) : [];
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
export const retakePacks = (sql: SqlStorage, run: string, at: number): void => {
  sql.exec('UPDATE packs SET taken_for = ? WHERE run_id = ?', at, run);
};

/** A run's packed events from a seq on, by seq, a pack inflated at a time. */
export function* packedFrom(sql: SqlStorage, run: string, seq: number): Generator<KeptEvent> {
  const rows = sql.exec<PackRow>(
    `SELECT * FROM packs
     WHERE run_id = ?1 AND first_seq >= coalesce(${beginningFor('?2')}, 0) ORDER BY first_seq`,
    run,
    seq,
  );
  for (const row of rows) if (row.last_seq >= seq) for (const event of decode(row)) if (event.seq >= seq) yield event;
}

/** When the first event of a run came in, ms since the epoch; null: none is kept. */
export const firstReceivedAt = (sql: SqlStorage, run: string): number | null =>
  first<{ at: number | null }>(
    sql,
    `SELECT min(at) AS at FROM (SELECT min(received_at) AS at FROM packs WHERE run_id = ?1
     UNION ALL SELECT min(received_at) AS at FROM events WHERE run_id = ?1)`,
    run,
  )?.at ?? null;

/** Ranges of seqs that are kept, by where they begin, from the one that `seq` would be in: `[from, to]`. */
export const rangesFrom = (sql: SqlStorage, run: string, seq: number, most: number): [number, number][] =>
  all<{ a: number; b: number }>(
    sql,
    `SELECT first_seq AS a, last_seq AS b FROM packs WHERE run_id = ?1 AND first_seq >= coalesce(${beginningFor('?2')}, 0)
     UNION ALL SELECT seq, seq FROM tombstones WHERE run_id = ?1 AND seq >= ?2
     UNION ALL SELECT seq, seq FROM events WHERE run_id = ?1 AND seq >= ?2 ORDER BY a LIMIT ${most}`,
    run,
    seq,
  ).map(({ a, b }) => [a, b]);
