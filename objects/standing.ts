// Whether the tenant is suspended. The object decides and puts it on record; its row in the index follows, by alarm until it has.
// A status that raw SQL has changed there is taken over, on record too.
import type { TenantStanding, TenantStatus } from '../schema/operator.ts';
import { INDEX_RETRY_MS, isDue, schedule } from './alarms.ts';
import { record } from './audit.ts';
import { type Actor, type Caller, type Operator, SYSTEM } from './caller.ts';
import { first } from './rows.ts';

/** The tenant's row in the index. `version` grows with every change of the status that the object or our tools write. */
export type IndexedStanding = { status: TenantStatus; version: number };
type StandingRow = IndexedStanding & { since_at: number; reason: string; indexed: number };

const SET_IN_THE_INDEX = 'set in the index';

const readStanding = (sql: SqlStorage): StandingRow | null => first<StandingRow>(sql, 'SELECT * FROM standing');

export const isSuspended = (sql: SqlStorage): boolean => readStanding(sql)?.status === 'suspended';

export const statusOf = (sql: SqlStorage): TenantStatus => readStanding(sql)?.status ?? 'active';

/**
 * Whether the index's word is newer than the object's. Pure. Not while the object's own word is still on its way there, and not
 * where what was read is older than what the object wrote.
 */
export function isNewer(known: Pick<StandingRow, 'status' | 'version' | 'indexed'> | null, indexed: IndexedStanding) {
  if (known === null) return indexed.status !== 'active';
  return known.indexed === 1 && indexed.version >= known.version && indexed.status !== known.status;
}

const keep = (sql: SqlStorage, row: StandingRow): void => {
  sql.exec('DELETE FROM standing');
  sql.exec(
    'INSERT INTO standing VALUES (?, ?, ?, ?, ?)',
    row.status,
    row.since_at,
    row.reason,
    row.version,
    row.indexed,
  );
};

const putOnRecord = (sql: SqlStorage, tenant: string, actor: Actor, row: StandingRow): void => {
  const action = row.status === 'suspended' ? 'tenant.suspended' : 'tenant.resumed';
  record(sql, tenant, actor, row.since_at, {
    action,
    subject: tenant,
    detail: row.reason ? { reason: row.reason } : {},
  });
};

/** Takes over what raw SQL has set. In the caller's transaction. */
export function adopt(sql: SqlStorage, tenant: string, indexed: IndexedStanding, now: number): void {
  if (!isNewer(readStanding(sql), indexed)) return;
  const row: StandingRow = { ...indexed, since_at: now, reason: SET_IN_THE_INDEX, indexed: 1 };
  keep(sql, row);
  putOnRecord(sql, tenant, SYSTEM, row);
}

/** Suspends or resumes: here and on record first, the index follows. Repeated, it changes nothing and answers the same. */
export function setStanding(
  storage: DurableObjectStorage,
  caller: Caller<Operator>,
  indexed: IndexedStanding,
  wanted: { status: TenantStatus; reason: string },
  now: number,
): TenantStanding {
  const { sql } = storage;
  const { tenant } = caller;
  return storage.transactionSync(() => {
    adopt(sql, tenant, indexed, now);
    const known = readStanding(sql);
    if ((known?.status ?? 'active') === wanted.status)
      return { id: tenant, status: wanted.status, since: known?.since_at ?? bornAt(sql) };
    const version = Math.max(known?.version ?? 0, indexed.version) + 1;
    const row: StandingRow = { ...wanted, since_at: now, version, indexed: 0 };
    keep(sql, row);
    putOnRecord(sql, tenant, caller, row);
    schedule(storage, 'standing', now + INDEX_RETRY_MS);
    return { id: tenant, status: wanted.status, since: now };
  });
}

const bornAt = (sql: SqlStorage): number =>
  first<{ initialized_at: number }>(sql, 'SELECT initialized_at FROM identity')?.initialized_at ?? 0;

/** While suspended, raw SQL may have resumed the tenant: the alarm looks. In the caller's transaction. */
export function lookAgain(storage: DurableObjectStorage, now: number): void {
  if (!isDue(storage, 'standing')) schedule(storage, 'standing', now + INDEX_RETRY_MS);
}

/**
 * Brings the index and the object to one word; idempotent. The version makes a write that lands late a write of nothing. Throws
 * where D1 does not answer.
 */
export async function indexStanding(storage: DurableObjectStorage, index: D1Database, tenant: string): Promise<void> {
  let known = readStanding(storage.sql);
  const wrote = known?.indexed === 0;
  // Again where the standing changed while D1 was asked: what is scheduled is taken off after this.
  for (; known?.indexed === 0; known = readStanding(storage.sql)) {
    await index
      .prepare('UPDATE tenants SET status = ?, version = ? WHERE id = ? AND version < ?')
      .bind(known.status, known.version, tenant, known.version)
      .run();
    storage.sql.exec('UPDATE standing SET indexed = 1 WHERE version = ?', known.version);
  }
  if (wrote) return;
  const indexed = await index
    .prepare('SELECT status, version FROM tenants WHERE id = ?')
    .bind(tenant)
    .first<IndexedStanding>();
  if (indexed) storage.transactionSync(() => adopt(storage.sql, tenant, indexed, Date.now()));
}
