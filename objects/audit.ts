// The tenant's audit chain: append-only, each entry's hash covering the one before. Written only inside a transaction.
import canonicalize from 'canonicalize';
import type { AuditAction, AuditEntry, AuditPage } from '../schema/audit.ts';
import type { RefusalCode } from '../schema/refusal.ts';
import { schedule } from './alarms.ts';
import type { Actor } from './caller.ts';
import { noticeActed } from './notices.ts';
import { all, first, type Row, sha256 } from './rows.ts';

export type Recorded = { seq: number; hash: string };

export type Act = {
  action: AuditAction;
  subject: string;
  outcome?: 'done' | 'refused';
  /** Never a secret, never a token. */
  detail?: AuditEntry['detail'];
};

/** The hash of an entry: SHA-256 over the RFC 8785 canonical JSON of all its other members. */
export function hashEntry(entry: Omit<AuditEntry, 'hash'>): string {
  const canonical = canonicalize(entry);
  if (canonical === undefined) throw new Error('an audit entry always has a canonical form');
  return sha256(canonical);
}

/** Where the chain ends; before its first entry, at the hash of the tenant's id. */
export const head = (sql: SqlStorage, tenant: string): Recorded =>
  first<Recorded>(sql, 'SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1') ?? { seq: 0, hash: sha256(tenant) };

/** Whether the chain has this entry: whoever holds a head of earlier can tell that nothing before it was exchanged. */
export const holds = (sql: SqlStorage, { seq, hash }: Recorded): boolean =>
  first(sql, 'SELECT 1 FROM audit WHERE seq = ? AND hash = ?', seq, hash) !== null;

/** Appends one entry. Call it in the transaction of what it records: both happen, or neither. */
export function record(sql: SqlStorage, tenant: string, actor: Actor, at: number, act: Act): Recorded {
  const before = head(sql, tenant);
  const entry: Omit<AuditEntry, 'hash'> = {
    v: 1,
    tenant,
    seq: before.seq + 1,
    at,
    principal: { kind: actor.principal.kind, id: actor.principal.id, name: actor.principal.name },
    action: act.action,
    subject: act.subject,
    outcome: act.outcome ?? 'done',
    detail: act.detail ?? {},
    ip: actor.ip,
    userAgent: actor.userAgent,
    previousHash: before.hash,
  };
  const hash = hashEntry(entry);
  sql.exec(
    'INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    entry.seq,
    at,
    entry.principal.kind,
    entry.principal.id,
    entry.principal.name,
    entry.action,
    entry.subject,
    entry.outcome,
    JSON.stringify(entry.detail),
    entry.ip,
    entry.userAgent,
    entry.previousHash,
    hash,
  );
  noticeActed(sql, entry);
  return { seq: entry.seq, hash };
}

type AuditRow = Row & {
  seq: number;
  at: number;
  principal_kind: AuditEntry['principal']['kind'];
  principal_id: string;
  principal_name: string;
  action: AuditAction;
  subject: string;
  outcome: AuditEntry['outcome'];
  detail: string;
  ip: string | null;
  user_agent: string | null;
  previous_hash: string;
  hash: string;
};

/** One page of the chain in order, from after `after` on. */
export function page(sql: SqlStorage, tenant: string, after: number, limit: number): AuditPage {
  const rows = all<AuditRow>(sql, 'SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?', after, limit + 1);
  const entries = rows.slice(0, limit).map(
    (row): AuditEntry => ({
      v: 1,
      tenant,
      seq: row.seq,
      at: row.at,
      principal: { kind: row.principal_kind, id: row.principal_id, name: row.principal_name },
      action: row.action,
      subject: row.subject,
      outcome: row.outcome,
      detail: JSON.parse(row.detail),
      ip: row.ip,
      userAgent: row.user_agent,
      previousHash: row.previous_hash,
      hash: row.hash,
    }),
  );
  return { entries, next: rows.length > limit ? (entries.at(-1)?.seq ?? null) : null };
}

/** Engines poll for the key before set-up: an expected wait, not an attempt at anything. */
const NOT_RECORDED: ReadonlySet<RefusalCode> = new Set(['no_tenant_key']);
const MINUTE_MS = 60_000;

/**
 * Records a refusal, coalesced per principal, code and minute: the first one at once, how many followed when the minute
 * is over (`settleRefusals`, by alarm). So nobody can flood the chain with what they may not do.
 */
export function recordRefusal(
  storage: DurableObjectStorage,
  tenant: string,
  actor: Actor,
  at: number,
  code: RefusalCode,
  subject: string,
): void {
  if (NOT_RECORDED.has(code)) return;
  const { sql } = storage;
  const minute = Math.floor(at / MINUTE_MS);
  const { kind, id, name } = actor.principal;
  const inserted = all(
    sql,
    `INSERT INTO refusals VALUES (?, ?, ?, ?, ?, 0)
     ON CONFLICT (minute, principal_kind, principal_id, code) DO UPDATE SET further = further + 1 RETURNING further`,
    kind,
    id,
    name,
    code,
    minute,
  );
  if (inserted[0]?.further !== 0) return;
  record(sql, tenant, actor, at, { action: 'access.refused', subject, outcome: 'refused', detail: { code } });
  schedule(storage, 'refusals', (minute + 1) * MINUTE_MS);
}

/** Writes down how many refusals followed the recorded first of each finished minute. Idempotent. */
export function settleRefusals(sql: SqlStorage, tenant: string, at: number): void {
  const minute = Math.floor(at / MINUTE_MS);
  const rows = all<{
    principal_kind: Actor['principal']['kind'];
    principal_id: string;
    principal_name: string;
    code: string;
    minute: number;
    further: number;
  }>(sql, 'DELETE FROM refusals WHERE minute < ? RETURNING *', minute);
  for (const row of rows) {
    if (row.further === 0) continue;
    const principal = { kind: row.principal_kind, id: row.principal_id, name: row.principal_name };
    record(sql, tenant, { principal, ip: null, userAgent: null }, at, {
      action: 'access.refused',
      subject: tenant,
      outcome: 'refused',
      detail: { code: row.code, further: row.further, minuteAt: row.minute * MINUTE_MS },
    });
  }
}
