// The body of a pack: a run's events, whose seqs follow on each other, as columns of JSON, deflated. Pure.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Mended, StoredEvent } from '../../schema/report.ts';

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

/** Text of a pack before it is deflated, in characters: so much is inflated to read one event. An event has 16 KiB at most, a pack one at least. */
const PACK_MAX_CHARACTERS = 64 * 1024;
/** What an event takes beside its message and data. */
const EVENT_CHARACTERS = 80;

/** The difference of each from the one before. */
const steps = (instants: readonly number[]): number[] => instants.map((at, place) => at - (instants[place - 1] ?? 0));

/** The body of a pack: columns as JSON, deflated (RFC 1951). Pure. */
export function encode(events: readonly KeptEvent[]): ArrayBuffer {
  const columns = COLUMNS.map((name) =>
    events.some((event) => event[name] !== null) ? events.map((event) => event[name]) : null,
  );
  const deflated = deflateRawSync(
    JSON.stringify([steps(events.map(({ at }) => at)), steps(events.map(({ receivedAt }) => receivedAt)), ...columns]),
  );
  // A copy: what zlib gives may be a part of something larger, which would stay in memory with it.
  return new Uint8Array(deflated).buffer;
}

/** A pack as it is stored. `taken_for`: the one instant that all of it is taken for; null: each event by itself, as it says. */
export type Packed = { first_seq: number; taken_for: number | null; body: ArrayBuffer };

/** The events of a pack. Pure. */
export function decode({ first_seq, taken_for, body }: Packed): KeptEvent[] {
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
