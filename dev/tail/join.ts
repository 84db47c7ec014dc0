// A request's line and the lines of the objects that it asked, joined into one row. They come from two places and in
// any order, so each waits a moment for the others. The number that waits is bounded: a tail may run for weeks.
import type { ObjectLine } from '../../schema/log.ts';
import type { Entry, PlatformLine } from './entry.ts';

/** How long a line waits for those that belong to it. */
export const WAIT_MS = 3_000;
const WAITING_MAX = 5_000;

/** One row of the tail. `calls`: what objects did for the request. */
export type Row = Entry & { calls: ObjectLine[] };
type Waiting = { request: Entry | null; wanted: number; calls: (Entry & { line: ObjectLine })[]; since: number };

export class Joiner {
  readonly #waiting = new Map<string, Waiting>();

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Takes a line and answers the rows that are whole with it. `now` is ms since the epoch, by the tail's own clock. */
  take(entry: Entry, now: number): Row[] {
    const { line } = entry;
    if (line.event !== 'request' && line.event !== 'object') return [{ ...entry, calls: [] }];
    const one = this.#waiting.get(line.requestId) ?? { request: null, wanted: 0, calls: [], since: now };
    if (line.event === 'object') one.calls.push({ ...entry, line });
    else Object.assign(one, { request: entry, wanted: line.objectCalls });
    this.#waiting.set(line.requestId, one);
    if (one.request && one.calls.length >= one.wanted) return this.#release(line.requestId);
    const [oldest] = this.#waiting.keys();
    return this.#waiting.size > WAITING_MAX && oldest ? this.#release(oldest) : [];
  }

  /** Lines that have waited long enough are shown as they are. */
  overdue(now: number): Row[] {
    return [...this.#waiting].filter(([, one]) => now - one.since >= WAIT_MS).flatMap(([id]) => this.#release(id));
  }

  /** Everything that remains at the end of the stream. */
  rest(): Row[] {
    return [...this.#waiting.keys()].flatMap((id) => this.#release(id));
  }

  #release(id: string): Row[] {
    const one = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (!one) return [];
    if (!one.request) return one.calls.map((call) => ({ ...call, calls: [] }));
    return [{ ...one.request, cpuMs: cpuOf(one), calls: one.calls.map(({ line }) => line) }];
  }
}

const cpuOf = ({ request, calls }: Waiting): number | null =>
  [request, ...calls].reduce<number | null>(
    (sum, entry) => (entry?.cpuMs == null ? sum : (sum ?? 0) + entry.cpuMs),
    null,
  );

/** Rows that SQLite read and wrote for a row, or null where no object worked. */
export function rowsOf({ line, calls }: Row): { read: number; written: number } | null {
  const worked = 'rowsRead' in line ? [line] : calls;
  if (worked.length === 0) return null;
  return {
    read: worked.reduce((sum, one) => sum + one.rowsRead, 0),
    written: worked.reduce((sum, one) => sum + one.rowsWritten, 0),
  };
}

/** Something that the watcher must not overlook. */
export const isLoud = ({ line }: Row): boolean =>
  line.event === 'fault' ||
  line.event.endsWith('-unreachable') ||
  line.event === 'backup-failed' ||
  (line.event === 'platform' && (line as PlatformLine).loud);
