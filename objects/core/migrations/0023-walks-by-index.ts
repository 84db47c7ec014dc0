import type { Migration } from '../migration.ts';

export const m0023: Migration = {
  id: 23,
  name: 'what was still walked whole',
  // `secret_versions_counting`: those that take the place of the ones before them (objects/secrets/secrets.ts). `look_on_at`: of a leaver, the manifest
  // from which the look at what they had goes on; null: it is over.
  statements: `
      CREATE TABLE pre_images (
        tbl TEXT NOT NULL, k1 ANY NOT NULL, k2 ANY NOT NULL, k3 ANY NOT NULL, k4 ANY NOT NULL, row TEXT,
        PRIMARY KEY (tbl, k1, k2, k3, k4)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE backup_parts (place INTEGER PRIMARY KEY, chunks TEXT NOT NULL) STRICT;

      CREATE INDEX secret_versions_counting ON secret_versions (secret_id, version)
        WHERE aside IS NULL AND (confirmed_at IS NOT NULL OR (sealed_by IS NULL AND uploaded_by IS NULL));

      ALTER TABLE leavers ADD COLUMN look_on_at INTEGER;
      UPDATE leavers SET look_on_at = manifest_version WHERE had IS NULL;
      CREATE INDEX leavers_looked_at ON leavers (place) WHERE look_on_at IS NOT NULL;

      DROP INDEX replaced_by_secret;
      CREATE INDEX replaced_by_secret ON replaced (secret_id, version, sha256);
      CREATE INDEX replaced_latest ON replaced (secret_id, version, replaced_at) WHERE undone = 0;
      CREATE INDEX successions_by_root ON successions (from_root);
      CREATE INDEX keyring_changes_replacing ON keyring_changes (place) WHERE held = 1 AND replaces = 1;
    `,
};
