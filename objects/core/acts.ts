// Acts that are done, by the name that their request gave them: one whose answer was lost is not done again by a second press, nor by a
// browser that repeats a request by itself (docs/decisions/0151).
import { DAY_MS } from '../../schema/facts/days.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import type { Caller } from './caller.ts';
import { first } from './rows.ts';

/** For how long an act is remembered; nobody looks at a page for longer before they press again. */
const KEPT_MS = DAY_MS;
const FORGOTTEN_AT_ONCE = 20;

/** Refuses an act that an earlier request has done. One request may do it in several calls. */
export function doneAlready(sql: SqlStorage, { act, principal, requestId }: Caller): Refusal | null {
  if (act === undefined) return null;
  const done = first<{ request: string }>(
    sql,
    'SELECT request FROM acts WHERE person = ? AND act = ?',
    principal.id,
    act,
  );
  return done === null || done.request === requestId
    ? null
    : refuse(
        'done_already',
        'The first request has done it, and only its answer was lost. Look at what came of it; asked for again, it is done once more.',
      );
}

/** Notes that it is done, in the turn that did it, and forgets acts of days ago, whoever did them. */
export function noteDone(sql: SqlStorage, { act, principal, requestId }: Caller, now: number): void {
  if (act === undefined) return;
  sql.exec(
    'DELETE FROM acts WHERE (person, act) IN (SELECT person, act FROM acts WHERE at < ? ORDER BY at LIMIT ?)',
    now - KEPT_MS,
    FORGOTTEN_AT_ONCE,
  );
  sql.exec('INSERT OR IGNORE INTO acts VALUES (?, ?, ?, ?)', principal.id, act, requestId, now);
}

/** What was done is taken back: it may be asked for again. */
export const forgetDone = (sql: SqlStorage, { act, principal }: Caller): void => {
  if (act !== undefined) sql.exec('DELETE FROM acts WHERE person = ? AND act = ?', principal.id, act);
};
