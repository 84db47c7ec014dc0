// Rows read and written, summed for each call: SQLite's own counts, read off every cursor that the call has opened. Which call a statement
// belongs to follows its asynchronous context, so calls that wait side by side are not mixed up.
import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * A long call's cursors are counted and let go in batches of this many; one that is still open then is counted up to
 * that point.
 */
const HELD_CURSORS_MAX = 1_000;

type Counted = { readonly rowsRead: number; readonly rowsWritten: number };

/** What one call, or one alarm, has done so far. */
export class Meter {
  /** Its request, or its alarm. */
  readonly requestId: string | null;
  readonly alarmId: string | null;
  #cursors: Counted[] = [];
  #rowsRead = 0;
  #rowsWritten = 0;

  constructor(of: { requestId: string } | { alarmId: string }) {
    this.requestId = 'requestId' in of ? of.requestId : null;
    this.alarmId = 'alarmId' in of ? of.alarmId : null;
  }

  /** A cursor's counts grow until its last row is read: they are taken at the end. */
  take(cursor: Counted): void {
    if (this.#cursors.push(cursor) === HELD_CURSORS_MAX) this.#settle();
  }

  rows(): { rowsRead: number; rowsWritten: number } {
    this.#settle();
    return { rowsRead: this.#rowsRead, rowsWritten: this.#rowsWritten };
  }

  #settle(): void {
    for (const cursor of this.#cursors) {
      this.#rowsRead += cursor.rowsRead;
      this.#rowsWritten += cursor.rowsWritten;
    }
    this.#cursors = [];
  }
}

const meters = new AsyncLocalStorage<Meter>();

/** The call in whose course this runs; null outside of any. */
export const currentMeter = (): Meter | null => meters.getStore() ?? null;

/** Runs `work` as the call that `meter` counts for, up to the end of what it waits for. */
export const metered = <T>(meter: Meter, work: () => T): T => meters.run(meter, work);

/** Has every statement counted from now on. The platform gives one `sql` an object: its `exec` is taken over, everything else stays. */
export function countRows(sql: SqlStorage): void {
  const exec = sql.exec.bind(sql);
  sql.exec = ((query: string, ...bindings: unknown[]) => {
    const cursor = exec(query, ...bindings);
    meters.getStore()?.take(cursor);
    return cursor;
  }) as typeof sql.exec;
}
