// Eight words that two people read to each other: each browser makes them from its own values, so that a server in
// between, which would have to hand out others, is noticed. 88 bits of SHA-256.
import { sha256 } from '@noble/hashes/sha2.js';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import type { VaultPurpose } from '../../schema/signed.ts';

const WORDS = 8;
const BITS_A_WORD = 11;

function spokenWords(parts: readonly string[]): string[] {
  const digest = sha256(new TextEncoder().encode(JSON.stringify(parts)));
  const bits = Array.from(digest, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return Array.from({ length: WORDS }, (_, place) => {
    const index = Number.parseInt(bits.slice(place * BITS_A_WORD, (place + 1) * BITS_A_WORD), 2);
    return wordlist[index] ?? '';
  });
}

/** The input for the words of a grant. `root` and `unlocker` are thumbprints. */
export type GrantSaid = {
  tenant: string;
  root: string;
  unlocker: string;
  email: string;
  rights: readonly VaultPurpose[];
};

/** For a grant: which unlocker is given access to which tenant's keys, whose it is, and what it opens. */
export const grantWords = ({ tenant, root, unlocker, email, rights }: GrantSaid): string[] =>
  spokenWords(['totlprovision/grant/v2', tenant, root, unlocker, email, ...rights]);

/** For a succession: which root follows which. */
export const successionWords = (tenant: string, from: string, to: string): string[] =>
  spokenWords(['totlprovision/succession/v1', tenant, from, to]);
