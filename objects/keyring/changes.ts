// What changes of the keyring replaced: kept, handed out by no route, until another person's unlocker, or the only admin's in another session,
// has signed that it opened every key of the keyring as it is, or for thirty days. Until then an admin can take a change back
// (keyring/undo.ts). Nothing here opens one.
import { DAY_MS } from '../../schema/facts/days.ts';
import type { KeyringChange } from '../../schema/keyring.ts';
import type { Refusal } from '../../schema/refusal.ts';
import type { Manifest } from '../../schema/signed.ts';
import { schedule } from '../core/alarms.ts';
import type { Caller, Person } from '../core/caller.ts';
import { all, first } from '../core/rows.ts';
import { keepWalk, walkAt } from '../core/walks.ts';
import { decideCount, readLimits, refusalFor } from '../limits/limits.ts';
import { noteNear } from '../limits/nears.ts';
import { type KeyringRows, keepRows, type Since } from './kept-rows.ts';

const KEPT_MS = 30 * DAY_MS;

/**
 * The caller's session where there is nobody else to wait for: no other person is an admin, nor was one within thirty days, and none has a way to
 * unlock with admin rights in any of these keyrings. Null: somebody is, or was. An attacker would take the other admin away first.
 */
export function onlyAdminsSession(
  sql: SqlStorage,
  { principal, sessionEndsAt }: Pick<Caller<Person>, 'principal' | 'sessionEndsAt'>,
  manifests: readonly Manifest[],
  now: number,
): number | null {
  const others = manifests
    .flatMap((one) => one.unlockers)
    .some(({ owner, rights }) => owner !== null && owner !== principal.name && rights.includes('admin'));
  const is = "SELECT 1 FROM people WHERE role = 'admin' AND removed_at IS NULL AND id <> ? LIMIT 1";
  const was = "SELECT 1 FROM leavers WHERE role = 'admin' AND started_at > ? LIMIT 1";
  return others || first(sql, is, principal.id) || first(sql, was, now - KEPT_MS) ? null : (sessionEndsAt ?? null);
}

/** `session`: see `onlyAdminsSession`, of the keyrings before and after. */
type Made = { from: number; to: number; person: Person; session: number | null; at: number };

/** So much each change weighs at least: the tenant looks at all of them on the day that the first is taken back. */
const WEIGHT_MIN = 50_000;

/** Keeps what a change has replaced, and what it has added, so that it can be taken back. In the transaction of the change, after it. */
export function keepChange(
  storage: DurableObjectStorage,
  before: KeyringRows,
  { from, to, person, session, at }: Made,
): void {
  const { sql } = storage;
  const { replaces, weight } = keepRows(sql, before);
  sql.exec(
    `INSERT INTO keyring_changes (place, from_version, to_version, person, by, at, held, replaces, session_ends_at, weight)
     VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?)`,
    before.place,
    from,
    to,
    person.id,
    person.name,
    at,
    replaces ? 1 : 0,
    session,
    Math.max(WEIGHT_MIN, weight),
  );
  schedule(storage, 'kept_keys', at + KEPT_MS);
}

/** An undo may go beyond the limit by this much: it is the way back. */
const UNDO_SHARE = 1.5;

/**
 * Whether one more change of this person's may be kept: what all of theirs replaced waits for somebody else's word, and is gone over by whoever
 * takes the first of them back. Null: it may.
 */
export function refuseKept(
  sql: SqlStorage,
  { id }: Pick<Person, 'id'>,
  what: 'write' | 'undo',
  now: number,
): Refusal | null {
  const { keyringBytes } = readLimits(sql);
  const limit = what === 'undo' ? keyringBytes * UNDO_SHARE : keyringBytes;
  const used =
    first<{ weight: number | null }>(
      sql,
      'SELECT sum(weight) AS weight FROM keyring_changes INDEXED BY keyring_changes_by_person WHERE held = 1 AND person = ?',
      id,
    )?.weight ?? 0;
  const decision = decideCount('keyringBytes', limit, used, WEIGHT_MIN, now);
  if (decision !== 'ok') noteNear(sql, now, { limit: 'keyringBytes', id, used: used + WEIGHT_MIN, value: limit });
  const refusal = refusalFor('keyringBytes', limit, decision);
  return (
    refusal && {
      ...refusal,
      detail:
        'So much that your changes of the keyring replaced is kept that no more may be: have another admin unlock, or, if you are the only one, sign in again and unlock.',
    }
  );
}

/** The place from which a write that follows on this version changes anything. */
export const sinceNow = (sql: SqlStorage, version: number): Since => ({
  version,
  succession: first<{ place: number }>(sql, 'SELECT place FROM successions ORDER BY place DESC LIMIT 1')?.place ?? 0,
});

/** The place from which a change, and those after it, have changed anything. */
export function sinceChange(sql: SqlStorage, change: number): Since {
  const { version } = first<{ version: number }>(
    sql,
    'SELECT min(min(from_version, to_version)) AS version FROM keyring_changes WHERE place >= ?',
    change,
  ) as { version: number };
  const succession = first<{ place: number | null }>(
    sql,
    "SELECT min(key->>'$[1]') AS place FROM kept_rows WHERE place >= ? AND what = 'successions'",
    change,
  )?.place;
  return succession == null ? sinceNow(sql, version) : { version, succession: succession - 1 };
}

type ChangeRow = {
  place: number;
  from_version: number;
  to_version: number;
  person: string;
  by: string;
  at: number;
  replaces: number;
  /** The session of the person who made it, where they were the only admin. */
  session_ends_at: number | null;
};

/** Changes after which nothing was let go of. */
const HELD = `SELECT * FROM keyring_changes
  WHERE place > coalesce((SELECT place FROM keyring_changes WHERE held = 0 ORDER BY place DESC LIMIT 1), 0)`;

const publicChange = (row: ChangeRow): KeyringChange => ({
  change: row.place,
  from: row.from_version,
  version: row.to_version,
  by: row.by,
  at: row.at,
  until: row.at + KEPT_MS,
  replaces: row.replaces === 1,
});

/** Whether a change can still be taken back. */
export const findHeld = (sql: SqlStorage, change: number): boolean =>
  first(sql, `SELECT 1 FROM (${HELD}) WHERE place = ?`, change) !== null;

/**
 * How many of the oldest, and of the newest, are listed: a writer without end can bury neither the first changes nor
 * the last.
 */
const LISTED_OF_EACH_END = 200;

/** The person who would say that every key opens, and their session where they are the only admin. */
export type Speaker = { person: Pick<Person, 'id'>; session: number | null };

/**
 * Whether one of this person's changes waits for another: then none of theirs goes by their own word, or the waiting
 * change could not be undone alone.
 */
const someWaitsForAnother = (sql: SqlStorage, { id }: Speaker['person']): boolean =>
  first(
    sql,
    `SELECT 1 FROM keyring_changes INDEXED BY keyring_changes_of_many
     WHERE held = 1 AND person = ? AND session_ends_at IS NULL LIMIT 1`,
    id,
  ) !== null;

/** Decides whose word lets go of what a change replaced. Pure. */
function waitsFor(row: ChangeRow, { person, session }: Speaker): KeyringChange['waitsFor'] {
  if (row.person !== person.id) return 'you';
  if (session === null) return 'another_admin';
  return row.session_ends_at === session ? 'your_next_sign_in' : 'you';
}

/** The changes that are shown, oldest first, as one person sees them. */
export function listedChanges(sql: SqlStorage, { person, session }: Speaker): KeyringChange[] {
  const speaker = { person, session: someWaitsForAnother(sql, person) ? null : session };
  return all<ChangeRow>(
    sql,
    `SELECT * FROM (${HELD} ORDER BY place LIMIT ?1) UNION SELECT * FROM (${HELD} ORDER BY place DESC LIMIT ?1) ORDER BY place`,
    LISTED_OF_EACH_END,
  ).map((row) => ({ ...publicChange(row), waitsFor: waitsFor(row, speaker) }));
}

/** Whether something sealed that a change replaced is kept: nobody whose word counts has yet opened the replacement. */
export const someReplacedIsKept = (sql: SqlStorage): boolean =>
  first(
    sql,
    'SELECT 1 FROM keyring_changes INDEXED BY keyring_changes_replacing WHERE held = 1 AND replaces = 1 LIMIT 1',
  ) !== null;

/** Lets go of what is kept of these changes, for good. In the caller's transaction. */
function letGo(sql: SqlStorage, changes: readonly { place: number }[]): void {
  for (const { place } of changes) {
    sql.exec('UPDATE keyring_changes SET held = 0 WHERE place = ?', place);
    sql.exec('DELETE FROM kept_rows WHERE place = ?', place);
  }
}

/** How many changes one turn looks at, and lets go of; the next one takes the rest. */
const SLICE = 50;

/**
 * Somebody's word, or a destruction (`by` null), by which changes of others up to `upTo` are let go of; those up to `done` are. `session`: of an
 * only admin, whose own go too where they were made in other sessions.
 */
type Word = { by: string | null; session: number | null; upTo: number; done: number };
type HeldRow = { place: number; person: string; at: number; session_ends_at: number | null };

/** Whether what a change replaced goes by this word. Pure. */
const goesBy = ({ by, session }: Pick<Word, 'by' | 'session'>, row: HeldRow): boolean =>
  row.person !== by || (session !== null && row.session_ends_at !== null && row.session_ends_at !== session);

const heldRows = (sql: SqlStorage, { upTo, done }: Pick<Word, 'upTo' | 'done'>, order: 'ASC' | 'DESC'): HeldRow[] =>
  all<HeldRow>(
    sql,
    `SELECT place, person, at, session_ends_at FROM keyring_changes WHERE held = 1 AND place > ? AND place <= ? ORDER BY place ${order} LIMIT ?`,
    done,
    upTo,
    SLICE,
  );

const wordsOf = (sql: SqlStorage): Word[] => walkAt<Word[]>(sql, 'kept_keys') ?? [];
const keepWords = (sql: SqlStorage, words: readonly Word[]): void =>
  keepWalk(sql, 'kept_keys', words.length > 0 ? words : null);

/**
 * The newest go at once, and with the first of them the way back beyond it. The alarm lets go of the rest. Answers how
 * many went, and whether there may be more. In the caller's transaction.
 */
function letGoBy(
  storage: DurableObjectStorage,
  word: Pick<Word, 'by' | 'session'>,
  now: number,
): { changes: number; more: boolean } {
  const { sql } = storage;
  const newest = heldRows(sql, { upTo: Number.MAX_SAFE_INTEGER, done: 0 }, 'DESC');
  const gone = newest.filter((row) => goesBy(word, row));
  letGo(sql, gone);
  const oldest = newest.at(-1);
  const more = newest.length === SLICE && oldest !== undefined;
  if (more) {
    // A further word of the same person replaces their last.
    keepWords(sql, [...wordsOf(sql).filter((one) => one.by !== word.by), { ...word, upTo: oldest.place, done: 0 }]);
    schedule(storage, 'kept_keys', now);
  }
  return { changes: gone.length, more };
}

/**
 * An unlocker has opened every key: what others' changes replaced goes, and so does what an only admin's own changes
 * replaced in other sessions.
 */
export const letGoByWord = (storage: DurableObjectStorage, { person, session }: Speaker, now: number) =>
  letGoBy(storage, { by: person.id, session: someWaitsForAnother(storage.sql, person) ? null : session }, now);

/** A destroyed key does not come back: no undo goes back past its destruction. */
export const letGoOfAll = (storage: DurableObjectStorage, now: number): void => {
  letGoBy(storage, { by: null, session: null }, now);
};

/** Goes on with the first word that there is. */
function goOnLettingGo(storage: DurableObjectStorage, now: number): void {
  const { sql } = storage;
  const [word, ...others] = wordsOf(sql);
  if (!word) return;
  const rows = heldRows(sql, word, 'ASC');
  letGo(
    sql,
    rows.filter((row) => goesBy(word, row)),
  );
  const done = rows.length === SLICE ? rows.at(-1)?.place : undefined;
  const words = done === undefined ? others : [{ ...word, done }, ...others];
  keepWords(sql, words);
  if (words.length > 0) schedule(storage, 'kept_keys', now);
}

/**
 * What was replaced goes after thirty days, no matter who has opened what; so does the rest of what somebody has
 * opened. Idempotent: an alarm may repeat.
 */
export function letGoOfOld(storage: DurableObjectStorage, now: number): void {
  const { sql } = storage;
  goOnLettingGo(storage, now);
  const oldest = heldRows(sql, { upTo: Number.MAX_SAFE_INTEGER, done: 0 }, 'ASC');
  const old = oldest.filter(({ at }) => at <= now - KEPT_MS);
  letGo(sql, old);
  const following = oldest[old.length];
  if (following) schedule(storage, 'kept_keys', Math.max(now, following.at + KEPT_MS));
  else if (old.length === SLICE) schedule(storage, 'kept_keys', now);
}
