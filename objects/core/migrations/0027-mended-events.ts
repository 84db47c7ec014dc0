import type { Migration } from '../migration.ts';

export const m0027: Migration = {
  id: 27,
  name: 'what of an event was mended',
  statements: 'ALTER TABLE events ADD COLUMN mended TEXT;',
};
