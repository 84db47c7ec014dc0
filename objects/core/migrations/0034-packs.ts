import type { Migration } from '../migration.ts';

export const m0034: Migration = {
  id: 34,
  name: 'events in packs',
  // A pack is the events of one run from `first_seq` to `last_seq`, none missing; no two packs of a run overlap. `received_at`: when the first of
  // them came in. `taken_for`: the one instant that all of them are taken for since; null: each by itself, as its body says. `events` keeps what
  // was stored before, until the alarm has packed it (objects/fleet/unpacked.ts). `refused` was not counted for runs of before migration 14.
  statements: `
      CREATE TABLE packs (
        run_id TEXT NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, received_at INTEGER NOT NULL,
        taken_for INTEGER, body BLOB NOT NULL, PRIMARY KEY (run_id, first_seq)
      ) STRICT, WITHOUT ROWID;
      INSERT INTO due SELECT 'packing', 0 WHERE EXISTS (SELECT 1 FROM events);
      UPDATE runs SET refused = max(refused, counted.n)
        FROM (SELECT run_id, count(*) AS n FROM tombstones GROUP BY run_id) AS counted WHERE runs.id = counted.run_id;
    `,
};
