// A refusal as HTTP.
import { describe, expect, it } from 'vitest';
import type { Problem } from '../schema/problem.ts';
import { REFUSALS, type RefusalCode, refuse } from '../schema/refusal.ts';
import { problem } from './problem.ts';

const codes = Object.keys(REFUSALS) as RefusalCode[];
const answered = async (code: RefusalCode, retryAfterSeconds?: number) => {
  const response = problem(
    { ...refuse(code, 'A sentence.'), ...(retryAfterSeconds ? { retryAfterSeconds } : {}) },
    'r',
  );
  return { after: response.headers.get('retry-after'), json: (await response.json()) as Problem };
};

describe('when to come again', () => {
  it.each(codes.filter((code) => REFUSALS[code][0] === 503))(
    'is said with %s, because who is told "later" comes again at once otherwise',
    async (code) => {
      const { after, json } = await answered(code);
      expect(Number(after)).toBeGreaterThan(0);
      expect(json.retryAfterSeconds).toBe(Number(after));
    },
  );

  it('is what the refusal itself says, where it knows', async () => {
    expect((await answered('tenant_restoring', 7)).after).toBe('7');
    expect((await answered('rate_limited', 7)).after).toBe('7');
  });

  it('is not said where nobody knows, nor of what will be the same tomorrow', async () => {
    for (const code of codes.filter((one) => REFUSALS[one][0] !== 503))
      expect((await answered(code)).after, code).toBeNull();
  });
});
