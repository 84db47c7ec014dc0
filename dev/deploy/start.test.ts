// What an isolate makes as it starts, read off the imports: schemas are most of what it could make (docs/decisions/0140).
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../lib/run.ts';

const STATEMENT = /^(?:import|export) (?!type )([^;]*?) from '([^']+)';$/gms;
/** A list of names of which none is a value is gone after compilation, and the import with it. */
const isTypesOnly = (names: string): boolean =>
  names.startsWith('{') &&
  names
    .replaceAll(/[{}]/g, '')
    .split(',')
    .every((name) => name.trim() === '' || name.trim().startsWith('type '));

const textOf = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const importsOf = (file: string): string[] =>
  [...textOf(file).matchAll(STATEMENT)].flatMap(([, names = '', to = '']) =>
    isTypesOnly(names) ? [] : [to.startsWith('.') ? path.posix.join(path.posix.dirname(file), to) : to],
  );

function startedFrom(file: string): Set<string> {
  const found = new Set([file]);
  for (const one of found) if (one.endsWith('.ts')) for (const to of importsOf(one)) found.add(to);
  return found;
}

it('an isolate starts with the schemas that its objects read by and that of an act’s name, and with none of a route: those are loaded when one is asked for', () => {
  const started = [...startedFrom('worker/index.ts')];
  expect(started).toContain('objects/tenant.ts');
  expect(started.filter((file) => file.endsWith('.ts') && importsOf(file).includes('zod')).toSorted()).toEqual([
    'schema/act.ts',
    'schema/jwe.ts',
    'schema/jwk.ts',
    'schema/live-cursor.ts',
    'schema/role.ts',
    'schema/routes/row.ts',
    'schema/secret-ref.ts',
    'schema/signed.ts',
    'schema/text.ts',
    'worker/core/env.ts',
  ]);
});

it('a report, which most requests are, is parsed by schemas of its own noun and no other', () => {
  const loaded = startedFrom('worker/routes/engine.ts');
  expect([...loaded].filter((file) => /^(?:worker|schema)\/routes\//.test(file)).toSorted()).toEqual([
    'schema/routes/engine.ts',
    'schema/routes/row.ts',
    'worker/routes/engine.ts',
  ]);
});
