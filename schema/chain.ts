// The audit chain: how an entry is hashed, and whether a chain is whole. Pure, so that the object, a browser and an auditor's own machine
// all judge by the same few lines. It needs no vocabulary: a chain of any version of the product verifies.
import { sha256 as digest } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import canonicalize from 'canonicalize';
import type { AuditEntry, ChainHead } from './audit.ts';

/** A head that somebody holds: the index, an engine's receipt, a browser that has verified before. `holder` in words. */
export type Witness = ChainHead & { holder: string };

/**
 * `edited`: an entry is not what it was hashed as. `missing`, `reordered`: by seq. `forked`: sound in itself, but of another history.
 * `truncated`: the chain ends before an entry that a witness knows. `foreign`: another tenant's.
 */
export type ChainFault = 'malformed' | 'edited' | 'foreign' | 'missing' | 'reordered' | 'forked' | 'truncated';

/** `seq` is the first bad entry, by the place it should have in the chain; `says` is one sentence about it. */
export type BadChain = { ok: false; seq: number; fault: ChainFault; says: string };
export type ChainVerdict = { ok: true; head: ChainHead } | BadChain;

/** Where verification begins: after an entry already verified, or at the tenant's first. */
export type ChainStart = { tenant: string; after?: ChainHead; witnesses?: readonly Witness[] };

const sha256 = (text: string): string => bytesToHex(digest(utf8ToBytes(text)));

/** The previous hash of the first entry in a tenant's chain. */
export const genesisHash = (tenant: string): string => sha256(tenant);

/** The hash of an entry: SHA-256 over the RFC 8785 canonical JSON of all its other members. Throws on a lone surrogate. */
export function hashEntry(entry: Omit<AuditEntry, 'hash'>): string {
  const canonical = canonicalize(entry);
  if (canonical === undefined) throw new Error('an audit entry always has a canonical form');
  return sha256(canonical);
}

/**
 * Verifies entries in the order of the chain, oldest first: a whole chain, or the next piece of one after `start.after`. Answers the
 * head reached, or the first bad entry. A cut at the end shows only against a witness: ask `beyond` after the last piece.
 */
export function verifyChain(entries: readonly unknown[], start: ChainStart): ChainVerdict {
  let head = start.after ?? { seq: 0, hash: genesisHash(start.tenant) };
  for (const [index, entry] of entries.entries()) {
    const judged = judge(entry, head, start, () => entries.slice(index + 1));
    if (!judged.ok) return judged;
    head = judged.head;
  }
  return { ok: true, head };
}

/** How the chain ends too early, because a witness knows an entry after its head; null where it does not. */
export function beyond(head: ChainHead, witnesses: readonly Witness[]): BadChain | null {
  const furthest = witnesses.reduce<Witness | null>((far, one) => (one.seq > (far?.seq ?? head.seq) ? one : far), null);
  return (
    furthest &&
    bad(
      head.seq + 1,
      'truncated',
      `The chain ends with entry ${head.seq}, but ${furthest.holder} knows entry ${furthest.seq}.`,
    )
  );
}

const bad = (seq: number, fault: ChainFault, says: string): BadChain => ({ ok: false, seq, fault, says });

const isLink = (entry: unknown): entry is AuditEntry => {
  if (typeof entry !== 'object' || entry === null) return false;
  const { seq, tenant, hash, previousHash } = entry as Partial<AuditEntry>;
  return Number.isSafeInteger(seq) && [tenant, hash, previousHash].every((one) => typeof one === 'string');
};

function isAsHashed({ hash, ...rest }: AuditEntry): boolean {
  try {
    return hashEntry(rest) === hash;
  } catch {
    return false;
  }
}

/**
 * One entry at the place after `head`. Its own hash is checked first: nothing that an edited entry says about itself
 * counts.
 */
function judge(
  entry: unknown,
  head: ChainHead,
  { tenant, witnesses }: ChainStart,
  rest: () => unknown[],
): ChainVerdict {
  const seq = head.seq + 1;
  if (!isLink(entry)) return bad(seq, 'malformed', `Entry ${seq} is not an audit entry.`);
  if (!isAsHashed(entry))
    return bad(seq, 'edited', `Entry ${seq} was edited: it does not have the hash that it names.`);
  if (entry.tenant !== tenant) return bad(seq, 'foreign', `Entry ${seq} belongs to another tenant’s chain.`);
  if (entry.seq < seq) return bad(seq, 'reordered', `Entry ${entry.seq} stands where entry ${seq} should.`);
  if (entry.seq > seq)
    return rest().some((one) => isLink(one) && one.seq === seq)
      ? bad(seq, 'reordered', `Entry ${seq} comes only after entry ${entry.seq}.`)
      : bad(seq, 'missing', missing(seq, entry.seq - 1));
  if (entry.previousHash !== head.hash)
    return bad(seq, 'forked', `Entry ${seq} does not follow on ${seq === 1 ? 'the tenant’s id' : followed(seq - 1)}.`);
  const contradicting = witnesses?.find((one) => one.seq === seq && one.hash !== entry.hash);
  if (contradicting)
    return bad(
      seq,
      'forked',
      `Entry ${seq} is another one than ${contradicting.holder} knows: the history was rewritten.`,
    );
  return { ok: true, head: { seq, hash: entry.hash } };
}

const missing = (from: number, to: number): string =>
  from === to ? `Entry ${from} is missing.` : `Entries ${from} to ${to} are missing.`;
const followed = (seq: number): string => `the entry ${seq} before it: one of the two was put in another’s place`;
