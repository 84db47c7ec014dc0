// Passphrases: how strong one is, and an offer of one nobody can guess. The dictionaries load when first needed.

import { wordlist } from '@scure/bip39/wordlists/english.js';
import type { ZxcvbnFactory } from '@zxcvbn-ts/core';

export const MIN_CHARACTERS = 12;
export const MIN_SCORE = 3;
const GENERATED_WORDS = 7;
/** 2,048 words are 11 bits each. */
export const GENERATED_BITS = GENERATED_WORDS * 11;

export type Strength = { score: 0 | 1 | 2 | 3 | 4; words: string; hint: string | null };

const WORDS = ['Very easy to guess', 'Easy to guess', 'Could be guessed', 'Strong', 'Very strong'] as const;

let checker: Promise<ZxcvbnFactory> | null = null;

async function load(): Promise<ZxcvbnFactory> {
  const [core, common, english] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ]);
  return new core.ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary },
    graphs: common.adjacencyGraphs,
    translations: english.translations,
  });
}

/** Whether the vault would take the two for one: it drops outer spaces and composes characters (NFKC). */
export const samePassphrase = (a: string, b: string): boolean =>
  a.normalize('NFKC').trim() === b.normalize('NFKC').trim();

/** Rates a passphrase from 0 to 4. */
export async function strengthOf(passphrase: string): Promise<Strength> {
  checker ??= load();
  const result = (await checker).check(passphrase.slice(0, 128));
  if (passphrase.trim().length < MIN_CHARACTERS)
    return {
      score: Math.min(result.score, 2) as Strength['score'],
      words: `At least ${MIN_CHARACTERS} characters`,
      hint: null,
    };
  return { score: result.score, words: WORDS[result.score], hint: result.feedback.warning };
}

/** Seven words of a list of 2,048: 77 bits. 2,048 divides 2^16, so taking the low 11 bits favours no word. */
export function generatePassphrase(): string {
  const draws = crypto.getRandomValues(new Uint16Array(GENERATED_WORDS));
  return Array.from(draws, (draw) => wordlist[draw & 2047]).join(' ');
}
