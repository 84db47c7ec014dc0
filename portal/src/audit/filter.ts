// The audit page's filters as its URL has them, and as the API asks for them; and the questions that are asked most.
import type { AuditFilter } from '../../../schema/audit.ts';
import { DAY_MS } from '../../../schema/facts/days.ts';

/**
 * All text, blank for none. `days`: the last so many days, today among them; `from` and `to` are days of this browser's
 * calendar, as a date field gives them, and count where `days` is blank. `entry`: the seq with which the list begins,
 * and which is shown whole.
 */
export type AskedFilter = Record<(typeof NAMES)[number], string>;
const NAMES = [
  'person',
  'machine',
  'client',
  'action',
  'group',
  'outcome',
  'days',
  'from',
  'to',
  'text',
  'entry',
] as const satisfies string[];
const DAY = /^\d{4}-\d\d-\d\d$/;
const DAYS = /^[1-9]\d{0,3}$/;

export const NO_FILTER = Object.fromEntries(NAMES.map((name) => [name, ''])) as AskedFilter;

/** Each is a whole filter, under the name of what it answers. */
export const PRESETS = {
  reveals: { ...NO_FILTER, action: 'secret.revealed', days: '7' },
  access: { ...NO_FILTER, group: 'access', days: '30' },
  refusals: { ...NO_FILTER, group: 'refusals', days: '7' },
  keys: { ...NO_FILTER, group: 'keys', days: '90' },
  everything: NO_FILTER,
} satisfies Record<string, AskedFilter>;
export type Preset = keyof typeof PRESETS;

export function filterOfUrl(search: string): AskedFilter {
  const query = new URLSearchParams(search);
  return Object.fromEntries(NAMES.map((name) => [name, query.get(name) ?? ''])) as AskedFilter;
}

/** As a URL's query, with its question mark; blank where nothing is asked for. */
export function urlOfFilter(filter: AskedFilter): string {
  const query = new URLSearchParams(NAMES.flatMap((name) => (filter[name] ? [[name, filter[name]]] : [])));
  return query.size > 0 ? `?${query}` : '';
}

export const isFiltered = (filter: AskedFilter): boolean => NAMES.some((name) => filter[name] !== '');

/** The question that a filter asks, if it is one of those. */
export const presetOf = (filter: AskedFilter): Preset | undefined =>
  (Object.keys(PRESETS) as Preset[]).find((name) => urlOfFilter(PRESETS[name]) === urlOfFilter(filter));

const midnight = (year: number, month: number, date: number): number => new Date(year, month - 1, date).getTime();

/**
 * The instants of a filter, both included: a day begins with its first millisecond here and ends with its last. An
 * invalid date is left out.
 */
export function spanOf({ days, from, to }: AskedFilter, now = Date.now()): { from?: number; to?: number } {
  if (DAYS.test(days)) {
    const first = new Date(now - (Number(days) - 1) * DAY_MS);
    return { from: midnight(first.getFullYear(), first.getMonth() + 1, first.getDate()) };
  }
  const dayOf = (day: string, later: number): number => {
    const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
    return midnight(year, month, date + later);
  };
  return {
    ...(DAY.test(from) ? { from: dayOf(from, 0) } : {}),
    ...(DAY.test(to) ? { to: dayOf(to, 1) - 1 } : {}),
  };
}

/** As the API asks. */
export function apiFilter(filter: AskedFilter): AuditFilter {
  const { action, group, outcome, days: _days, from: _from, to: _to, entry: _entry, ...rest } = filter;
  const text = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== ''));
  return {
    ...text,
    ...(action ? { action: action as AuditFilter['action'] } : {}),
    ...(group ? { group: group as AuditFilter['group'] } : {}),
    ...(outcome ? { outcome: outcome as AuditFilter['outcome'] } : {}),
    ...spanOf(filter),
  };
}
