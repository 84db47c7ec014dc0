// An object's SQLite file, read and written from outside while nobody serves it.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const isOf = (database: DatabaseSync, tenant: string): boolean => {
  const known = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'identity'").get();
  return known !== undefined && database.prepare('SELECT 1 FROM identity WHERE tenant = ?').get(tenant) !== undefined;
};

/** Opens the file of a tenant's object under the folder of a Worker that is closed. Throws where there is none. */
export function openStored(folder: string, tenant: string): DatabaseSync {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.sqlite') || name.endsWith('metadata.sqlite')) continue;
    const database = new DatabaseSync(path.join(folder, name));
    if (isOf(database, tenant)) return database;
    database.close();
  }
  throw new Error('the tenant’s object has no file here');
}

/** Bytes of each table and index, by name. */
export const sizesOf = (database: DatabaseSync): Map<string, number> =>
  new Map(
    database
      .prepare('SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name')
      .all()
      .map(({ name, bytes }) => [String(name), Number(bytes)]),
  );

/** What holds events: the table of a row each, and that of packs. An older object has only the first. */
const EVENT_TABLES = new Set(['events', 'packs']);
export const eventTables = (database: DatabaseSync): string[] =>
  database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
    .all()
    .map(({ name }) => String(name))
    .filter((name) => EVENT_TABLES.has(name));

/** Bytes of all that is kept of events: those tables, and what runs take less once none of their events stands in their rows. It changes the file. */
export function bytesOfEvents(database: DatabaseSync): number {
  const sizes = sizesOf(database);
  const inTables = eventTables(database).reduce((sum, table) => sum + (sizes.get(table) ?? 0), 0);
  database.exec('UPDATE runs SET tail_from = NULL, tail_to = NULL, tail = NULL; VACUUM');
  return inTables + (sizes.get('runs') ?? 0) - (sizesOf(database).get('runs') ?? 0);
}

/** How many rows of a run are in those tables: its pruning deletes each. */
export const eventRowsOf = (database: DatabaseSync, run: string): number =>
  eventTables(database).reduce(
    (sum, table) =>
      sum + Number(database.prepare(`SELECT count(*) AS rows FROM "${table}" WHERE run_id = ?`).get(run)?.rows ?? 0),
    0,
  );
