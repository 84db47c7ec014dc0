// SQL for a tool that takes only text: values as literals that no splitter, shell or quote can read otherwise.

/** A text as a SQL expression: its UTF-8 in hex, so that nothing in it is ever read as SQL. */
export const sqlText = (text: string): string => `CAST(X'${Buffer.from(text, 'utf8').toString('hex')}' AS TEXT)`;

export function sqlInteger(value: number | null): string {
  if (value === null) return 'NULL';
  if (!Number.isSafeInteger(value)) throw new RangeError('an integer is wanted');
  return String(value);
}

/** A template whose values are literals: text, integers, null. */
export const sql = (parts: TemplateStringsArray, ...values: readonly (string | number | null)[]): string =>
  parts.reduce((text, part, index) => {
    const value = values[index - 1];
    return text + (typeof value === 'string' ? sqlText(value) : sqlInteger(value ?? null)) + part;
  });
