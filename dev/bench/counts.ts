// What a stretch of the product's work came to, as the platform bills it.

export type Counts = {
  /** Requests to the Worker, and calls of objects: by RPC, alarms, and what came over live sockets. */
  requests: number;
  calls: number;
  alarms: number;
  socketMessages: number;
  /** In objects' own SQLite. An alarm that is set is one row written beside these. */
  rowsRead: number;
  rowsWritten: number;
  alarmsSet: number;
  /** In D1. */
  queries: number;
  indexRowsRead: number;
  indexRowsWritten: number;
  logBytes: number;
};

export const noCounts = (): Counts => ({
  requests: 0,
  calls: 0,
  alarms: 0,
  socketMessages: 0,
  rowsRead: 0,
  rowsWritten: 0,
  alarmsSet: 0,
  queries: 0,
  indexRowsRead: 0,
  indexRowsWritten: 0,
  logBytes: 0,
});

/** Where a counted Worker tells what it has counted since it was last asked. */
export const COUNTS_PATH = '/counts';
