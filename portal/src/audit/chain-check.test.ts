import { beforeEach, describe, expect, it } from 'vitest';
import type { AuditEntry, AuditHeads } from '../../../schema/audit.ts';
import { genesisHash, hashEntry } from '../../../schema/chain.ts';
import { type ChainCalls, checkChain, seenHead } from './chain-check.ts';
import { apiFilter, filterOfUrl, urlOfFilter } from './filter.ts';

const TENANT = 'acme';

function chainOf(length: number, history = 'true'): AuditEntry[] {
  const entries: AuditEntry[] = [];
  for (let seq = 1; seq <= length; seq++) {
    const entry: Omit<AuditEntry, 'hash'> = {
      v: 1,
      tenant: TENANT,
      seq,
      at: seq,
      action: 'secret.escrowed',
      subject: history,
      outcome: 'done',
      detail: {},
      principal: { kind: 'machine', id: 't1', name: 'engine' },
      ip: null,
      userAgent: null,
      previousHash: entries.at(-1)?.hash ?? genesisHash(TENANT),
    };
    entries.push({ ...entry, hash: hashEntry(entry) });
  }
  return entries;
}
const headOf = (chain: AuditEntry[], seq = chain.length) => ({ seq, hash: chain[seq - 1]?.hash ?? '' });

/** A server that shows this chain, and these heads. */
const server = (chain: AuditEntry[], heads: Partial<AuditHeads> = {}): ChainCalls => ({
  heads: async () => ({ chain: headOf(chain), index: headOf(chain), ...heads }),
  page: async (after, limit) => {
    const entries = chain.slice(after, after + limit);
    return { entries, next: after + limit < chain.length ? after + limit : null };
  },
});
const check = (calls: ChainCalls, signal = new AbortController().signal, onProgress = (_: unknown) => {}) =>
  checkChain(TENANT, calls, onProgress, signal);

const CHAIN = chainOf(1_203);
beforeEach(() => localStorage.clear());

describe('the chain verified in a browser', () => {
  it('is taken page by page with progress, and its head is remembered', async () => {
    const progress: unknown[] = [];
    const checked = await check(server(CHAIN), undefined, (one) => progress.push(one));
    expect(checked).toEqual({ ok: true, head: headOf(CHAIN), index: headOf(CHAIN), seen: null });
    expect(progress).toEqual([500, 1_000, 1_203].map((done) => ({ done, total: 1_203 })));
    expect(seenHead(TENANT)).toEqual(headOf(CHAIN));
    expect(await check(server(chainOf(1_300)))).toMatchObject({ ok: true, seen: headOf(CHAIN) });
  });

  it('that is shorter than the one this browser has seen is found, though the server says that it is whole', async () => {
    await check(server(CHAIN));
    const shorter = CHAIN.slice(0, 900);
    expect(await check(server(shorter))).toMatchObject({
      fault: 'truncated',
      seq: 901,
      says: expect.stringContaining('this browser'),
    });
    expect(seenHead(TENANT)).toEqual(headOf(CHAIN));
  });

  it('that is another one than this browser has seen is found, be it longer', async () => {
    await check(server(CHAIN));
    expect(await check(server(chainOf(1_400, 'false')))).toMatchObject({ fault: 'forked', seq: 1_203 });
  });

  it('that is not the one the index was told of is found', async () => {
    expect(await check(server(CHAIN, { index: { seq: 7, hash: '0'.repeat(64) } }))).toMatchObject({
      fault: 'forked',
      seq: 7,
    });
    expect(await check(server(CHAIN, { index: { seq: 1_300, hash: '0'.repeat(64) } }))).toMatchObject({
      fault: 'truncated',
    });
    expect(await check(server(CHAIN, { index: null }))).toMatchObject({ ok: true, index: null });
  });

  it('of which the server withholds the end, or a page, or everything, is found', async () => {
    const head = { chain: headOf(CHAIN), index: null };
    expect(await check(server(CHAIN.slice(0, 500), head))).toMatchObject({ fault: 'truncated', seq: 501 });
    expect(await check(server([], head))).toMatchObject({ fault: 'truncated', seq: 1 });
    const skips: ChainCalls = { ...server(CHAIN), page: (after, limit) => server(CHAIN).page(after + 1, limit) };
    expect(await check(skips)).toMatchObject({ fault: 'missing', seq: 1 });
    const endless: ChainCalls = { ...server(CHAIN), page: async () => ({ entries: [], next: 5 }) };
    expect(await check(endless)).toMatchObject({ fault: 'truncated', seq: 1 });
  });

  it('may be stopped, and nothing is remembered then', async () => {
    const stop = new AbortController();
    expect(await check(server(CHAIN), stop.signal, () => stop.abort())).toBeNull();
    expect(seenHead(TENANT)).toBeNull();
  });
});

describe('the audit’s filters', () => {
  it('go into the URL and come back the same, without what is not asked for', () => {
    const filter = filterOfUrl('?person=u1&text=ticket%20%2B7&nonsense=1');
    expect(urlOfFilter(filter)).toBe('?person=u1&text=ticket+%2B7');
    expect(filterOfUrl(urlOfFilter(filter))).toEqual(filter);
    expect(urlOfFilter(filterOfUrl(''))).toBe('');
  });

  it('take a day from its first to its last millisecond, as this browser’s calendar has it', () => {
    const { from, to } = apiFilter(filterOfUrl('?from=2026-11-24&to=2026-11-24'));
    expect(from).toBe(new Date(2026, 10, 24).getTime());
    expect(to).toBe(new Date(2026, 10, 25).getTime() - 1);
    expect(apiFilter(filterOfUrl('?from=yesterday'))).toEqual({});
  });
});
