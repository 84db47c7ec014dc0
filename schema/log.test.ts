// The log's schema and its documentation say the same, and a stack says where without quoting what.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { LOG_LINES } from './log.ts';
import { stackOf } from './log-stack.ts';

const document = readFileSync(path.join(import.meta.dirname, '../docs/logs.md'), 'utf8');

/** A line's members as the table that docs/logs.md must have. */
const tableOf = ({ shape }: (typeof LOG_LINES)[number]): string =>
  [
    '| member | |',
    '|---|---|',
    ...Object.entries(shape)
      .filter(([name]) => name !== 'event')
      .map(([name, { description }]) => `| \`${name}\` | ${description} |`),
  ].join('\n');

it('is documented member by member in docs/logs.md, in the words of the schema', () => {
  for (const line of LOG_LINES) {
    const { event } = line.shape;
    for (const name of 'options' in event ? event.options : event.values) expect(document).toContain(`\`${name}\``);
    expect(document).toContain(tableOf(line));
  }
});

it('keeps a parser’s message out of a stack, because it quotes what it could not parse', () => {
  try {
    JSON.parse('{"reason": canary}');
  } catch (error) {
    expect(stackOf(error)).toMatch(/^SyntaxError\n? +at /);
    expect(stackOf(error)).not.toContain('canary');
  }
  expect(stackOf(new TypeError('said'))).toMatch(/^TypeError: said\n +at /);
  expect(stackOf('canary')).toBe('not an Error');
});
