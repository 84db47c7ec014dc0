// Several PCs under one id: whether a machine is flagged so, and by what its versions are told apart while it is. Reads, writes nothing.
import type { Ordered } from '../../schema/order.ts';
import { type CloneSign, type PcFacts, pcKey } from '../../schema/same-pc.ts';
import { all, first } from '../core/rows.ts';

/** What a run says of its PC. `changes`: how often it has said something else than before. */
export type RunPc = PcFacts & { changes: number };

export const findRunPc = (sql: SqlStorage, run: string): RunPc | null =>
  first<RunPc>(sql, 'SELECT serial, model, changes FROM run_pcs WHERE run_id = ?', run);

/** By what each of these ids that is flagged was noticed; the index holds no others. */
const signsOf = (sql: SqlStorage, family: readonly string[]): CloneSign[] =>
  all<{ cloned_by: CloneSign }>(
    sql,
    `SELECT cloned_by FROM machines INDEXED BY machines_cloned
     WHERE cloned_at IS NOT NULL AND id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(family),
  ).map((row) => row.cloned_by);

export const isCloned = (sql: SqlStorage, machine: string): boolean => signsOf(sql, [machine]).length > 0;

export type Clone = {
  cloned_at: number;
  cloned_by: CloneSign;
  split_at: number | null;
  split_by: string | null;
};

/** What is said of it: of the machine's own id, or else of the one merged into it that was flagged last; null: no id of it is flagged. */
export const cloneOf = (sql: SqlStorage, family: readonly string[]): Clone | null =>
  first<Clone>(
    sql,
    `SELECT cloned_at, cloned_by, split_at, split_by FROM machines INDEXED BY machines_cloned
     WHERE cloned_at IS NOT NULL AND id IN (SELECT value FROM json_each(?)) ORDER BY id = ? DESC, cloned_at DESC LIMIT 1`,
    JSON.stringify(family),
    family[0] ?? '',
  );

/** Which of these ids are flagged. */
export const clonedAmong = (sql: SqlStorage, family: readonly string[]): string[] =>
  all<{ id: string }>(
    sql,
    `SELECT id FROM machines INDEXED BY machines_cloned
     WHERE cloned_at IS NOT NULL AND id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(family),
  ).map((row) => row.id);

/** Which PC a version is of, as one string. */
export type Told = (version: Pick<Ordered, 'run'>) => string;

/** A run that has said that it is another PC than before is none of either: one report moves nothing of it to the other. */
const keyOf = (run: string, said: RunPc | null): string => (said?.changes === 0 ? pcKey(said) : null) ?? run;

/**
 * How the versions of these ids are told apart; null: there is one PC. By what their runs say of it, where that is how it was noticed. Where two
 * runs took turns, what they say may be the same: then each run is taken for a PC of its own, and so is what no run has brought.
 */
export function tellApart(sql: SqlStorage, family: readonly string[]): Told | null {
  const signs = signsOf(sql, family);
  if (signs.length === 0) return null;
  const known = new Map<string, string>();
  return ({ run }) => {
    if (run === null) return '';
    if (signs.includes('turns')) return run;
    const key = known.get(run) ?? keyOf(run, findRunPc(sql, run));
    known.set(run, key);
    return key;
  };
}
