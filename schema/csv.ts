// One line of CSV, as RFC 4180 has it and as a spreadsheet may read it. Without zod: the portal uses it too.

/** A cell that a spreadsheet would take for a formula gets an apostrophe before it: names and reasons are other people's words. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  const text = cells.map((cell) => {
    const plain = String(cell ?? '');
    const safe = /^[=+\-@\t\r\n]/.test(plain) ? `'${plain}` : plain;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  });
  return `${text.join(',')}\r\n`;
}
