// The fleet page's filters and search as its URL has them.
import type { MachinesQuery } from '../../../schema/machine.ts';
import type { ListedBy } from './attention-first.ts';

/** `q` is what is searched for, blank for nothing; while there is something, the filters rest. */
export type Question = ListedBy & { q: string };

/** As the server wants it, in characters. */
export const SEARCH_FROM = 2;
/** Up to so many characters find only what begins with them. */
export const BEGINNING_ONLY = 2;
export const SEARCH_MAX = 64;

/** Besides the usual one, what needs attention first. */
const SORTS = ['started', 'hostname'] as const;
const STATUSES = ['running', 'succeeded', 'failed', 'abandoned', 'stalled'] as const;
/** Each is one more state that a machine can be in, and excludes the others. */
const SHELVES = ['archived', 'aside'] as const;
type Status = NonNullable<MachinesQuery['status']>;
const isStatus = (text: string | null): text is Status => STATUSES.some((status) => status === text);

export function questionOfUrl(search: string): Question {
  const query = new URLSearchParams(search);
  const [status, client] = [query.get('status'), query.get('client')];
  return {
    sort: SORTS.find((sort) => sort === query.get('sort')) ?? 'attention',
    shelf: SHELVES.find((shelf) => shelf === query.get('shelf')) ?? 'fleet',
    ...(isStatus(status) ? { status } : {}),
    ...(client ? { client } : {}),
    ...(query.get('attention') === 'yes' ? { attention: 'yes' as const } : {}),
    ...(query.get('toRotate') === 'yes' ? { toRotate: 'yes' as const } : {}),
    q: (query.get('q') ?? '').slice(0, SEARCH_MAX),
  };
}

/** As a URL's query, with its question mark; blank for the whole fleet in its usual order. */
export function urlOfQuestion({ sort, shelf, status, client, attention, toRotate, q }: Question): string {
  const query = new URLSearchParams();
  if (q) query.set('q', q);
  if (status) query.set('status', status);
  if (client) query.set('client', client);
  if (attention) query.set('attention', attention);
  if (toRotate) query.set('toRotate', toRotate);
  if (shelf !== 'fleet') query.set('shelf', shelf);
  if (sort !== 'attention') query.set('sort', sort);
  return query.size > 0 ? `?${query}` : '';
}

export const isSearch = ({ q }: Question): boolean => q.trim().length >= SEARCH_FROM;

/** What takes every filter off. */
export const UNFILTERED = {
  status: undefined,
  client: undefined,
  attention: undefined,
  toRotate: undefined,
  shelf: 'fleet',
} as const satisfies Partial<ListedBy>;

export const isFiltered = ({ shelf, status, client, attention, toRotate }: ListedBy): boolean =>
  shelf !== 'fleet' || [status, client, attention, toRotate].some((one) => one !== undefined);
