// That the contract has every row of every noun: the rows are spread into one record, where the second of two with one
// key would silently replace the first.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { list } from './contract.ts';

const OTHERS = ['contract.ts', 'contract.test.ts', 'derived.ts', 'row.ts'];

/** The keys of a noun's rows: among what its file exports, the records whose keys are a method and a path. */
async function keysOf(file: string): Promise<string[]> {
  const exported: Record<string, unknown> = await import(path.join(import.meta.dirname, file));
  return Object.values(exported)
    .flatMap((value) => Object.keys(Object(value)))
    .filter((key) => /^(GET|POST) \//.test(key));
}

it('the contract has each row of each noun once, because one of two with the same key would be lost', async () => {
  const nouns = readdirSync(import.meta.dirname).filter((file) => !OTHERS.includes(file));
  const keys = (await Promise.all(nouns.map(keysOf))).flat();
  expect(keys.length).toBeGreaterThan(nouns.length);
  expect(keys.toSorted()).toEqual([...new Set(keys)].toSorted());
  expect(list.map(({ method, path: route }) => `${method} ${route}`).toSorted()).toEqual(keys.toSorted());
});
