// The index made to fail from the outside, in its own file, while the Worker uses it: locked by another process's transaction, so that it can be read
// and not written, or without the table that every machine token is looked up in.
import { DatabaseSync } from 'node:sqlite';
import { indexIn } from './state.ts';

/** `begin` breaks it until the answer is called. `turnsAway`: nobody with a token is known meanwhile. */
export type IndexFault = { name: string; turnsAway: boolean; begin: (state: string) => () => void };

export const INDEX_FAULTS: readonly IndexFault[] = [
  {
    name: 'locked',
    turnsAway: false,
    begin: (state) => {
      const index = new DatabaseSync(indexIn(state));
      index.exec('PRAGMA busy_timeout = 5000');
      index.exec('BEGIN EXCLUSIVE');
      return () => {
        index.exec('ROLLBACK');
        index.close();
      };
    },
  },
  {
    name: 'without its tokens',
    turnsAway: true,
    begin: (state) => {
      const index = new DatabaseSync(indexIn(state));
      index.exec('PRAGMA busy_timeout = 5000');
      index.exec('ALTER TABLE api_tokens RENAME TO api_tokens_away');
      return () => {
        index.exec('ALTER TABLE api_tokens_away RENAME TO api_tokens');
        index.close();
      };
    },
  },
];
