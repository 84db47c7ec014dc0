import type { Migration } from '../migration.ts';

export const m0016: Migration = {
  id: 16,
  name: 'notices by rank',
  // 0: notices that matter to security; 1: those that may come in floods. `held_rank`: the rank of the notice that
  // failed last; notices that outrank it do not wait for it.
  statements: `
      ALTER TABLE deliveries ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
      UPDATE deliveries SET rank = 1 WHERE kind IN ('run_failed', 'machine_stalled', 'encrypted_not_escrowed');
      UPDATE deliveries SET fault = CASE
        WHEN status BETWEEN 200 AND 399 THEN fault
        WHEN status BETWEEN 400 AND 499 AND status NOT IN (408, 425, 429) THEN 'turned_down'
        ELSE 'failed' END
        WHERE status IS NOT NULL;
      UPDATE deliveries SET status = NULL;
      DROP INDEX deliveries_waiting;
      CREATE INDEX deliveries_waiting ON deliveries (webhook, rank, place) WHERE state = 'waiting';
      ALTER TABLE webhooks ADD COLUMN held_rank INTEGER NOT NULL DEFAULT 0;
    `,
};
