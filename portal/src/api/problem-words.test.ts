import { expect, it } from 'vitest';
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
