import type { Migration } from '../migration.ts';

export const m0046: Migration = {
  id: 46,
  name: 'acts that are done, by the name that their request gave them',
  statements: `
CREATE TABLE acts (
  person TEXT NOT NULL,
  act TEXT NOT NULL,
  request TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (person, act)
) STRICT, WITHOUT ROWID;
CREATE INDEX acts_by_age ON acts (at);
`,
};
