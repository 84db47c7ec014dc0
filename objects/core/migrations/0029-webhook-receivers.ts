import type { Migration } from '../migration.ts';

export const m0029: Migration = {
  id: 29,
  name: 'webhooks by receiver and signature',
  // Existing webhooks go on as they were. `gone_at`: its receiver answered 410, which paused it.
  statements: `
      ALTER TABLE webhooks ADD COLUMN receiver TEXT NOT NULL DEFAULT 'generic';
      ALTER TABLE webhooks ADD COLUMN signature TEXT NOT NULL DEFAULT 'totl';
      ALTER TABLE webhooks ADD COLUMN gone_at INTEGER;
      ALTER TABLE webhooks ADD COLUMN changed_by TEXT;
      ALTER TABLE webhooks ADD COLUMN changed_at INTEGER;
    `,
};
