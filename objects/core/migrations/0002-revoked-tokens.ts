import type { Migration } from '../migration.ts';

export const m0002: Migration = {
  id: 2,
  name: 'revoked tokens',
  statements: `
      CREATE TABLE revocations (
        token_hash TEXT PRIMARY KEY, token_id TEXT NOT NULL, revoked_at INTEGER NOT NULL, indexed INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
};
