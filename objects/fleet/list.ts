// The fleet list: one page of a shelf, keyset-paged. Each filter has an index for each sort; several at once walk the index of one.
import { base64urlnopad } from '@scure/base';
import type { MachinePage, MachinesQuery } from '../../schema/machine.ts';
import { machinesOf } from './clients.ts';
import { type Counter, read } from './counters.ts';
import type { MachineRow } from './machine-row.ts';
import { shown } from './shown.ts';

type Sort = MachinesQuery['sort'];

/** The index of each sort goes on with these columns, after the shelf and what is filtered by. */
const SORTS = {
  started: { column: 'started_at', direction: 'DESC', beyond: '<' },
  hostname: { column: 'hostname', direction: 'ASC', beyond: '>' },
} as const;

/** The allowed filters, each beside its index for either sort. A partial index is used only where its condition is repeated to the letter. */
const FILTERS = {
  status: {
    where: 'run_status = ?',
    index: { started: 'machines_by_status_started', hostname: 'machines_by_status_hostname' },
  },
  client: {
    where: 'client = ?',
    index: { started: 'machines_by_client_started', hostname: 'machines_by_client_hostname' },
  },
  attention: {
    where: "attention <> '[]'",
    index: { started: 'machines_attention_started', hostname: 'machines_attention_hostname' },
  },
  toRotate: {
    where: 'to_rotate > 0',
    index: { started: 'machines_to_rotate_started', hostname: 'machines_to_rotate_hostname' },
  },
  stalled: {
    where: 'silent_since IS NOT NULL',
    index: { started: 'machines_stalled_started', hostname: 'machines_stalled_hostname' },
  },
} as const satisfies Record<string, { where: string; index: Record<Sort, string> }>;
const UNFILTERED = { started: 'machines_by_started', hostname: 'machines_by_hostname' } as const;

/** `fitting`: how many machines of the fleet fit it. On another shelf that is a guess, and any choice is right. */
type Filter = { where: string; index: Record<Sort, string>; value: string[]; fitting: () => number };

/** How many machines a call looks at where several filters are combined. */
export const LOOKED_AT_MAX = 2_000;

/**
 * The filters that are set, the rarest first: its index is walked, and the others are checked on the machines it leads
 * to.
 */
function filtersOf(sql: SqlStorage, { status, client, attention, toRotate }: MachinesQuery): Filter[] {
  const counted = (name: Counter) => () => read(sql)(name);
  const filters: Filter[] = [];
  if (status === 'stalled') filters.push({ ...FILTERS.stalled, value: [], fitting: counted('stalled') });
  else if (status) filters.push({ ...FILTERS.status, value: [status], fitting: counted(`status:${status}`) });
  if (client !== undefined)
    filters.push({ ...FILTERS.client, value: [client], fitting: () => machinesOf(sql, client) });
  if (attention) filters.push({ ...FILTERS.attention, value: [], fitting: counted('attention') });
  if (toRotate) filters.push({ ...FILTERS.toRotate, value: [], fitting: counted('rotating') });
  if (filters.length < 2) return filters;
  return filters
    .map((filter) => ({ filter, fitting: filter.fitting() }))
    .sort((a, b) => a.fitting - b.fitting)
    .map(({ filter }) => filter);
}

/**
 * One page of the fleet. `next` is opaque and names the place of the last machine looked at; the page may be short, even empty, while it
 * is not null. Null for a cursor that we did not make.
 */
export function listMachines(sql: SqlStorage, query: MachinesQuery): MachinePage | null {
  const { sort, limit } = query;
  const { column, direction, beyond } = SORTS[sort];
  const [walked, ...others] = filtersOf(sql, query);
  const place = query.after === undefined ? [] : readCursor(query.after, sort);
  if (!place) return null;
  const fits = others.map(({ where }) => where).join(' AND ') || 'TRUE';
  const where = [
    'shelf = ?',
    ...(walked ? [walked.where] : []),
    ...(place.length ? [`(${column}, id) ${beyond} (?, ?)`] : []),
  ];
  const most = others.length > 0 ? LOOKED_AT_MAX : limit + 1;
  const rows = sql.exec<MachineRow & { fits: number }>(
    `SELECT *, ${fits} AS fits FROM machines INDEXED BY ${(walked?.index ?? UNFILTERED)[sort]}
     WHERE ${where.join(' AND ')} ORDER BY ${column} ${direction}, id ${direction} LIMIT ?`,
    ...others.flatMap(({ value }) => value),
    query.shelf,
    ...(walked?.value ?? []),
    ...place,
    most,
  );
  const fitting: MachineRow[] = [];
  let [looked, last]: [number, MachineRow | null] = [0, null];
  const pageOf = (next: string | null): MachinePage => ({ machines: fitting.map((row) => shown(sql, row)), next });
  for (const row of rows) {
    // One more than asked for: there is a next page, and it begins after the last one given.
    if (row.fits && fitting.length === limit) return pageOf(cursorAt(sort, last));
    [looked, last] = [looked + 1, row];
    if (row.fits) fitting.push(row);
  }
  return pageOf(looked === most ? cursorAt(sort, last) : null);
}

const cursorAt = (sort: Sort, row: MachineRow | null): string | null =>
  row && base64urlnopad.encode(new TextEncoder().encode(JSON.stringify([sort, row[SORTS[sort].column], row.id])));

function readCursor(cursor: string, sort: Sort): [string | number, string] | null {
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
