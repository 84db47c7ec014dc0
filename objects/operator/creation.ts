// How a tenant that an operator created began: its name and its first admin, kept so that a resend gets the same answer.
import type { TenantCreated } from '../../schema/operator.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import { record } from '../audit/audit.ts';
import type { Caller, Operator } from '../core/caller.ts';
import { first } from '../core/rows.ts';
import { read } from '../fleet/counters.ts';
import { addFirstAdmin } from '../people/people.ts';

/** `row`: the tenant's row in the index, which the Worker wrote or found. `firstAdmin`: a lower-case email. */
export type TenantWanted = { row: { name: string; createdAt: number }; name: string; firstAdmin: string };
type CreationRow = { name: string; created_at: number; person: string; email: string };

const readCreation = (sql: SqlStorage): CreationRow | null => first<CreationRow>(sql, 'SELECT * FROM creation');

/** Whether the index knows any person or token of this tenant: then somebody else has made it. */
export async function isInUse(index: D1Database, tenant: string): Promise<boolean> {
  const found = await index
    .prepare('SELECT 1 FROM users WHERE tenant_id = ?1 UNION ALL SELECT 1 FROM api_tokens WHERE tenant_id = ?1 LIMIT 1')
    .bind(tenant)
    .first();
  return found !== null;
}

/**
 * The outcome of a create. Pure: `known` is what an earlier one left, `inUse` whether anything of the tenant exists
 * without one. An operator must not become an admin of a tenant that others made by creating it again.
 */
export function decideCreation(
  wanted: TenantWanted,
  known: Pick<CreationRow, 'name' | 'email'> | null,
  inUse: boolean,
): Refusal | 'create' | 'answer_again' {
  const conflict = (detail: string) => refuse('tenant_conflict', detail);
  if (wanted.row.name !== wanted.name) return conflict('id: a tenant with this id exists under another name.');
  if (known === null) return inUse ? conflict('id: a tenant with this id is in use.') : 'create';
  return known.name === wanted.name && known.email === wanted.firstAdmin
    ? 'answer_again'
    : conflict('id: a tenant with this id was created with another first admin.');
}

/** Puts a tenant's creation on record, with its first admin; a resend answers the same and writes nothing. */
export function createTenant(
  storage: DurableObjectStorage,
  caller: Caller<Operator>,
  wanted: TenantWanted,
  indexInUse: boolean,
  now: number,
): { created: boolean; tenant: TenantCreated } | Refusal {
  const { sql } = storage;
  return storage.transactionSync(() => {
    const known = readCreation(sql);
    const decision = decideCreation(wanted, known, indexInUse || hasLife(sql));
    if (typeof decision !== 'string') return decision;
    if (known) return { created: false, tenant: answer(caller.tenant, known) };
    const { name, firstAdmin: email } = wanted;
    const row: CreationRow = {
      name,
      created_at: wanted.row.createdAt,
      person: addFirstAdmin(storage, email, now),
      email,
    };
    sql.exec('INSERT INTO creation VALUES (?, ?, ?, ?)', name, row.created_at, row.person, email);
    record(sql, caller.tenant, caller, now, {
      action: 'tenant.created',
      subject: caller.tenant,
      detail: { name, firstAdmin: email, person: row.person },
    });
    return { created: true, tenant: answer(caller.tenant, row) };
  });
}

const hasLife = (sql: SqlStorage): boolean =>
  first(sql, 'SELECT 1 FROM people UNION ALL SELECT 1 FROM manifests LIMIT 1') !== null || read(sql)('machines') > 0;

const answer = (id: string, row: CreationRow): TenantCreated => ({
  id,
  name: row.name,
  createdAt: row.created_at,
  firstAdmin: { id: row.person, email: row.email },
});

/** When the object became this tenant's, ms since the epoch. */
export const initializedAt = (sql: SqlStorage): number | null =>
  first<{ at: number }>(sql, 'SELECT initialized_at AS at FROM identity')?.at ?? null;
