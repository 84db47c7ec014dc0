import type { Migration } from '../migration.ts';

export const m0011: Migration = {
  id: 11,
  name: 'replaced ciphertexts, each its own row',
  statements: `
      CREATE TABLE replaced (
        kid TEXT NOT NULL, secret_id TEXT NOT NULL, version INTEGER NOT NULL, sha256 TEXT NOT NULL,
        format TEXT NOT NULL, sealed TEXT NOT NULL, replaced_at INTEGER NOT NULL, undone INTEGER NOT NULL,
        PRIMARY KEY (kid, secret_id, version, sha256)
      ) STRICT, WITHOUT ROWID;
      INSERT INTO replaced SELECT kid, secret_id, version, sha256, format, sealed, replaced_at, 0
        FROM replaced_ciphertexts;
      DROP TABLE replaced_ciphertexts;
      CREATE INDEX replaced_by_secret ON replaced (secret_id, version);
    `,
};
