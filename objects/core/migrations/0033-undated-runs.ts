import type { Migration } from '../migration.ts';

export const m0033: Migration = {
  id: 33,
  name: 'runs of which nobody knows when they were',
  // 0: something is known of when it was. Runs that are there stand as they were taken.
  statements: 'ALTER TABLE runs ADD COLUMN undated INTEGER NOT NULL DEFAULT 0;',
};
