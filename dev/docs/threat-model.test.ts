// docs/threat-model.md names a test for each of its rows: the file exists, and one of its titles has the named words.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../lib/run.ts';

const text = readFileSync(path.join(root, 'docs/threat-model.md'), 'utf8');
const rows = text.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| attacker |'));

type Named = { file: string; words: string[] };

/** The tests of a row's last column, each with the words of titles in the parentheses after it. */
const named = (row: string): Named[] =>
  [...(row.split(/(?<!\\)\|/).at(-2) ?? '').matchAll(/`([^`]+\.test\.ts)`(?: \(([^)]*)\))?/g)].map(
    ([, file = '', behind = '']) => ({
      file,
      words: [...behind.matchAll(/\*([^*]+)\*/g)].map(([, words = '']) => words),
    }),
  );

/** What stands between quotes: titles are among it. */
const quoted = (source: string): string =>
  [...source.matchAll(/'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g)]
    .map(([whole]) => whole)
    .join('\n');
const sources = new Map<string, string>();
const titlesIn = (file: string): string => {
  const known = sources.get(file) ?? quoted(readFileSync(path.join(root, file), 'utf8'));
  sources.set(file, known);
  return known;
};

it('each threat has a test, by the words of its title', () => {
  expect(rows.length).toBeGreaterThan(90);
  expect(rows.filter((row) => !named(row).some(({ words }) => words.length > 0))).toEqual([]);
});

it('each test that it names exists, and has a title with these words', () => {
  const missing = rows.flatMap(named).flatMap(({ file, words }) => {
    if (!existsSync(path.join(root, file))) return [`there is no ${file}`];
    return words.filter((one) => !titlesIn(file).includes(one)).map((one) => `${file}: ${one}`);
  });
  expect(missing).toEqual([]);
});
