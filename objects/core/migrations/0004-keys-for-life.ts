import type { Migration } from '../migration.ts';

export const m0004: Migration = {
  id: 4,
  name: 'keys for life',
  statements: `
      ALTER TABLE roots ADD COLUMN followed INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE unlockers ADD COLUMN drilled_at INTEGER;
      CREATE TABLE successions (
        place INTEGER PRIMARY KEY, from_root TEXT NOT NULL, to_root TEXT NOT NULL, jws TEXT NOT NULL,
        at INTEGER NOT NULL, by TEXT NOT NULL
      ) STRICT;
      CREATE TABLE old_statements (
        kid TEXT NOT NULL, root TEXT NOT NULL, jws TEXT NOT NULL, PRIMARY KEY (kid, root)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE grants (
        id TEXT PRIMARY KEY, person TEXT NOT NULL UNIQUE, email TEXT NOT NULL, role TEXT NOT NULL, kind TEXT NOT NULL,
        label TEXT NOT NULL, jwk TEXT NOT NULL, half TEXT NOT NULL, requested_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE people (
        id TEXT PRIMARY KEY, email TEXT NOT NULL, role TEXT NOT NULL, removed_at INTEGER, indexed INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE leavers (
        person TEXT PRIMARY KEY, email TEXT NOT NULL, role TEXT NOT NULL, started_at INTEGER NOT NULL, by TEXT NOT NULL,
        manifest_version INTEGER NOT NULL, fingerprint TEXT
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE reveals (
        email TEXT NOT NULL, secret_id TEXT NOT NULL, version INTEGER NOT NULL, last_at INTEGER NOT NULL,
        PRIMARY KEY (email, secret_id, version)
      ) STRICT, WITHOUT ROWID;
      INSERT INTO reveals SELECT principal_name, subject, json_extract(detail, '$.version'), max(at) FROM audit
        WHERE action = 'secret.revealed' AND outcome = 'done' GROUP BY 1, 2, 3;
      ALTER TABLE secret_versions ADD COLUMN verified_at INTEGER;
      ALTER TABLE secret_versions ADD COLUMN verified_kid TEXT;
      ALTER TABLE secret_versions ADD COLUMN finding TEXT;
      CREATE INDEX secret_versions_not_sound ON secret_versions (finding, secret_id, version) WHERE finding <> 'sound';
    `,
};
