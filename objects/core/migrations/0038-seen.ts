import type { Migration } from '../migration.ts';

export const m0038: Migration = {
  id: 38,
  name: 'when people were seen, and since when an unlocker is what it is',
  // `seen.unlocker`: what the person last unlocked with; blank: they asked for anything. `unlockers.since`, `by`: who put its private half there,
  // and when; null: before this was kept.
  statements: `
      CREATE TABLE seen (
        unlocker TEXT NOT NULL, person TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (unlocker, person)
      ) STRICT, WITHOUT ROWID;
      ALTER TABLE unlockers ADD COLUMN since INTEGER;
      ALTER TABLE unlockers ADD COLUMN by TEXT;
    `,
};
