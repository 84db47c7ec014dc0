// Migrations of the index as they are applied outside of tests: by wrangler, as a deploy does it, and by the stand. What a file that throws had begun
// is taken back, and the files before it stay.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { capture, root } from '../lib/run.ts';
import { migrate } from './local-index.ts';

const home = mkdtempSync(path.join(os.tmpdir(), 'totl-index-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const NAME = 'totlprovision';
const folder = path.join(home, 'schema/d1');
const configPath = path.join(home, 'index.json');
const state = path.join(home, 'state');
const ROW = '0900_row.sql';
const HALF = '0901_half.sql';

it('a file that throws leaves rows, tables and the list of what has run as they were, and is tried again the next time', async () => {
  mkdirSync(folder, { recursive: true });
  cpSync(path.join(root, 'schema/d1'), folder, { recursive: true });
  writeFileSync(path.join(folder, ROW), "INSERT INTO tenants (id, name) VALUES ('acme', 'Acme');");
  writeFileSync(path.join(folder, HALF), "CREATE TABLE half (a TEXT); DELETE FROM tenants; SELECT json('{');");
  const database = { binding: 'INDEX_DB', database_name: NAME, database_id: NAME, migrations_dir: folder };
  writeFileSync(configPath, JSON.stringify({ name: NAME, compatibility_date: '2026-08-01', d1_databases: [database] }));
  const applied = await capture('wrangler', [
    ...['d1', 'migrations', 'apply', NAME, '--local'],
    ...['--persist-to', state, '--config', configPath],
  ]);
  expect(applied.ok).toBe(false);
  expect(applied.stdout + applied.stderr).toContain('malformed JSON');

  const { getPlatformProxy } = await import('wrangler');
  const persist = { path: path.join(state, 'v3') };
  const { env, dispose } = await getPlatformProxy<{ INDEX_DB: D1Database }>({
    configPath,
    persist,
    remoteBindings: false,
  });
  try {
    const all = async (query: string) => (await env.INDEX_DB.prepare(query).all()).results;
    const whole = async () => ({
      tenants: await all('SELECT id, name FROM tenants'),
      half: await all("SELECT name FROM sqlite_master WHERE name = 'half'"),
      last: await all('SELECT name FROM d1_migrations ORDER BY id DESC LIMIT 1'),
    });
    const before = { tenants: [{ id: 'acme', name: 'Acme' }], half: [], last: [{ name: ROW }] };
    expect(await whole()).toEqual(before);
    await expect(migrate(env.INDEX_DB, folder)).rejects.toThrow('malformed JSON');
    expect(await whole()).toEqual(before);
    writeFileSync(path.join(folder, HALF), 'CREATE TABLE half (a TEXT);');
    await migrate(env.INDEX_DB, folder);
    expect(await whole()).toEqual({ ...before, half: [{ name: 'half' }], last: [{ name: HALF }] });
  } finally {
    await dispose();
  }
});
