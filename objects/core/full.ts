// The disk is full all the same: SQLite says SQLITE_FULL, and the platform then resets the object even when the error
// is caught. So nothing is half done, and the Worker answers 503. Writes of the object's own accord pause for a while,
// or nobody could even read.

/** How long nothing is written unasked after a write that failed this way. */
const QUIET_MS = 60_000;
const OBJECTS_MAX = 1_000;

/** By the object's id, in the isolate: what the object itself knows is gone with its reset. */
const fullUntil = new Map<string, number>();
const idOf = new WeakMap<SqlStorage, string>();

/** SQLite's own words for it (SQLite result code 13), as they come out of a statement or of a call that was cut off. */
export const isFull = (error: unknown): boolean => error instanceof Error && error.message.includes('SQLITE_FULL');

/** Watches every statement of an object. */
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

/** Whether a write has failed recently because the disk is full. */
export const wasFull = (sql: SqlStorage, now: number): boolean => (fullUntil.get(idOf.get(sql) ?? '') ?? 0) > now;
