import { describe, expect, it } from 'vitest';
import type { SearchResult } from '../../../schema/machine.ts';
import { type Found, searchAll, standingOf } from './searching.ts';

const nothing: SearchResult = { matches: [], more: false, further: 0 };
const found: Found = { state: 'found', result: nothing };

describe('a search over all tenants', () => {
  it('asks each one, and one that fails hides neither itself nor another', async () => {
    const said = new Map<string, Found>();
    const ask = (tenant: string) => (tenant === 't4' ? Promise.reject(new Error('away')) : Promise.resolve(nothing));
    const tenants = Array.from({ length: 20 }, (_, at) => `t${at}`);
    await searchAll(tenants, ask, (tenant, one) => said.set(tenant, one), new AbortController().signal);
    expect([...said.keys()].sort()).toEqual([...tenants].sort());
    expect([...said].filter(([, one]) => one.state === 'failed').map(([tenant]) => tenant)).toEqual(['t4']);
  });

  it('says nothing of an older question once a newer one is asked', async () => {
    const asked = new AbortController();
    const said: string[] = [];
    const ask = async (): Promise<SearchResult> => {
      asked.abort();
      return nothing;
    };
    await searchAll(['a', 'b'], ask, (tenant) => said.push(tenant), asked.signal);
    expect(said).toEqual([]);
  });

  it.each<[readonly Found[], string]>([
    [[], ''],
    [[found, { state: 'asking' }], 'Asking one more tenant …'],
    [[found, found], 'Nothing found in 2 tenants.'],
    [[found, { state: 'failed', error: null }], 'Nothing found in one tenant. One tenant could not be asked.'],
  ])('never calls a failure nothing: %#', (all, words) => {
    expect(standingOf(all)).toBe(words);
  });
});
