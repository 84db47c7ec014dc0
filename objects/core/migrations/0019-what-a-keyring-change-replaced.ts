import type { Migration } from '../migration.ts';

export const m0019: Migration = {
  id: 19,
  name: 'what a change of the keyring replaced',
  statements: `
      CREATE TABLE keyring_changes (
        place INTEGER PRIMARY KEY, from_version INTEGER NOT NULL, to_version INTEGER NOT NULL, person TEXT NOT NULL,
        by TEXT NOT NULL, at INTEGER NOT NULL, held INTEGER NOT NULL, replaces INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX keyring_changes_held ON keyring_changes (held, place);
      CREATE TABLE kept_rows (
        place INTEGER NOT NULL, what TEXT NOT NULL, key TEXT NOT NULL, row TEXT, PRIMARY KEY (place, what, key)
      ) STRICT, WITHOUT ROWID;
    `,
};
