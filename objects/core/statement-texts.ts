// What the text of a statement says about it: which table it writes, and which words it holds.

/** Texts of statements: some are put together from the columns that change. */
const TEXTS_MAX = 2_000;

/** What a statement's text says: the table that it writes, null where it writes none; every word in it. */
type Text = { writes: string | 'any' | null; words: ReadonlySet<string> };

const WRITES = /^\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|REPLACE\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM)\s+"?(\w+)/i;
const READS = /^\s*(?:SELECT|PRAGMA)\b/i;
/** A SELECT, unless one of these words is in it. */
const BEGINS_WITH = /^\s*WITH\b/i;
const MAY_WRITE = /\b(?:INSERT|UPDATE|DELETE|REPLACE)\b/i;
const SEVERAL = /;\s*\S/;

/** The table that a statement writes. Pure. Whatever is none of the usual may write any. */
export function tableWritten(query: string): Text['writes'] {
  if (SEVERAL.test(query)) return 'any';
  if (READS.test(query) || (BEGINS_WITH.test(query) && !MAY_WRITE.test(query))) return null;
  return WRITES.exec(query)?.[1] ?? 'any';
}

/** It says the same in every object of the isolate. */
const texts = new Map<string, Text>();

/** A pure function of the text, asked once for each. */
export function textOf(query: string): Text {
  const known = texts.get(query);
  if (known) return known;
  if (texts.size >= TEXTS_MAX) texts.clear();
  const text = { writes: tableWritten(query), words: new Set(query.match(/\w+/g)) };
  texts.set(query, text);
  return text;
}
