// Decides whom a restore lets in. A bucket is not signed: an attacker who alters it could write a person or a token
// into a chunk. So nobody gets in unless the index or the chain knows them, and the chain is believed only where the
// index vouches for the backup's hash.

import type { AuditAction, AuditEntry } from '../../schema/audit.ts';
import { ROLE_RANK } from '../../schema/facts/roles.ts';
import type { Role } from '../../schema/person.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import { all } from '../core/rows.ts';
import type { IndexedPerson, IndexedToken } from '../outbox/index-rows.ts';
import { addFirstAdmin } from '../people/people.ts';

/** What the index says of the tenant. `vouched`: it has the hash of this very manifest. */
export type IndexWord = { people: readonly IndexedPerson[]; tokens: readonly IndexedToken[]; vouched: boolean };

export type Admitted = { peopleLeftOut: number; tokensLeftOut: number; firstAdmin: string | null };

type PersonRow = { id: string; email: string; role: Role; removed_at: number | null };
type TokenRow = { id: string; hash: string };
type Ids = ReadonlySet<string>;

const OF_PEOPLE: ReadonlySet<AuditAction> = new Set<AuditAction>([
  ...(['person.added', 'person.role_changed', 'person.removed', 'tenant.created'] as const),
]);
const OF_TOKENS: ReadonlySet<AuditAction> = new Set<AuditAction>(['token.issued', 'token.rotated', 'token.revoked']);

/**
 * Keeps the people who acted or were acted upon, and the tokens, in a stretch of the chain that was put in: each call
 * walks one slice.
 */
export function noteKnown(sql: SqlStorage, entries: readonly AuditEntry[]): void {
  const done = entries.filter((one) => one.outcome === 'done');
  const actors = (kind: AuditEntry['principal']['kind']) =>
    entries.flatMap(({ principal }) => (principal.kind === kind ? principal.id : []));
  const subjects = (actions: ReadonlySet<AuditAction>) =>
    done.flatMap(({ action, subject, detail }) =>
      actions.has(action) ? String(action === 'tenant.created' ? detail.person : subject) : [],
    );
  const keep = (kind: 'person' | 'token', ids: readonly string[]) =>
    sql.exec('INSERT OR IGNORE INTO restore_known SELECT ?, value FROM json_each(?)', kind, JSON.stringify(ids));
  keep('person', [...actors('person'), ...subjects(OF_PEOPLE)]);
  keep('token', [...actors('machine'), ...subjects(OF_TOKENS)]);
}

/** Everybody, and every token, that the whole chain knows. */
function chainKnows(sql: SqlStorage): { people: Ids; tokens: Ids } {
  const ids = (kind: 'person' | 'token') =>
    new Set(all<{ id: string }>(sql, 'SELECT id FROM restore_known WHERE kind = ?', kind).map(({ id }) => id));
  return { people: ids('person'), tokens: ids('token') };
}

/** Whether anybody who may act as an admin is left. The lower of the index's word and the object's counts. Pure. */
function hasAdmin(kept: readonly PersonRow[], { people }: IndexWord): boolean {
  const isAdmin = (role: Role) => ROLE_RANK[role] === ROLE_RANK.admin;
  const indexed = new Map(people.map((one) => [one.id, one]));
  const ours = new Set(kept.map((one) => one.id));
  return (
    kept.some((row) => {
      const there = indexed.get(row.id);
      return (
        row.removed_at === null && isAdmin(row.role) && (!there || (there.status === 'active' && isAdmin(there.role)))
      );
    }) || people.some((one) => !ours.has(one.id) && one.status === 'active' && isAdmin(one.role))
  );
}

/**
 * Takes everybody who is not known out of what was put in, and lets the first admin in where nobody else would be.
 * Refuses first_admin_needed where none is named; then nothing has changed. In the transaction that finishes the
 * restore.
 */
export function admit(
  storage: DurableObjectStorage,
  word: IndexWord,
  firstAdmin: string | undefined,
  now: number,
): Admitted | Refusal {
  const { sql } = storage;
  const chain = word.vouched ? chainKnows(sql) : { people: new Set<string>(), tokens: new Set<string>() };
  const people = all<PersonRow>(sql, 'SELECT id, email, role, removed_at FROM people');
  const tokens = all<TokenRow>(sql, 'SELECT id, hash FROM tokens');
  const [indexedPeople, indexedTokens] = [
    new Map(word.people.map((one) => [one.id, one])),
    new Map(word.tokens.map((one) => [one.id, one])),
  ];
  const comesIn = ({ id, email }: PersonRow) => chain.people.has(id) || indexedPeople.get(id)?.email === email;
  const kept = people
    .filter(comesIn)
    .map((row) => (word.vouched ? row : { ...row, role: indexedPeople.get(row.id)?.role ?? row.role }));
  const keptTokens = tokens.filter(({ id, hash }) => chain.tokens.has(id) || indexedTokens.get(id)?.hash === hash);
  const alone = !hasAdmin(kept, word);
  if (alone && firstAdmin === undefined)
    return refuse(
      'first_admin_needed',
      'Neither the index nor a backup that it vouches for names an admin: ask again with firstAdmin, an address; nothing else is to be repeated.',
    );
  const gone = (rows: readonly { id: string }[], stay: readonly { id: string }[]) => {
    const ids = new Set(stay.map((one) => one.id));
    return JSON.stringify(rows.map((one) => one.id).filter((id) => !ids.has(id)));
  };
  sql.exec('DELETE FROM people WHERE id IN (SELECT value FROM json_each(?))', gone(people, kept));
  sql.exec('DELETE FROM tokens WHERE id IN (SELECT value FROM json_each(?))', gone(tokens, keptTokens));
  // The outbox came out of the bucket too: people and tokens are sent to the index anew, the rest only where the index
  // vouches for it.
  sql.exec(word.vouched ? "DELETE FROM outbox WHERE what IN ('person', 'token')" : 'DELETE FROM outbox');
  if (!word.vouched) followIndex(sql, word);
  if (alone && firstAdmin !== undefined) {
    sql.exec('DELETE FROM people WHERE email = ?', firstAdmin);
    addFirstAdmin(storage, firstAdmin, now);
  }
  return {
    peopleLeftOut: people.length - kept.length,
    tokensLeftOut: tokens.length - keptTokens.length,
    firstAdmin: alone ? (firstAdmin ?? null) : null,
  };
}

/** A backup that nobody vouches for must not win over a row of the index by a higher version. */
function followIndex(sql: SqlStorage, { people, tokens }: IndexWord): void {
  // One below, where they were removed: adopting the row then removes them here too, with all that belongs to it.
  for (const { id, role, status, version } of people)
    sql.exec(
      'UPDATE people SET role = ?, version = ? WHERE id = ?',
      role,
      status === 'removed' ? version - 1 : version,
      id,
    );
  for (const { id, expiresAt, revokedAt, version } of tokens)
    sql.exec(
      'UPDATE tokens SET expires_at = ?, revoked_at = coalesce(revoked_at, ?), version = ? WHERE id = ?',
      expiresAt,
      revokedAt,
      version,
      id,
    );
}
