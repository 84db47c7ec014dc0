import type { Migration } from '../migration.ts';

export const m0045: Migration = {
  id: 45,
  name: 'how much is kept of each change of the keyring',
  statements: `
      ALTER TABLE keyring_changes ADD COLUMN weight INTEGER NOT NULL DEFAULT 0;
      CREATE INDEX keyring_changes_by_person ON keyring_changes (person, weight) WHERE held = 1;
    `,
};
