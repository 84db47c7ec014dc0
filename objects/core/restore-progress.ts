// A backup on its way in: which one, how far it has come, and what was put away for it. While there is one, the tenant answers nobody, and
// work that was already waiting for an answer leaves the object alone.
import { remembered } from './memory.ts';
import { first } from './rows.ts';

/**
 * `discarded_…`: the head of the chain that the empty object had begun. `index_…`: the furthest head of an earlier one, where one is known.
 * `verified_…`: how far the chain that was put in has been walked. `place_max`: the highest place of a machine in the search.
 */
export type Progress = {
  manifest_sha256: string;
  chunks_done: number;
  discarded_seq: number;
  discarded_hash: string;
  index_seq: number | null;
  index_hash: string | null;
  verified_seq: number;
  verified_hash: string | null;
  place_max: number;
};

export const progressOf = (sql: SqlStorage): Progress | null =>
  remembered(sql, 'restore progress', ['restore_progress'], () =>
    first<Progress>(sql, 'SELECT * FROM restore_progress'),
  );

export const isRestoring = (sql: SqlStorage): boolean => progressOf(sql) !== null;

/** It is over: with it goes what its walk along the chain has noted (admission.ts). */
export const forgetProgress = (sql: SqlStorage): void => {
  sql.exec('DELETE FROM restore_progress');
  sql.exec('DELETE FROM restore_known');
};
