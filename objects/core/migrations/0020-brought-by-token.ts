import type { Migration } from '../migration.ts';

export const m0020: Migration = {
  id: 20,
  name: 'what a token has brought to a machine',
  // Written once a secret, not once a version.
  statements: 'CREATE INDEX secrets_by_token ON secrets (machine_id, token) WHERE token IS NOT NULL;',
};
