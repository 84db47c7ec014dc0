import type { Migration } from '../migration.ts';

export const m0015: Migration = {
  id: 15,
  name: 'lists and walks that stay bounded',
  // What used to be counted by walking is now counted where it is written. The search gets a line of its own for each
  // recovery key; it is filled anew by the alarm, a slice at a time (objects/fleet/search-lines.ts).
  statements: `
      ALTER TABLE machines ADD COLUMN own_secrets INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE machines ADD COLUMN own_keys INTEGER NOT NULL DEFAULT 0;
      UPDATE machines SET own_secrets = counted.secrets, own_keys = counted.keys
        FROM (SELECT machine_id, count(*) AS secrets, sum(kind = 'bitlocker_recovery_key') AS keys
          FROM secrets GROUP BY machine_id) AS counted
        WHERE counted.machine_id = machines.id;
      CREATE INDEX secrets_due ON secrets (machine_id, rotate_due_at) WHERE rotate_due_at IS NOT NULL;

      CREATE TABLE held (
        kid TEXT PRIMARY KEY, openable INTEGER NOT NULL, unopenable INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      INSERT INTO held SELECT kid, sum(unopenable = 0), sum(unopenable = 1) FROM secret_versions GROUP BY kid;
      DROP INDEX secret_versions_not_sound;
      CREATE INDEX secret_versions_not_opening ON secret_versions (secret_id, version)
        WHERE finding = 'does_not_open' AND unopenable = 0;

      CREATE TABLE walks (what TEXT PRIMARY KEY, place TEXT NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE search_floor (place INTEGER PRIMARY KEY) STRICT;
      INSERT INTO search_floor SELECT coalesce(max(rowid), 0) FROM search;
      INSERT INTO walks SELECT 'search', '["machines",""]' WHERE EXISTS (SELECT 1 FROM machines);
      INSERT INTO due SELECT 'search', 0 FROM walks WHERE what = 'search';
      DROP TABLE search;
      CREATE VIRTUAL TABLE search USING fts5 (
        machine UNINDEXED, hostname, serial, client, keys, tokenize = 'trigram', columnsize = 0
      );

      CREATE INDEX grants_by_requested ON grants (requested_at, id);
      CREATE INDEX people_by_email ON people (email, id);
      CREATE INDEX tokens_by_created ON tokens (created_at, id);
      CREATE INDEX tokens_live ON tokens (expires_at, id) WHERE revoked_at IS NULL;
      ALTER TABLE budget_hits ADD COLUMN told_at INTEGER;
      CREATE INDEX budget_hits_by_at ON budget_hits (at, email);
      ALTER TABLE restore_progress ADD COLUMN verified_seq INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE restore_progress ADD COLUMN verified_hash TEXT;
      ALTER TABLE restore_progress ADD COLUMN place_max INTEGER NOT NULL DEFAULT 0;
    `,
};
