// A run that goes on under another id, as after a firmware update in the middle of it. It stays with the machine that it began under, which is
// marked; what is sent under the other id from then on is kept under that one, and a person merges the two. It is a claim: whoever has a token
// can say any serial number.

import { type Refusal, refuse } from '../../schema/refusal.ts';
import type { ReportedMachine } from '../../schema/report.ts';
import { isSamePc, realFacts } from '../../schema/same-pc.ts';
import { all } from '../core/rows.ts';
import { allIdsOf } from './aliases.ts';
import { findRunPc } from './clones.ts';
import { changeRow, findRow } from './machine-rows.ts';
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

/** Which claims of these ids somebody has looked into: each id keeps one, and what was acknowledged of it last. */
export const seenClaims = (sql: SqlStorage, pcIds: readonly string[]): Set<string> =>
  new Set(
    all<{ occurrence: string }>(
      sql,
      "SELECT occurrence FROM json_each(?) CROSS JOIN acknowledged ON machine_id = value AND mark = 'id_changed'",
      JSON.stringify(pcIds),
    ).map((row) => row.occurrence),
  );

/** The first id that a run of these ids is said to have gone on under and that nobody has looked into: the two are neither merged nor has the mark been acknowledged. */
export function unseenClaim(sql: SqlStorage, pcIds: readonly string[]): string | null {
  const claims = all<{ other: string }>(
    sql,
    'SELECT other_id AS other FROM json_each(?) CROSS JOIN machines ON machines.id = value WHERE other_id IS NOT NULL',
    JSON.stringify(pcIds),
  );
  const seen = new Set([...pcIds, ...(claims.length === 0 ? [] : seenClaims(sql, pcIds))]);
  return claims.find(({ other }) => !seen.has(other))?.other ?? null;
}

/** Which of these ids keep this claim. */
export const claimedOf = (sql: SqlStorage, pcIds: readonly string[], other: string): string[] =>
  all<{ id: string }>(
    sql,
    'SELECT machines.id FROM json_each(?) CROSS JOIN machines ON machines.id = value WHERE other_id = ?',
    JSON.stringify(pcIds),
    other,
  ).map((row) => row.id);

function isUnseen(sql: SqlStorage, machine: string, other: string): boolean {
  const pcIds = allIdsOf(sql, machine);
  return !pcIds.includes(other) && !seenClaims(sql, pcIds).has(other);
}

/**
 * Notes the id under which a run of this machine has gone on, and who says so. The first claim that nobody has looked
 * into stays: another report cannot hide it by a claim of its own, which is noted with the next report that makes it.
 * The machine is still to be summed up.
 */
export function noteOtherId(sql: SqlStorage, machine: string, { other, by }: { other: string; by: string }): void {
  const row = findRow(sql, machine);
  const kept = row?.other_id ?? null;
  if (row === null || kept === other || (kept !== null && isUnseen(sql, machine, kept))) return;
  changeRow(sql, row, { ...row, other_id: other, other_id_by: by });
}
