import type { Migration } from '../migration.ts';

export const m0031: Migration = {
  id: 31,
  name: 'several PCs under one id, marks that somebody has acknowledged, a history that is folded',
  // `speaker`: the run of this id that was last heard live. `other_id`: under which a run of this one has gone on.
  // `times`: how often an attribute came back to a value within a day, and `last_at` when it did last. `run_pcs`: what
  // each run says of its PC.
  statements: `
      ALTER TABLE machines ADD COLUMN speaker TEXT;
      ALTER TABLE machines ADD COLUMN speaker_since INTEGER;
      ALTER TABLE machines ADD COLUMN cloned_at INTEGER;
      ALTER TABLE machines ADD COLUMN cloned_by TEXT;
      ALTER TABLE machines ADD COLUMN split_at INTEGER;
      ALTER TABLE machines ADD COLUMN split_by TEXT;
      ALTER TABLE machines ADD COLUMN other_id TEXT;
      ALTER TABLE machines ADD COLUMN occurrences TEXT NOT NULL DEFAULT '{}';
      CREATE INDEX machines_cloned ON machines (id) WHERE cloned_at IS NOT NULL;
      ALTER TABLE machine_attributes ADD COLUMN times INTEGER NOT NULL DEFAULT 1;
      ALTER TABLE machine_attributes ADD COLUMN last_at INTEGER;
      CREATE TABLE run_pcs (
        run_id TEXT PRIMARY KEY, serial TEXT, model TEXT, changes INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE acknowledged (
        machine_id TEXT NOT NULL, mark TEXT NOT NULL, occurrence TEXT NOT NULL, at INTEGER NOT NULL, by TEXT NOT NULL,
        PRIMARY KEY (machine_id, mark)
      ) STRICT, WITHOUT ROWID;
    `,
};
