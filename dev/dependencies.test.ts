// The installed packages are those of the lock file: none that its makers gave up, none without a reason, no host of a
// registry.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '..');
const text = (name: string) => readFileSync(path.join(root, name), 'utf8');
type Locked = { version?: string; deprecated?: string; resolved?: string };
const locked: Record<string, Locked> = JSON.parse(text('package-lock.json')).packages;
const declared = JSON.parse(text('package.json')) as Record<string, Record<string, string> | undefined>;
const names = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
  Object.keys(declared[kind] ?? {}),
);

it('locks no package that its makers mark deprecated, at any depth', () => {
  const deprecated = Object.keys(locked).filter((place) => locked[place]?.deprecated !== undefined);
  expect(deprecated).toEqual([]);
});

it('names no registry, so that every machine asks its own', () => {
  expect(Object.keys(locked).filter((place) => locked[place]?.resolved?.includes('://'))).toEqual([]);
});

it('says of each dependency why it is there', () => {
  const reasons = text('docs/dependencies.md');
  expect(names.filter((name) => !reasons.includes(`\`${name}\``))).toEqual([]);
});
