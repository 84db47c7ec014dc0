// A run that goes on under another id, as after a firmware update in the middle of it. It stays with the machine that it began under, which is
// marked; what is sent under the other id from then on is kept under that one, and a person merges the two.

import { type Refusal, refuse } from '../../schema/refusal.ts';
import type { ReportedMachine } from '../../schema/report.ts';
import { isSamePc, realFacts } from '../../schema/same-pc.ts';
import { findRunPc } from './clones.ts';
import { findRow } from './machines.ts';
import type { RunState } from './run-state.ts';

/** The PC that a report is of, under the id that its run began under. Refuses a run of another PC. */
export function reportedAs(sql: SqlStorage, run: RunState | null, said: ReportedMachine): ReportedMachine | Refusal {
  if (run === null || run.machine === said.id) return said;
  const row = findRow(sql, run.machine);
  const before =
    findRunPc(sql, run.id) ?? realFacts({ serial: row?.serial ?? undefined, model: row?.model ?? undefined });
  return isSamePc({ ...before, id: run.machine }, { ...realFacts(said), id: said.id })
    ? { ...said, id: run.machine }
    : refuse('run_conflict', 'run.id is known as a run of another machine.');
}

/** Notes under which id a run of this machine has gone on. Its machine is still to be summed up. */
export const noteOtherId = (sql: SqlStorage, machine: string, other: string): void => {
  sql.exec('UPDATE machines SET other_id = ?1 WHERE id = ?2 AND other_id IS NOT ?1', other, machine);
};
