import type { Migration } from '../migration.ts';

export const m0032: Migration = {
  id: 32,
  name: 'who says under which other id a run has gone on',
  // Null: for rows kept before, the claim is known, but not who made it.
  statements: 'ALTER TABLE machines ADD COLUMN other_id_by TEXT;',
};
