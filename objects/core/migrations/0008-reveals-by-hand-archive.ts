import type { Migration } from '../migration.ts';

export const m0008: Migration = {
  id: 8,
  name: 'reveal control, secrets by hand, archived and merged machines',
  statements: `
      CREATE TABLE reveal_log (
        email TEXT NOT NULL, at INTEGER NOT NULL, audit_seq INTEGER NOT NULL, PRIMARY KEY (email, at, audit_seq)
      ) STRICT, WITHOUT ROWID;
      INSERT INTO reveal_log SELECT principal_name, at, seq FROM audit
        WHERE action = 'secret.revealed' AND outcome = 'done' AND at > (unixepoch() - 86400) * 1000;
      CREATE TABLE budget_hits (email TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      ALTER TABLE secrets ADD COLUMN rotate_due_at INTEGER;
      ALTER TABLE secrets ADD COLUMN rotate_noted INTEGER NOT NULL DEFAULT 0;
      CREATE INDEX secrets_to_rotate ON secrets (rotate_due_at, machine_id)
        WHERE rotate_noted = 0 AND rotate_due_at IS NOT NULL;
      ALTER TABLE secret_versions ADD COLUMN sealed_by TEXT;
      ALTER TABLE secret_versions ADD COLUMN uploaded_by TEXT;
      ALTER TABLE runs ADD COLUMN uploaded_by TEXT;

      ALTER TABLE machines ADD COLUMN shelf TEXT NOT NULL DEFAULT 'fleet';
      ALTER TABLE machines ADD COLUMN to_rotate INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE machines ADD COLUMN archived_at INTEGER;
      ALTER TABLE machines ADD COLUMN archived_by TEXT;
      ALTER TABLE machines ADD COLUMN merged_into TEXT;
      ALTER TABLE machines ADD COLUMN merged_at INTEGER;
      ALTER TABLE machines ADD COLUMN merged_by TEXT;
      CREATE INDEX machines_merged_into ON machines (merged_into, id) WHERE merged_into IS NOT NULL;
      DROP INDEX machines_by_started;
      DROP INDEX machines_by_hostname;
      DROP INDEX machines_by_status_started;
      DROP INDEX machines_by_status_hostname;
      CREATE INDEX machines_by_started ON machines (shelf, started_at, id);
      CREATE INDEX machines_by_hostname ON machines (shelf, hostname, id);
      CREATE INDEX machines_by_status_started ON machines (shelf, run_status, started_at, id);
      CREATE INDEX machines_by_status_hostname ON machines (shelf, run_status, hostname, id);
    `,
};
