// The judge of an answer can say no: each thing that no answer may have, in an answer that is otherwise right.
import { expect, it } from 'vitest';
import type { Operation } from './operations.ts';
import { wrongWith } from './verdict.ts';

const operation: Operation = {
  key: 'GET /v1/me',
  method: 'GET',
  path: '/v1/me',
  who: 'person',
  parameters: [],
  body: null,
  answers: {
    200: { 'application/json': { type: 'object', properties: { email: { type: 'string' } }, required: ['email'] } },
    401: { 'application/problem+json': { type: 'object', properties: { code: { enum: ['not_signed_in'] } } } },
  },
};
const visitor = { foreign: ['PC-OF-ANOTHER'], own: ['tok_mine'] };
const good = { status: 200, type: 'application/json; charset=utf-8', text: '{"email":"a@example.com"}' };

it('lets an answer pass that is as the document says', () => {
  expect(wrongWith(operation, good, visitor)).toBeNull();
});

it.each([
  ['a failure of the server’s', { ...good, status: 503 }, /^answered 503$/],
  ['a stack', { ...good, text: '{"email":"Error\\n    at f"}\n    at g' }, /where it broke/],
  ['the name of a source file', { ...good, text: '{"email":"worker/serve.ts:12"}' }, /where it broke/],
  ['a byte of another tenant', { ...good, text: '{"email":"PC-OF-ANOTHER"}' }, /another tenant/],
  ['a credential', { ...good, text: '{"email":"tok_mine"}' }, /credential/],
  ['a status that the document does not know', { ...good, status: 418 }, /knows nothing/],
  ['another form', { ...good, text: '{"email":1}' }, /another form/],
  ['another code', { status: 401, type: 'application/problem+json', text: '{"code":"other"}' }, /another form/],
  ['another media type', { ...good, type: 'text/html' }, /as text\/html$/],
  ['half an answer', { ...good, text: '{"email":' }, /cannot be read/],
])('stops %s', (_what, given, says) => {
  expect(wrongWith(operation, given, visitor)).toMatch(says);
});
