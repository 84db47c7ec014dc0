// docs/storage.md lists the tables of the object and of the index: each existing one once, and none that is gone.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../lib/run.ts';

const read = (...name: string[]): string => readFileSync(path.join(root, ...name), 'utf8');

/** The tables that stand after these statements: those created minus those dropped, under their last names. */
function tablesOf(statements: string): string[] {
  const tables = new Set<string>();
  const acts =
    /CREATE (?:VIRTUAL )?TABLE (?:IF NOT EXISTS )?(\w+)|DROP TABLE (?:IF EXISTS )?(\w+)|ALTER TABLE (\w+)\s+RENAME TO (\w+)/g;
  for (const [, created, dropped, from, to] of statements.matchAll(acts)) {
    if (created) tables.add(created);
    for (const gone of [dropped, from]) if (gone) tables.delete(gone);
    if (to) tables.add(to);
  }
  return [...tables];
}

it('docs/storage.md has each table once, because of two rows for one the second is mended and the first is read', () => {
  const [page = ''] = read('docs/storage.md').split('### What is read and written');
  const listed = [...page.matchAll(/^\| ((?:`[a-z_]+`(?:, )?)+) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([a-z_]+)`/g)].map(([, table = '']) => table),
  );
  const index = readdirSync(path.join(root, 'schema/d1')).map((file) => read('schema/d1', file));
  const entries = readdirSync(path.join(root, 'objects/core/migrations')).map((file) => `migrations/${file}`);
  const own = ['migrations.ts', ...entries].map((file) => read('objects/core', file));
  const there = [...tablesOf(index.join('\n')), ...tablesOf(own.join('\n'))];
  expect(listed.toSorted()).toEqual(there.toSorted());
});
