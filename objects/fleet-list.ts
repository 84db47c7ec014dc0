// The fleet list: one page of a shelf, keyset-paged. Each filter has an index for each sort; several at once walk the index of one.
import { base64urlnopad } from '@scure/base';
import type { MachinePage, MachinesQuery } from '../schema/machine.ts';
import { type MachineRow, summaryOf } from './machines.ts';

type Sort = MachinesQuery['sort'];

/** The index of each sort goes on with these columns, after the shelf and what is filtered by. */
const SORTS = {
  started: { column: 'started_at', direction: 'DESC', beyond: '<' },
  hostname: { column: 'hostname', direction: 'ASC', beyond: '>' },
} as const;

/**
 * The allowed filters, each beside its index for either sort. The rarest first: of several the first one's index is walked. A partial
 * index is used only where its condition is repeated to the letter.
 */
const FILTERS = {
  stalled: {
    where: 'silent_since IS NOT NULL',
    index: { started: 'machines_stalled_started', hostname: 'machines_stalled_hostname' },
  },
  attention: {
    where: "attention <> '[]'",
    index: { started: 'machines_attention_started', hostname: 'machines_attention_hostname' },
  },
  client: {
    where: 'client = ?',
    index: { started: 'machines_by_client_started', hostname: 'machines_by_client_hostname' },
  },
  status: {
    where: 'run_status = ?',
    index: { started: 'machines_by_status_started', hostname: 'machines_by_status_hostname' },
  },
} as const satisfies Record<string, { where: string; index: Record<Sort, string> }>;
const UNFILTERED = { started: 'machines_by_started', hostname: 'machines_by_hostname' } as const;

type Filter = { where: string; index: Record<Sort, string>; value: string[] };

/** How many machines a call looks at where several filters are combined: each is a row of the index and one of the table. */
const LOOKED_AT_MAX = 1_000;

function filtersOf({ status, client, attention }: MachinesQuery): Filter[] {
  const filters: Filter[] = [];
  if (status === 'stalled') filters.push({ ...FILTERS.stalled, value: [] });
  if (attention) filters.push({ ...FILTERS.attention, value: [] });
  if (client !== undefined) filters.push({ ...FILTERS.client, value: [client] });
  if (status !== undefined && status !== 'stalled') filters.push({ ...FILTERS.status, value: [status] });
  return filters;
}

/**
 * One page of the fleet. `next` is opaque and names the place of the last machine looked at; the page may be short, even empty, while it
 * is not null. Null for a cursor that is not ours.
 */
export function listMachines(sql: SqlStorage, query: MachinesQuery): MachinePage | null {
  const { sort, limit } = query;
  const { column, direction, beyond } = SORTS[sort];
  const [walked, ...others] = filtersOf(query);
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
  const shown: MachineRow[] = [];
  let [looked, last]: [number, MachineRow | null] = [0, null];
  for (const row of rows) {
    // One more than asked for: there is a next page, and it begins after the last one given.
    if (row.fits && shown.length === limit) return { machines: shown.map(summaryOf), next: cursorAt(sort, last) };
    [looked, last] = [looked + 1, row];
    if (row.fits) shown.push(row);
  }
  return { machines: shown.map(summaryOf), next: looked === most ? cursorAt(sort, last) : null };
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
