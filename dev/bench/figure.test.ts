// What the bench says of its rounds: medians, ratios, and whether a target is met.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Figure, median, quantile, ratio, shown, verdictOf } from './figure.ts';

const figure = (value: number | null, wanted: Figure['wanted']): Figure => ({
  what: 'a thing',
  measured: '',
  against: '–',
  value,
  unit: ' ×',
  wanted,
});

describe('a median', () => {
  it('is the middle one, and between the two in the middle, whatever the order', () => {
    expect([median([9, 1, 5]), median([4, 1, 3, 2]), median([7])]).toEqual([5, 2.5, 7]);
  });

  it('has as many values below it as above, so that one bad round moves nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), { minLength: 1 }), (values) => {
        const middle = median(values);
        const half = values.length / 2;
        expect(values.filter((value) => value < middle).length).toBeLessThanOrEqual(half);
        expect(values.filter((value) => value > middle).length).toBeLessThanOrEqual(half);
      }),
    );
  });

  it('is refused of nothing, because 0 would look like a measurement', () => {
    expect(() => median([])).toThrow('a median needs a value');
    expect(() => quantile([], 0.5)).toThrow('a quantile needs a value');
  });
});

it('takes a quantile by the nearest rank: the 99th of a hundred, and never one that was not measured', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([quantile(hundred, 0.5), quantile(hundred, 0.99), quantile(hundred, 1), quantile([3], 0.99)]).toEqual([
    50, 99, 100, 3,
  ]);
});

it('compares the medians of two series, not their rounds', () => {
  expect(ratio([10, 1000, 30], [10, 10, 10])).toBe(3);
});

it('says met at the target itself, missed beyond it, and neither where nothing is wanted or nothing there', () => {
  expect([3, 2.99].map((value) => verdictOf(figure(value, { least: 3 })))).toEqual(['met', 'missed']);
  expect([1.6, 1.61].map((value) => verdictOf(figure(value, { most: 1.6 })))).toEqual(['met', 'missed']);
  expect(verdictOf(figure(12, null))).toBe('printed');
  expect(verdictOf(figure(null, { most: 1 }))).toBe('not there yet');
});

it('shows three digits that mean something', () => {
  expect([46_912.4, 229.6, 1.534, 0.2345, 0.00123, 0].map(shown)).toEqual([
    '46,912',
    '230',
    '1.53',
    '0.235',
    '0.0012',
    '0',
  ]);
});
