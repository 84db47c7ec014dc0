// A tenant's tables as chunks of rows, as they are stored: nothing is decrypted, nothing could be. A chunk is named by its hash, so
// what has not changed has the name it had.
import { all, first, sha256 } from './rows.ts';

/** What a backup leaves out: what is bulky and no one's only copy, what is of the moment, and what belongs to this one object. */
const LEFT_OUT = new Set([
  ...['events', 'tombstones', 'refusals', 'nears'],
  // Their secrets would lie in the bucket in clear; after a restore they are added anew.
  ...['webhooks', 'deliveries'],
  ...['identity', 'migrations', 'backup_runs', 'restore_progress', 'restore_known', 'walks', 'search_floor'],
]);

/** What is only appended to, by its key: what was read once is not read again. Not manifests: a change of the keyring can be taken back. */
const APPEND_ONLY: Readonly<Record<string, string>> = { audit: 'seq' };
export const isAppendOnly = (table: string): boolean => table in APPEND_ONLY;

const CHUNK_MAX_BYTES = 1024 * 1024;
/** Once in 256 rows, by the hash of their key: a row that comes or goes changes its own chunk and no other. */
const CUT_AFTER = '00';

/** Every table there is but those left out, in a fixed order. One that a later migration makes is in without a word. */
export const backedUpTables = (sql: SqlStorage): string[] =>
  all<{ name: string }>(
    sql,
    "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '% STRICT%' ORDER BY name",
  )
    .map(({ name }) => name)
    .filter((name) => !LEFT_OUT.has(name));

type Column = { name: string; pk: number };
const columnsOf = (sql: SqlStorage, table: string): Column[] => all<Column>(sql, `PRAGMA table_info("${table}")`);

export type Chunk = { table: string; sha256: string; text: string; rows: number; last?: number };

/** A table's rows in chunks of at most 1 MiB, unless one row alone is larger. `after`: of an append-only table, the key to go on from. */
export function* chunksOf(sql: SqlStorage, table: string, after: number): Generator<Chunk> {
  const key = columnsOf(sql, table)
    .filter((column) => column.pk > 0)
    .sort((a, b) => a.pk - b.pk)
    .map((column) => column.name);
  const growing = APPEND_ONLY[table];
  const order = key.map((name) => `"${name}"`).join(', ');
  const rows = sql.exec(
    `SELECT * FROM "${table}" ${growing ? `WHERE "${growing}" > ?` : ''} ORDER BY ${order}`,
    ...(growing ? [after] : []),
  );
  let lines: string[] = [];
  let bytes = 0;
  let last = after;
  const cut = (): Chunk => {
    const text = lines.join('');
    const chunk = { table, text, rows: lines.length, sha256: sha256(text), ...(growing ? { last } : {}) };
    lines = [];
    bytes = 0;
    return chunk;
  };
  for (const row of rows) {
    const line = `${JSON.stringify(row)}\n`;
    const size = Buffer.byteLength(line);
    if (lines.length > 0 && bytes + size > CHUNK_MAX_BYTES) yield cut();
    lines.push(line);
    bytes += size;
    if (growing) last = Number(row[growing]);
    if (sha256(JSON.stringify(key.map((name) => row[name]))).startsWith(CUT_AFTER)) yield cut();
  }
  if (lines.length > 0) yield cut();
}

/** Puts a chunk's rows back, by the names of their columns. In the caller's transaction. */
export function putRows(sql: SqlStorage, table: string, text: string): void {
  const names = columnsOf(sql, table).map((column) => column.name);
  sql.exec(
    `INSERT OR REPLACE INTO "${table}" (${names.map((name) => `"${name}"`).join(', ')})
     SELECT ${names.map((name) => `value->>'$."${name}"'`).join(', ')} FROM json_each(?)`,
    `[${text.trimEnd().replaceAll('\n', ',')}]`,
  );
}

export const ranMigrations = (sql: SqlStorage): { id: number; sha256: string }[] =>
  all<{ id: number; sha256: string }>(sql, 'SELECT id, sha256 FROM migrations ORDER BY id');

/** Whether the tenant has nothing of its own yet. People do not count: a look at their page adopts those of the index. */
export const isEmpty = (sql: SqlStorage): boolean =>
  ['secrets', 'secret_versions', 'manifests', 'escrow_keys', 'machines', 'runs'].every(
    (table) => first(sql, `SELECT 1 FROM "${table}" LIMIT 1`) === null,
  );
