import type { Migration } from '../migration.ts';

export const m0037: Migration = {
  id: 37,
  name: 'runs whose events were removed',
  // `pruned_at`: when; null: they are all there. `pruned_to`: the seq up to which they are gone; 0: none is. Both are written by the sweep alone.
  statements: `
      ALTER TABLE runs ADD COLUMN pruned_at INTEGER;
      ALTER TABLE runs ADD COLUMN pruned_to INTEGER NOT NULL DEFAULT 0;
    `,
};
