// One line of CSV, as RFC 4180 has it and as a spreadsheet may read it. The only writer of it. Without zod: the portal and the recovery page use it too.

export const CSV = 'text/csv';

/** A file begins with it: without, a spreadsheet reads UTF-8 as something older. */
export const CSV_START = '\ufeff';

/** What a spreadsheet may part cells or lines at, whatever the file says: in half of Europe it is the semicolon, and then quotes do not hold. */
const SEPARATOR = /([,;|\t\n\v\f\r\u0085\u2028\u2029])/;

/**
 * A formula begins so; the wide, small, raised and lowered forms are folded to these by some. White space, quotes and what is not
 * seen may stand before it, an apostrophe of the text's own too: so that whoever takes ours off gets the text back.
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
