// What is set aside: brought by a token that was revoked, and kept apart by an admin's act (set-aside.ts). It counts nowhere: it is no
// current version and no latest run, takes the place of nothing, and is read and revealed all the same. This is the one place that says so.
import type { Aside, TokenAside } from '../../schema/aside.ts';
import { first } from './rows.ts';

/** The condition in SQL that a run or a version counts. An index of those that stand, and one of those set aside, has each condition to the letter. */
export const STANDS = 'aside IS NULL';
export const IS_ASIDE = 'aside IS NOT NULL';

/** With which token, by its label, something was set aside; null where it stands. */
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
