// A run's events: which of a batch are new, and how they are read. (run, seq) is an event's identity, kept as first stored.
import canonicalize from 'canonicalize';
import { isTold, type Receipt, timesOf } from '../../schema/clock.ts';
import type { EventPage, Mended, RejectedEvent, RunEvent, StoredEvent } from '../../schema/report.ts';
import { all } from '../core/rows.ts';
import type { KeptEvent } from './pack-body.ts';
import {
  besideTail,
  highestOf,
  IS_PACKED,
  packedFrom,
  packsOf,
  putEvents,
  rangesFrom,
  replaceEvents,
} from './packs.ts';
import { areUnpacked, takeOutUnpacked, unpackedFrom, unpackedOf } from './unpacked.ts';

/** An event and where it stood in its batch. */
export type IndexedEvent = { index: number; event: RunEvent };
/** An event, and what its instant is taken for. */
export type TimedEvent = IndexedEvent & { at: number };

/** New events of one report, each with what its instant is taken for. */
export function timedBy(events: readonly IndexedEvent[], receipt: Receipt): TimedEvent[] {
  const times = timesOf(
    events.map(({ event }) => event),
    receipt,
  );
  return events.map((one, place) => ({ ...one, at: times[place] ?? receipt.receivedAt }));
}

/** Whether the PC's clock was wrong when it said this, by more than a reader would notice. */
export const isWrong = ({ event, at }: TimedEvent): boolean => isTold(event.at, at);

const dataText = (event: RunEvent): string | null => (event.data ? (canonicalize(event.data) ?? null) : null);

/** A new event as it is kept. Pure. */
const keptOf = (one: TimedEvent, receivedAt: number): KeptEvent => {
  const { seq, at, level, type, phase = null, message, mended } = one.event;
  return {
    seq,
    at,
    receivedAt,
    level,
    type,
    phase,
    message,
    data: dataText(one.event),
    mended: mended?.length ? mended : null,
    takenAt: isWrong(one) ? one.at : null,
  };
};

/**
 * What makes an event the same. An instant that could not be read is replaced by that of receipt: it differs each time
 * and is no part of what was sent.
 */
const contentOf = ({ at, level, type, phase, message, data, mended }: Omit<KeptEvent, 'receivedAt'>): string =>
  JSON.stringify([mended?.includes('at') ? null : at, level, type, phase, message, data]);

const sentAs = (one: string | RunEvent): string =>
  typeof one === 'string' ? one : contentOf(keptOf({ index: 0, event: one, at: one.at }, 0));

/** Only a message takes the place of a lost event: everything else an event says was folded into its run. */
const isLost = ({ type, mended = null }: { type: RunEvent['type']; mended?: readonly Mended[] | null }): boolean =>
  type === 'message' && (mended?.includes('lost') ?? false);

export type Classified = { fresh: IndexedEvent[]; duplicates: number; rejected: RejectedEvent[]; conflicts: number };
/** What a batch may collide with. `lost`: what the engine said it had lost, by seq, with the level of the line that stands for it. */
export type Collisions = {
  stored: ReadonlyMap<number, string>;
  tombstones: ReadonlySet<number>;
  lost: ReadonlyMap<number, StoredEvent['level']>;
  /** The highest seq that is in a pack; 0: none is. */
  highest: number;
  /** The seq up to which the run's events were removed; 0: none was. */
  prunedTo: number;
  /** Whether the object has events that are kept by themselves. */
  areUnpacked: boolean;
};

/**
 * Sorts a batch into new, resent and refused. Pure. `stored` maps a seq to the content kept under it, `tombstones` holds
 * the seqs refused before: nothing that comes later under either number replaces what came first. An event that an
 * engine believed lost is new wherever it turns up, as on a stick; and a word that an event is lost, when it is here,
 * does not count as other content. What comes under a seq that was removed was there, whatever it is now.
 */
export function classify(
  batch: readonly IndexedEvent[],
  { stored, tombstones, lost, prunedTo }: Pick<Collisions, 'stored' | 'tombstones' | 'lost' | 'prunedTo'>,
): Classified {
  // What this batch itself brings is compared only if a seq comes twice in it.
  const seen = new Map<number, string | RunEvent>(stored);
  const turnedUp = new Set<number>();
  const result: Classified = { fresh: [], duplicates: 0, rejected: [], conflicts: 0 };
  for (const { index, event } of batch) {
    const { seq } = event;
    if (seq <= prunedTo) {
      result.duplicates++;
      continue;
    }
    const before = seen.get(seq);
    const saysLost = isLost(event);
    if (tombstones.has(seq)) {
      const message = 'an event with this seq was rejected before; go on with the next seq';
      result.rejected.push({ index, seq, code: 'seq_rejected', field: 'seq', message });
    } else if (before === undefined || (lost.has(seq) && !turnedUp.has(seq) && !saysLost)) {
      seen.set(seq, event);
      turnedUp.add(seq);
      result.fresh.push({ index, event });
    } else if (saysLost || sentAs(before) === sentAs(event)) {
      result.duplicates++;
    } else {
      const message = 'an event with this seq and other content is stored; the first one is kept';
      result.rejected.push({ index, seq, code: 'seq_conflict', field: 'seq', message });
      result.conflicts++;
    }
  }
  return result;
}

/**
 * Reads what stands under a batch's seqs. Above the highest that is kept of the run nothing is looked for. `refused`: how many tombstones the run
 * has; null: nobody has counted. `prunedTo`: the seq up to which its events were removed, whatever of them is still there.
 */
export function collisions(
  sql: SqlStorage,
  run: string,
  batch: readonly IndexedEvent[],
  refused: number | null,
  prunedTo = 0,
): Collisions {
  const seqs = batch.map(({ event }) => event.seq).filter((seq) => seq > prunedTo);
  const wanted = new Set(seqs);
  const highest = highestOf(sql, run);
  const stored = new Map<number, string>();
  const lost = new Map<number, StoredEvent['level']>();
  const take = (event: KeptEvent): void => {
    if (!wanted.has(event.seq)) return;
    stored.set(event.seq, contentOf(event));
    if (isLost(event)) lost.set(event.seq, event.level);
  };
  const below = seqs.filter((seq) => seq <= highest);
  if (below.length > 0) for (const pack of packsOf(sql, run, below)) pack.forEach(take);
  const unpacked = areUnpacked(sql);
  if (unpacked) unpackedOf(sql, run, seqs).forEach(take);
  const dead =
    refused === 0
      ? []
      : all<{ seq: number }>(
          sql,
          'SELECT seq FROM tombstones WHERE run_id = ? AND seq IN (SELECT value FROM json_each(?))',
          run,
          JSON.stringify(seqs),
        );
  return { stored, tombstones: new Set(dead.map((row) => row.seq)), lost, highest, prunedTo, areUnpacked: unpacked };
}

/**
 * Keeps new events. Those that the engine had believed lost take the place of the lines that stood for them. Answers the levels of the lines that
 * are gone. In the caller's transaction.
 */
export function append(
  sql: SqlStorage,
  run: string,
  events: readonly TimedEvent[],
  { lost, prunedTo }: Pick<Collisions, 'lost' | 'prunedTo'>,
  receivedAt: number,
): StoredEvent['level'][] {
  if (events.length === 0) return [];
  const kept = events.map((one) => keptOf(one, receivedAt));
  const found = kept.filter(({ seq }) => lost.has(seq));
  const anew = kept.filter(({ seq }) => !lost.has(seq));
  const unpacked = found.length > 0 ? replaceEvents(sql, run, found) : [];
  takeOutUnpacked(
    sql,
    run,
    unpacked.map(({ seq }) => seq),
  );
  putEvents(sql, run, [...anew, ...unpacked], prunedTo);
  return found.flatMap(({ seq }) => lost.get(seq) ?? []);
}

/**
 * Marks rejected seqs, so that `nextSeq` passes them and nothing else takes their number. A stored seq keeps its event, and one up to `prunedTo`
 * was passed long ago. Answers how many were marked now.
 */
export function bury(
  sql: SqlStorage,
  run: string,
  rejected: readonly RejectedEvent[],
  at: number,
  prunedTo = 0,
): number {
  const unkept = besideTail(
    sql,
    run,
    rejected.flatMap(({ seq, code }) => (seq !== null && seq > prunedTo && code !== 'seq_conflict' ? [seq] : [])),
  );
  const rows = rejected.filter(({ seq, code }) => seq !== null && code !== 'seq_conflict' && unkept.includes(seq));
  if (rows.length === 0) return 0;
  return sql.exec(
    `INSERT INTO tombstones SELECT ?1, value->>0, value->>1, ?2 FROM json_each(?3)
     WHERE NOT ${IS_PACKED} AND NOT EXISTS (SELECT 1 FROM events WHERE run_id = ?1 AND seq = value->>0)
     ON CONFLICT DO NOTHING`,
    run,
    at,
    JSON.stringify(rows.map((event) => [event.seq, event.code])),
  ).rowsWritten;
}

/** How many ranges of seqs one report checks; the next one goes on. A report brings 500 at most. */
const RANGES_LOOKED_AT = 2_000;

/**
 * The lowest seq from `from` on that is neither stored nor rejected; for a run with a great many holes, one that is known to be reached. `seqs`:
 * those that this report has added; `isAlone`: the run has no tombstone. Where they go on after all that was kept, nothing is asked.
 */
export function nextSeq(
  sql: SqlStorage,
  run: string,
  from: number,
  {
    seqs,
    collided: { highest, areUnpacked },
    isAlone,
  }: { seqs: readonly number[]; collided: Collisions; isAlone: boolean },
): number {
  const isAbove = isAlone && !areUnpacked && from > highest;
  const ranges: [number, number][] = isAbove
    ? seqs.toSorted((a, b) => a - b).map((seq) => [seq, seq])
    : rangesFrom(sql, run, from, RANGES_LOOKED_AT);
  let next = from;
  for (const [begins, ends] of ranges) {
    if (begins > next) break;
    next = Math.max(next, ends + 1);
  }
  return next;
}

/** A page ends early where its events are long: a browser reads an answer whole. */
const PAGE_MAX_CHARACTERS = 1024 * 1024;

/** One page of a run's events by seq, from after `after` on. */
export function page(sql: SqlStorage, run: string, after: number, limit: number): EventPage {
  const events: StoredEvent[] = [];
  let characters = 0;
  for (const { data, mended, takenAt, ...event } of keptFrom(sql, run, after + 1)) {
    if (events.length === limit || characters > PAGE_MAX_CHARACTERS)
      return { events, next: events.at(-1)?.seq ?? null };
    characters += event.message.length + (data?.length ?? 0);
    events.push({
      ...event,
      data: data === null ? null : JSON.parse(data),
      ...(mended === null ? {} : { mended }),
      ...(takenAt === null ? {} : { takenAt }),
    });
  }
  return { events, next: null };
}

/** A run's events from a seq on, by seq, in whichever form they are kept. */
const keptFrom = (sql: SqlStorage, run: string, seq: number): Iterable<KeptEvent> =>
  areUnpacked(sql) ? bySeq(packedFrom(sql, run, seq), unpackedFrom(sql, run, seq)) : packedFrom(sql, run, seq);

/** Two lists by seq as one. */
function* bySeq(left: Iterator<KeptEvent>, right: Iterator<KeptEvent>): Generator<KeptEvent> {
  let [a, b] = [left.next(), right.next()];
  while (!a.done || !b.done) {
    if (!a.done && (b.done || a.value.seq < b.value.seq)) {
      yield a.value;
      a = left.next();
    } else if (!b.done) {
      yield b.value;
      b = right.next();
    }
  }
}
