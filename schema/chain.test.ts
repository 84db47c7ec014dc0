import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AuditEntry } from './audit.ts';
import { beyond, genesisHash, hashEntry, verifyChain } from './chain.ts';
import vector from './vectors/audit.json' with { type: 'json' };

const TENANT = 'acme';
const LENGTH = 12;

/** A sound chain; `history` makes it another one from its first entry on. */
function chainOf(length: number, history = 'true', tenant = TENANT): AuditEntry[] {
  const entries: AuditEntry[] = [];
  for (let seq = 1; seq <= length; seq++)
    entries.push(
      rehashed({
        v: 1,
        tenant,
        seq,
        at: 1_790_000_000_000 + seq,
        outcome: 'done',
        ip: '192.0.2.1',
        userAgent: null,
        principal: { kind: 'person', id: 'u1', name: 'admin@example.com' },
        action: 'secret.revealed',
        subject: `secret-${seq}`,
        detail: { reason: `${history} ${seq}`, version: seq, bound: true, note: null },
        previousHash: entries.at(-1)?.hash ?? genesisHash(tenant),
      }),
    );
  return entries;
}
const rehashed = (entry: Omit<AuditEntry, 'hash'>): AuditEntry => ({ ...entry, hash: hashEntry(entry) });

const CHAIN = chainOf(LENGTH);
const HEAD = { seq: LENGTH, hash: CHAIN.at(-1)?.hash ?? '' };
const verify = (entries: readonly unknown[], witnesses: Parameters<typeof beyond>[1] = []) => {
  const verdict = verifyChain(entries, { tenant: TENANT, witnesses });
  return verdict.ok ? (beyond(verdict.head, witnesses) ?? verdict) : verdict;
};
const place = fc.integer({ min: 0, max: LENGTH - 1 });

/** Every way to a member of a JSON value, members of members included. */
const waysTo = (value: unknown): string[][] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => [[key], ...waysTo(inner).map((rest) => [key, ...rest])])
    : [];
const put = (value: unknown, [key = '', ...rest]: string[], thing: unknown): unknown => ({
  ...(value as object),
  [key]: rest.length === 0 ? thing : put((value as Record<string, unknown>)[key], rest, thing),
});

describe('a chain', () => {
  it('that was checked in verifies, because whoever kept an export must be able to check it for ever', () => {
    for (const entry of vector.entries) AuditEntry.parse(entry);
    expect(verifyChain(vector.entries, { tenant: vector.tenant })).toEqual({
      ok: true,
      head: { seq: 3, hash: vector.entries[2]?.hash },
    });
  });

  it('that is whole verifies to its head, also piece by piece, because a browser takes it by pages', () => {
    expect(verify(CHAIN)).toEqual({ ok: true, head: HEAD });
    const first = verifyChain(CHAIN.slice(0, 5), { tenant: TENANT });
    if (!first.ok) throw new Error(first.says);
    expect(verifyChain(CHAIN.slice(5), { tenant: TENANT, after: first.head })).toEqual({ ok: true, head: HEAD });
  });

  it('with any single member of any entry changed, added or taken out is found, at that entry', () => {
    const junk = fc.oneof(fc.jsonValue(), fc.constantFrom(null, '', 0, true, 'done', CHAIN[0]?.hash, undefined));
    fc.assert(
      fc.property(place, fc.nat(), junk, fc.boolean(), (index, way, thing, adds) => {
        const entry = CHAIN[index];
        const ways = waysTo(entry);
        const chosen = adds ? ['detail', 'added'] : (ways[way % ways.length] ?? []);
        const changed = JSON.parse(JSON.stringify(put(entry, chosen, thing)));
        fc.pre(JSON.stringify(changed) !== JSON.stringify(entry));
        const verdict = verify(CHAIN.with(index, changed));
        expect(verdict).toMatchObject({ ok: false, seq: index + 1 });
        expect(!verdict.ok && ['edited', 'malformed']).toContain(!verdict.ok && verdict.fault);
      }),
      { numRuns: 500 },
    );
  });

  it('with an entry edited and hashed anew is found where the next one does not follow, because only a rewritten rest would', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: LENGTH - 2 }), (index) => {
        const { hash: _, ...entry } = CHAIN[index] as AuditEntry;
        const forged = CHAIN.with(index, rehashed({ ...entry, subject: 'another' }));
        expect(verify(forged)).toMatchObject({ ok: false, fault: 'forked', seq: index + 2 });
      }),
    );
  });

  it('with entries deleted names the first that is missing', () => {
    expect(verify(CHAIN.toSpliced(4, 1))).toMatchObject({ fault: 'missing', seq: 5, says: 'Entry 5 is missing.' });
    expect(verify(CHAIN.toSpliced(0, 3))).toMatchObject({
      fault: 'missing',
      seq: 1,
      says: 'Entries 1 to 3 are missing.',
    });
  });

  it('in another order, or with an entry twice, names the first that is out of its place', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...CHAIN.keys()], { minLength: LENGTH }), (order) => {
        const firstOut = order.findIndex((from, to) => from !== to);
        fc.pre(firstOut >= 0);
        const shuffled = order.map((from) => CHAIN[from]);
        expect(verify(shuffled)).toMatchObject({ ok: false, fault: 'reordered', seq: firstOut + 1 });
      }),
    );
    expect(verify([...CHAIN.slice(0, 5), ...CHAIN.slice(4)])).toMatchObject({ fault: 'reordered', seq: 6 });
  });

  it('of another history from some entry on is a fork, because it does not follow on what is before it', () => {
    const other = chainOf(LENGTH, 'false');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: LENGTH - 1 }), (from) => {
        const forked = [...CHAIN.slice(0, from), ...other.slice(from)];
        expect(verify(forked)).toMatchObject({ ok: false, fault: 'forked', seq: from + 1 });
      }),
    );
    expect(verify(chainOf(LENGTH, 'true', 'other'))).toMatchObject({ fault: 'foreign', seq: 1 });
  });

  it('rewritten as a whole, every hash made anew, is found by one receipt alone, because no hash of it can be the old one', () => {
    const rewritten = chainOf(LENGTH, 'false');
    fc.assert(
      fc.property(place, (index) => {
        const receipt = { seq: index + 1, hash: CHAIN[index]?.hash ?? '', holder: 'a receipt' };
        expect(verify(rewritten, [receipt])).toMatchObject({ ok: false, fault: 'forked', seq: index + 1 });
        expect(verify(CHAIN, [receipt])).toMatchObject({ ok: true });
      }),
    );
    expect(verify(rewritten)).toMatchObject({ ok: true });
  });

  it('cut off at the end is found by whoever knows a later entry, and by nobody else', () => {
    fc.assert(
      fc.property(place, (length) => {
        const cut = CHAIN.slice(0, length);
        expect(verify(cut)).toMatchObject({ ok: true });
        expect(verify(cut, [{ ...HEAD, holder: 'the index' }])).toEqual({
          ok: false,
          fault: 'truncated',
          seq: length + 1,
          says: `The chain ends with entry ${length}, but the index knows entry ${LENGTH}.`,
        });
      }),
    );
  });

  it('holding something that is no entry, or text that has no canonical form, is found there', () => {
    for (const thing of [null, 7, [], {}, { ...CHAIN[3], seq: '4' }, { ...CHAIN[3], subject: '\ud800' }])
      expect(verify(CHAIN.with(3, thing as never))).toMatchObject({ ok: false, seq: 4 });
  });
});
