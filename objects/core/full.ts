// The disk is full all the same: SQLite says SQLITE_FULL, and the platform then resets the object, whoever caught it. So nothing is half
// done, and the Worker answers 503. What the object would write of its own accord is left for a while, or nobody could even read.

/** How long after a write that failed so nothing is written unasked. */
const QUIET_MS = 60_000;
const OBJECTS_MAX = 1_000;

/** By the object's id, in the isolate: what the object itself knows is gone with its reset. */
const fullUntil = new Map<string, number>();
const idOf = new WeakMap<SqlStorage, string>();

/** SQLite's own words for it (SQLite result code 13), as they come out of a statement or of a call that was cut off. */
export const isFull = (error: unknown): boolean => error instanceof Error && error.message.includes('SQLITE_FULL');

/** Has every statement of an object watched. */
export function watchFull(sql: SqlStorage, id: string): void {
  idOf.set(sql, id);
  const exec = sql.exec.bind(sql);
  sql.exec = ((query: string, ...bindings: unknown[]) => {
    try {
      return exec(query, ...bindings);
    } catch (error) {
      if (isFull(error)) {
        if (fullUntil.size >= OBJECTS_MAX) fullUntil.clear();
        fullUntil.set(id, Date.now() + QUIET_MS);
      }
      throw error;
    }
  }) as typeof sql.exec;
}

/** Whether a write has failed of late because the disk is full. */
export const wasFull = (sql: SqlStorage, now: number): boolean => (fullUntil.get(idOf.get(sql) ?? '') ?? 0) > now;
