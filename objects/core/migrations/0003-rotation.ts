import type { Migration } from '../migration.ts';

export const m0003: Migration = {
  id: 3,
  name: 'rotation',
  statements: `
      ALTER TABLE secret_versions ADD COLUMN unopenable INTEGER NOT NULL DEFAULT 0;
      CREATE INDEX secret_versions_by_kid ON secret_versions (kid, unopenable, secret_id, version);
      ALTER TABLE escrow_keys ADD COLUMN retired_at INTEGER;
      ALTER TABLE escrow_keys ADD COLUMN destroyed_at INTEGER;
      CREATE TABLE replaced_ciphertexts (
        secret_id TEXT NOT NULL, version INTEGER NOT NULL, kid TEXT NOT NULL, format TEXT NOT NULL,
        sealed TEXT NOT NULL, sha256 TEXT NOT NULL, replaced_at INTEGER NOT NULL,
        PRIMARY KEY (secret_id, version, kid)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX replaced_ciphertexts_by_kid ON replaced_ciphertexts (kid);
      CREATE TABLE bulk_reads (
        person TEXT NOT NULL, day INTEGER NOT NULL, ciphertexts INTEGER NOT NULL, PRIMARY KEY (person, day)
      ) STRICT, WITHOUT ROWID;
    `,
};
