import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CSV_START, csvLine, disarmed } from './csv.ts';

/** A reader as spreadsheets are: quotes hold only where a cell begins with one, and what follows the closing one belongs to the cell. */
function cellsOf(text: string, separator: string): string[][] {
  const lines: string[][] = [[]];
  let cell = '';
  let state: 'start' | 'plain' | 'quoted' = 'start';
  const end = () => {
    lines.at(-1)?.push(cell);
    [cell, state] = ['', 'start'];
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (state === 'quoted' && char === '"' && text[at + 1] === '"') cell += text[++at];
    else if (state === 'quoted' && char === '"') state = 'plain';
    else if (state === 'quoted') cell += char;
    else if (char === separator) end();
    else if (char === '\n' || char === '\r') {
      end();
      lines.push([]);
    } else if (state === 'start' && char === '"') state = 'quoted';
    else [cell, state] = [cell + char, 'plain'];
  }
  if (cell !== '') end();
  return lines;
}

/** Cells that a spreadsheet calculates, or passes to a program. NFKC folds the wide and small forms. */
const isFormula = (cell: string): boolean =>
  /^[=+\-@\u2212]/.test(cell.replace(/^[\p{Z}\p{C}"]+/u, '').normalize('NFKC'));
const READERS = [',', ';', '\t', '|'];

/** Takes off the apostrophes that were put in. */
const armed = (text: string): string =>
  text
    .split(/([,;|\t\n\v\f\r\u0085\u2028\u2029])/)
    .map((part) => (part.startsWith("'") && disarmed(part.slice(1)) === part ? part.slice(1) : part))
    .join('');

const nasty = fc.string({
  unit: fc.constantFrom(
    ...'=+-@;,|\t\r\n"\' a1',
    '\uff1d',
    '\uff0b',
    '\ufe6b',
    '\u207c',
    '\u2212',
    '\u00a0',
    '\u200b',
    '\ufeff',
    '\0',
    '\u2028',
  ),
  maxLength: 12,
});

describe('a line of CSV', () => {
  it('gives no reader a formula, whatever that one parts cells at, because a file does not say how it is read', () =>
    fc.assert(
      fc.property(fc.array(nasty, { minLength: 1, maxLength: 4 }), (cells) => {
        for (const separator of READERS)
          for (const cell of cellsOf(csvLine(cells), separator).flat())
            expect(isFormula(cell), JSON.stringify(cell)).toBe(false);
      }),
      { numRuns: 3000 },
    ));

  it.each([
    ";=cmd|' /C calc'!A0",
    '\uff1dcmd',
    '\ufe66cmd',
    '\t=cmd',
    ' \u200b=cmd',
    'x;"=cmd',
    'x\n@cmd',
    "'=cmd",
    'x; \uff0b1',
  ])('disarms %j, as it stands in a host name or a reason', (text) => {
    for (const separator of READERS)
      expect(
        cellsOf(csvLine(['ACM-LT-0142', text, 'x']), separator)
          .flat()
          .filter(isFormula),
      ).toEqual([]);
    expect(disarmed(text)).not.toBe(text);
  });

  it('keeps every text: whoever takes the apostrophes off again has a secret as it was sealed', () =>
    fc.assert(
      fc.property(nasty, (text) => {
        expect(armed(disarmed(text))).toBe(text);
      }),
      { numRuns: 3000 },
    ));

  it('quotes every cell, and leaves words, numbers, instants and ids as they are', () => {
    expect(csvLine(['a,b', 'say "x"', 'two\nlines', null, 7, -7, 'ACM-LT-0142', '2026-11-24T09:00:00.000Z'])).toBe(
      '"a,b","say ""x""","two\nlines","","7","-7","ACM-LT-0142","2026-11-24T09:00:00.000Z"\r\n',
    );
  });

  it('has serial numbers as they are, zeros and all, for whoever imports them as text; a spreadsheet that guesses makes numbers and days of them', () => {
    const serials = ['0012345', '8939010102358478435', '1E10', '5E-3', 'MAR-02', '1/2', 'TRUE', '0x1F'];
    expect(csvLine(serials)).toBe(`${serials.map((serial) => `"${serial}"`).join(',')}\r\n`);
  });

  it('begins no file that a spreadsheet takes for SYLK, as it does one that begins with ID', () => {
    expect((CSV_START + csvLine(['ID', 'name'])).startsWith('ID')).toBe(false);
    expect(csvLine(['ID']).startsWith('"')).toBe(true);
  });

  it('is made in a time that grows with the text, because a reason or a secret may be long', () => {
    const long = `${' '.repeat(200_000)}${'\n'.repeat(200_000)}${"'".repeat(200_000)}`;
    expect(disarmed(long)).toBe(long);
  });
});
