// The audit page's filters as its URL has them, and as the API asks for them.
import type { AuditFilter } from '../../../schema/audit.ts';

/** All text, blank for none; `from` and `to` are days of this browser's calendar, as a date field gives them. */
export type AskedFilter = Record<(typeof NAMES)[number], string>;
const NAMES = ['person', 'machine', 'action', 'outcome', 'from', 'to', 'text'] as const;
const DAY = /^\d{4}-\d\d-\d\d$/;

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

/**
 * As the API asks: a day begins with its first millisecond here and ends with its last. An invalid date is left out.
 */
export function apiFilter({ from, to, action, outcome, ...rest }: AskedFilter): AuditFilter {
  const midnight = (day: string, later: number): number => {
    const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
    return new Date(year, month - 1, date + later).getTime();
  };
  const text = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== ''));
  return {
    ...text,
    ...(action ? { action: action as AuditFilter['action'] } : {}),
    ...(outcome ? { outcome: outcome as AuditFilter['outcome'] } : {}),
    ...(DAY.test(from) ? { from: midnight(from, 0) } : {}),
    ...(DAY.test(to) ? { to: midnight(to, 1) - 1 } : {}),
  };
}
