// Several PCs under one id: whether a machine is flagged so, and how its versions are told apart while it is. Reads,
// writes nothing.
import { type CloneSign, pcKey } from '../../schema/same-pc.ts';
import { isSharedId } from '../../schema/shared-ids.ts';
import { all, first } from '../core/rows.ts';
import type { Candidate } from './candidates.ts';
import { findRow } from './machine-rows.ts';
import type { RunPc } from './run-state.ts';

/** Runs that have not reported since it is kept in their own rows have it in a table of its own. */
export const findRunPc = (sql: SqlStorage, run: string): RunPc | null =>
  first<RunPc>(
    sql,
    `SELECT pc_serial AS serial, pc_model AS model, pc_changes AS changes FROM runs WHERE id = ?1 AND pc_changes IS NOT NULL
     UNION ALL SELECT serial, model, changes FROM run_pcs WHERE run_id = ?1 LIMIT 1`,
    run,
  );

/** By what each of these ids that is flagged was noticed; the index holds no others. */
export function signsOf(sql: SqlStorage, pcIds: readonly string[]): CloneSign[] {
  const [id] = pcIds;
  // Most PCs have one id, whose row is known.
  if (id !== undefined && pcIds.length === 1) {
    const row = findRow(sql, id);
    return row?.cloned_at == null || row.cloned_by === null ? [] : [row.cloned_by];
  }
  return all<{ cloned_by: CloneSign }>(
    sql,
    `SELECT cloned_by FROM machines INDEXED BY machines_cloned
     WHERE cloned_at IS NOT NULL AND id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(pcIds),
  ).map((row) => row.cloned_by);
}

/** Whether several PCs report under this id: it is flagged, or is known to be shared by many. */
export const isCloned = (sql: SqlStorage, machine: string): boolean =>
  isSharedId(machine) || signsOf(sql, [machine]).length > 0;

export type Clone = {
  cloned_at: number;
  cloned_by: CloneSign;
  split_at: number | null;
  split_by: string | null;
};

/** What is said of it: of the machine's own id, or else of the one merged into it that was flagged last; null: no id of it is flagged. */
export const cloneOf = (sql: SqlStorage, pcIds: readonly string[]): Clone | null =>
  first<Clone>(
    sql,
    `SELECT cloned_at, cloned_by, split_at, split_by FROM machines INDEXED BY machines_cloned
     WHERE cloned_at IS NOT NULL AND id IN (SELECT value FROM json_each(?)) ORDER BY id = ? DESC, cloned_at DESC LIMIT 1`,
    JSON.stringify(pcIds),
    pcIds[0] ?? '',
  );

/** Which of these ids are flagged. */
export const clonedAmong = (sql: SqlStorage, pcIds: readonly string[]): string[] =>
  all<{ id: string }>(
    sql,
    `SELECT id FROM machines INDEXED BY machines_cloned
     WHERE cloned_at IS NOT NULL AND id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(pcIds),
  ).map((row) => row.id);

export type Told = {
  /** The PC that a version belongs to, as one string. */
  ofVersion: (version: Pick<Candidate, 'secret' | 'version' | 'run'>) => string;
  /** The same for everything that a run says; null where nobody can tell, since several PCs speak in it. */
  ofRun: (run: string) => string | null;
};

/**
 * By what a run says of its PC; null: it has said that it is another PC than before, and nobody can tell which of them
 * brought what.
 */
export const saidKey = (run: string, said: RunPc | null): string | null => {
  if (said === null) return run;
  return said.changes > 0 ? null : (pcKey(said) ?? run);
};

/**
 * By what a run's versions under these ids are told from others'; null: nobody can tell which of them is whose. A clone of an image goes on with a run of
 * the PC that the image was made of, and so do all the others. A run that has not reported yet may turn out to be one of those.
 */
function keyUnder(sql: SqlStorage, pcIds: readonly string[], run: string): string | null {
  const of = first<{ machine_id: string }>(sql, 'SELECT machine_id FROM runs WHERE id = ?', run)?.machine_id;
  const said = findRunPc(sql, run);
  const isOwn = of === undefined ? said !== null : pcIds.includes(of);
  return isOwn ? saidKey(run, said) : null;
}

/**
 * How the versions of these ids are told apart; null: there is one PC. By what their runs say of it, where that is how it was noticed. Where two
 * runs took turns, what they say may be the same: then each run is taken for a PC of its own, and so is what no run has brought. Of a run that
 * several PCs have, or that has not reported yet, each version stands by itself.
 */
export function tellApart(sql: SqlStorage, pcIds: readonly string[]): Told | null {
  const signs = signsOf(sql, pcIds);
  // Whoever has an id that many PCs share is one of several, whether or not two of them were ever caught at it.
  const isShared = pcIds.some(isSharedId);
  if (signs.length === 0 && !isShared) return null;
  const byRun = isShared || signs.includes('turns');
  const keyOf = (run: string): string | null => {
    const key = keyUnder(sql, pcIds, run);
    return key !== null && byRun ? run : key;
  };
  const known = new Map<string, string | null>();
  const ofRun = (run: string): string | null => {
    const before = known.get(run);
    if (before !== undefined) return before;
    const key = keyOf(run);
    known.set(run, key);
    return key;
  };
  return {
    ofRun,
    ofVersion: ({ secret, version, run }) =>
      run === null ? '' : (ofRun(run) ?? JSON.stringify([run, secret, version])),
  };
}
