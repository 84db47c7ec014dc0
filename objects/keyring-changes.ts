// What changes of the keyring replaced: kept, handed out by no route, until another person's unlocker, or the only admin's in another session,
// has signed that it opened every key of the keyring as it is, or for thirty days. Until then an admin can take a change back
// (keyring-undo.ts). Nothing here opens one.
import type { KeyringChange } from '../schema/keyring.ts';
import type { Manifest } from '../schema/signed.ts';
import { schedule } from './alarms.ts';
import { putRows } from './backup-tables.ts';
import type { Caller, Person } from './caller.ts';
import { all, first } from './rows.ts';

const KEPT_MS = 30 * 24 * 3600 * 1000;

/** The tables a keyring is kept in, with their keys, and the column that holds what is sealed. Manifests are read from a version on. */
const TABLES: Readonly<Record<string, { key: readonly string[]; sealed?: string }>> = {
  manifests: { key: ['version'] },
  successions: { key: ['place'] },
  roots: { key: ['fingerprint'], sealed: 'sealed' },
  escrow_keys: { key: ['kid'], sealed: 'sealed' },
  old_statements: { key: ['kid', 'root'] },
  unlockers: { key: ['id'], sealed: 'sealed' },
  wraps: { key: ['unlocker', 'purpose', 'vault_epoch'], sealed: 'jwe' },
};

/** Every row of a keyring, as JSON by table and key; of the manifests those after a version. */
export type KeyringRows = { since: number; rows: Map<string, string> };

export function keyringRows(sql: SqlStorage, since: number): KeyringRows {
  const rows = new Map<string, string>();
  for (const [table, { key }] of Object.entries(TABLES)) {
    const where = table === 'manifests' ? `WHERE version > ${since}` : '';
    for (const row of all(sql, `SELECT * FROM ${table} ${where}`))
      rows.set(JSON.stringify([table, ...key.map((name) => row[name])]), JSON.stringify(row));
  }
  return { since, rows };
}

const split = (key: string): { table: string; values: (string | number)[] } => {
  const [table = '', ...values] = JSON.parse(key);
  return { table, values };
};

/** Whether something sealed is no longer there: another stands in its place, or nothing. */
function isReplaced(table: string, before: string, after: string | undefined): boolean {
  const column = TABLES[table]?.sealed;
  if (column === undefined) return false;
  const was = JSON.parse(before)[column];
  return was !== null && was !== (after === undefined ? null : JSON.parse(after)[column]);
}

/**
 * The caller's session where there is nobody else to wait for: no other person is an admin, nor was one within thirty days, and none has a way to
 * unlock with admin rights in any of these keyrings. Null: somebody is, or was. Whoever means harm would take the other admin away first.
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

/** Keeps what a change has replaced, and what it has added, so that it can be taken back. In the transaction of the change, after it. */
export function keepChange(
  storage: DurableObjectStorage,
  before: KeyringRows,
  { from, to, person, session, at }: Made,
): void {
  const { sql } = storage;
  const after = keyringRows(sql, before.since);
  const changed = [...new Set([...before.rows.keys(), ...after.rows.keys()])].filter(
    (key) => before.rows.get(key) !== after.rows.get(key),
  );
  const replaces = changed.some((key) => {
    const row = before.rows.get(key);
    return row !== undefined && isReplaced(split(key).table, row, after.rows.get(key));
  });
  const { place } = first<{ place: number }>(
    sql,
    `INSERT INTO keyring_changes (from_version, to_version, person, by, at, held, replaces, session_ends_at)
     VALUES (?, ?, ?, ?, ?, 1, ?, ?) RETURNING place`,
    ...[from, to, person.id, person.name, at, replaces ? 1 : 0, session],
  ) as { place: number };
  for (const key of changed)
    sql.exec('INSERT INTO kept_rows VALUES (?, ?, ?, ?)', place, split(key).table, key, before.rows.get(key) ?? null);
  schedule(storage, 'kept_keys', at + KEPT_MS);
}

/** Puts the rows of before a change back, and takes out what it added. In the caller's transaction. */
export function putBackRows(sql: SqlStorage, place: number): void {
  for (const { key, row } of all<{ key: string; row: string | null }>(
    sql,
    'SELECT key, row FROM kept_rows WHERE place = ?',
    place,
  )) {
    const { table, values } = split(key);
    const names = TABLES[table]?.key ?? [];
    if (row === null)
      sql.exec(`DELETE FROM ${table} WHERE ${names.map((name) => `${name} = ?`).join(' AND ')}`, ...values);
    else putRows(sql, table, row);
  }
}

type ChangeRow = {
  place: number;
  from_version: number;
  to_version: number;
  person: string;
  by: string;
  at: number;
  replaces: number;
  /** Of who made it, where they were the only admin. */
  session_ends_at: number | null;
};

/** Those that nothing after them was let go of. */
const HELD = `SELECT * FROM keyring_changes
  WHERE place > coalesce((SELECT place FROM keyring_changes WHERE held = 0 ORDER BY place DESC LIMIT 1), 0)`;

const publicChange = (row: ChangeRow): KeyringChange => ({
  ...{ change: row.place, from: row.from_version, version: row.to_version, by: row.by, at: row.at },
  ...{ until: row.at + KEPT_MS, replaces: row.replaces === 1 },
});

/** The changes that can still be taken back, oldest first. */
export const heldChanges = (sql: SqlStorage): KeyringChange[] =>
  all<ChangeRow>(sql, `${HELD} ORDER BY place`).map(publicChange);

/** How many of the oldest, and of the newest, are listed: whoever writes without end can bury neither the first of it nor the last. */
const LISTED_OF_EACH_END = 200;

/** Who would say that every key opens, and their session where they are the only admin. */
export type Speaker = { person: Pick<Person, 'id'>; session: number | null };

/** Whether one of this person's changes waits for another: then none of theirs goes by their own word, or what waits could not be undone alone. */
const someWaitsForAnother = (sql: SqlStorage, { id }: Speaker['person']): boolean =>
  first(sql, 'SELECT 1 FROM keyring_changes WHERE held = 1 AND person = ? AND session_ends_at IS NULL LIMIT 1', id) !==
  null;

/** Whose word lets go of what a change replaced. Pure. */
function waitsFor(row: ChangeRow, { person, session }: Speaker): KeyringChange['waitsFor'] {
  if (row.person !== person.id) return 'you';
  if (session === null) return 'another_admin';
  return row.session_ends_at === session ? 'your_next_sign_in' : 'you';
}

/** Those that are shown, oldest first, as one person sees them. */
export function listedChanges(sql: SqlStorage, { person, session }: Speaker): KeyringChange[] {
  const speaker = { person, session: someWaitsForAnother(sql, person) ? null : session };
  return all<ChangeRow>(
    sql,
    `SELECT * FROM (${HELD} ORDER BY place LIMIT ?1) UNION SELECT * FROM (${HELD} ORDER BY place DESC LIMIT ?1) ORDER BY place`,
    LISTED_OF_EACH_END,
  ).map((row) => ({ ...publicChange(row), waitsFor: waitsFor(row, speaker) }));
}

/** Whether something sealed that a change replaced is kept: nobody who counts has yet opened what took its place. */
export const someReplacedIsKept = (sql: SqlStorage): boolean =>
  first(sql, 'SELECT 1 FROM keyring_changes WHERE held = 1 AND replaces = 1 LIMIT 1') !== null;

/** Lets go of what is kept of these changes, for good. In the caller's transaction. */
function letGo(sql: SqlStorage, changes: readonly { place: number }[]): void {
  for (const { place } of changes) {
    sql.exec('UPDATE keyring_changes SET held = 0 WHERE place = ?', place);
    sql.exec('DELETE FROM kept_rows WHERE place = ?', place);
  }
}

/**
 * An unlocker has opened every key: what others' changes replaced goes at once, and what an only admin's own did, in other sessions. Answers
 * how many changes that were.
 */
export function letGoByWord(sql: SqlStorage, { person, session }: Speaker): number {
  const opened = all<{ place: number }>(
    sql,
    'SELECT place FROM keyring_changes WHERE held = 1 AND (person <> ? OR session_ends_at <> ?)',
    person.id,
    someWaitsForAnother(sql, person) ? null : session,
  );
  letGo(sql, opened);
  return opened.length;
}

/** A destroyed key does not come back: there is no way to before it. */
export const letGoOfAll = (sql: SqlStorage): void =>
  letGo(sql, all<{ place: number }>(sql, 'SELECT place FROM keyring_changes WHERE held = 1'));

/** How many changes one alarm lets go of; the next one takes the rest. */
const SLICE = 50;

/** After thirty days it goes, whoever has opened what. Idempotent: an alarm may repeat. */
export function letGoOfOld(storage: DurableObjectStorage, now: number): void {
  const { sql } = storage;
  const oldest = all<{ place: number; at: number }>(
    sql,
    'SELECT place, at FROM keyring_changes WHERE held = 1 ORDER BY place LIMIT ?',
    SLICE + 1,
  );
  const old = oldest.slice(0, SLICE).filter(({ at }) => at <= now - KEPT_MS);
  letGo(sql, old);
  const next = oldest[old.length];
  if (next) schedule(storage, 'kept_keys', Math.max(now, next.at + KEPT_MS));
}
