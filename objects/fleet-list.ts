// The fleet list: one page of a shelf, keyset-paged, in an order that has an index.
import { base64urlnopad } from '@scure/base';
import type { MachinePage, MachinesQuery } from '../schema/machine.ts';
import { type MachineRow, summaryOf } from './machines.ts';
import { all } from './rows.ts';

/** The fleet list's sorts: the index of each (a shelf, and a status where one is asked for) goes on with these columns. */
const SORTS = {
  started: { column: 'started_at', direction: 'DESC', beyond: '<' },
  hostname: { column: 'hostname', direction: 'ASC', beyond: '>' },
} as const;

/** One page of the fleet, keyset-paged: `next` is opaque and names the last row's place. Null for a cursor that is not ours. */
export function listMachines(sql: SqlStorage, query: MachinesQuery): MachinePage | null {
  const { column, direction, beyond } = SORTS[query.sort];
  const where = ['shelf = ?'];
  const bindings: SqlStorageValue[] = [query.shelf];
  if (query.status) {
    where.push('run_status = ?');
    bindings.push(query.status);
  }
  if (query.after) {
    const place = readCursor(query.after, query.sort);
    if (!place) return null;
    where.push(`(${column}, id) ${beyond} (?, ?)`);
    bindings.push(...place);
  }
  const rows = all<MachineRow>(
    sql,
    `SELECT * FROM machines WHERE ${where.join(' AND ')}
     ORDER BY ${column} ${direction}, id ${direction} LIMIT ?`,
    ...bindings,
    query.limit + 1,
  );
  const shown = rows.slice(0, query.limit);
  const last = rows.length > query.limit ? shown.at(-1) : undefined;
  const next = last
    ? base64urlnopad.encode(new TextEncoder().encode(JSON.stringify([query.sort, last[column], last.id])))
    : null;
  return { machines: shown.map(summaryOf), next };
}

function readCursor(cursor: string, sort: MachinesQuery['sort']): [string | number, string] | null {
  try {
    const place: unknown = JSON.parse(new TextDecoder().decode(base64urlnopad.decode(cursor)));
    if (!Array.isArray(place) || place.length !== 3 || place[0] !== sort) return null;
    const [, key, id] = place;
    if (typeof key !== (sort === 'started' ? 'number' : 'string') || typeof id !== 'string') return null;
    return [key, id];
  } catch {
    return null;
  }
}
