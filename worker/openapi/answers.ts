// A route's answers, for its place in the document: a success by its own schema, and each status of a refusal with the
// codes it may carry.
import { REFUSALS, type RefusalCode } from '../../schema/refusal.ts';
import type { Listed, Redirects } from '../../schema/routes/row.ts';
import { refusalsOf } from './refusals.ts';
import { type Json, schemaOf } from './schema.ts';

export const answersOf = (route: Listed): Json => ({ ...successes(route), ...problems(route) });

function successes(route: Listed): Json {
  if ('redirects' in route.answer) return { 303: { description: route.answer.redirects } };
  const content = contentOf(route.answer);
  if ('upgrades' in route.answer)
    return { 101: { description: 'A WebSocket, on which the server sends these messages', content } };
  return route.status === 201
    ? { 200: { description: 'Done before: the same answer', content }, 201: { description: 'Done', content } }
    : { 200: { description: 'Done', content } };
}

const contentOf = (answer: Exclude<Listed['answer'], Redirects>): Json =>
  'streams' in answer
    ? Object.fromEntries(answer.streams.map((type) => [type, { schema: { type: 'string' } }]))
    : { 'application/json': { schema: schemaOf('upgrades' in answer ? answer.upgrades : answer, 'output') } };

/** One answer a status, with the codes that it may carry. */
function problems(route: Listed): Json {
  const byStatus: Record<number, RefusalCode[]> = {};
  for (const code of refusalsOf(route)) {
    const [status] = REFUSALS[code];
    byStatus[status] = [...(byStatus[status] ?? []), code];
  }
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, codes]) => [status, problemOf(Number(status), codes)]),
  );
}

function problemOf(status: number, codes: readonly RefusalCode[]): Json {
  const headers = HEADERS[status];
  return {
    description: codes.map((code) => `${code}: ${REFUSALS[code][1]}`).join('. '),
    ...(headers ? { headers } : {}),
    content: {
      'application/problem+json': {
        schema: {
          allOf: [
            { $ref: '#/components/schemas/Problem' },
            { type: 'object', properties: { status: { const: status }, code: { enum: codes } } },
          ],
        },
      },
    },
  };
}

const text = (description: string): Json => ({ description, schema: { type: 'string' } });
const retry = {
  'Retry-After': { description: 'Seconds; there where waiting helps', schema: { type: 'integer', minimum: 0 } },
};
/** Headers that come with some statuses beside the problem. */
const HEADERS: Record<number, Json> = {
  401: { 'WWW-Authenticate': text('Always `Bearer`') },
  426: { Upgrade: text('Always `websocket`') },
  429: retry,
  503: retry,
};
