import type { Migration } from '../migration.ts';

export const m0030: Migration = {
  id: 30,
  name: 'instants of a wrong clock',
  // `started_at`, `finished_at` and the like hold what an instant is taken for; null here: as the PC said. `hours`
  // counts by the quarter of an hour from now on, by which days of every zone begin. Runs that are there are looked at
  // by the alarm, and counted anew (objects/fleet/clocks.ts).
  statements: `
      ALTER TABLE runs ADD COLUMN said_started_at INTEGER;
      ALTER TABLE runs ADD COLUMN clock_skew_ms INTEGER;
      ALTER TABLE events ADD COLUMN taken_at INTEGER;
      DELETE FROM hours;
      INSERT INTO hours SELECT -1, 0, 0, 0 WHERE EXISTS (SELECT 1 FROM runs);
      INSERT INTO walks SELECT 'clocks', '{"id":"","seq":0,"run":null}' WHERE EXISTS (SELECT 1 FROM runs);
      INSERT INTO due SELECT 'clocks', 0 FROM walks WHERE what = 'clocks';
    `,
};
