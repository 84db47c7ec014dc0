import type { Migration } from '../migration.ts';

export const m0039: Migration = {
  id: 39,
  name: 'a further report writes the row of its run alone',
  // `tail`: the run's last pack while it is small, as the body of `packs`, with its seqs; null: it has none. `day`, `day_bytes` of a run: what it has
  // brought on that UTC day since `day_run` of its machine names it; the machine's own columns hold the rest of the day. The tail comes last, so that
  // whoever reads the columns before it does not read its pages.
  statements: `
      ALTER TABLE machines ADD COLUMN day_run TEXT;
      ALTER TABLE runs ADD COLUMN day INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE runs ADD COLUMN day_bytes INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE runs ADD COLUMN tail_from INTEGER;
      ALTER TABLE runs ADD COLUMN tail_to INTEGER;
      ALTER TABLE runs ADD COLUMN tail BLOB;
    `,
};
