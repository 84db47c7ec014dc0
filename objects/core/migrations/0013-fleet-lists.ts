import type { Migration } from '../migration.ts';

export const m0013: Migration = {
  id: 13,
  name: 'a fleet to look at all day: stalled machines, filters, search, activity, clients',
  // `search` is no copy that counts: it can be filled again from the rows (objects/fleet/search.ts), so it is in no backup.
  statements: `
      ALTER TABLE runs ADD COLUMN reboots_at TEXT NOT NULL DEFAULT '[]';
      ALTER TABLE runs ADD COLUMN heard_at INTEGER NOT NULL DEFAULT 0;
      UPDATE runs SET heard_at = coalesce(
        (SELECT received_at FROM events WHERE run_id = runs.id ORDER BY seq DESC LIMIT 1), last_event_at);

      ALTER TABLE machines ADD COLUMN silent_since INTEGER;
      ALTER TABLE machines ADD COLUMN place INTEGER;
      UPDATE machines SET place = numbered.place
        FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM machines) AS numbered
        WHERE numbered.id = machines.id;
      CREATE INDEX machines_by_client_started ON machines (shelf, client, started_at, id) WHERE client IS NOT NULL;
      CREATE INDEX machines_by_client_hostname ON machines (shelf, client, hostname, id) WHERE client IS NOT NULL;
      CREATE INDEX machines_attention_started ON machines (shelf, started_at, id) WHERE attention <> '[]';
      CREATE INDEX machines_attention_hostname ON machines (shelf, hostname, id) WHERE attention <> '[]';
      CREATE INDEX machines_stalled_started ON machines (shelf, started_at, id) WHERE silent_since IS NOT NULL;
      CREATE INDEX machines_stalled_hostname ON machines (shelf, hostname, id) WHERE silent_since IS NOT NULL;
      INSERT INTO due SELECT 'stalled', 0 WHERE EXISTS (SELECT 1 FROM runs WHERE status = 'running')
        ON CONFLICT (what) DO UPDATE SET at = 0;

      CREATE VIRTUAL TABLE search USING fts5 (
        machine UNINDEXED, hostname, serial, client, keys, tokenize = 'trigram', columnsize = 0
      );
      INSERT INTO search (rowid, machine, hostname, serial, client, keys)
        SELECT place, id, hostname, serial, client,
          (SELECT group_concat(json_extract(ref, '$.protectorId'), ' ') FROM secrets
           WHERE machine_id = machines.id AND kind = 'bitlocker_recovery_key')
        FROM machines;

      CREATE TABLE clients (name TEXT PRIMARY KEY, machines INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      INSERT INTO clients SELECT client, count(*) FROM machines
        WHERE shelf = 'fleet' AND client IS NOT NULL GROUP BY client;

      CREATE TABLE hours (
        at INTEGER PRIMARY KEY, started INTEGER NOT NULL, succeeded INTEGER NOT NULL, failed INTEGER NOT NULL
      ) STRICT;
      INSERT INTO hours
        SELECT at, sum(started), sum(succeeded), sum(failed) FROM (
          SELECT started_at - started_at % 3600000 AS at, 1 AS started, 0 AS succeeded, 0 AS failed FROM runs
          UNION ALL
          SELECT finished_at - finished_at % 3600000, 0, status = 'succeeded', status = 'failed' FROM runs
            WHERE status IN ('succeeded', 'failed') AND finished_at IS NOT NULL
        ) GROUP BY at;
    `,
};
