import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { unstable_splitSqlQuery } from 'wrangler';
import { sql } from './sql.ts';

const db = new DatabaseSync(':memory:');

/** Everything that an attacker would try, and any text at all. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    "'",
    "''); DROP TABLE tenants; --",
    '"; --',
    '/* */',
    '\\',
    '%_',
    'BEGIN; END',
    "x'00'",
    '\n;\n',
    '🔑 ё',
  ),
);

it('makes a value of any text and never a statement, because names and addresses come from people', () => {
  fc.assert(
    fc.property(text, text, fc.maxSafeInteger(), (one, other, number) => {
      const query = sql`SELECT ${one} AS one, ${other} AS other, ${number} AS number, ${null} AS missing`;
      expect(unstable_splitSqlQuery(query)).toHaveLength(1);
      expect({ ...db.prepare(query).get() }).toEqual({ one, other, number, missing: null });
    }),
  );
});

it('takes only integers for numbers', () => {
  for (const number of [1.5, Number.NaN, 2 ** 53]) expect(() => sql`SELECT ${number}`).toThrow(RangeError);
});
