// What the platform asks, by its own lists. One place: docs/cost.md and the bench say nothing that does not follow from here.

/** What is billed. */
export const METERS = [
  'workerRequests',
  'workerCpuMs',
  'objectRequests',
  'objectGbSeconds',
  'rowsRead',
  'rowsWritten',
  'objectGbMonths',
  'indexRowsRead',
  'indexRowsWritten',
  'indexGbMonths',
  'logGb',
] as const;
export type Meter = (typeof METERS)[number];

/** `dollars` for each `per` of them, once those that are included in a month are used up. */
export type Price = { label: string; dollars: number; per: number; includedAMonth: number };

const MILLION = 1e6;
const BILLION = 1e9;

export const PRICES: Readonly<Record<Meter, Price>> = {
  workerRequests: { label: 'Worker requests', dollars: 0.3, per: MILLION, includedAMonth: 10 * MILLION },
  workerCpuMs: { label: 'Worker CPU, ms', dollars: 0.02, per: MILLION, includedAMonth: 30 * MILLION },
  objectRequests: { label: 'object requests', dollars: 0.15, per: MILLION, includedAMonth: MILLION },
  objectGbSeconds: { label: 'object duration, GB-s', dollars: 12.5, per: MILLION, includedAMonth: 400_000 },
  rowsRead: { label: 'rows read in objects', dollars: 0.001, per: MILLION, includedAMonth: 25 * BILLION },
  rowsWritten: { label: 'rows written in objects', dollars: 1, per: MILLION, includedAMonth: 50 * MILLION },
  objectGbMonths: { label: 'object storage, GB-months', dollars: 0.2, per: 1, includedAMonth: 5 },
  indexRowsRead: { label: 'rows read in D1', dollars: 0.001, per: MILLION, includedAMonth: 25 * BILLION },
  indexRowsWritten: { label: 'rows written in D1', dollars: 1, per: MILLION, includedAMonth: 50 * MILLION },
  indexGbMonths: { label: 'D1 storage, GB-months', dollars: 0.75, per: 1, includedAMonth: 5 },
  logGb: { label: 'logs, GB', dollars: 0.25, per: 1, includedAMonth: 0 },
};

/** The plan without which there are none of these, dollars a month. */
export const PLAN_DOLLARS_A_MONTH = 5;

/** When the lists were read, and whose they are. Logs by volume: the price from the day named. */
export const PRICES_READ = '2026-11-28';
export const PRICES_SOURCE =
  'Cloudflare’s published pricing of Workers (Paid plan), Durable Objects, D1 and Workers Logs';
export const LOGS_BY_VOLUME_FROM = '2026-12-01';
