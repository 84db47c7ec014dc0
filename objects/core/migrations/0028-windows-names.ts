import type { Migration } from '../migration.ts';

export const m0028: Migration = {
  id: 28,
  name: 'names as Windows compares them',
  // `same` says which refs name the same thing; rows kept before are given theirs by the alarm
  // (objects/fleet/names.ts), and until then are found among the few of their machine that have none.
  statements: `
      ALTER TABLE secrets ADD COLUMN same TEXT;
      CREATE INDEX secrets_by_same ON secrets (machine_id, kind, same) WHERE same IS NOT NULL;
      CREATE INDEX secrets_without_same ON secrets (machine_id, kind, id) WHERE same IS NULL;
      INSERT INTO walks SELECT 'names', '["machines",""]' WHERE EXISTS (SELECT 1 FROM machines);
      INSERT INTO due SELECT 'names', 0 FROM walks WHERE what = 'names';
    `,
};
