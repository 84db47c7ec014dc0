// What is searched: an FTS5 trigram table beside the rows, a line a machine. It can be made anew from them at any time.
import { first } from './rows.ts';

/** A protector's id is in no column of a machine: it is read off its secrets. */
const KEYS = `(SELECT group_concat(json_extract(ref, '$.protectorId'), ' ' ORDER BY ref) FROM secrets
  WHERE machine_id = machines.id AND kind = 'bitlocker_recovery_key')`;

/** Brings a machine's line up to date with its row and secrets. In the transaction that changed them. */
export function noteForSearch(sql: SqlStorage, id: string): void {
  const known = first<{ place: number | null }>(sql, 'SELECT place FROM machines WHERE id = ?', id)?.place ?? null;
  if (known !== null) {
    sql.exec(
      `UPDATE search SET hostname = machines.hostname, serial = machines.serial, client = machines.client, keys = ${KEYS}
       FROM machines WHERE machines.id = ? AND search.rowid = machines.place`,
      id,
    );
    return;
  }
  const place = (first<{ rowid: number }>(sql, 'SELECT rowid FROM search ORDER BY rowid DESC LIMIT 1')?.rowid ?? 0) + 1;
  sql.exec('UPDATE machines SET place = ? WHERE id = ?', place, id);
  fill(sql, 'id = ?', id);
}

/** Makes the lines anew, as after a restore: a backup leaves them out. In the caller's transaction. */
export function fillSearch(sql: SqlStorage): void {
  sql.exec('DELETE FROM search');
  fill(sql, 'place IS NOT NULL');
}

const fill = (sql: SqlStorage, which: string, ...bindings: string[]) =>
  sql.exec(
    `INSERT INTO search (rowid, machine, hostname, serial, client, keys)
     SELECT place, id, hostname, serial, client, ${KEYS} FROM machines WHERE ${which}`,
    ...bindings,
  );
