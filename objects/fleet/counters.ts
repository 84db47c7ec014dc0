// Running totals, kept by writes, so that an overview never scans the fleet.
import { holdBack, remember, remembered, writeRow } from '../core/memory.ts';
import { all } from '../core/rows.ts';

/**
 * What is kept. Every machine of the fleet is in one state, `none` where it has no run that counts. `to_rotate` counts secrets, `rotating` the
 * machines that have one.
 */
export type Counter =
  | 'archived'
  | 'aside'
  | 'secrets'
  | 'attention'
  | 'stalled'
  | 'to_rotate'
  | 'rotating'
  | 'last_report_at'
  | `status:${string}`;

const MINUTE_MS = 60_000;
const LAST_REPORT = 'last report';

/** Adds `by` (may be negative) to a counter. Zero writes nothing. */
export function add(sql: SqlStorage, name: Counter, by: number): void {
  if (by === 0) return;
  const added = (held: ReadonlyMap<Counter, number> | null) => new Map(held).set(name, (held?.get(name) ?? 0) + by);
  holdBack(sql, 'counters', 'counters', added, (held) => write(sql, held));
}

function write(sql: SqlStorage, added: ReadonlyMap<Counter, number>): void {
  const rows = [...added].filter(([, by]) => by !== 0);
  if (rows.length === 0) return;
  writeRow(sql, 'counters', () =>
    sql.exec(
      `INSERT INTO counters SELECT value->>0, value->>1 FROM json_each(?) WHERE TRUE
       ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value`,
      JSON.stringify(rows),
    ),
  );
}

/** Notes when a report came in, to the minute: at most one row written a minute. */
export function noteReport(sql: SqlStorage, at: number): void {
  const noted = remembered(sql, LAST_REPORT, ['counters'], () => read(sql)('last_report_at'));
  if (noted > 0 && at < noted + MINUTE_MS) return;
  writeRow(sql, 'counters', () =>
    sql.exec(
      "INSERT INTO counters VALUES ('last_report_at', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      at,
    ),
  );
  remember(sql, LAST_REPORT, ['counters'], at);
}

/** `machines`: of the fleet, the sum of its states. */
export function read(sql: SqlStorage): (name: Counter | 'machines') => number {
  const values = new Map(
    all<{ name: string; value: number }>(sql, 'SELECT * FROM counters').map((row) => [row.name, row.value]),
  );
  const machines = [...values].reduce((sum, [name, value]) => (name.startsWith('status:') ? sum + value : sum), 0);
  return (name) => (name === 'machines' ? machines : (values.get(name) ?? 0));
}
