// docs/field-cases.md names a test for each case: the file exists, and a title in it has the named words.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '../..');
const PESTER = 'engine/powershell/tests';
const POWERSHELL = readdirSync(path.join(root, PESTER));

type Named = { row: string; file: string; words: string[] };

/** The files that a row's last column names, each with the title words in the parentheses after it. */
function named(row: string): Named[] {
  const cell = row.split(/(?<!\\)\|/).at(-2) ?? '';
  return [...cell.matchAll(/`([^`]+)`(?: \(([^)]*)\))?/g)].map(([, file = '', behind = '']) => ({
    row,
    file,
    words: [...behind.matchAll(/\*([^*]+)\*/g)].map(([, words = '']) => words),
  }));
}

const text = readFileSync(path.join(root, 'docs/field-cases.md'), 'utf8');
const rows = text.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| what happens |'));
const pathOf = (file: string) => path.join(root, POWERSHELL.includes(file) ? PESTER : '', file);
it('each case has a test that exists, by the words of its title', () => {
  expect(rows.length).toBeGreaterThan(50);
  const missing = rows.flatMap((row) => {
    const tests = named(row);
    if (tests.length === 0 && !/\| the same \|$/.test(row)) return [`no test: ${row}`];
    return tests.flatMap(({ file, words }) => {
      const source = readFileSync(pathOf(file), 'utf8');
      return words.filter((one) => !source.includes(one)).map((one) => `${file}: ${one}`);
    });
  });
  expect(missing).toEqual([]);
});

it('stands once, under one of four headings', () => {
  const headings = text.split('\n').filter((line) => line.startsWith('#'));
  expect(headings.filter((line) => line.startsWith('# '))).toHaveLength(1);
  expect(headings.filter((line) => line.startsWith('## ')).map((line) => line.slice(3, 5))).toEqual([
    'A.',
    'B.',
    'C.',
    'D.',
  ]);
  const cases = rows.map((row) => row.split('|')[1]?.trim());
  expect(cases.filter((one, index) => cases.indexOf(one) !== index)).toEqual([]);
});
