// A tenant's people as the object knows them: rows of the index it has adopted, and those whose leaving has begun.
// Removal counts in the object at once; the index follows, by alarm until it has.
import type { Leaver, Member, PersonRemoved, Role } from '../schema/person.ts';
import { type Refusal, refuse } from '../schema/refusal.ts';
import type { Manifest } from '../schema/signed.ts';
import { INDEX_RETRY_MS, schedule } from './alarms.ts';
import { record } from './audit.ts';
import type { Caller, Person } from './caller.ts';
import { head, keyHistory, manifestAt } from './keyring.ts';
import { all, first } from './rows.ts';

export type IndexedPerson = { id: string; email: string; role: Role };
type PersonRow = { id: string; email: string; role: Role; removed_at: number | null; indexed: number };

/** The tenant's active people in the index. */
export async function activePeople(index: D1Database, tenant: string): Promise<IndexedPerson[]> {
  const { results } = await index
    .prepare("SELECT id, lower(email) AS email, role FROM users WHERE tenant_id = ? AND status = 'active'")
    .bind(tenant)
    .all<IndexedPerson>();
  return results;
}

/** Takes over rows of the index that are not known yet, and their roles; whoever was removed here stays removed. */
export function adopt(sql: SqlStorage, people: readonly IndexedPerson[]): void {
  for (const { id, email, role } of people)
    sql.exec(
      `INSERT INTO people VALUES (?, ?, ?, NULL, 1)
       ON CONFLICT (id) DO UPDATE SET role = excluded.role WHERE removed_at IS NULL AND role <> excluded.role`,
      id,
      email,
      role,
    );
}

const member = (row: PersonRow): Member => ({
  id: row.id,
  email: row.email,
  role: row.role,
  removedAt: row.removed_at,
});

export const members = (sql: SqlStorage): Member[] =>
  all<PersonRow>(sql, 'SELECT * FROM people ORDER BY email, id').map(member);

export function findMember(sql: SqlStorage, id: string): Member | null {
  const row = first<PersonRow>(sql, 'SELECT * FROM people WHERE id = ?', id);
  return row && member(row);
}

/** Whether this person may be removed by that one. Pure. Null: yes. */
export function decideRemoval(people: readonly Member[], id: string, by: string): Refusal | null {
  const person = people.find((one) => one.id === id);
  if (!person) return refuse('unknown_person', 'The tenant has no person with this id.');
  if (person.removedAt !== null) return null;
  if (person.id === by)
    return refuse('not_yourself', 'Another admin has to remove you: your keys are replaced by theirs.');
  const admins = people.filter((one) => one.role === 'admin' && one.removedAt === null);
  return person.role === 'admin' && admins.length === 1
    ? refuse('last_admin', 'The last admin of a tenant cannot be removed.')
    : null;
}

/** Begins a leaver's act. In the caller's transaction. */
function remove(
  sql: SqlStorage,
  person: Member,
  latest: { version: number; fingerprint: string } | null,
  by: string,
  at: number,
): void {
  sql.exec('UPDATE people SET removed_at = ?, indexed = 0 WHERE id = ?', at, person.id);
  sql.exec('DELETE FROM grants WHERE person = ?', person.id);
  sql.exec(
    'INSERT INTO leavers VALUES (?, ?, ?, ?, ?, ?, ?)',
    person.id,
    person.email,
    person.role,
    at,
    by,
    latest?.version ?? 0,
    latest?.fingerprint ?? null,
  );
}

/** Writes removals that the index does not know yet; idempotent. Throws where D1 does not answer. */
export async function indexRemovals(sql: SqlStorage, index: D1Database, tenant: string): Promise<void> {
  for (const { id } of all<{ id: string }>(sql, 'SELECT id FROM people WHERE indexed = 0')) {
    await index
      .prepare("UPDATE users SET status = 'removed', version = version + 1 WHERE tenant_id = ? AND id = ?")
      .bind(tenant, id)
      .run();
    sql.exec('UPDATE people SET indexed = 1 WHERE id = ?', id);
  }
}

type LeaverRow = {
  person: string;
  email: string;
  role: Role;
  started_at: number;
  by: string;
  manifest_version: number;
  fingerprint: string | null;
};

/** What a role can fetch of the shared ways to unlock; the same rule as keyring.ts's `mayFetch`. */
const couldFetch = (role: Role): Leaver['couldFetch'] => ({ team: role !== 'auditor', recovery: role === 'admin' });

/** The unlockers of a manifest that a leaver had or could fetch. */
const theirs = (manifest: Manifest, { email, role }: LeaverRow): string[] =>
  manifest.unlockers
    .filter((one) => {
      if (one.owner !== null) return one.owner === email;
      return one.kind === 'recovery' ? couldFetch(role).recovery : couldFetch(role).team;
    })
    .map((one) => one.id);

/**
 * What a leaver could open when last they could open anything, and until when. Whoever was stripped of their unlockers first, and removed
 * later, may have kept the keys of then.
 */
function lastHad(sql: SqlStorage, row: LeaverRow): { ids: string[]; until: number } {
  let until = row.started_at;
  for (let version = row.manifest_version; version > 0; version--) {
    const kept = manifestAt(sql, version);
    const ids = kept ? theirs(kept.manifest, row) : [];
    if (ids.length > 0) return { ids, until };
    until = kept?.at ?? until;
  }
  return { ids: [], until };
}

/** Every leaver with what is left to do, which is read off the keyring and the secrets as they are: the act may stop anywhere. */
export function leavers(sql: SqlStorage): Leaver[] {
  const latest = head(sql);
  const keys = keyHistory(sql);
  return all<LeaverRow>(sql, 'SELECT * FROM leavers ORDER BY started_at, person').map((row) => {
    const { ids: had, until } = lastHad(sql, row);
    const kept = new Set(latest?.manifest.unlockers.map((one) => one.id));
    // The one that was active until then is the newest made before that.
    const known = keys.filter((key) => key.madeAt <= until);
    const active = keys.find((key) => key.state === 'active');
    return {
      person: row.person,
      email: row.email,
      role: row.role,
      startedAt: row.started_at,
      by: row.by,
      couldFetch: couldFetch(row.role),
      unlockersReplaced: !had.some((id) => kept.has(id)),
      escrowKeyReplaced: had.length === 0 || (active !== undefined && !known.includes(active)),
      rootReplaced: !couldFetch(row.role).recovery || latest === null || latest.fingerprint !== row.fingerprint,
      remaining: had.length === 0 ? 0 : known.reduce((sum, key) => sum + key.remaining, 0),
    };
  });
}

/** Removes a person: out at once, and what is left of the leaver's act stands in `leavers`. */
export function removePerson(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  indexed: readonly IndexedPerson[],
  id: string,
  now: number,
): PersonRemoved | Refusal {
  const { sql } = storage;
  return storage.transactionSync(() => {
    adopt(sql, indexed);
    const people = members(sql);
    const person = people.find((one) => one.id === id);
    const refusal = decideRemoval(people, id, caller.principal.id);
    if (refusal) return refusal;
    if (!person) throw new Error('decideRemoval lets no unknown person through');
    if (person.removedAt !== null) return { person: id, removedAt: person.removedAt };
    remove(sql, person, head(sql), caller.principal.name, now);
    record(sql, caller.tenant, caller, now, {
      action: 'person.removed',
      subject: id,
      detail: { email: person.email, role: person.role },
    });
    schedule(storage, 'people', now + INDEX_RETRY_MS);
    return { person: id, removedAt: now };
  });
}
