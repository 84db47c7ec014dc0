import type { Migration } from '../migration.ts';

export const m0010: Migration = {
  id: 10,
  name: 'backup',
  statements: `
      CREATE TABLE backup_runs (
        at INTEGER PRIMARY KEY, outcome TEXT NOT NULL, chunks INTEGER NOT NULL, written INTEGER NOT NULL,
        bytes INTEGER NOT NULL, head_seq INTEGER, head_hash TEXT, manifest_sha256 TEXT, fault TEXT
      ) STRICT;
      CREATE TABLE restore_progress (
        manifest_sha256 TEXT PRIMARY KEY, chunks_done INTEGER NOT NULL, discarded_seq INTEGER NOT NULL,
        discarded_hash TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
};
