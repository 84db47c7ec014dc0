// Passphrases: how strong one is, and an offer of one nobody can guess. The dictionaries load when first needed.
// A thief of the sealed unlockers guesses offline: decision 0053 says how many guesses a passphrase has to stand.
import { wordlist } from '@scure/bip39/wordlists/english.js';
import type { ZxcvbnFactory } from '@zxcvbn-ts/core';

export const MIN_CHARACTERS = 12;
/** Far beyond what anybody types. A field that silently cuts pasted text would turn it into another passphrase. */
export const MAX_CHARACTERS = 256;
export const MIN_SCORE = 3;
/** The number of guesses, as a power of ten, from which a passphrase has the next score. */
const GUESSES_LOG10 = [6, 10, 14, 18] as const;
/** Words that every attacker of this product tries first. */
const OURS = ['totlprovision', 'totlcom', 'provision', 'bitlocker', 'passphrase', 'team'];
const GENERATED_WORDS = 7;

export type Strength = { score: 0 | 1 | 2 | 3 | 4; words: string; hint: string | null };

const MORE = 'Add a word or two that have nothing to do with the others';
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

/** The words that names and addresses are made of: an attacker who knows them tries them. */
const partsOf = (about: readonly string[]): string[] =>
  about.flatMap((text) => [text, ...text.split(/[^\p{L}\p{N}]+/u)]).filter((part) => part.length > 2);

/** Rates a passphrase from 0 to 4. `about`: names and addresses of its owner and tenant, which make it no stronger. */
export async function strengthOf(passphrase: string, about: readonly string[] = []): Promise<Strength> {
  checker ??= load();
  const { guessesLog10, feedback } = (await checker).check(passphrase.slice(0, 128), [...OURS, ...partsOf(about)]);
  const score = GUESSES_LOG10.filter((least) => guessesLog10 >= least).length as Strength['score'];
  if (passphrase.trim().length < MIN_CHARACTERS)
    return {
      score: Math.min(score, 2) as Strength['score'],
      words: `At least ${MIN_CHARACTERS} characters`,
      hint: null,
    };
  return { score, words: WORDS[score], hint: feedback.warning ?? (score < MIN_SCORE ? MORE : null) };
}

/** Seven words of a list of 2,048: 77 bits. 2,048 divides 2^16, so the low 11 bits favour no word. */
export function generatePassphrase(): string {
  const draws = crypto.getRandomValues(new Uint16Array(GENERATED_WORDS));
  return Array.from(draws, (draw) => wordlist[draw & 2047]).join(' ');
}
