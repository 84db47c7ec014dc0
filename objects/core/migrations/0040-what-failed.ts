import type { Migration } from '../migration.ts';

export const m0040: Migration = {
  id: 40,
  name: 'what the last failed phase of a run said',
  // Null for runs that failed before: a phase's words are kept with the run as they come.
  statements: 'ALTER TABLE machines ADD COLUMN run_error TEXT;',
};
