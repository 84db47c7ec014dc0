// What is set aside: brought by a token that was revoked, and kept apart by an admin's act (set-aside.ts). It counts nowhere: it is no
// current version and no latest run, takes the place of nothing, and is read and revealed all the same. This is the one place that says so.
import type { Aside } from '../schema/aside.ts';
import { first } from './rows.ts';

/** Of a run or a version, in SQL: it counts. An index of those that stand, and one of those set aside, has each condition to the letter. */
export const STANDS = 'aside IS NULL';
export const IS_ASIDE = 'aside IS NOT NULL';

/** With which token, by its label, something was set aside; null where it stands. */
export const asideWith = (sql: SqlStorage, token: string | null): Aside | null =>
  token === null
    ? null
    : { token, label: first<{ label: string }>(sql, 'SELECT label FROM tokens WHERE id = ?', token)?.label ?? '' };
