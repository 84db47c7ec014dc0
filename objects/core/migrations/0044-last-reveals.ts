import type { Migration } from '../migration.ts';

export const m0044: Migration = {
  id: 44,
  name: 'the last reveal of a secret by an index, and the drill that counted last',
  statements: `
      CREATE INDEX reveals_by_last ON reveals (secret_id, last_at);
      ALTER TABLE unlockers ADD COLUMN drill_proof INTEGER;
    `,
};
