import type { Migration } from '../migration.ts';

export const m0032: Migration = {
  id: 32,
  name: 'who says under which other id a run has gone on',
  // Null: what was kept before is known to be claimed, and not by whom.
  statements: 'ALTER TABLE machines ADD COLUMN other_id_by TEXT;',
};
