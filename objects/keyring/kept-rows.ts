// The rows of a keyring: read before and after a change, kept where it replaced them, and put back. The line, which only grows, may be long:
// its texts go from table to table and never through memory. Nothing here opens one.
import { all, first } from '../core/rows.ts';
import { putRows, tableOf } from '../core/tables.ts';

/** The tables a keyring is kept in, with their keys, and the column that holds what is sealed. */
const TABLES: Readonly<Record<string, { key: readonly string[]; sealed?: string }>> = {
  roots: { key: ['fingerprint'], sealed: 'sealed' },
  escrow_keys: { key: ['kid'], sealed: 'sealed' },
  old_statements: { key: ['kid', 'root'] },
  unlockers: { key: ['id'], sealed: 'sealed' },
  wraps: { key: ['unlocker', 'purpose', 'vault_epoch'], sealed: 'jwe' },
};

/** The tables that only grow, by a number, and what tells one row of a number from another. */
const LINE = {
  manifests: { key: 'version', mark: 'sha256', since: 'version' },
  successions: { key: 'place', mark: 'jws', since: 'succession' },
} as const;
type LineTable = keyof typeof LINE;
const LINE_TABLES = Object.keys(LINE) as LineTable[];
const isLine = (table: string): table is LineTable => Object.hasOwn(LINE, table);
/** What came out of a backup that nobody vouches for may name any table: nothing is put into one that is no part of a keyring. */
const isOfKeyring = (table: string): boolean => isLine(table) || Object.hasOwn(TABLES, table);

/** The places after which the line is read: this version of the manifests, and this place of the successions. */
export type Since = { version: number; succession: number };

/** A keyring's rows as JSON, and of the line its marks, by table and key. `place`: of the change that is to come. */
export type KeyringRows = { place: number; since: Since; rows: ReadonlyMap<string, string> };

const split = (key: string): { table: string; values: (string | number)[] } => {
  const [table = '', ...values] = JSON.parse(key);
  return { table, values };
};

function readRows(sql: SqlStorage, since: Since): Map<string, string> {
  const rows = new Map<string, string>();
  for (const [table, { key }] of Object.entries(TABLES))
    for (const row of all(sql, `SELECT * FROM ${table}`))
      rows.set(JSON.stringify([table, ...key.map((name) => row[name])]), JSON.stringify(row));
  for (const table of LINE_TABLES) {
    const { key, mark, since: from } = LINE[table];
    const marks = all<{ at: number; mark: string; size: number }>(
      sql,
      `SELECT ${key} AS at, ${mark} AS mark, length(jws) AS size FROM ${table} WHERE ${key} > ?`,
      since[from],
    );
    for (const one of marks) rows.set(JSON.stringify([table, one.at]), JSON.stringify([one.size, one.mark]));
  }
  return rows;
}

/** Reads the rows before a change; those of the line that it may take away are kept at once. In the transaction of the change. */
export function rowsBefore(sql: SqlStorage, since: Since): KeyringRows {
  const last = first<{ place: number }>(sql, 'SELECT place FROM keyring_changes ORDER BY place DESC LIMIT 1')?.place;
  const place = (last ?? 0) + 1;
  for (const table of LINE_TABLES) {
    const { key, since: from } = LINE[table];
    const members = tableOf(sql, table).columns.map((name) => `'${name}', "${name}"`);
    sql.exec(
      `INSERT INTO kept_rows SELECT ?, '${table}', json_array('${table}', ${key}), json_object(${members.join(', ')})
       FROM ${table} WHERE ${key} > ?`,
      place,
      since[from],
    );
  }
  return { place, since, rows: readRows(sql, since) };
}

/** Whether something sealed is no longer there: another stands in its place, or nothing. */
function isReplaced(table: string, before: string, after: string | undefined): boolean {
  const column = TABLES[table]?.sealed;
  if (column === undefined) return false;
  const was = JSON.parse(before)[column];
  return was !== null && was !== (after === undefined ? null : JSON.parse(after)[column]);
}

/** What one row takes beside its text: the reading of it, on the day that a change is taken back. */
const ROW_WEIGHT = 500;

/** `replaces`: something sealed is gone. `weight`: roughly the bytes that are kept, those of the line's new texts among them. */
type Kept = { replaces: boolean; weight: number };

/** Keeps, for a change that was made, what its rows were; null for one that was not there. In the transaction of the change, after it. */
export function keepRows(sql: SqlStorage, { place, since, rows: before }: KeyringRows): Kept {
  const after = readRows(sql, since);
  const kept: Kept = { replaces: false, weight: 0 };
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const { table } = split(key);
    const [was, is] = [before.get(key), after.get(key)];
    const isKept = isLine(table) && was !== undefined;
    if (was === is) {
      if (isKept) sql.exec('DELETE FROM kept_rows WHERE place = ? AND what = ? AND key = ?', place, table, key);
      continue;
    }
    const size = isLine(table) ? sizeIn(was) + sizeIn(is) : (was?.length ?? 0);
    kept.weight += ROW_WEIGHT + size;
    kept.replaces ||= was !== undefined && isReplaced(table, was, is);
    if (!isKept) sql.exec('INSERT INTO kept_rows VALUES (?, ?, ?, ?)', place, table, key, was ?? null);
  }
  return kept;
}

/** How long the text of the line is that a mark stands for. */
const sizeIn = (mark: string | undefined): number => (mark === undefined ? 0 : JSON.parse(mark)[0]);

/** A value in SQLite is 2 MB at most, a row 512 KiB. */
const PUT_AT_ONCE_CHARACTERS = 512 * 1024;

/**
 * Puts back what the keyring was before a change, and before all after it: each row becomes what the first of them
 * kept. Of what they kept only that is read. In the caller's transaction.
 */
export function putBackFrom(sql: SqlStorage, change: number, { rows: present, place: next }: KeyringRows): void {
  const earliest = new Map<string, { place: number; isNone: boolean }>();
  const kept = sql.exec<{ place: number; key: string; none: number }>(
    'SELECT place, key, row IS NULL AS none FROM kept_rows WHERE place >= ? AND place < ? ORDER BY place',
    change,
    next,
  );
  for (const { place, key, none } of kept)
    if (!earliest.has(key) && isOfKeyring(split(key).table)) earliest.set(key, { place, isNone: none === 1 });
  const texts = new Map<string, string>();
  const put = (table: string): void => {
    const text = texts.get(table) ?? '';
    if (text !== '') putRows(sql, table, text);
    texts.delete(table);
  };
  // First what goes: a number of the line may come back with another text.
  for (const [key, { isNone }] of earliest) {
    if (!isNone || !present.has(key)) continue;
    const { table, values } = split(key);
    const names = isLine(table) ? [LINE[table].key] : (TABLES[table]?.key ?? []);
    sql.exec(`DELETE FROM ${table} WHERE ${names.map((name) => `${name} = ?`).join(' AND ')}`, ...values);
  }
  for (const [key, { place, isNone }] of earliest) {
    if (isNone) continue;
    const { table } = split(key);
    const row = first<{ row: string }>(
      sql,
      'SELECT row FROM kept_rows WHERE place = ? AND what = ? AND key = ?',
      place,
      table,
      key,
    )?.row;
    const text = `${texts.get(table) ?? ''}${row}\n`;
    texts.set(table, text);
    if (text.length >= PUT_AT_ONCE_CHARACTERS) put(table);
  }
  for (const table of [...texts.keys()]) put(table);
}
