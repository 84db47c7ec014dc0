// What is set aside: brought by a token that was revoked, and kept apart by an admin's act (set-aside.ts). It counts
// nowhere: it is never a current version or a latest run, and takes the place of nothing, but is still read and
// revealed. Only this file says so.
import type { Aside, TokenAside } from '../../schema/aside.ts';
import { first } from './rows.ts';

/**
 * The condition in SQL that a run or a version counts. The index of those that stand and the one of those set aside
 * repeat each condition to the letter.
 */
export const STANDS = 'aside IS NULL';
export const IS_ASIDE = 'aside IS NOT NULL';

/** The label of the token with which something was set aside; null where it stands. */
export const asideWith = (sql: SqlStorage, token: string | null): Aside | null =>
  token === null
    ? null
    : { token, label: first<{ label: string }>(sql, 'SELECT label FROM tokens WHERE id = ?', token)?.label ?? '' };

/** The act on one token. `back`: what is aside comes back. `place`: where its work goes on; null where that is done. */
export type AsideRow = {
  token: string;
  back: number;
  since: number | null;
  at: number;
  by: string;
  runs: number;
  versions: number;
  place: string | null;
};

export const findAside = (sql: SqlStorage, token: string): AsideRow | null =>
  first<AsideRow>(sql, 'SELECT * FROM asides WHERE token = ?', token);

/** How far the act has come; null where nothing is aside with the token. */
export function tokenAside(sql: SqlStorage, token: string): TokenAside | null {
  const row = findAside(sql, token);
  if (!row) return null;
  const { since, at, by, runs, versions } = row;
  const state = row.back === 1 ? 'bringing_back' : row.place === null ? 'set_aside' : 'setting_aside';
  return { state, since, at, by, runs, versions };
}

/** A run that was aside with a token counts again, since somebody else has a part in it. In the transaction that wrote it. */
export const letGoOfRun = (sql: SqlStorage, run: string, token: string): void => {
  sql.exec('UPDATE runs SET aside = NULL WHERE id = ?', run);
  sql.exec('UPDATE asides SET runs = runs - 1 WHERE token = ?', token);
};
