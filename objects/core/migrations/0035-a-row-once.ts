import type { Migration } from '../migration.ts';

export const m0035: Migration = {
  id: 35,
  name: 'what is said first is kept in the row that is written anyway',
  // `first_said`: a machine's first description, until one of its attributes changes; null: its lines are in
  // `machine_attributes`. `pc_…`: what a run says of its PC; null: in `run_pcs`, where that was kept before. The machines
  // of a fleet are the sum of its states, with one for those that have no run.
  statements: `
      ALTER TABLE machines ADD COLUMN first_said TEXT;
      ALTER TABLE runs ADD COLUMN pc_serial TEXT;
      ALTER TABLE runs ADD COLUMN pc_model TEXT;
      ALTER TABLE runs ADD COLUMN pc_changes INTEGER;
      INSERT INTO counters SELECT 'status:none', value - (SELECT coalesce(sum(value), 0) FROM counters WHERE name LIKE 'status:%')
        FROM counters WHERE name = 'machines';
      DELETE FROM counters WHERE name = 'machines';
    `,
};
