// What a machine has sent on this UTC day. The run that it reports on counts its own bytes, in the row that a report writes anyway; the machine's row
// names that run, and holds the rest. Where another run takes over, what the one before counted goes to the machine's row.
import { dayOf } from '../limits/limits.ts';
import { type MachineDay, machineDay, runBytes, withBrought } from '../limits/machine-day.ts';
import type { MachineRow } from './machine-row.ts';
import { changeRow, findRow } from './machine-rows.ts';
import { findRun, putDay } from './runs.ts';

/** The bytes that the named run counts. */
function bytesOfRun(sql: SqlStorage, { day_run: run }: MachineRow, now: number): number {
  const known = run === null ? null : findRun(sql, run);
  return known === null ? 0 : runBytes(known.day, now);
}

/** All counts as they stand at `now`. Reads, writes nothing. */
export const sentToday = (sql: SqlStorage, row: MachineRow, now: number): MachineDay => {
  const today = machineDay(row, now);
  return { ...today, day_bytes: today.day_bytes + bytesOfRun(sql, row, now) };
};

/** The same of a machine by its id; null: there is none. */
export function sentBy(sql: SqlStorage, machine: string, now: number): MachineDay | null {
  const row = findRow(sql, machine);
  return row && sentToday(sql, row, now);
}

/** Counts a report's bytes, and its run where it is new. Both rows are there. In the transaction that stores the report. */
export function countSent(
  sql: SqlStorage,
  { machine, run, isNew }: { machine: string; run: string; isNew: boolean },
  bytes: number,
  now: number,
): void {
  const row = findRow(sql, machine);
  if (!row) throw new Error('a machine is enrolled before its reports are counted');
  const goesOn = row.day_run === run;
  const counted = bytesOfRun(sql, row, now);
  if (!goesOn) {
    const brought = { bytes: counted, runs: isNew ? 1 : 0 };
    changeRow(sql, row, { ...row, ...withBrought(row, brought, now), day_run: run });
  }
  putDay(sql, run, { day: dayOf(now), bytes: (goesOn ? counted : 0) + bytes });
}
