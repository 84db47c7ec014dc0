// A plaintext spelled out for the telephone: NATO words, capitals announced, digits in words, signs by their names.
// Pure.

import { isolated, visible } from '../../../schema/shown-text.ts';

const LETTERS = [
  'Alfa',
  'Bravo',
  'Charlie',
  'Delta',
  'Echo',
  'Foxtrot',
  'Golf',
  'Hotel',
  'India',
  'Juliett',
  'Kilo',
  'Lima',
  'Mike',
  'November',
  'Oscar',
  'Papa',
  'Quebec',
  'Romeo',
  'Sierra',
  'Tango',
  'Uniform',
  'Victor',
  'Whiskey',
  'X-ray',
  'Yankee',
  'Zulu',
];
const DIGITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const SIGNS: Record<string, string> = {
  ' ': 'space',
  '\t': 'tab',
  '\n': 'new line',
  '\r': 'carriage return',
  '!': 'exclamation mark',
  '"': 'double quote',
  '#': 'hash',
  $: 'dollar sign',
  '%': 'percent sign',
  '&': 'ampersand',
  "'": 'apostrophe',
  '(': 'opening bracket',
  ')': 'closing bracket',
  '*': 'asterisk',
  '+': 'plus',
  ',': 'comma',
  '-': 'dash',
  '.': 'full stop',
  '/': 'slash',
  ':': 'colon',
  ';': 'semicolon',
  '<': 'less than',
  '=': 'equals sign',
  '>': 'greater than',
  '?': 'question mark',
  '@': 'at sign',
  '[': 'opening square bracket',
  '\\': 'backslash',
  ']': 'closing square bracket',
  '^': 'caret',
  _: 'underscore',
  '`': 'backtick',
  '{': 'opening brace',
  '|': 'vertical bar',
  '}': 'closing brace',
  '~': 'tilde',
  '€': 'euro sign',
  '£': 'pound sign',
  '§': 'section sign',
  '°': 'degree sign',
};

const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

function word(character: string): string {
  if (/[a-z]/i.test(character)) {
    const letter = LETTERS[character.toUpperCase().charCodeAt(0) - 65] ?? '';
    return character === character.toLowerCase() ? letter.toLowerCase() : `CAPITAL ${letter}`;
  }
  if (/[0-9]/.test(character)) return DIGITS[Number(character)] ?? '';
  const sign = SIGNS[character];
  if (sign) return sign;
  // A character without a commonly known name is shown, and named by its number.
  const kind = /\p{Lu}/u.test(character) ? 'CAPITAL ' : /\p{L}/u.test(character) ? 'letter ' : 'sign ';
  return visible(character) === character
    ? `${kind}${isolated(character)} (${codePoint(character)})`
    : `${kind}(${codePoint(character)})`;
}

/** One entry a character, in order. */
export const spelled = (text: string): string[] => [...text].map(word);
