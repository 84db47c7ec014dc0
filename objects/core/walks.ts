// Walks over all rows of a table, a slice at a time: where one has got to is kept, so that the alarm goes on with it, also after an eviction.
import { remembered } from './memory.ts';
import { first } from './rows.ts';

/** The walks there are. A walk and its alarm duty, where it has one, share a name. */
type Walk =
  | 'search'
  | 'names'
  | 'stalled'
  | 'index'
  | 'put_out'
  | 'tokens_expiring'
  | 'backup'
  | 'gone_keys'
  | 'kept_keys'
  | 'dating'
  | 'clocks'
  | 'retention';

/** Where a walk has got to, as it was kept; null where none is under way. */
export const walkAt = <Place>(sql: SqlStorage, what: Walk): Place | null => {
  const row = remembered(sql, `walk ${what}`, ['walks'], () =>
    first<{ place: string }>(sql, 'SELECT place FROM walks WHERE what = ?', what),
  );
  return row && JSON.parse(row.place);
};

/** Keeps where a walk goes on; null: it is over. In the transaction of its slice. */
export function keepWalk(sql: SqlStorage, what: Walk, place: unknown): void {
  if (place === null) sql.exec('DELETE FROM walks WHERE what = ?', what);
  else
    sql.exec(
      'INSERT INTO walks VALUES (?, ?) ON CONFLICT (what) DO UPDATE SET place = excluded.place',
      what,
      JSON.stringify(place),
    );
}
