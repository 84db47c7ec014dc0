// The audit read: pages of the chain in either order, filtered. Each filter has its index or a bound on what one page looks at.
import type { AuditEntry, AuditExportRequest, AuditPage, AuditQuery, ChainHead } from '../../schema/audit.ts';
import type { Caller, Person } from '../core/caller.ts';
import { all, first } from '../core/rows.ts';
import { record } from './audit.ts';
import { type AuditRow, entryOf, matches, pcOf, rowsOf, secretOf, spanOf, UNCOMMON } from './found.ts';

/** How many entries one page looks at where no index leads straight to the answer. */
export const SCAN_MAX = 2_000;

/** The hash of the entry with this seq. */
export const hashAt = (sql: SqlStorage, seq: number): string | null =>
  first<{ hash: string }>(sql, 'SELECT hash FROM audit WHERE seq = ?', seq)?.hash ?? null;

/**
 * One page. With filters on seq and time only, it reads no more than it gives; otherwise it looks at `SCAN_MAX` entries
 * at most.
 */
export function page(sql: SqlStorage, tenant: string, query: AuditQuery): AuditPage {
  const { order, after, limit } = query;
  const newest = order === 'newest';
  const span = spanOf(sql, query);
  const found: AuditRow[] = [];
  const given = (next: number | null): AuditPage => ({
    entries: found.map((row) => entryOf(tenant, row)),
    next,
    pcs: Object.fromEntries(found.flatMap((row) => pcOf(row) ?? [])),
    secrets: Object.fromEntries(found.flatMap((row) => secretOf(row) ?? [])),
  });
  const from = {
    low: Math.max(span.low, newest ? 1 : (after ?? 0) + 1),
    high: newest && after !== undefined ? Math.min(span.high, after - 1) : span.high,
  };
  let [looked, lookedAt] = [0, 0];
  for (const row of rowsOf(sql, query, from, newest, SCAN_MAX)) {
    [looked, lookedAt] = [looked + 1, row.seq];
    if (!matches(row, query)) continue;
    // One more than asked for: there is a next page, and it begins after the last one given.
    if (found.length === limit) return given(found.at(-1)?.seq ?? null);
    found.push(row);
  }
  return given(looked === SCAN_MAX ? lookedAt : null);
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
