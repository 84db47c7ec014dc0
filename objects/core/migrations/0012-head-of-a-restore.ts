import type { Migration } from '../migration.ts';

export const m0012: Migration = {
  id: 12,
  name: 'a restore carries the head that the index knew',
  statements: `
      ALTER TABLE restore_progress ADD COLUMN index_seq INTEGER;
      ALTER TABLE restore_progress ADD COLUMN index_hash TEXT;
    `,
};
