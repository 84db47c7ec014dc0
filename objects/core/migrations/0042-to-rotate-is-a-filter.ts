import type { Migration } from '../migration.ts';

export const m0042: Migration = {
  id: 42,
  name: 'the machines that have a secret to be rotated, listed and counted; the use of recovery sheets is told',
  // Who is told of a new root is told of this too: it is what comes before.
  statements: `
      CREATE INDEX machines_to_rotate_started ON machines (shelf, started_at, id) WHERE to_rotate > 0;
      CREATE INDEX machines_to_rotate_hostname ON machines (shelf, hostname, id) WHERE to_rotate > 0;
      INSERT INTO counters SELECT 'rotating', count(*) FROM machines INDEXED BY machines_to_rotate_started
        WHERE shelf = 'fleet' AND to_rotate > 0 HAVING count(*) > 0;
      UPDATE webhooks SET kinds = json_insert(kinds, '$[#]', 'recovery_used')
        WHERE EXISTS (SELECT 1 FROM json_each(kinds) WHERE value = 'root_replaced');
    `,
};
