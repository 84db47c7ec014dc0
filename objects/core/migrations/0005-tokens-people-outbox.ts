import type { Migration } from '../migration.ts';

export const m0005: Migration = {
  id: 5,
  name: 'tokens, people and the index outbox',
  // A token that was revoked before brings hash and id only: the rest is a stand-in that the index accepts, and is
  // adopted from there.
  statements: `
      CREATE TABLE outbox (
        what TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, row TEXT NOT NULL,
        tries INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (what, id)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE tokens (
        id TEXT PRIMARY KEY, label TEXT NOT NULL, prefix TEXT NOT NULL, hash TEXT NOT NULL, salt TEXT NOT NULL,
        created_at INTEGER NOT NULL, created_by TEXT, expires_at INTEGER, revoked_at INTEGER,
        fingerprint TEXT, min_epoch INTEGER, replaced_by TEXT, version INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE token_uses (
        token TEXT PRIMARY KEY, last_at INTEGER NOT NULL, last_ip TEXT, count INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      INSERT INTO tokens (id, label, prefix, hash, salt, created_at, revoked_at, version)
        SELECT token_id, '', '--------', token_hash, '0000000000000000', min(revoked_at), min(revoked_at), 1
        FROM revocations GROUP BY token_id;
      INSERT INTO outbox (what, id, version, row)
        SELECT 'token', id, 1, json_object('label', '', 'prefix', prefix, 'hash', hash, 'salt', salt,
          'createdAt', created_at, 'expiresAt', NULL, 'revokedAt', revoked_at)
        FROM tokens WHERE hash IN (SELECT token_hash FROM revocations WHERE indexed = 0);
      DROP TABLE revocations;

      INSERT INTO outbox (what, id, version, row)
        SELECT 'person', id, 1, json_object('email', email, 'role', role, 'status', 'removed')
        FROM people WHERE indexed = 0;
      CREATE TABLE people_now (
        id TEXT PRIMARY KEY, email TEXT NOT NULL, role TEXT NOT NULL, removed_at INTEGER, version INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      INSERT INTO people_now SELECT id, email, role, removed_at, iif(removed_at IS NULL, 0, 1) FROM people;
      DROP TABLE people;
      ALTER TABLE people_now RENAME TO people;

      CREATE TABLE leavers_now (
        place INTEGER PRIMARY KEY, person TEXT NOT NULL, email TEXT NOT NULL, role TEXT NOT NULL, becomes TEXT,
        started_at INTEGER NOT NULL, by TEXT NOT NULL, manifest_version INTEGER NOT NULL, fingerprint TEXT, had TEXT
      ) STRICT;
      INSERT INTO leavers_now (person, email, role, started_at, by, manifest_version, fingerprint)
        SELECT person, email, role, started_at, by, manifest_version, fingerprint FROM leavers ORDER BY started_at;
      DROP TABLE leavers;
      ALTER TABLE leavers_now RENAME TO leavers;

      DELETE FROM due WHERE what IN ('revocations', 'people');
      INSERT INTO due SELECT 'index', 0 WHERE EXISTS (SELECT 1 FROM outbox);
    `,
};
