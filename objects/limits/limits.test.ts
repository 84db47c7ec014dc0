// The decision over a count, by itself: a table, and the laws that hold for every limit.

import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../schema/facts/days.ts';
import { DEFAULT_LIMITS, LIMIT_NAMES, LIMITS } from '../../schema/limit-table.ts';
import { LimitsChange } from '../../schema/limits.ts';
import { REFUSALS } from '../../schema/refusal.ts';
import { decideCount, refusalFor } from './limits.ts';

/** Ten minutes and a quarter of a second before a UTC day ends. */
const NOW = 20_000 * DAY_MS - 600_250;

describe('the decision over a count', () => {
  it.each([
    ['machineRuns', 50, 10, 1, 'ok'],
    ['machineRuns', 50, 38, 1, 'ok'],
    ['machineRuns', 50, 39, 1, 'near'],
    ['machineRuns', 50, 49, 1, 'near'],
    ['machineRuns', 50, 50, 1, { refused: 'machine_quota_exceeded', retryAfterSeconds: 601 }],
    ['tokenRequests', 1_000, 1_000, 1, { refused: 'rate_limited', retryAfterSeconds: 10 }],
    ['personActs', 600, 600, 1, { refused: 'rate_limited', retryAfterSeconds: 1 }],
    ['machineSecrets', 200, 200, 1, { refused: 'secret_quota_exceeded', retryAfterSeconds: null }],
    ['attributeChanges', 20, 20, 1, { refused: null, retryAfterSeconds: 601 }],
  ] as const)('of %s, at most %i: %i and %i more', (name, limit, used, adding, decision) => {
    const now =
      name === 'personActs' ? NOW - (NOW % 60_000) + 59_999 : name === 'tokenRequests' ? NOW - (NOW % 10_000) : NOW;
    expect(decideCount(name, limit, used, adding, now)).toEqual(decision);
  });

  it('says when to come again, and what the limit is, in every refusal of a window', () => {
    const refusal = refusalFor('tokenBytes', 5, decideCount('tokenBytes', 5, 5, 1, NOW));
    expect(refusal).toMatchObject({ refused: 'token_quota_exceeded', retryAfterSeconds: 601 });
    expect(refusal?.detail).toContain('At most 5 bytes by one token a day');
  });
});

describe('the table of limits', () => {
  it.each(LIMIT_NAMES)('%s has a default within its bounds, and a refusal that there is', (name) => {
    const rule = LIMITS[name];
    expect(rule.min).toBeLessThanOrEqual(rule.default);
    expect(rule.default).toBeLessThanOrEqual(rule.max);
    if (rule.refuses !== null) expect(REFUSALS[rule.refuses][0]).toBeGreaterThanOrEqual(400);
    for (const value of [rule.min, rule.max, null])
      expect(LimitsChange.safeParse({ [name]: value }).success).toBe(true);
    for (const value of [rule.min - 1, rule.max + 1, 1.5, '1'])
      expect(LimitsChange.safeParse({ [name]: value }).success).toBe(false);
    expect(DEFAULT_LIMITS[name]).toBe(rule.default);
  });
});
