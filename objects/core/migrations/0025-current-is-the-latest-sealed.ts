import type { Migration } from '../migration.ts';

export const m0025: Migration = {
  id: 25,
  name: 'what is current is the latest sealed',
  // Versions that are held already get their instants from the alarm, a slice at a time (objects/secrets/dating.ts);
  // until then its order is unknown.
  statements: `
      ALTER TABLE secret_versions ADD COLUMN run_order INTEGER;
      ALTER TABLE secret_versions ADD COLUMN skew_ms INTEGER;
      ALTER TABLE secret_versions ADD COLUMN sealed_at INTEGER;
      ALTER TABLE secret_versions ADD COLUMN hostname TEXT;
      ALTER TABLE secret_versions ADD COLUMN receipted_at INTEGER;
      ALTER TABLE secret_versions ADD COLUMN counts INTEGER GENERATED ALWAYS AS (
        receipted_at IS NOT NULL OR confirmed_at IS NOT NULL OR (sealed_by IS NULL AND uploaded_by IS NULL)) VIRTUAL;
      DROP INDEX secret_versions_counting;
      CREATE INDEX secret_versions_by_sealed ON secret_versions (secret_id, counts, sealed_at) WHERE aside IS NULL;
      ALTER TABLE secrets ADD COLUMN parked_due_at INTEGER;
      ALTER TABLE secrets ADD COLUMN rotated_at INTEGER;
      ALTER TABLE secrets ADD COLUMN rotated_by TEXT;
      CREATE INDEX secrets_parked ON secrets (machine_id) WHERE parked_due_at IS NOT NULL;
      CREATE TABLE volumes (
        machine_id TEXT NOT NULL, volume TEXT NOT NULL, protectors TEXT NOT NULL, read_at INTEGER NOT NULL,
        run_id TEXT NOT NULL, PRIMARY KEY (machine_id, volume)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE run_keys (
        run_id TEXT NOT NULL, secret_id TEXT NOT NULL, version INTEGER NOT NULL,
        PRIMARY KEY (run_id, secret_id, version)
      ) STRICT, WITHOUT ROWID;
      ALTER TABLE machines ADD COLUMN encrypted INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE machines ADD COLUMN system_key_at INTEGER;
      INSERT INTO walks SELECT 'dating', '["versions","",0]' WHERE EXISTS (SELECT 1 FROM machines);
      INSERT INTO due SELECT 'dating', 0 FROM walks WHERE what = 'dating';
    `,
};
