// A large fleet as rows, for what has to be seen at a size that no test reports its way to.

/** Runs one statement on an object's SQLite, wherever that is. */
type Run = (sql: string, ...values: number[]) => void;

/**
 * Machines of forty clients; every 50th is running, every 250th stalled, every 100th archived, one in seven of the others failed, and every 60th
 * has secrets to be rotated.
 */
export function fillFleet(run: Run, machines: number): void {
  run(
    `INSERT INTO machines (id, hostname, serial, client, enrolled_at, started_at, run_id, run_status, phases_done,
       phases_total, secrets, attention, serial_changed, seq_conflict, silent_since, place, shelf, to_rotate)
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
     SELECT printf('%08x-0000-4000-8000-%012x', i * 7919 % 1000003, i), printf('PC-%05d', i * 7919 % 100003),
       printf('SN%06x', i), 'Client ' || (i % 40), i, i / 3, 'r' || i,
       CASE WHEN i % 50 = 0 THEN 'running' WHEN i % 7 = 0 THEN 'failed' ELSE 'succeeded' END, 1, 1, 1,
       CASE WHEN i % 250 = 0 THEN '["stalled"]' WHEN i % 60 = 1 THEN '["to_be_rotated"]'
         WHEN i % 7 = 0 AND i % 50 > 0 THEN '["run_failed"]' ELSE '[]' END,
       0, 0, iif(i % 250 = 0, 1, NULL), i, iif(i % 100 = 3, 'archived', 'fleet'), iif(i % 60 = 1, 2, 0) FROM n`,
    machines,
  );
  run(
    `INSERT INTO runs (id, machine_id, status, status_seq, started_at, last_event_at, phases, reboots, warnings, errors, events, next_seq)
     SELECT run_id, id, 'running', 0, started_at, started_at, '[{"name":"apps","state":"succeeded","seq":1}]', 0, 0, 0, 1, 2
     FROM machines WHERE run_status = 'running'`,
  );
  run(
    `INSERT INTO secrets (id, machine_id, kind, ref, latest_version)
     SELECT id, id, 'bitlocker_recovery_key', json_object('protectorId', printf('%08x', place * 16777259) || substr(id, 9),
       'volume', 'C:'), 1 FROM machines WHERE place % 20 = 0`,
  );
  run(`INSERT INTO clients SELECT client, count(*) FROM machines WHERE shelf = 'fleet' GROUP BY client`);
  run(`INSERT INTO counters SELECT 'status:' || run_status, count(*) FROM machines GROUP BY 1
    UNION ALL SELECT 'attention', count(*) FROM machines WHERE attention <> '[]'
    UNION ALL SELECT 'stalled', count(*) FROM machines WHERE silent_since IS NOT NULL
    UNION ALL SELECT 'rotating', count(*) FROM machines WHERE to_rotate > 0`);
}

/** One filter at a time, each of which has an index for either sort. */
export const FILTERS = [
  {},
  { status: 'stalled' },
  { status: 'failed' },
  { attention: 'yes' },
  { toRotate: 'yes' },
  { client: 'Client 7' },
] as const;

/** Several at once, which walk the index of the rarest. */
export const COMBINED = [
  { status: 'stalled', client: 'Client 10' },
  { status: 'running', client: 'Client 7' },
  { status: 'succeeded', client: 'Client 7', attention: 'yes' },
  { status: 'failed', attention: 'yes' },
  { status: 'stalled', client: 'Client 10', attention: 'yes' },
  { status: 'failed', client: 'Client 7', shelf: 'archived' },
  { status: 'succeeded', attention: 'yes' },
  { toRotate: 'yes', client: 'Client 1' },
  { status: 'succeeded', toRotate: 'yes', attention: 'yes' },
] as const;

/** Texts that every machine has, that a part of them has, one that a single machine has, one that none has. */
export const SEARCHED = ['PC-', 'Client 7', 'PC-04217', 'SN00a0', 'no such'] as const;
