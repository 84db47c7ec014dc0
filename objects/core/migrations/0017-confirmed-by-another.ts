import type { Migration } from '../migration.ts';

export const m0017: Migration = {
  id: 17,
  name: 'what a person brings is confirmed',
  statements: `
      ALTER TABLE secret_versions ADD COLUMN confirmed_at INTEGER;
      ALTER TABLE secret_versions ADD COLUMN confirmed_by TEXT;
      CREATE INDEX reveals_by_secret ON reveals (secret_id, version);
      ALTER TABLE refusals ADD COLUMN subjects TEXT NOT NULL DEFAULT '[]';
      CREATE TABLE restore_known (
        kind TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (kind, id)
      ) STRICT, WITHOUT ROWID;
    `,
};
