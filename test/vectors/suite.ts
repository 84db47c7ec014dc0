// A suite of published vectors: each case with the verdict of those who published it, and the way through our own code.
import { hexToBytes } from '@noble/hashes/utils.js';

export type Verdict = 'valid' | 'invalid' | 'acceptable';

/** `opens` answers whether the content is the published one; it throws, or says false, where we refuse. */
export type Case = { id: number | string; theirs: Verdict; opens: () => Promise<boolean> };
export type Suite = { name: string; cases: readonly Case[] };

export const bytesOf = (hex: string | undefined): Uint8Array<ArrayBuffer> =>
  hexToBytes(hex ?? '') as Uint8Array<ArrayBuffer>;

export const isSame = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, place) => byte === other[place]);

/** What we say of a case. */
export async function ours({ opens }: Case): Promise<'valid' | 'invalid'> {
  try {
    return (await opens()) ? 'valid' : 'invalid';
  } catch {
    return 'invalid';
  }
}
