// The local D1 index: migrations as `wrangler d1 migrations apply --local` keeps them, then runs one piece of work on
// it.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Opens the index under `stateDir` (wrangler's `.wrangler/state`), brings it up to date, and lends it to `use`. */
export async function withLocalIndex<T>(
  root: string,
  stateDir: string,
  use: (db: D1Database) => Promise<T>,
): Promise<T> {
  const { getPlatformProxy, unstable_readConfig } = await import('wrangler');
  const { compatibility_date, d1_databases } = unstable_readConfig({ config: path.join(root, 'wrangler.toml') });
  // Only the index: the whole wrangler.toml would start the Worker's objects too. Its database as it stands there, since
  // wrangler finds the local file by `database_id`, which the set-up guide has everybody replace.
  const configPath = path.join(stateDir, 'index-only.json');
  mkdirSync(stateDir, { recursive: true });
  writeFileSync(configPath, JSON.stringify({ name: 'totlprovision-index', compatibility_date, d1_databases }));
  const { env, dispose } = await getPlatformProxy<{ INDEX_DB: D1Database }>({
    configPath,
    persist: { path: path.join(stateDir, 'v3') },
    remoteBindings: false,
  });
  try {
    await migrate(env.INDEX_DB, path.join(root, 'schema/d1'));
    return await use(env.INDEX_DB);
  } finally {
    await dispose();
  }
}

/** Applies those of the folder's migrations that the database has not had. */
export async function migrate(db: D1Database, folder: string): Promise<void> {
  const { unstable_splitSqlQuery } = await import('wrangler');
  await db.exec(
    'CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)',
  );
  const { results } = await db.prepare('SELECT name FROM d1_migrations').all<{ name: string }>();
  const applied = new Set(results.map((row) => row.name));
  const files = readdirSync(folder).filter((file) => file.endsWith('.sql') && !applied.has(file));
  for (const file of files.sort()) {
    const statements = unstable_splitSqlQuery(readFileSync(path.join(folder, file), 'utf8'));
    await db.batch([
      ...statements.map((sql) => db.prepare(sql)),
      db.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(file),
    ]);
  }
}
