// The report's tables and their places in a page.
import { expect, it } from 'vitest';
import { figureTable, placed, withPlaced } from './table.ts';

const PAGE =
  'Before.\n\n<!-- bench: one -->\nold\n<!-- bench: end -->\n\nBetween.\n\n<!-- bench: two -->\n<!-- bench: end -->\n';

it('has a row a figure, with what is wanted and whether it is met', () => {
  const figures = [
    { what: 'rate', measured: '10/s', against: 'a floor: 5/s', value: 2, unit: ' ×', wanted: { least: 3 } },
    { what: 'rows', measured: '0 in 100', against: '–', value: 0, unit: '', wanted: { most: 0 } },
    { what: 'runs', measured: '8 kB', against: '–', value: 1200, unit: '', wanted: null },
  ];
  expect(figureTable(figures).split('\n').slice(2)).toEqual([
    '| rate | 10/s | a floor: 5/s | 2 × | ≥ 3 × | **missed** |',
    '| rows | 0 in 100 | – | 0 | ≤ 0 | met |',
    '| runs | 8 kB | – | 1,200 | – | printed |',
  ]);
});

it('puts a text between the marks of its name and leaves everything else, also when it is written again', () => {
  const once = withPlaced(PAGE, 'two', '| a |');
  expect(placed(once, 'two')).toBe('| a |');
  expect(once.replace('\n\n| a |\n\n', '\n')).toBe(PAGE);
  expect(withPlaced(once, 'two', '| a |')).toBe(once);
  expect(placed(once, 'one')).toBe('old');
});

it('throws for a page without that place, because a table that is written nowhere would go unnoticed', () => {
  expect(() => withPlaced(PAGE, 'three', '')).toThrow('the page has no place for three');
});
