// What the comparison Workers are bound to.
import type { Row } from './row.ts';

export type FloorBindings = {
  DB: D1Database;
  ROW: DurableObjectNamespace<Row>;
  ISSUER: string;
  AUDIENCE: string;
};

/** An event as it is sent; no floor checks it. */
export type SentEvent = {
  seq: number;
  at: number;
  level?: string;
  type?: string;
  phase?: string;
  message: string;
  data?: unknown;
};
export type SentReport = {
  machine: { id: string; hostname: string; serial?: string; client?: string };
  run: { id: string; startedAt: number };
  events: SentEvent[];
};
