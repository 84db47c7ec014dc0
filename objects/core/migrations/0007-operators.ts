import type { Migration } from '../migration.ts';

export const m0007: Migration = {
  id: 7,
  name: 'operators',
  statements: `
      CREATE TABLE standing (
        status TEXT NOT NULL, since_at INTEGER NOT NULL, reason TEXT NOT NULL, version INTEGER PRIMARY KEY
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE creation (
        name TEXT NOT NULL, created_at INTEGER NOT NULL, person TEXT PRIMARY KEY, email TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      INSERT INTO counters SELECT 'last_report_at', max(last_event_at) FROM runs HAVING max(last_event_at) IS NOT NULL;
    `,
};
