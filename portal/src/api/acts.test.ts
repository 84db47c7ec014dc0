// The names of acts: one that nobody knows the outcome of keeps its name, and every answer ends it.
import { expect, it } from 'vitest';
import { named } from './acts.ts';
import { ApiProblem } from './http.ts';

const url = () => new URL(`https://api.example/v1/${crypto.randomUUID()}`);
const nameOf = (asked: URL) => asked.searchParams.get('act') ?? '';
const failing = (code: string) => async (asked: URL) => {
  seen.push(nameOf(asked));
  throw new ApiProblem(code, 'no');
};
let seen: string[] = [];

it('keeps the name where no answer says whether it was done, and leaves it with the answer', async () => {
  for (const code of ['unreachable', 'tenant_unreachable', 'internal_error', 'session_expired']) {
    seen = [];
    const at = url();
    for (const _ of [1, 2]) await expect(named(at, 'one', failing(code))).rejects.toThrow();
    const last = await named(at, 'one', async (asked) => nameOf(asked));
    expect(new Set([...seen, last]).size, code).toBe(1);
    expect(await named(at, 'one', async (asked) => nameOf(asked))).not.toBe(last);
  }
});

it('has a new name after a refusal, and for everything else that is asked for', async () => {
  seen = [];
  const at = url();
  await expect(named(at, 'one', failing('done_already'))).rejects.toThrow();
  await expect(named(at, 'one', failing('unreachable'))).rejects.toThrow();
  await expect(named(at, 'another', failing('unreachable'))).rejects.toThrow();
  await expect(named(url(), 'one', failing('unreachable'))).rejects.toThrow();
  expect(new Set(seen).size).toBe(4);
  expect(seen.every((name) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name))).toBe(true);
  expect(at.search).toBe('');
});
