// Text as people paste or type it, and as it is searched for. Without zod: the portal's first screen and the recovery
// page use it too.

/**
 * Every dash there is, and the minus signs: a word processor, a chat or a phone's keyboard may turn a dash into any of
 * them.
 */
const DASHES = /[\p{Pd}\u2043\u207b\u208b\u2212\u02d7\u30fc]/gu;
/** Invisible marks: zero-width ones, byte order marks, direction marks, selectors. */
const UNSEEN = /[\p{Cf}\u115f\u1160\u3164\uffa0]|[\u034f\u17b4\u17b5]|[\u180b-\u180d]|[\ufe00-\ufe0f]/gu;

/**
 * An id, a code or a key as it was meant: with wide forms made plain, one kind of dash, no invisible marks and no outer
 * spaces. Never use it on secret text.
 */
export const tidied = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(DASHES, '-')
    .replace(UNSEEN, '')
    .replace(/[\s\p{Z}]+/gu, ' ')
    .trim();

/** A UUID as it was meant, lower-case: also with braces, or without dashes. Any other text stays what it is, tidied. */
export function tidiedUuid(text: string): string {
  const plain = tidied(text)
    .replace(/^(?:urn:)?(?:uuid:)?\s*[{(]?\s*|\s*[})]$/gi, '')
    .toLowerCase();
  const digits = plain.replace(/[\s-]/g, '');
  return /^[0-9a-f]{32}$/.test(digits) ? digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') : plain;
}

const GROUP_ENDS = [8, 12, 16, 20, 32];

/**
 * The beginning of an id, lower-case with its dashes in place, from what somebody typed or pasted, with dashes and
 * braces or without. Null: not the beginning of an id.
 */
export function keyIdStart(typed: string): string | null {
  const digits = tidied(typed)
    .replace(/[{}()\s-]/g, '')
    .toLowerCase();
  if (!/^[0-9a-f]{1,32}$/.test(digits)) return null;
  return GROUP_ENDS.map((end, index) => digits.slice(GROUP_ENDS[index - 1] ?? 0, end))
    .filter((group) => group !== '')
    .join('-');
}

/**
 * A text folded for search: composed or not, with or without accents and marks, capital or small, dotted or not, it is
 * the same.
 */
export const searchFold = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(DASHES, '-')
    .replace(UNSEEN, '')
    .replaceAll('ı', 'i')
    .toLowerCase()
    // Some capitals bring their marks along when they become small.
    .replace(/\p{M}/gu, '');

/**
 * Where the searched text stands in a text: from and to, in UTF-16 units; null: nowhere. Marks belong to the letter
 * before them.
 */
export function foundAt(text: string, sought: string): [from: number, to: number] | null {
  const wanted = searchFold(tidied(sought));
  if (wanted === '') return null;
  let fold = '';
  /** Where the text that each unit of the fold came from begins. */
  const starts: number[] = [];
  let at = 0;
  for (const character of text) {
    const folded = searchFold(character);
    for (let unit = 0; unit < folded.length; unit++) starts.push(at);
    fold += folded;
    at += character.length;
  }
  starts.push(text.length);
  const from = fold.indexOf(wanted);
  if (from < 0) return null;
  const end = from + wanted.length;
  const last = starts[end - 1] ?? 0;
  const to = starts.slice(end).find((start) => start > last) ?? text.length;
  return [starts[from] ?? 0, to];
}
