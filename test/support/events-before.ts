// A run's events as they were kept before there were packs, one row each, in tables of its own: what objects/fleet/packs.test.ts holds packs to.
import canonicalize from 'canonicalize';
import { all, first } from '../../objects/core/rows.ts';
import { type IndexedEvent, isWrong, type TimedEvent } from '../../objects/fleet/events.ts';
import type { EventPage, Mended, RejectedEvent, RunEvent, StoredEvent } from '../../schema/report.ts';

type Stored = {
  seq: number;
  at: number;
  received_at: number;
  level: StoredEvent['level'];
  type: StoredEvent['type'];
  phase: string | null;
  message: string;
  data: string | null;
  /** Names of members, as JSON. */
  mended: string | null;
  taken_at: number | null;
};

const mendedOf = (row: Stored): Mended[] => (row.mended === null ? [] : JSON.parse(row.mended));

const dataText = (event: RunEvent): string | null => (event.data ? (canonicalize(event.data) ?? null) : null);

/**
 * An instant that could not be read is replaced by that of receipt: it differs each time and is no part of what was
 * sent.
 */
const atOf = (at: number, mended: readonly Mended[] | undefined): number | null => (mended?.includes('at') ? null : at);

const contentOf = (event: RunEvent): string => {
  const { at, level, type, phase, message, mended } = event;
  return JSON.stringify([atOf(at, mended), level, type, phase ?? null, message, dataText(event)]);
};

const contentOfRow = (row: Stored): string =>
  JSON.stringify([atOf(row.at, mendedOf(row)), row.level, row.type, row.phase, row.message, row.data]);

/** Only a message takes the place of a lost event: everything else an event says was folded into its run. */
const isLost = (type: RunEvent['type'], mended: readonly Mended[] | undefined): boolean =>
  type === 'message' && (mended?.includes('lost') ?? false);

export type Classified = { fresh: IndexedEvent[]; duplicates: number; rejected: RejectedEvent[]; conflicts: number };
/** `lost`: the stored seqs that the engine said it had lost. */
export type Collisions = {
  stored: ReadonlyMap<number, string>;
  tombstones: ReadonlySet<number>;
  lost: ReadonlySet<number>;
};

/**
 * Sorts a batch into new, resent and refused. Pure. `stored` maps a seq to the content kept under it, `tombstones` holds
 * the seqs refused before: nothing that comes later under either number replaces what came first. An event that an
 * engine believed lost is new wherever it turns up, as on a stick; and a word that an event is lost, when it is here,
 * does not count as other content.
 */
export function classify(batch: readonly IndexedEvent[], { stored, tombstones, lost }: Collisions): Classified {
  const seen = new Map(stored);
  const turnedUp = new Set<number>();
  const result: Classified = { fresh: [], duplicates: 0, rejected: [], conflicts: 0 };
  for (const { index, event } of batch) {
    const { seq, type, mended } = event;
    const content = contentOf(event);
    const before = seen.get(seq);
    const saysLost = isLost(type, mended);
    if (tombstones.has(seq)) {
      const message = 'an event with this seq was rejected before; go on with the next seq';
      result.rejected.push({ index, seq, code: 'seq_rejected', field: 'seq', message });
    } else if (before === undefined || (lost.has(seq) && !turnedUp.has(seq) && !saysLost)) {
      seen.set(seq, content);
      turnedUp.add(seq);
      result.fresh.push({ index, event });
    } else if (before === content || saysLost) {
      result.duplicates++;
    } else {
      const message = 'an event with this seq and other content is stored; the first one is kept';
      result.rejected.push({ index, seq, code: 'seq_conflict', field: 'seq', message });
      result.conflicts++;
    }
  }
  return result;
}

/** Reads the contents and tombstones under a batch's seqs, which it may collide with. */
export function collisions(sql: SqlStorage, run: string, batch: readonly IndexedEvent[]): Collisions {
  const seqs = JSON.stringify(batch.map(({ event }) => event.seq));
  const rows = all<Stored>(
    sql,
    'SELECT * FROM model_events WHERE run_id = ? AND seq IN (SELECT value FROM json_each(?))',
    run,
    seqs,
  );
  const dead = all<{ seq: number }>(
    sql,
    'SELECT seq FROM model_tombstones WHERE run_id = ? AND seq IN (SELECT value FROM json_each(?))',
    run,
    seqs,
  );
  return {
    stored: new Map(rows.map((row) => [row.seq, contentOfRow(row)])),
    tombstones: new Set(dead.map((row) => row.seq)),
    lost: new Set(rows.filter((row) => isLost(row.type, mendedOf(row))).map((row) => row.seq)),
  };
}

/** Removes the stand-ins of lost events that have turned up. Answers the levels of those removed. */
export function takeOutLost(
  sql: SqlStorage,
  run: string,
  found: readonly IndexedEvent[],
  { lost }: Collisions,
): StoredEvent['level'][] {
  const seqs = found.map(({ event }) => event.seq).filter((seq) => lost.has(seq));
  if (seqs.length === 0) return [];
  return all<{ level: StoredEvent['level'] }>(
    sql,
    'DELETE FROM model_events WHERE run_id = ? AND seq IN (SELECT value FROM json_each(?)) RETURNING level',
    run,
    JSON.stringify(seqs),
  ).map(({ level }) => level);
}

/** Stores new events: one row written each, one statement a batch. */
export function append(sql: SqlStorage, run: string, events: readonly TimedEvent[], receivedAt: number): void {
  if (events.length === 0) return;
  const rows = events.map((one) => [
    one.event.seq,
    one.event.at,
    one.event.level,
    one.event.type,
    one.event.phase ?? null,
    one.event.message,
    dataText(one.event),
    one.event.mended?.length ? JSON.stringify(one.event.mended) : null,
    isWrong(one) ? one.at : null,
  ]);
  sql.exec(
    `INSERT INTO model_events (run_id, received_at, seq, at, level, type, phase, message, data, mended, taken_at)
     SELECT ?, ?, value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8 FROM json_each(?)`,
    run,
    receivedAt,
    JSON.stringify(rows),
  );
}

/**
 * Marks rejected seqs, so that `nextSeq` passes them and nothing else takes their number. A stored seq keeps its event. Answers how many
 * were marked now.
 */
export function bury(sql: SqlStorage, run: string, rejected: readonly RejectedEvent[], at: number): number {
  const rows = rejected.filter((event) => event.seq !== null && event.code !== 'seq_conflict');
  if (rows.length === 0) return 0;
  return sql.exec(
    `INSERT INTO model_tombstones SELECT ?, value->>0, value->>1, ? FROM json_each(?)
     WHERE NOT EXISTS (SELECT 1 FROM model_events WHERE run_id = ? AND seq = value->>0)
     ON CONFLICT DO NOTHING`,
    run,
    at,
    JSON.stringify(rows.map((event) => [event.seq, event.code])),
    run,
  ).rowsWritten;
}

/** How many seqs one report checks; the next one goes on. A report brings 500 at most. */
const SEQS_LOOKED_AT = 2_000;

/**
 * The lowest seq from `from` on that is neither stored nor rejected; for a run with a great many, one that is known to
 * be reached.
 */
export function nextSeq(sql: SqlStorage, run: string, from: number): number {
  let next = from;
  const taken = sql.exec<{ seq: number }>(
    `SELECT seq FROM model_events WHERE run_id = ?1 AND seq >= ?2
     UNION ALL SELECT seq FROM model_tombstones WHERE run_id = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?3`,
    run,
    from,
    SEQS_LOOKED_AT,
  );
  for (const { seq } of taken) {
    if (seq > next) break;
    next = seq + 1;
  }
  return next;
}

/** A page ends early where its events are long: a browser reads an answer whole. */
const PAGE_MAX_CHARACTERS = 1024 * 1024;

/** One page of a run's events by seq, from after `after` on. */
export function page(sql: SqlStorage, run: string, after: number, limit: number): EventPage {
  const rows = sql.exec<Stored>(
    'SELECT * FROM model_events WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?',
    run,
    after,
    limit + 1,
  );
  const events: StoredEvent[] = [];
  let characters = 0;
  for (const row of rows) {
    if (events.length === limit || characters > PAGE_MAX_CHARACTERS)
      return { events, next: events.at(-1)?.seq ?? null };
    characters += row.message.length + (row.data?.length ?? 0);
    events.push({
      seq: row.seq,
      at: row.at,
      receivedAt: row.received_at,
      level: row.level,
      type: row.type,
      phase: row.phase,
      message: row.message,
      data: row.data === null ? null : JSON.parse(row.data),
      ...(row.mended === null ? {} : { mended: mendedOf(row) }),
      ...(row.taken_at === null ? {} : { takenAt: row.taken_at }),
    });
  }
  return { events, next: null };
}

export function make(sql: SqlStorage): void {
  sql.exec(`
    CREATE TABLE model_events (run_id TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, received_at INTEGER NOT NULL, level TEXT NOT NULL,
      type TEXT NOT NULL, phase TEXT, message TEXT NOT NULL, data TEXT, mended TEXT, taken_at INTEGER, PRIMARY KEY (run_id, seq)) STRICT, WITHOUT ROWID;
    CREATE TABLE model_tombstones (run_id TEXT NOT NULL, seq INTEGER NOT NULL, code TEXT NOT NULL, at INTEGER NOT NULL,
      PRIMARY KEY (run_id, seq)) STRICT, WITHOUT ROWID;`);
}

export const retake = (sql: SqlStorage, run: string, at: number): void => {
  sql.exec('UPDATE model_events SET taken_at = ? WHERE run_id = ?', at, run);
};

export const firstReceivedAt = (sql: SqlStorage, run: string): number | null =>
  first<{ at: number | null }>(sql, 'SELECT min(received_at) AS at FROM model_events WHERE run_id = ?', run)?.at ??
  null;
