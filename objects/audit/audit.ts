// The tenant's audit chain: append-only, each entry's hash covering the one before. Written only inside a transaction.
import type { AuditAction, AuditEntry, ChainHead } from '../../schema/audit.ts';
import { genesisHash, hashEntry } from '../../schema/chain.ts';
import type { RefusalCode } from '../../schema/refusal.ts';
import { schedule } from '../core/alarms.ts';
import type { Actor } from '../core/caller.ts';
import { bytesOfTables, remember, remembered, writeRow } from '../core/memory.ts';
import { all, first } from '../core/rows.ts';
import { readLimits } from '../limits/limits.ts';
import { decideRoom, NEED_OF, type Need, NoRoom, roomOf } from '../limits/room.ts';
import { noticeActed } from '../outbox/notices.ts';

export type Act = {
  action: AuditAction;
  subject: string;
  outcome?: 'done' | 'refused';
  /** Never a secret, never a token. */
  detail?: AuditEntry['detail'];
};

type Last = ChainHead & { at: number };

/** The last entry; null only before the very first. */
export const head = (sql: SqlStorage): Last | null =>
  remembered(sql, 'last entry', ['audit'], () =>
    first<Last>(sql, 'SELECT seq, hash, at FROM audit ORDER BY seq DESC LIMIT 1'),
  );

/** The head of a chain that has begun. */
export function requireHead(sql: SqlStorage): ChainHead {
  const last = head(sql);
  if (!last) throw new Error('a chain begins with the first call');
  return { seq: last.seq, hash: last.hash };
}

/** Whether the chain has this entry: a holder of an earlier head can tell that nothing before it was exchanged. */
export const holds = (sql: SqlStorage, { seq, hash }: ChainHead): boolean =>
  first(sql, 'SELECT 1 FROM audit WHERE seq = ? AND hash = ?', seq, hash) !== null;

/** Throws where there is no room left, inside the transaction that the throw is to undo. */
export function requireRoom(sql: SqlStorage, need: Need): void {
  if (need === 'reserve') return;
  const refusal = decideRoom(roomOf(bytesOfTables(sql), readLimits(sql).storageBytes), need);
  if (refusal) throw new NoRoom(refusal);
}

/** Writes an entry that follows the last one, and is the last one from now on. */
function append(sql: SqlStorage, entry: Omit<AuditEntry, 'hash'>, hash: string): void {
  writeRow(sql, 'audit', () =>
    sql.exec(
      'INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      entry.seq,
      entry.at,
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
    ),
  );
  remember(sql, 'last entry', ['audit'], { seq: entry.seq, hash, at: entry.at } satisfies Last);
}

/**
 * Appends one entry, if there is room for what it records. Call it in the transaction that does the act: both happen,
 * or neither.
 */
export function record(sql: SqlStorage, tenant: string, actor: Actor, at: number, act: Act): ChainHead {
  requireRoom(sql, act.outcome === 'refused' ? 'reserve' : NEED_OF[act.action]);
  const last = head(sql);
  const entry: Omit<AuditEntry, 'hash'> = {
    v: 1,
    tenant,
    seq: (last?.seq ?? 0) + 1,
    // Time never goes back within a chain, whatever a clock does: a span of time is a span of seqs.
    at: Math.max(at, last?.at ?? 0),
    principal: { kind: actor.principal.kind, id: actor.principal.id, name: actor.principal.name },
    action: act.action,
    subject: act.subject,
    outcome: act.outcome ?? 'done',
    detail: act.detail ?? {},
    ip: actor.ip,
    userAgent: actor.userAgent,
    previousHash: last?.hash ?? genesisHash(tenant),
  };
  const hash = hashEntry(entry);
  append(sql, entry, hash);
  noticeActed(sql, entry);
  return { seq: entry.seq, hash };
}

/** Engines poll for the key before set-up: an expected wait, not an attempt at anything. */
const NOT_RECORDED: ReadonlySet<RefusalCode> = new Set(['no_tenant_key']);
/**
 * Refusals that a flood brings by the thousand: the ones that follow are not counted, since each count would write a
 * row.
 */
const COUNTED_ONCE: ReadonlySet<RefusalCode> = new Set([
  ...(['rate_limited', 'token_quota_exceeded', 'machine_quota_exceeded', 'secret_quota_exceeded'] as const),
  'storage_low',
]);
const MINUTE_MS = 60_000;

/** The subjects of this many further refusals are kept: enough to see where somebody went, without an endless list. */
const SUBJECTS_MAX = 20;
const SUBJECT_MAX_CHARACTERS = 100;

/** The name of a refusal in the chain: one that an admin has to see has its own. */
const refusalAction = (code: string): AuditAction =>
  code === 'reveal_budget_exceeded' ? 'reveal.budget_exceeded' : 'access.refused';

/**
 * Records a refusal, coalesced per principal, code and minute: the first one at once, how many followed and what they were about when the minute
 * is over (`settleRefusals`, by alarm). So nobody can flood the chain with what they may not do.
 */
export function recordRefusal(
  storage: DurableObjectStorage,
  {
    tenant,
    actor,
    at,
    code,
    subject,
  }: { tenant: string; actor: Actor; at: number; code: RefusalCode; subject: string },
): void {
  if (NOT_RECORDED.has(code)) return;
  const { sql } = storage;
  const minute = Math.floor(at / MINUTE_MS);
  const { kind, id, name } = actor.principal;
  if (
    COUNTED_ONCE.has(code) &&
    first(
      sql,
      'SELECT 1 FROM refusals WHERE minute = ? AND principal_kind = ? AND principal_id = ? AND code = ?',
      minute,
      kind,
      id,
      code,
    )
  )
    return;
  const inserted = all(
    sql,
    `INSERT INTO refusals (principal_kind, principal_id, principal_name, code, minute, further) VALUES (?1, ?2, ?3, ?4, ?5, 0)
     ON CONFLICT (minute, principal_kind, principal_id, code) DO UPDATE SET further = further + 1,
       subjects = CASE WHEN json_array_length(subjects) > ?7 OR EXISTS (SELECT 1 FROM json_each(subjects) WHERE value = ?6)
         THEN subjects ELSE json_insert(subjects, '$[#]', ?6) END
     RETURNING further`,
    kind,
    id,
    name,
    code,
    minute,
    subject.slice(0, SUBJECT_MAX_CHARACTERS),
    SUBJECTS_MAX,
  );
  if (inserted[0]?.further !== 0) return;
  record(sql, tenant, actor, at, { action: refusalAction(code), subject, outcome: 'refused', detail: { code } });
  schedule(storage, 'refusals', (minute + 1) * MINUTE_MS);
}

/** How many kinds of refusal are held back, to be put on record as one; at most a thousand are counted. */
export const refusalsHeld = (sql: SqlStorage): number => all(sql, 'SELECT 1 FROM refusals LIMIT 1000').length;

/** How many kinds of refusal one alarm settles; the next one takes the rest. */
const SLICE = 500;

/** Writes down how many refusals followed the recorded first of each finished minute. Idempotent. Asks for the alarm again while there are more. */
export function settleRefusals(storage: DurableObjectStorage, tenant: string, at: number): void {
  const { sql } = storage;
  const minute = Math.floor(at / MINUTE_MS);
  const rows = all<{
    principal_kind: Actor['principal']['kind'];
    principal_id: string;
    principal_name: string;
    code: string;
    minute: number;
    further: number;
    subjects: string;
  }>(
    sql,
    `DELETE FROM refusals WHERE (minute, principal_kind, principal_id, code) IN
       (SELECT minute, principal_kind, principal_id, code FROM refusals WHERE minute < ? ORDER BY minute LIMIT ?)
     RETURNING *`,
    minute,
    SLICE,
  );
  if (rows.length === SLICE) schedule(storage, 'refusals', at);
  for (const row of rows) {
    if (row.further === 0) continue;
    const principal = { kind: row.principal_kind, id: row.principal_id, name: row.principal_name };
    record(sql, tenant, { principal, ip: null, userAgent: null }, at, {
      action: refusalAction(row.code),
      subject: tenant,
      outcome: 'refused',
      detail: {
        code: row.code,
        further: row.further,
        minuteAt: row.minute * MINUTE_MS,
        ...subjectsOf(JSON.parse(row.subjects)),
      },
    });
  }
}

/** One more is kept than are named, to show that there were more. */
const subjectsOf = (subjects: readonly string[]): { subjects: string; more?: true } => ({
  subjects: subjects.slice(0, SUBJECTS_MAX).join(' '),
  ...(subjects.length > SUBJECTS_MAX ? { more: true } : {}),
});
