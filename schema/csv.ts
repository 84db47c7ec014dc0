// One line of CSV, as in RFC 4180 and as a spreadsheet may read it. Nothing else writes CSV. Without zod: the portal
// and the recovery page use it too.

export const CSV = 'text/csv';

/** A file begins with it: without it, a spreadsheet reads UTF-8 as an older encoding. */
export const CSV_START = '\ufeff';

/**
 * Characters at which a spreadsheet may separate cells or lines, whatever the file says: in half of Europe it is the
 * semicolon, and then quotes do not protect.
 */
const SEPARATOR = /([,;|\t\n\v\f\r\u0085\u2028\u2029])/;

/**
 * A formula begins with one of these; some programs fold the wide, small, raised and lowered forms to them. White
 * space, quotes and invisible characters may come before it, and so may an apostrophe of the text itself, so that
 * taking ours off gives the text back.
 */
const FORMULA =
  /^['"\p{Z}\p{C}]*[=+\-@\u2212\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u207c\u207a\u207b\u208c\u208a\u208b]/u;

/** An apostrophe before each formula, at the start and after every separator: names, reasons and secrets are other people's words. */
export const disarmed = (text: string): string =>
  text
    .split(SEPARATOR)
    .map((part) => (FORMULA.test(part) ? `'${part}` : part))
    .join('');

/** Every cell is quoted; numbers are ours and stay as they are. */
export const csvLine = (cells: readonly (string | number | null)[]): string =>
  `${cells
    .map((cell) => (typeof cell === 'number' ? String(cell) : disarmed(cell ?? '')))
    .map((text) => `"${text.replaceAll('"', '""')}"`)
    .join(',')}\r\n`;
