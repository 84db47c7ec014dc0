import type { Migration } from '../migration.ts';

export const m0014: Migration = {
  id: 14,
  name: 'limits: what was counted today, on rows that are written anyway',
  statements: `
      ALTER TABLE token_uses ADD COLUMN day INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE token_uses ADD COLUMN day_bytes INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE token_uses ADD COLUMN day_machines INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE token_uses ADD COLUMN day_told TEXT NOT NULL DEFAULT '';
      ALTER TABLE machines ADD COLUMN day INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE machines ADD COLUMN day_bytes INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE machines ADD COLUMN day_runs INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE machines ADD COLUMN day_changes INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE runs ADD COLUMN refused INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE secrets ADD COLUMN day INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE secrets ADD COLUMN day_versions TEXT NOT NULL DEFAULT '{}';
      ALTER TABLE secrets ADD COLUMN token TEXT;
    `,
};
