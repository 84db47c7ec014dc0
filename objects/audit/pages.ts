// The audit read: pages of the chain in either order, filtered. Each filter has its index or a bound on what one page looks at.
import type {
  AuditAction,
  AuditEntry,
  AuditExportRequest,
  AuditFilter,
  AuditPage,
  AuditQuery,
  ChainHead,
} from '../../schema/audit.ts';
import type { Caller, Person } from '../core/caller.ts';
import { all, first } from '../core/rows.ts';
import { head, record } from './audit.ts';

/** How many entries one page looks at where no index leads straight to the answer. */
export const SCAN_MAX = 2_000;

type AuditRow = {
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
  about: string;
};

const entryOf = (tenant: string, row: AuditRow): AuditEntry => ({
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
});

/** The hash of the entry with this seq. */
export const hashAt = (sql: SqlStorage, seq: number): string | null =>
  first<{ hash: string }>(sql, 'SELECT hash FROM audit WHERE seq = ?', seq)?.hash ?? null;

// The two partial indexes leave out the entries that come by the thousand; SQLite uses one only for a query that
// repeats its condition.
const PEOPLE = "principal_kind <> 'machine'";
const UNCOMMON = "action NOT IN ('secret.escrowed', 'machine.enrolled')";
const COMMON: readonly AuditAction[] = ['secret.escrowed', 'machine.enrolled'];

/** The condition that an index serves, the most selective one first; the empty one runs along the chain. */
function driverOf({ machine, person, action }: AuditFilter): { where: string; value: string[] } {
  if (machine !== undefined) return { where: 'about = ? AND', value: [machine] };
  if (person !== undefined) return { where: `${PEOPLE} AND principal_id = ? AND`, value: [person] };
  if (action !== undefined && !COMMON.includes(action))
    return { where: `${UNCOMMON} AND action = ? AND`, value: [action] };
  return { where: '', value: [] };
}

/** Whether a row matches the filters. Pure. Text is searched for in the fields that a person reads, ignoring case. */
function matches(row: AuditRow, { person, machine, action, outcome, text }: AuditFilter): boolean {
  return (
    (person === undefined || (row.principal_id === person && row.principal_kind !== 'machine')) &&
    (machine === undefined || row.about === machine) &&
    (action === undefined || row.action === action) &&
    (outcome === undefined || row.outcome === outcome) &&
    (text === undefined ||
      [row.principal_name, row.subject, row.action, row.detail, row.ip ?? '']
        .join('\n')
        .toLowerCase()
        .includes(text.toLowerCase()))
  );
}

/**
 * The first entry at or after an instant, by halving: time never goes back within a chain. One past the head where
 * there is none.
 */
function firstSeqAt(sql: SqlStorage, at: number, last: number): number {
  let [low, high] = [1, last + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = first<{ at: number }>(sql, 'SELECT at FROM audit WHERE seq = ?', middle);
    if (row && row.at >= at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * One page. With filters on seq and time only, it reads no more than it gives; otherwise it looks at `SCAN_MAX` entries
 * at most.
 */
export function page(sql: SqlStorage, tenant: string, query: AuditQuery): AuditPage {
  const { order, after, limit, from, to } = query;
  const last = head(sql)?.seq ?? 0;
  const newest = order === 'newest';
  const low = Math.max(from === undefined ? 1 : firstSeqAt(sql, from, last), newest ? 1 : (after ?? 0) + 1);
  const high = Math.min(
    to === undefined ? last : firstSeqAt(sql, to + 1, last) - 1,
    newest ? (after ?? last + 1) - 1 : last,
  );
  const { where, value } = driverOf(query);
  const rows = sql.exec<AuditRow>(
    `SELECT * FROM audit WHERE ${where} seq BETWEEN ? AND ? ORDER BY seq ${newest ? 'DESC' : 'ASC'} LIMIT ?`,
    ...value,
    low,
    high,
    SCAN_MAX,
  );
  const entries: AuditEntry[] = [];
  let [looked, lookedAt] = [0, 0];
  for (const row of rows) {
    [looked, lookedAt] = [looked + 1, row.seq];
    if (!matches(row, query)) continue;
    // One more than asked for: there is a next page, and it begins after the last one given.
    if (entries.length === limit) return { entries, next: entries.at(-1)?.seq ?? null };
    entries.push(entryOf(tenant, row));
  }
  return { entries, next: looked === SCAN_MAX ? lookedAt : null };
}

/** Puts an export on record, with what it leaves out. Its entry is the last one that the export may hold. */
export const recordExport = (
  sql: SqlStorage,
  caller: Caller<Person>,
  request: AuditExportRequest,
  now: number,
): ChainHead =>
  record(sql, caller.tenant, caller, now, { action: 'audit.exported', subject: caller.tenant, detail: { ...request } });

/** The latest notice that this object was rolled back or forked. */
export const rollbackNotice = (sql: SqlStorage): { seq: number; at: number; detail: AuditEntry['detail'] } | null => {
  const row = first<{ seq: number; at: number; detail: string }>(
    sql,
    `SELECT seq, at, detail FROM audit
     WHERE ${UNCOMMON} AND action = 'audit.rollback_noticed' ORDER BY seq DESC LIMIT 1`,
  );
  return row && { ...row, detail: JSON.parse(row.detail) };
};

/**
 * The furthest head of an earlier chain that this object knows of: what the index says now, what a notice of this chain says that it said
 * before, what an import has carried on. A head of this chain itself does not count. Null: none is known.
 */
export function furthestHead(sql: SqlStorage, indexed: ChainHead | null): ChainHead | null {
  const noted = all<{ seq: number; hash: string }>(
    sql,
    `SELECT detail->>'$.indexSeq' AS seq, detail->>'$.indexHash' AS hash FROM audit
     WHERE ${UNCOMMON} AND action IN ('audit.rollback_noticed', 'tenant.imported') AND detail->>'$.indexSeq' IS NOT NULL`,
  );
  const others = [...noted, ...(indexed ? [indexed] : [])].filter(
    ({ seq, hash }) => seq > 0 && hashAt(sql, seq) !== hash,
  );
  return others.reduce<ChainHead | null>((far, one) => (far && far.seq >= one.seq ? far : one), null);
}
