// The rows of machines as they are found and written: a row is read once and remembered, and what one transaction
// changes of it is written once, at its end or before a statement that names the table.
import { holdBack, remember, remembered, writeRow } from '../core/memory.ts';
import { first } from '../core/rows.ts';
import type { MachineRow } from './machine-row.ts';

const TABLES = ['machines'] as const;
const nameOf = (id: string): string => `machine ${id}`;

/** Shared with everybody who asks: nobody may change it. */
export const findRow = (sql: SqlStorage, id: string): MachineRow | null =>
  remembered(sql, nameOf(id), TABLES, () => first<MachineRow>(sql, 'SELECT * FROM machines WHERE id = ?', id));

export const machineExists = (sql: SqlStorage, id: string): boolean => findRow(sql, id) !== null;

/** A machine of which nothing is known but its id, as the table would make it. */
export const newRow = (id: string, at: number): MachineRow => ({
  id,
  hostname: '',
  serial: null,
  manufacturer: null,
  model: null,
  os_version: null,
  client: null,
  enrolled_at: at,
  started_at: at,
  run_id: null,
  run_status: null,
  run_phase: null,
  run_error: null,
  phases_done: 0,
  phases_total: 0,
  last_event_at: null,
  secrets: 0,
  attention: '[]',
  serial_changed: 0,
  seq_conflict: 0,
  shelf: 'fleet',
  to_rotate: 0,
  archived_at: null,
  archived_by: null,
  merged_into: null,
  merged_at: null,
  merged_by: null,
  silent_since: null,
  place: null,
  day: 0,
  day_bytes: 0,
  day_runs: 0,
  day_changes: 0,
  own_secrets: 0,
  own_keys: 0,
  encrypted: 0,
  system_key_at: null,
  speaker: null,
  speaker_since: null,
  cloned_at: null,
  cloned_by: null,
  split_at: null,
  split_by: null,
  other_id: null,
  occurrences: '{}',
  other_id_by: null,
  first_said: null,
  day_run: null,
});

/** Columns to be written, with what is stored in each; `isNew`: the row itself is to be. */
type Change = { isNew: boolean; was: Partial<MachineRow>; is: Partial<MachineRow> };

type Column = keyof MachineRow;
const columnsOf = (row: Partial<MachineRow>): Column[] => Object.keys(row) as Column[];

function write(sql: SqlStorage, id: string, { isNew, was, is }: Change): void {
  const columns = columnsOf(is).filter((column) => isNew || was[column] !== is[column]);
  if (columns.length === 0) return;
  const values = columns.map((column) => is[column] ?? null);
  const names = columns.join(', ');
  writeRow(sql, 'machines', () =>
    isNew
      ? sql.exec(`INSERT INTO machines (${names}) VALUES (${columns.map(() => '?').join(', ')})`, ...values)
      : sql.exec(`UPDATE machines SET ${columns.map((name) => `${name} = ?`).join(', ')} WHERE id = ?`, ...values, id),
  );
}

function hold(sql: SqlStorage, row: MachineRow, change: Change): void {
  const merged = (held: Change | null): Change => ({
    isNew: held?.isNew ?? change.isNew,
    was: { ...change.was, ...held?.was },
    is: { ...held?.is, ...change.is },
  });
  holdBack(sql, 'machines', nameOf(row.id), merged, (held) => write(sql, row.id, held));
  remember(sql, nameOf(row.id), TABLES, row);
}

/** Adds a machine. */
export const addRow = (sql: SqlStorage, row: MachineRow): void => hold(sql, row, { isNew: true, was: {}, is: row });

/**
 * Writes the columns that differ: an index is written again only for a column that changes. What the machine is merged
 * into is never among them.
 */
export function changeRow(sql: SqlStorage, before: MachineRow, after: MachineRow): void {
  const changed = columnsOf(after).filter((column) => before[column] !== after[column]);
  if (changed.length === 0) return;
  const of = (row: MachineRow): Partial<MachineRow> =>
    Object.fromEntries(changed.map((column) => [column, row[column]]));
  hold(sql, { ...(findRow(sql, before.id) ?? before), ...of(after) }, { isNew: false, was: of(before), is: of(after) });
}
