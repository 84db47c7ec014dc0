// Decides which rows are shown. Faults and the platform's words always are, except another tenant's.
import { isLoud, type Row } from './join.ts';

export type Filter = {
  /** A tenant's id, or how it begins. */
  tenant?: string;
  /** A part of a route's pattern, or of `METHOD pattern`. */
  route?: string;
  /** Statuses such as `200`, `4xx`, with commas. */
  status?: string;
  /** At least this many ms. */
  slow?: number;
  refusals?: boolean;
  alarms?: boolean;
};

export const STATUSES = /^[1-5](xx|\d\d)(,[1-5](xx|\d\d))*$/;

export function isShown(row: Row, filter: Filter): boolean {
  const { line } = row;
  const tenant = 'tenant' in line ? line.tenant : null;
  if (filter.tenant !== undefined && !(tenant?.startsWith(filter.tenant) ?? isLoud(row))) return false;
  if (isLoud(row)) return true;
  if (filter.alarms && line.event !== 'alarm') return false;
  if (filter.slow !== undefined && !('durationMs' in line && line.durationMs >= filter.slow)) return false;
  if (filter.refusals && !('code' in line && line.code !== null)) return false;
  if (filter.status !== undefined && !(line.event === 'request' && hasStatus(line.status, filter.status))) return false;
  return (
    filter.route === undefined || (line.event === 'request' && `${line.method} ${line.route}`.includes(filter.route))
  );
}

const hasStatus = (status: number, wanted: string): boolean =>
  wanted.split(',').some((one) => (one.endsWith('xx') ? String(status)[0] === one[0] : String(status) === one));
