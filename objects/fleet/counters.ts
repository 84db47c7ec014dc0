// Running totals, kept by writes, so that an overview never scans the fleet.
import { all } from '../core/rows.ts';

export type Counter =
  | 'machines'
  | 'archived'
  | 'aside'
  | 'secrets'
  | 'attention'
  | 'stalled'
  | 'to_rotate'
  | 'last_report_at'
  | `status:${string}`;

const MINUTE_MS = 60_000;

/** Adds `by` (may be negative) to a counter. Zero writes nothing. */
export function add(sql: SqlStorage, name: Counter, by: number): void {
  if (by === 0) return;
  sql.exec(
    'INSERT INTO counters VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value',
    name,
    by,
  );
}

/** Notes when a report came in, to the minute: at most one row written a minute. */
export function noteReport(sql: SqlStorage, at: number): void {
  sql.exec(
    `INSERT INTO counters VALUES ('last_report_at', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value
     WHERE excluded.value >= value + ?`,
    at,
    MINUTE_MS,
  );
}

export function read(sql: SqlStorage): (name: Counter) => number {
  const values = new Map(
    all<{ name: string; value: number }>(sql, 'SELECT * FROM counters').map((row) => [row.name, row.value]),
  );
  return (name) => values.get(name) ?? 0;
}
