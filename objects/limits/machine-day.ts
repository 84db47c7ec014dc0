// What a machine has sent on this UTC day: counted on its own row and on that of its run, in the write that a report or a secret costs anyway.
import { dayOf } from './limits.ts';

export type MachineDay = { day: number; day_bytes: number; day_runs: number; day_changes: number };

/** The counts as they stand at `now`: those of a day other than today are zero. Pure. */
export const machineDay = (row: MachineDay | null, now: number): MachineDay =>
  row?.day === dayOf(now)
    ? { day: row.day, day_bytes: row.day_bytes, day_runs: row.day_runs, day_changes: row.day_changes }
    : { day: dayOf(now), day_bytes: 0, day_runs: 0, day_changes: 0 };

/** What a run has brought on a day beside what its machine's row counts. */
export type RunDay = { day: number; bytes: number };

/** Its bytes if that day is today. Pure. */
export const runBytes = ({ day, bytes }: RunDay, now: number): number => (day === dayOf(now) ? bytes : 0);

/** The amounts to add. */
export type Brought = { bytes: number; runs: number };

export const withBrought = (row: MachineDay, { bytes, runs }: Brought, now: number): MachineDay => {
  const today = machineDay(row, now);
  return { ...today, day_bytes: today.day_bytes + bytes, day_runs: today.day_runs + runs };
};
