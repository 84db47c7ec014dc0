// Grants on their way: made by people's browsers, and not yet signed by an admin. One waits per person; a new request
// takes its place.

import { RIGHTS_OF } from '../../schema/facts/roles.ts';
import type { Grant, GrantList, GrantRequest, GrantsQuery } from '../../schema/grant.ts';
import type { UnlockerActed } from '../../schema/keyring.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import type { Manifest, VaultPurpose } from '../../schema/signed.ts';
import { record } from '../audit/audit.ts';
import type { Caller, Person } from '../core/caller.ts';
import { listenerOf } from '../core/changes.ts';
import { all, first } from '../core/rows.ts';

type GrantRow = {
  id: string;
  person: string;
  email: string;
  role: Grant['role'];
  kind: Grant['kind'];
  label: string;
  jwk: string;
  requested_at: number;
  /** With spaces between; null where it was asked for before requests named them. */
  rights: string | null;
};

const publicGrant = (row: GrantRow): Grant => ({
  id: row.id,
  email: row.email,
  role: row.role,
  kind: row.kind,
  label: row.label,
  rights: row.rights === null ? null : (row.rights.split(' ') as VaultPurpose[]),
  jwk: JSON.parse(row.jwk),
  requestedAt: row.requested_at,
});

const COLUMNS = 'id, person, email, role, kind, label, jwk, requested_at, rights';

/** The columns that a manifest names; never the sealed halves. */
export const grantsNamed = (sql: SqlStorage, { unlockers }: Pick<Manifest, 'unlockers'>): Grant[] =>
  all<GrantRow>(
    sql,
    `SELECT ${COLUMNS} FROM grants WHERE id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(unlockers.map((one) => one.id)),
  ).map(publicGrant);

/** Those of one person: there is one at most. */
const ownGrants = (sql: SqlStorage, person: string): Grant[] =>
  all<GrantRow>(sql, `SELECT ${COLUMNS} FROM grants WHERE person = ?`, person).map(publicGrant);

/**
 * The grants that wait for an admin's signature: all of them for an admin, a page at a time; their own for anybody
 * else.
 */
export function listGrants(sql: SqlStorage, person: Person, { after, limit }: GrantsQuery): GrantList {
  if (person.role !== 'admin') return { grants: ownGrants(sql, person.id), next: null };
  const [at = '-1', id = ''] = after?.split('/') ?? [];
  const rows = all<GrantRow>(
    sql,
    `SELECT ${COLUMNS} FROM grants WHERE (requested_at, id) > (?, ?) ORDER BY requested_at, id LIMIT ?`,
    Number(at),
    id,
    limit + 1,
  );
  const grants = rows.slice(0, limit).map(publicGrant);
  const last = rows.length > limit ? grants.at(-1) : undefined;
  return { grants, next: last ? `${last.requestedAt}/${last.id}` : null };
}

/** How many wait; at most a thousand are counted. */
export const grantsWaiting = (sql: SqlStorage): number =>
  first<{ waiting: number }>(sql, 'SELECT count(*) AS waiting FROM (SELECT 1 FROM grants LIMIT 1000)')?.waiting ?? 0;

/** Whoever has waited longest; null: nobody waits. */
export const firstWaiting = (sql: SqlStorage): string | null =>
  first<{ email: string }>(sql, 'SELECT email FROM grants ORDER BY requested_at, id LIMIT 1')?.email ?? null;

export const findGrant = (sql: SqlStorage, id: string): (Grant & { person: string }) | null => {
  const row = first<GrantRow>(sql, `SELECT ${COLUMNS} FROM grants WHERE id = ?`, id);
  return row && { ...publicGrant(row), person: row.person };
};

/** Whether a request holds together, and its id is nobody's. Pure but for one read. Null: it may be kept. */
export function decideGrant(sql: SqlStorage, { unlocker, half }: GrantRequest, person: Person): Refusal | null {
  const wrong = (field: string, message: string) =>
    refuse('invalid_body', `${field}: ${message}.`, [{ field, message }]);
  if (half.id !== unlocker.id) return wrong('half.id', 'must be the id of the unlocker');
  const kdf = { passphrase: 'argon2id', passkey: 'webauthn-prf', recovery: null }[unlocker.kind];
  if (half.kdf.name !== kdf || half.set !== undefined) return wrong('half.kdf', 'must be that of a personal unlocker');
  if (unlocker.rights.join(' ') !== RIGHTS_OF[person.role].join(' '))
    return wrong('unlocker.rights', 'must be those of your role');
  const taken =
    first(sql, 'SELECT 1 FROM unlockers WHERE id = ?', unlocker.id) ??
    first(sql, 'SELECT 1 FROM grants WHERE id = ? AND person <> ?', unlocker.id, person.id);
  return taken ? wrong('unlocker.id', 'must be a new one') : null;
}

/** Takes out what a person has asked for. In the caller's transaction. */
export const dropGrants = (sql: SqlStorage, person: string): void => {
  sql.exec('DELETE FROM grants WHERE person = ?', person);
  listenerOf(sql)?.grantsChanged();
};

/** Keeps a request for access until an admin signs or declines it. */
export function requestGrant(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  request: GrantRequest,
  now: number,
): UnlockerActed | Refusal {
  const { sql } = storage;
  const { principal: person } = caller;
  const refusal = decideGrant(sql, request, person);
  if (refusal) return refusal;
  const { unlocker, half } = request;
  return storage.transactionSync(() => {
    dropGrants(sql, person.id);
    sql.exec(
      'INSERT INTO grants VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      unlocker.id,
      person.id,
      person.name,
      person.role,
      unlocker.kind,
      unlocker.label,
      JSON.stringify(unlocker.jwk),
      JSON.stringify(half),
      now,
      unlocker.rights.join(' '),
    );
    record(sql, caller.tenant, caller, now, {
      action: 'grant.requested',
      subject: unlocker.id,
      detail: { kind: unlocker.kind, rights: unlocker.rights.join(' ') },
    });
    return { unlocker: unlocker.id };
  });
}

/** Takes a request back: its owner, or an admin who declines it. */
export function declineGrant(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  id: string,
  now: number,
): UnlockerActed | Refusal {
  const { sql } = storage;
  const grant = findGrant(sql, id);
  const { principal } = caller;
  if (!grant || (principal.role !== 'admin' && grant.person !== principal.id))
    return refuse('unknown_grant', 'No request for access with this id waits.');
  return storage.transactionSync(() => {
    sql.exec('DELETE FROM grants WHERE id = ?', id);
    listenerOf(sql)?.grantsChanged();
    record(sql, caller.tenant, caller, now, {
      action: 'grant.declined',
      subject: id,
      detail: { person: grant.person },
    });
    return { unlocker: id };
  });
}

/** Takes out those that a manifest now names, with their sealed halves, which nobody else was ever allowed to see. */
export function takeGrant(sql: SqlStorage, named: readonly string[]): { id: string; half: string }[] {
  const taken = all<{ id: string; half: string }>(
    sql,
    'DELETE FROM grants WHERE id IN (SELECT value FROM json_each(?)) RETURNING id, half',
    JSON.stringify(named),
  );
  if (taken.length > 0) listenerOf(sql)?.grantsChanged();
  return taken;
}
