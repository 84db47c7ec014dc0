import { expect, it } from 'vitest';
import { nextChange, timeLeft } from './vault-state.ts';

it.each([
  [15 * 60_000, '15 min', 60_000],
  [14 * 60_000 + 1, '15 min', 1],
  [60_001, '2 min', 1],
  [60_000, '60 s', 1000],
  [1_500, '2 s', 500],
  [200, '1 s', 200],
])('with %i ms left it says %s, and is true for %i ms', (left, words, wait) => {
  expect([timeLeft(left), nextChange(left)]).toEqual([words, wait]);
});
