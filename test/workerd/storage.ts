// For tests in workerd. Reads and changes of an object’s own storage.
import { runInDurableObject } from 'cloudflare:test';
import { all } from '../../objects/core/rows.ts';
import { packedFrom } from '../../objects/fleet/packs.ts';
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

/** Has a tenant's packs stand in rows of their own, all of them, as they were kept before the last one stood in its run's row. */
export const untail = (tenant: string): Promise<void> =>
  inStorage(tenant, (sql) => {
    const ends = all<{ id: string; tail_from: number }>(sql, 'SELECT id, tail_from FROM runs WHERE tail IS NOT NULL');
    for (const { id, tail_from: from } of ends)
      sql.exec(
        'INSERT INTO packs SELECT id, tail_from, tail_to, ?, NULL, tail FROM runs WHERE id = ?',
        Math.min(...[...packedFrom(sql, id, from)].map(({ receivedAt }) => receivedAt)),
        id,
      );
    sql.exec('UPDATE runs SET tail_from = NULL, tail_to = NULL, tail = NULL');
  });

/** Has a tenant's events stand a row each, as they were kept before there were packs. */
export async function unpack(tenant: string): Promise<void> {
  await untail(tenant);
  await inStorage(tenant, (sql) => {
    for (const { run_id } of all<{ run_id: string }>(sql, 'SELECT DISTINCT run_id FROM packs'))
      for (const event of packedFrom(sql, run_id, 1)) {
        const { seq, at, receivedAt, level, type, phase, message, data, mended, takenAt } = event;
        sql.exec(
          `INSERT INTO events (run_id, seq, at, received_at, level, type, phase, message, data, mended, taken_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          ...[
            run_id,
            seq,
            at,
            receivedAt,
            level,
            type,
            phase,
            message,
            data,
            mended && JSON.stringify(mended),
            takenAt,
          ],
        );
      }
    sql.exec('DELETE FROM packs');
  });
}
