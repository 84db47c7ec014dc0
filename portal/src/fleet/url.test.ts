import fc from 'fast-check';
import { expect, it } from 'vitest';
import { questionOfUrl, urlOfQuestion } from './url.ts';

const WHOLE = { sort: 'started', shelf: 'fleet', q: '' } as const;

it.each([
  'A&B Dental',
  '100% #1 + more',
  'a=b?c',
  'null',
  'undefined',
  '__proto__',
  'constructor',
  'Zürich 🦷',
  '%2F/../',
  ' x ',
])('a client called %j is that client in a link that somebody sends on', (client) => {
  expect(questionOfUrl(urlOfQuestion({ ...WHOLE, client }))).toEqual({ ...WHOLE, client });
  expect(questionOfUrl(new URL(`/t/acme${urlOfQuestion({ ...WHOLE, client })}`, 'https://x').search).client).toBe(
    client,
  );
});

it('is the same question again for any name of a client and anything that is searched for', () =>
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ maxLength: 64 }), (client, q) => {
      expect(questionOfUrl(urlOfQuestion({ ...WHOLE, client, q }))).toEqual({ ...WHOLE, client, q });
    }),
  ));
