import type { Migration } from '../migration.ts';

export const m0018: Migration = {
  id: 18,
  name: 'sweeps that a destruction rests on',
  statements: `
      CREATE TABLE sweeps (
        person TEXT PRIMARY KEY, id TEXT NOT NULL, begun_seq INTEGER NOT NULL, begun_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      ALTER TABLE secret_versions ADD COLUMN verified_sweep TEXT;
      ALTER TABLE secret_versions ADD COLUMN touched_seq INTEGER;
    `,
};
