// For tests in workerd. Reads and changes of an object’s own storage.
import { runInDurableObject } from 'cloudflare:test';
import { bindings } from './requests.ts';

/** Works in the storage of a tenant's object, in a turn of the object's own. */
export const inStorage = <T>(tenant: string, work: (sql: SqlStorage) => T): Promise<T> =>
  runInDurableObject(bindings.TENANT.getByName(tenant), (_object, { storage }) => work(storage.sql));

/** How many statements an object runs while `act` does, and how many rows they read and write. */
export async function rowsOf(
  sql: SqlStorage,
  act: () => Promise<unknown> | unknown,
): Promise<{ statements: number; read: number; written: number }> {
  const exec = sql.exec.bind(sql);
  const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
  sql.exec = ((query: string, ...more: unknown[]) => {
    const cursor = exec(query, ...more);
    cursors.push(cursor);
    return cursor;
  }) as typeof sql.exec;
  try {
    await act();
  } finally {
    sql.exec = exec as typeof sql.exec;
  }
  const sum = (what: 'rowsRead' | 'rowsWritten') => cursors.reduce((total, cursor) => total + cursor[what], 0);
  return { statements: cursors.length, read: sum('rowsRead'), written: sum('rowsWritten') };
}

/** As if a day had passed since the last reveal: for tests that reveal more than a person may, to see that everything opens. */
export const forgetReveals = (tenant: string): Promise<void> =>
  inStorage(tenant, (sql) => {
    sql.exec('DELETE FROM reveal_log');
  });
