// Machines as lists, pages and sockets show them. A further report writes its run's row and no other, so how far a PC has got is read there while its
// run is at work; all else, and what lists are filtered and sorted by, stands in the machine's own row.
import type { MachineSummary } from '../../schema/machine.ts';
import { all } from '../core/rows.ts';
import { type MachineRow, summaryOf } from './machine-row.ts';
import { standingOf } from './runs.ts';

/** The run of a machine, if it is at work. */
export const atWorkOn = ({ run_id, run_status }: MachineRow): string | null =>
  run_status === 'running' ? run_id : null;

/** A machine as it is now: another row read where its run is at work. */
export function shown(sql: SqlStorage, row: MachineRow): MachineSummary {
  const run = atWorkOn(row);
  return summaryOf(row, run === null ? null : standingOf(sql, run));
}

/** The machines that exist among these ids, each as it is now. */
export const summariesOf = (sql: SqlStorage, ids: readonly string[]): MachineSummary[] =>
  all<MachineRow>(sql, 'SELECT * FROM machines WHERE id IN (SELECT value FROM json_each(?))', JSON.stringify(ids)).map(
    (row) => shown(sql, row),
  );
