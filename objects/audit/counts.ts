// What a filter of the audit finds, in figures: who did how much of it, and on how many PCs.
import type { AuditCounts, AuditFilter } from '../../schema/audit.ts';
import { isToRotate, matches, rowsOf, spanOf } from './found.ts';

/** How many entries a count looks at, the newest first. */
export const COUNTED_MAX = 5_000;
/** How many people it names, those with the most entries. */
const PEOPLE_NAMED_MAX = 20;

export function counts(sql: SqlStorage, filter: AuditFilter): AuditCounts {
  const people = new Map<string, { id: string; name: string; entries: number }>();
  const [pcs, clients, toRotate] = [new Set<string>(), new Set<string>(), new Set<string>()];
  let [entries, looked] = [0, 0];
  let since: number | null = null;
  for (const row of rowsOf(sql, filter, spanOf(sql, filter), true, COUNTED_MAX + 1)) {
    if (++looked > COUNTED_MAX) break;
    since = row.at;
    if (!matches(row, filter)) continue;
    entries++;
    if (row.pc !== null) pcs.add(row.pc);
    if (row.client !== null) clients.add(row.client);
    if (isToRotate(row)) toRotate.add(row.subject);
    if (row.principal_kind === 'machine') continue;
    // The newest name stands.
    const {
      id,
      name,
      entries: before,
    } = people.get(row.principal_id) ?? {
      id: row.principal_id,
      name: row.principal_name,
      entries: 0,
    };
    people.set(id, { id, name, entries: before + 1 });
  }
  const most = [...people.values()].sort((a, b) => b.entries - a.entries || (a.name < b.name ? -1 : 1));
  return {
    entries,
    people: most.slice(0, PEOPLE_NAMED_MAX),
    others: Math.max(0, most.length - PEOPLE_NAMED_MAX),
    pcs: pcs.size,
    clients: clients.size,
    toRotate: toRotate.size,
    since: looked > COUNTED_MAX ? since : null,
  };
}
