// Whether the tenant is suspended. The object decides and puts it on record; its row in the index follows by the outbox. A status that
// raw SQL has changed there is taken over, on record too.
import type { TenantStatus, TenantSuspension } from '../../schema/operator.ts';
import { record } from '../audit/audit.ts';
import { dueAt, schedule } from '../core/alarms.ts';
import { type Actor, type Caller, type Operator, SYSTEM } from '../core/caller.ts';
import { listenerOf } from '../core/changes.ts';
import { remembered } from '../core/memory.ts';
import { first } from '../core/rows.ts';
import type { IndexedTenant } from '../outbox/index-rows.ts';
import { isOut, put } from '../outbox/outbox.ts';

type SuspensionRow = IndexedTenant & { since_at: number; reason: string };

const SET_IN_THE_INDEX = 'set in the index';
/** How soon a tenant that turns somebody away checks whether SQL has resumed it. */
const LOOK_AGAIN_MS = 15_000;

const readSuspension = (sql: SqlStorage): SuspensionRow | null =>
  remembered(sql, 'standing', ['standing'], () => first<SuspensionRow>(sql, 'SELECT * FROM standing'));

export const isSuspended = (sql: SqlStorage): boolean => readSuspension(sql)?.status === 'suspended';

export const statusOf = (sql: SqlStorage): TenantStatus => readSuspension(sql)?.status ?? 'active';

/**
 * Whether the index's word is newer than the object's. Pure. It is not while the object's own word is still on its way
 * there (`out`), nor if the row that was read is older than what the object wrote.
 */
export function isNewer(known: IndexedTenant | null, out: boolean, indexed: IndexedTenant): boolean {
  if (known === null) return indexed.status !== 'active';
  return !out && indexed.version >= known.version && indexed.status !== known.status;
}

const keep = (sql: SqlStorage, row: SuspensionRow): void => {
  sql.exec('DELETE FROM standing');
  sql.exec('INSERT INTO standing VALUES (?, ?, ?, ?)', row.status, row.since_at, row.reason, row.version);
  if (row.status === 'suspended') listenerOf(sql)?.tenantClosed('suspended');
};

const putOnRecord = (sql: SqlStorage, tenant: string, actor: Actor, row: SuspensionRow): void => {
  const action = row.status === 'suspended' ? 'tenant.suspended' : 'tenant.resumed';
  const detail: Record<string, string> = row.reason ? { reason: row.reason } : {};
  record(sql, tenant, actor, row.since_at, { action, subject: tenant, detail });
};

/** Takes over a status that raw SQL has set. In the caller's transaction. */
export function adopt(sql: SqlStorage, tenant: string, { status, version }: IndexedTenant, now: number): void {
  if (!isNewer(readSuspension(sql), isOut(sql, 'tenant', tenant), { status, version })) return;
  const row: SuspensionRow = { status, version, since_at: now, reason: SET_IN_THE_INDEX };
  keep(sql, row);
  putOnRecord(sql, tenant, SYSTEM, row);
}

/** Suspends or resumes: here and on record first, the index follows. Repeated, it changes nothing and answers the same. */
export function setSuspension(
  storage: DurableObjectStorage,
  caller: Caller<Operator>,
  indexed: IndexedTenant,
  wanted: { status: TenantStatus; reason: string },
  now: number,
): TenantSuspension {
  const { sql } = storage;
  const { tenant } = caller;
  return storage.transactionSync(() => {
    adopt(sql, tenant, indexed, now);
    const known = readSuspension(sql);
    if ((known?.status ?? 'active') === wanted.status)
      return { id: tenant, status: wanted.status, since: known?.since_at ?? bornAt(sql) };
    const version = Math.max(known?.version ?? 0, indexed.version) + 1;
    const row: SuspensionRow = { ...wanted, since_at: now, version };
    keep(sql, row);
    put(storage, 'tenant', { id: tenant, status: row.status, version }, now);
    putOnRecord(sql, tenant, caller, row);
    return { id: tenant, status: wanted.status, since: now };
  });
}

const bornAt = (sql: SqlStorage): number =>
  first<{ initialized_at: number }>(sql, 'SELECT initialized_at FROM identity')?.initialized_at ?? 0;

/** While suspended, raw SQL may have resumed the tenant: the alarm looks. In the caller's transaction. */
export function lookAgain(storage: DurableObjectStorage, now: number): void {
  if (dueAt(storage.sql, 'standing') === null) schedule(storage, 'standing', now + LOOK_AGAIN_MS);
}
