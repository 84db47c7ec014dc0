// The checker can fail: whatever is taken from what there is, it says so. What it is shown here is made up; dev/torture.test.ts shows it the
// real thing.
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../schema/audit.ts';
import { genesisHash, hashEntry } from '../../schema/chain.ts';
import { broken } from './checker.ts';
import type { Promised } from './ledger.ts';
import type { Seen } from './seen.ts';

const [tenant, run, secretId] = [randomUUID(), randomUUID(), randomUUID()];

/** A chain of entries about these. */
function chainOf(about: readonly Pick<AuditEntry, 'action' | 'subject' | 'detail'>[]): AuditEntry[] {
  const chain: AuditEntry[] = [];
  for (const { action, subject, detail } of about) {
    const rest = {
      v: 1 as const,
      tenant,
      seq: chain.length + 1,
      at: 0,
      principal: { kind: 'system' as const, id: 'object', name: 'the tenant object' },
      action,
      subject,
      detail,
      outcome: 'done' as const,
      ip: null,
      userAgent: null,
      previousHash: chain.at(-1)?.hash ?? genesisHash(tenant),
    };
    chain.push({ ...rest, hash: hashEntry(rest) });
  }
  return chain;
}

const audit = chainOf([
  { action: 'tenant.initialized', subject: tenant, detail: {} },
  { action: 'secret.escrowed', subject: secretId, detail: { version: 1 } },
  { action: 'secret.revealed', subject: secretId, detail: { reason: 'INC-1' } },
]);
const escrowed = audit[1] as AuditEntry;
const promised: Promised = {
  events: new Map([
    [
      run,
      new Map([
        [1, 'one'],
        [2, 'two'],
      ]),
    ],
  ]),
  receipts: [
    {
      receipt: {
        secretId,
        version: 1,
        kid: 'k',
        sha256: '0'.repeat(64),
        auditSeq: escrowed.seq,
        auditHash: escrowed.hash,
      },
      plaintext: 'correct horse',
    },
  ],
  acts: [{ action: 'secret.revealed', mark: 'INC-1' }],
};
const [one, two] = [
  { seq: 1, message: 'one' },
  { seq: 2, message: 'two' },
];
const version = { secretId, version: 1, plaintext: 'correct horse' };
const whole: Seen = { tenant, events: new Map([[run, [one, two]]]), versions: [version], audit };

describe('the checker', () => {
  it('finds nothing where every promise is kept', () => {
    expect(broken(promised, whole)).toEqual([]);
  });

  const eventsOf = (events: Seen['events'] extends ReadonlyMap<string, infer E> ? E : never) => ({
    ...whole,
    events: new Map([[run, events]]),
  });
  it.each<[string, Seen, RegExp]>([
    ['an event that is lost', eventsOf([one]), /^event 2 of run .* was acknowledged and is lost$/],
    ['a whole run that is lost', { ...whole, events: new Map() }, /^event 1 .* is lost$/],
    ['an event that is there twice', eventsOf([one, two, two]), /^event 2 of run .* is there 2 times$/],
    ['an event that is another one', eventsOf([one, { seq: 2, message: 'three' }]), /is another one$/],
    ['a secret that is lost', { ...whole, versions: [] }, /has a receipt and is lost$/],
    ['a secret that is there twice', { ...whole, versions: [version, version] }, /is there 2 times$/],
    ['a secret that does not open', { ...whole, versions: [{ ...version, plaintext: null }] }, /does not open$/],
    [
      'a secret that opens to another',
      { ...whole, versions: [{ ...version, plaintext: 'x' }] },
      /opens to something else$/,
    ],
    ['an audit that lost its end', { ...whole, audit: audit.slice(0, 1) }, /^the audit ends before entry 2/],
    [
      'an audit with a gap',
      { ...whole, audit: [audit[0], audit[2]] as AuditEntry[] },
      /^the audit chain: Entry 2 is missing/,
    ],
    [
      'an audit that was written anew',
      { ...whole, audit: chainOf([...audit.slice(0, 1), { ...escrowed, detail: {} }]) },
      /rewritten/,
    ],
    ['an act that is not on record', { ...whole, audit: audit.slice(0, 2) }, /is on record 0 times$/],
    [
      'an act that is on record twice',
      { ...whole, audit: chainOf([...audit, audit[2] as AuditEntry]) },
      /is on record 2 times$/,
    ],
    [
      'an escrow that is on record twice',
      { ...whole, audit: chainOf([...audit, escrowed]) },
      /^the escrow of .* 2 times$/,
    ],
  ])('says so of %s', (_what, seen, says) => {
    expect(broken(promised, seen)).toContainEqual(expect.stringMatching(says));
  });
});
