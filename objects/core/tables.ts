// Handles any table by SQLite's own description of it: reads its columns and key, puts its rows back as they were,
// drops its triggers.
import { all } from './rows.ts';

export type Key = readonly (string | number)[];
/** A table with a key of at most four columns, none of them generated. `isNumbered`: SQLite may give a row its key. */
export type Table = { name: string; columns: readonly string[]; key: readonly string[]; isNumbered: boolean };

type Column = { name: string; type: string; pk: number };

/** Where a key's columns are kept apart from their table (backup/pre-images.ts). */
export const SLOTS = ['k1', 'k2', 'k3', 'k4'] as const;

export function tableOf(sql: SqlStorage, name: string): Table {
  const columns = all<Column>(sql, `PRAGMA table_info("${name}")`);
  const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
  if (key.length === 0 || key.length > SLOTS.length) throw new Error(`${name} needs a key of at most four columns`);
  return {
    name,
    columns: columns.map((column) => column.name),
    key: key.map((column) => column.name),
    isNumbered: key.length === 1 && key[0]?.type === 'INTEGER',
  };
}

/** Puts rows back, a JSON text a line, by the names of their columns. In the caller's transaction. */
export function putRows(sql: SqlStorage, table: string, text: string): void {
  const names = tableOf(sql, table).columns;
  sql.exec(
    `INSERT OR REPLACE INTO "${table}" (${names.map((name) => `"${name}"`).join(', ')})
     SELECT ${names.map((name) => `value->>'$."${name}"'`).join(', ')} FROM json_each(?)`,
    `[${text.trimEnd().replaceAll('\n', ',')}]`,
  );
}

/** From now on no rows of these tables, or of any, are kept. */
export function dropTriggers(sql: SqlStorage, tables: readonly string[] | null = null): void {
  for (const { name } of all<{ name: string }>(
    sql,
    `SELECT name FROM sqlite_master
     WHERE type = 'trigger' AND (?1 IS NULL OR tbl_name IN (SELECT value FROM json_each(?1)))`,
    tables && JSON.stringify(tables),
  ))
    sql.exec(`DROP TRIGGER "${name}"`);
}
