// A proof that is remembered: for a moment, no longer than it holds by itself, and no more of them than there is room for.
import { describe, expect, it } from 'vitest';
import { PROVEN_MS, Proven } from './proven.ts';

describe('a proof', () => {
  it('holds for its credential alone, for a moment', () => {
    const proven = new Proven<string>();
    proven.keep('one', 'of one', 1_000);
    expect(['one', 'two', 'on', 'one '].map((credential) => proven.get(credential, 1_000))).toEqual([
      'of one',
      null,
      null,
      null,
    ]);
    expect([PROVEN_MS + 999, PROVEN_MS + 1_000].map((now) => proven.get('one', now))).toEqual(['of one', null]);
  });

  it('holds no longer than until it ends by itself', () => {
    const proven = new Proven<string>();
    proven.keep('ending', 'soon', 1_000, 2_000);
    proven.keep('lasting', 'for long', 1_000, 10 * PROVEN_MS);
    expect([proven.get('ending', 1_999), proven.get('ending', 2_000)]).toEqual(['soon', null]);
    expect(proven.get('lasting', PROVEN_MS + 1_000)).toBeNull();
  });

  it('gives way, the oldest first, where there are a thousand', () => {
    const proven = new Proven<number>();
    for (let one = 0; one <= 1_000; one++) proven.keep(`token ${one}`, one, 1_000);
    expect([0, 1, 1_000].map((one) => proven.get(`token ${one}`, 1_000))).toEqual([null, 1, 1_000]);
  });
});
