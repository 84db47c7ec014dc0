// Other people's words as a line may hold them: nothing in them steers the page, the terminal or the order of the text
// beside them. Without zod: portal, recovery page and the operator's tools use it.

/**
 * Characters that are invisible but have an effect: controls, direction marks, zero-width marks, line and paragraph
 * ends, tags, half characters.
 */
const STEERS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]|\u034f/gu;
/** Joiners that many scripts and many emoji use: between two of their characters they steer nothing. */
const JOINERS = ['\u200c', '\u200d'];
const IS_JOINED = /^(?![A-Za-z])[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}]$/u;

const named = (sign: string): string => `⟨U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;

const joins = (text: string, at: number): boolean =>
  IS_JOINED.test([...text.slice(Math.max(0, at - 2), at)].at(-1) ?? '') &&
  IS_JOINED.test([...text.slice(at + 1, at + 3)][0] ?? '');

/** A text on one line, with each sign that steers something shown by its number. For files and terminals; `lines`: tabs and line ends stay. */
export const visible = (text: string, { lines = false } = {}): string =>
  text.replace(STEERS, (sign, at: number) => {
    if (lines && (sign === '\n' || sign === '\t')) return sign;
    return JOINERS.includes(sign) && joins(text, at) ? sign : named(sign);
  });

/** Letters that run from right to left, and characters that count as such. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const [FIRST_STRONG_ISOLATE, POP_ISOLATE] = ['\u2068', '\u2069'];

/** The same, isolated (UAX #9) where its letters run from right to left: for a sentence, a title or an attribute, where no element can isolate it. */
export function isolated(text: string): string {
  const shown = visible(text);
  return RIGHT_TO_LEFT.test(shown) ? FIRST_STRONG_ISOLATE + shown + POP_ISOLATE : shown;
}
