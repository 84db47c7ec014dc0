import type { Migration } from '../migration.ts';

export const m0022: Migration = {
  id: 22,
  name: 'what a revoked token brought is set aside',
  // `aside`: the token's id. Which token brought a version stands in its audit entry; runs have not said so before. What stands and what is
  // aside have an index each, so that neither is looked for behind any number of the other.
  statements: `
      ALTER TABLE runs ADD COLUMN token TEXT;
      ALTER TABLE runs ADD COLUMN aside TEXT;
      DROP INDEX runs_by_machine;
      CREATE INDEX runs_by_machine ON runs (machine_id, started_at, id) WHERE aside IS NULL;
      CREATE INDEX runs_aside ON runs (machine_id, started_at, id) WHERE aside IS NOT NULL;
      ALTER TABLE secret_versions ADD COLUMN aside TEXT;
      CREATE INDEX secret_versions_standing ON secret_versions (secret_id, version) WHERE aside IS NULL;
      CREATE INDEX secret_versions_aside ON secret_versions (secret_id, version) WHERE aside IS NOT NULL;
      ALTER TABLE secrets ADD COLUMN apart INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE secrets ADD COLUMN standing INTEGER NOT NULL DEFAULT 1;
      CREATE INDEX secrets_standing ON secrets (machine_id, kind, ref) WHERE standing = 1;
      CREATE INDEX secrets_apart ON secrets (machine_id, kind, ref) WHERE apart > 0;
      CREATE TABLE asides (
        token TEXT PRIMARY KEY, back INTEGER NOT NULL, since INTEGER, at INTEGER NOT NULL, by TEXT NOT NULL,
        runs INTEGER NOT NULL, versions INTEGER NOT NULL, place TEXT
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX asides_under_way ON asides (token) WHERE place IS NOT NULL;
      CREATE TABLE nears (
        day INTEGER NOT NULL, name TEXT NOT NULL, id TEXT NOT NULL, used INTEGER NOT NULL, value INTEGER NOT NULL,
        PRIMARY KEY (day, name, id)
      ) STRICT, WITHOUT ROWID;
    `,
};
