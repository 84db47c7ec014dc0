import { expect, it } from 'vitest';
import { issueField, issueMessage } from '../../../schema/issue.ts';
import { contract } from '../../../schema/routes/contract.ts';
import { fieldsOf, wordsOf } from './problem-words.ts';

const refusal = (...errors: { field: string; message: string }[]) => ({
  title: 'The body is not valid',
  detail: `${errors[0]?.field}: ${errors[0]?.message}`,
  errors,
});

it('a person never reads the path of a member, because the API’s names mean nothing to them', () => {
  const said = wordsOf(
    refusal(
      { field: 'body.url', message: 'must begin with https://' },
      { field: 'body.kinds.0', message: 'is none of ours' },
      { field: 'body.ticketPattern', message: 'needs a place' },
    ),
  );
  expect(said).toBe('URL: must begin with https://. Kinds: is none of ours. Ticket pattern: needs a place.');
  expect(wordsOf(refusal({ field: 'body', message: 'must be an object' }))).toBe('What was sent must be an object.');
});

it('a refusal without members keeps its own words', () => {
  expect(wordsOf({ title: 'Not now', detail: 'Ask again.' })).toBe('Not now. Ask again.');
});

it('a form finds what is wrong with its field', () => {
  const fields = fieldsOf([
    { field: 'body.url', message: 'must begin with https://' },
    { field: 'body.kinds.3', message: 'is none of ours' },
    { field: 'body', message: 'is too long' },
  ]);
  expect([...fields]).toEqual([
    ['url', 'must begin with https://'],
    ['kinds', 'is none of ours'],
  ]);
});

/** What may be wrong with a member, whichever it is: it is absent, of another type, empty, too long, or has something unknown in it. */
const WRONG: readonly unknown[] = [
  undefined,
  null,
  true,
  7.5,
  -1,
  1e15,
  '',
  ' ',
  'x'.repeat(10_000),
  [],
  [null],
  [{}],
  {},
  { odd: 1 },
];

/** Every refusal of a body that the API has words for, by the route that the portal sends it to. */
function* refusals(): Generator<{ route: string; field: string; message: string }> {
  for (const [route, row] of Object.entries(contract)) {
    if (!('body' in row) || row.who === 'machine') continue;
    const { schema } = row.body;
    const members = 'shape' in schema ? Object.keys(schema.shape) : [];
    const bodies = [null, ...WRONG.flatMap((wrong) => members.map((member) => ({ [member]: wrong }))), { odd: 1 }];
    for (const body of bodies)
      for (const issue of schema.safeParse(body).error?.issues ?? [])
        yield { route, field: issueField(issue, 'body'), message: issueMessage(issue) };
  }
}

it('whatever any form sends, what comes back is said in words: no path, no name of the API’s, no schema’s own sentence', () => {
  const all = [...refusals()];
  expect(new Set(all.map(({ route }) => route)).size).toBeGreaterThan(20);
  for (const { route, field, message } of all) {
    const error = refusal({ field, message }, { field: `body.${field}`, message });
    const said = [wordsOf(error), ...fieldsOf(error.errors).values()].join(' ');
    expect(said, `${route} ${field} ${message}`).not.toMatch(
      /\bbody\b|\w\.\w|\p{Ll}\p{Lu}|\w_\w|…|Invalid|Too (big|small)|[<>|]/u,
    );
  }
});
