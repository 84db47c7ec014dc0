import type { Migration } from '../migration.ts';

export const m0021: Migration = {
  id: 21,
  name: 'what a request for access asks for, and the session in which an only admin changed the keyring',
  // Null for rows that were there before: such a request is asked anew, and only another person's word lets go of such
  // a change.
  statements: `
      ALTER TABLE grants ADD COLUMN rights TEXT;
      ALTER TABLE keyring_changes ADD COLUMN session_ends_at INTEGER;
      CREATE INDEX keyring_changes_of_many ON keyring_changes (person) WHERE held = 1 AND session_ends_at IS NULL;
      CREATE INDEX people_admins ON people (id) WHERE role = 'admin' AND removed_at IS NULL;
      CREATE INDEX leavers_admins ON leavers (started_at) WHERE role = 'admin';
    `,
};
