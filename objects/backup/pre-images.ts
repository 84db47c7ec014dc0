// What rows were when the backup that is under way began. While it reads the tables a slice at a time, triggers keep each row that changes as it
// was then, once: so a backup is of one instant, and nobody waits for it. There are no other triggers.
import { dropTriggers, type Key, SLOTS, type Table } from '../core/tables.ts';

/** The key's columns in their slots; a shorter key leaves the rest blank. */
const slots = ({ key }: Table, of: string): string[] =>
  SLOTS.map((_, place) => (key[place] === undefined ? "''" : `${of}"${key[place]}"`));

/** SQLite takes 32 arguments a function. */
const COLUMNS_A_GROUP = 30;

/** A row as JSON, in groups of columns. */
function rowText({ columns }: Table, of: string): string {
  const groups: string[] = [];
  for (let from = 0; from < columns.length; from += COLUMNS_A_GROUP) {
    const group = columns.slice(from, from + COLUMNS_A_GROUP).map((name) => `${of}"${name}"`);
    groups.push(`json_array(${group.join(', ')})`);
  }
  return `'[' || ${groups.join(` || ',' || `)} || ']'`;
}

/** The row of such a text, its members in the order of the table's columns. */
function rowOf({ columns }: Table, text: string): Record<string, SqlStorageValue> {
  const values = (JSON.parse(text) as SqlStorageValue[][]).flat();
  return Object.fromEntries(columns.map((name, place) => [name, values[place] ?? null]));
}

const isKept = (table: Table, of: string): string =>
  `EXISTS (SELECT 1 FROM pre_images WHERE tbl = '${table.name}' AND ${slots(table, of)
    .map((slot, place) => `${SLOTS[place]} = ${slot}`)
    .join(' AND ')})`;

const sameKey = ({ key }: Table, of: string): string => key.map((name) => `"${name}" = ${of}"${name}"`).join(' AND ');

/**
 * A key never changes. An insert that replaces a row fires no trigger of a deletion: so the row under its key, or the
 * fact that there is none, is kept first. The key of a row that SQLite numbers is known only after it.
 */
function triggersOf(table: Table): string {
  const { name } = table;
  const trigger = (when: string, of: string, row: string) =>
    `CREATE TRIGGER "pre_${name} ${when}" ${when} ON "${name}" WHEN NOT ${isKept(table, of)} BEGIN
       INSERT INTO pre_images VALUES ('${name}', ${slots(table, of).join(', ')}, ${row});
     END;`;
  const standing = `FROM "${name}" WHERE ${sameKey(table, 'NEW.')}`;
  return [
    trigger('BEFORE UPDATE', 'OLD.', rowText(table, 'OLD.')),
    trigger('BEFORE DELETE', 'OLD.', rowText(table, 'OLD.')),
    ...(table.isNumbered
      ? [
          `CREATE TRIGGER "pre_${name} BEFORE INSERT" BEFORE INSERT ON "${name}" WHEN NOT ${isKept(table, 'NEW.')} BEGIN
             INSERT INTO pre_images SELECT '${name}', ${slots(table, '').join(', ')}, ${rowText(table, '')} ${standing};
           END;`,
          trigger('AFTER INSERT', 'NEW.', 'NULL'),
        ]
      : [trigger('BEFORE INSERT', 'NEW.', `(SELECT ${rowText(table, '')} ${standing})`)]),
  ].join('\n');
}

/** From this turn on, rows that change in these tables are kept. */
export function keepPreImages(sql: SqlStorage, tables: readonly Table[]): void {
  for (const table of tables) sql.exec(triggersOf(table));
}

/** Removes the rows that were kept, and all triggers. */
export function forgetPreImages(sql: SqlStorage): void {
  dropTriggers(sql);
  sql.exec('DELETE FROM pre_images');
}

/**
 * A table's rows as they were when the backup began, by key, from behind `after` on: rows that were kept take the place
 * of those there now.
 */
export function* rowsAsBegun(
  sql: SqlStorage,
  table: Table,
  after: Key,
  limit: number,
): Generator<Record<string, SqlStorageValue>> {
  const used = SLOTS.slice(0, table.key.length).join(', ');
  const own = slots(table, '').slice(0, table.key.length);
  const behind = (columns: string) =>
    after.length > 0 ? `(${columns}) > (${after.map(() => '?').join(', ')})` : 'TRUE';
  const rows = sql.exec<{ text: string }>(
    `SELECT ${own.map((slot, place) => `${slot} AS ${SLOTS[place]}`).join(', ')}, ${rowText(table, '')} AS text
     FROM "${table.name}" WHERE ${behind(own.join(', '))} AND NOT ${isKept(table, `"${table.name}".`)}
     UNION ALL
     SELECT ${used}, row FROM pre_images WHERE tbl = '${table.name}' AND ${behind(used)} AND row IS NOT NULL
     ORDER BY ${used} LIMIT ?`,
    ...after,
    ...after,
    limit,
  );
  for (const { text } of rows) yield rowOf(table, text);
}
