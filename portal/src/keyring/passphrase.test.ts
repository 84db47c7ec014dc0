import { expect, it } from 'vitest';
import { generatePassphrase, MIN_SCORE, strengthOf } from './passphrase.ts';

const ABOUT = ['jo.miller@borealis.example', 'Borealis IT'];

it.each([
  ['three words out of a comic', 'correct horse battery'],
  ['the product, the tenant and a year', 'totlprovision borealis 2026'],
  ['the owner’s own name', 'jo.miller@borealis'],
  ['a season and a year, twice', 'Winter2025Winter2026'],
  ['a sentence about nothing but itself', 'my company password'],
  ['keys in a row', 'qwertz123456yxcv'],
])('does not call %s strong, because whoever steals the sealed unlocker guesses offline', async (_what, passphrase) => {
  expect((await strengthOf(passphrase, ABOUT)).score).toBeLessThan(MIN_SCORE);
});

it.each(['orbit velvet canyon sample drift', 'granite sparrow lantern pocket', 'k7!vQ2#mZp9w-Lr4'])(
  'takes what stands 10^14 guesses: %s',
  async (passphrase) => {
    expect((await strengthOf(passphrase, ABOUT)).score).toBeGreaterThanOrEqual(MIN_SCORE);
  },
);

it('makes passphrases that it would take, and says how to mend one it would not', async () => {
  expect((await strengthOf(generatePassphrase(), ABOUT)).score).toBe(4);
  expect((await strengthOf('correct horse battery')).hint).toMatch(/Add a word/);
});
