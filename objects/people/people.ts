// A tenant's people: rows of the index that the object has adopted, and those it made. From adoption on its row wins. A change counts
// here at once; the index follows by the outbox.
import { randomUUID } from 'node:crypto';
import { ROLE_RANK } from '../../schema/facts/roles.ts';
import type { Member, PersonAdd, PersonRemoved, Role } from '../../schema/person.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import { record } from '../audit/audit.ts';
import { type Acting, type Caller, type Person, SYSTEM } from '../core/caller.ts';
import { listenerOf } from '../core/changes.ts';
import { remembered } from '../core/memory.ts';
import { all, first } from '../core/rows.ts';
import { dropGrants } from '../keyring/grants.ts';
import { type IndexedPerson, isWhole } from '../outbox/index-rows.ts';
import { put, settled } from '../outbox/outbox.ts';
import { begin } from './leavers.ts';

/** How many people a tenant may ever have had: an act on one of them is decided by looking at all. */
export const PEOPLE_MAX = 5_000;

type PersonRow = { id: string; email: string; role: Role; removed_at: number | null; version: number };

/**
 * The tenant's people as the index has them, null where it does not answer; `before` is what it was known to have when
 * it was asked.
 */
export type Index = { rows: readonly IndexedPerson[] | null; before: ReadonlyMap<string, number> };

/** What the index was known to have before it is asked: noted, so that a change meanwhile is not mistaken for SQL's. */
export const known = (sql: SqlStorage): Map<string, number> => settled(sql, 'person', 'people');

/**
 * Takes over rows of SQL that are not known yet. Of a known one only the version counts, so that ours are higher, and a
 * removal in a later version than ours: the object was put back to before it, and the person is out here too. In the
 * caller's transaction.
 */
export function adopt(sql: SqlStorage, tenant: string, rows: readonly IndexedPerson[], now: number): void {
  for (const { id, email, role, status, version } of rows) {
    const row = first<PersonRow>(sql, 'SELECT * FROM people WHERE id = ?', id);
    if (row && row.version < version) {
      sql.exec('UPDATE people SET version = ? WHERE id = ?', version, id);
      if (status === 'removed' && row.removed_at === null) removedBefore(sql, tenant, member(row, false), now);
    }
    if (status === 'removed') listenerOf(sql)?.personChanged(id);
    if (row || status === 'removed') continue;
    // SQL gave the address to another id: the earlier id can no longer be in the index.
    sql.exec('DELETE FROM people WHERE email = ? AND removed_at IS NULL', email);
    sql.exec('INSERT INTO people VALUES (?, ?, ?, NULL, ?)', id, email, role, version);
  }
}

/** Removes a person whose removal this object has forgotten: what they could open is open to them again, so the leaver's act begins anew. */
function removedBefore(sql: SqlStorage, tenant: string, person: Member, now: number): void {
  const { id, email, role } = person;
  sql.exec('UPDATE people SET removed_at = ? WHERE id = ?', now, id);
  listenerOf(sql)?.personChanged(id);
  dropGrants(sql, id);
  begin(sql, person, null, SYSTEM.principal.name, now);
  record(sql, tenant, SYSTEM, now, { action: 'person.removed', subject: id, detail: { email, role } });
}

const indexed = ({ id, email, role, removed_at, version }: PersonRow): IndexedPerson => ({
  id,
  email,
  role,
  version,
  status: removed_at === null ? 'active' : 'removed',
});

const member = (row: PersonRow, missing: boolean): Member => ({
  id: row.id,
  email: row.email,
  role: row.role,
  removedAt: row.removed_at,
  missing,
});

/** By address. There are no more, unless SQL has made them. */
const allPeople = (sql: SqlStorage): PersonRow[] =>
  all<PersonRow>(sql, 'SELECT * FROM people ORDER BY email, id LIMIT ?', PEOPLE_MAX);

/** Everybody who is or was a member, including those who are new to the object. In a transaction: it adopts. */
export function members(sql: SqlStorage, tenant: string, { rows, before }: Index, now: number): Member[] {
  // As they were when the index was asked, or as changed since: adopting is not a change of ours.
  const own = new Map(allPeople(sql).map((row) => [row.id, row.version]));
  if (rows) adopt(sql, tenant, rows, now);
  const active =
    rows && isWhole(rows) ? new Set(rows.filter((row) => row.status === 'active').map((row) => row.id)) : null;
  const people = allPeople(sql).map((row) =>
    member(
      row,
      active !== null &&
        row.removed_at === null &&
        !active.has(row.id) &&
        before.has(row.id) &&
        before.get(row.id) === own.get(row.id),
    ),
  );
  for (const { id, missing } of people) if (missing) listenerOf(sql)?.personChanged(id);
  return people;
}

/** In the order of SQLite, which compares bytes. */
const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Where a page ends: a place in the order and not a row, since SQL may take away the person who stands there. */
export const cursorAt = ({ email, id }: Pick<Member, 'email' | 'id'>): string =>
  Buffer.from(JSON.stringify([email, id])).toString('base64url');

/** How many stand before the place behind this cursor; null where it is not ours. */
export function countBefore(people: readonly Member[], cursor: string): number | null {
  const place = placeAt(cursor);
  if (place === null) return null;
  const [email, id] = place;
  const behind = people.findIndex((one) => (compare(one.email, email) || compare(one.id, id)) > 0);
  return behind < 0 ? people.length : behind;
}

function placeAt(cursor: string): readonly [email: string, id: string] | null {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (!Array.isArray(place) || place.length !== 2) return null;
    const [email, id] = place;
    return typeof email === 'string' && typeof id === 'string' ? [email, id] : null;
  } catch {
    return null;
  }
}

/** How many there are, as far as the object knows. */
export const countMembers = (sql: SqlStorage): number => allPeople(sql).filter((row) => row.removed_at === null).length;

export const findMember = (sql: SqlStorage, id: string): Member | null =>
  remembered(sql, `person ${id}`, ['people'], () => {
    const row = first<PersonRow>(sql, 'SELECT * FROM people WHERE id = ?', id);
    return row && member(row, false);
  });

const unknownPerson = () => refuse('unknown_person', 'The tenant has no person with this id.');

const isLastAdmin = (people: readonly Member[], person: Member): boolean =>
  person.role === 'admin' &&
  !people.some((one) => one.id !== person.id && one.role === 'admin' && one.removedAt === null && !one.missing);

/** Whether one person may remove the other. Pure. Null: yes. */
export function decideRemoval(people: readonly Member[], id: string, by: string): Refusal | null {
  const person = people.find((one) => one.id === id);
  if (!person) return unknownPerson();
  if (person.removedAt !== null) return null;
  if (isLastAdmin(people, person)) return refuse('last_admin', 'The last admin of a tenant cannot be removed.');
  return person.id === by
    ? refuse('not_yourself', 'Another admin has to remove you: your keys are replaced by theirs.')
    : null;
}

/** Whether one person may give the other that role. Pure. Null: yes. */
export function decideRole(people: readonly Member[], id: string, role: Role, by: string): Refusal | null {
  const person = people.find((one) => one.id === id);
  if (!person || person.removedAt !== null || person.missing) return unknownPerson();
  if (person.role === role) return null;
  if (isLastAdmin(people, person)) return refuse('last_admin', 'The last admin of a tenant stays an admin.');
  return person.id === by ? refuse('not_yourself', 'Another admin has to change your role.') : null;
}

/** Keeps a person's row in its next version and puts it out for the index. In the caller's transaction. */
function keep(
  storage: DurableObjectStorage,
  person: Pick<Member, 'id' | 'email' | 'role' | 'removedAt'>,
  now: number,
): void {
  const { sql } = storage;
  const { id, email, role, removedAt } = person;
  const row = first<PersonRow>(
    sql,
    `INSERT INTO people VALUES (?, ?, ?, ?, 1) ON CONFLICT (id) DO UPDATE SET
       role = excluded.role, removed_at = excluded.removed_at, version = version + 1 RETURNING *`,
    id,
    email,
    role,
    removedAt,
  );
  if (!row) throw new Error('an upsert returns its row');
  put(storage, 'person', indexed(row), now);
  listenerOf(sql)?.personChanged(id);
}

/** Puts the next people out again, unchanged; answers the last one's id, null at the end. In the caller's transaction. */
export function putOutFrom(storage: DurableObjectStorage, after: string, limit: number, now: number): string | null {
  const rows = all<PersonRow>(storage.sql, 'SELECT * FROM people WHERE id > ? ORDER BY id LIMIT ?', after, limit);
  for (const row of rows) put(storage, 'person', { ...indexed(row), again: true }, now);
  return rows.length === limit ? (rows.at(-1)?.id ?? null) : null;
}

/** The first admin of a tenant that is being created; answers their id. In the caller's transaction, which records it. */
export function addFirstAdmin(storage: DurableObjectStorage, email: string, now: number): string {
  const id = randomUUID();
  keep(storage, { id, email, role: 'admin', removedAt: null }, now);
  return id;
}

/** Adds a person by address. One who was removed comes back under their old id. */
export function addPerson(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  { email, role }: PersonAdd,
  index: Index & { rows: readonly IndexedPerson[] },
  now: number,
): Member | Refusal {
  const { sql } = storage;
  return storage.transactionSync(() => {
    const same = members(sql, caller.tenant, index, now).filter((one) => one.email === email);
    if (same.some((one) => one.removedAt === null && !one.missing))
      return refuse('already_member', 'Change their role instead.');
    if (same.length === 0 && allPeople(sql).length >= PEOPLE_MAX)
      return refuse('too_many_people', `A tenant has at most ${PEOPLE_MAX} people, those who left included.`);
    const old = index.rows.find((row) => row.email === email);
    const id = same[0]?.id ?? old?.id ?? randomUUID();
    // A row that only SQL knew, and had removed: versions go on from its own.
    if (!same[0] && old) sql.exec('INSERT INTO people VALUES (?, ?, ?, ?, ?)', id, email, role, now, old.version);
    keep(storage, { id, email, role, removedAt: null }, now);
    record(sql, caller.tenant, caller, now, { action: 'person.added', subject: id, detail: { email, role } });
    return { id, email, role, removedAt: null, missing: false };
  });
}

/** Gives a person another role. A lower one begins a leaver's act: they hold keys that they may no longer use. */
export function changeRole(
  { storage, caller, now }: Acting<Person>,
  index: Index,
  id: string,
  role: Role,
): Member | Refusal {
  const { sql } = storage;
  return storage.transactionSync(() => {
    const people = members(sql, caller.tenant, index, now);
    const refusal = decideRole(people, id, role, caller.principal.id);
    if (refusal) return refusal;
    const person = people.find((one) => one.id === id);
    if (!person) throw new Error('decideRole lets no unknown person through');
    if (person.role === role) return person;
    keep(storage, { ...person, role }, now);
    // They made their request in another role.
    dropGrants(sql, id);
    if (ROLE_RANK[role] < ROLE_RANK[person.role]) begin(sql, person, role, caller.principal.name, now);
    record(sql, caller.tenant, caller, now, {
      action: 'person.role_changed',
      subject: id,
      detail: { email: person.email, from: person.role, to: role },
    });
    return { ...person, role };
  });
}

/** Removes a person: they are out at once, and the rest of the leaver's act is in `leavers`. */
export function removePerson(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  index: Index,
  id: string,
  now: number,
): PersonRemoved | Refusal {
  const { sql } = storage;
  return storage.transactionSync(() => {
    const people = members(sql, caller.tenant, index, now);
    const person = people.find((one) => one.id === id);
    const refusal = decideRemoval(people, id, caller.principal.id);
    if (refusal) return refusal;
    if (!person) throw new Error('decideRemoval lets no unknown person through');
    if (person.removedAt !== null) return { person: id, removedAt: person.removedAt };
    keep(storage, { ...person, removedAt: now }, now);
    dropGrants(sql, id);
    begin(sql, person, null, caller.principal.name, now);
    record(sql, caller.tenant, caller, now, {
      action: 'person.removed',
      subject: id,
      detail: { email: person.email, role: person.role },
    });
    return { person: id, removedAt: now };
  });
}
