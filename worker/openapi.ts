// OpenAPI 3.1, generated from the same table and the same zod schemas that serve requests.
import { z } from 'zod';
import { version } from '../package.json';
import { Problem } from '../schema/problem.ts';
import { REFUSALS } from '../schema/refusal.ts';
import { refusalsOf } from './refusals.ts';
import type { Redirects, Route } from './route.ts';
import { PATH_ID } from './serve.ts';

type Json = Record<string, unknown>;

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
  }) as Json;
  return json;
};

const WHO: Record<Route['who'], string> = {
  anyone: 'Without a credential',
  machine: 'Engines, with a tenant’s machine token',
  person: 'Whoever is signed in',
  member: 'A tenant’s people, by their role',
  operator: 'The operators of the installation',
};

/** The document for a table of routes. */
export function openapi(routes: readonly Route[]): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.1',
    info: { title: 'TotlProvision', version, description: 'Escrow for the secrets of provisioned PCs.' },
    tags: Object.entries(WHO).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: { Problem: schemaOf(Problem, 'output') },
      securitySchemes: {
        machine: { type: 'http', scheme: 'bearer', description: 'A tenant’s machine token' },
        person: { type: 'apiKey', in: 'header', name: 'Cf-Access-Jwt-Assertion', description: 'Set by Access' },
      },
    },
  };
}

function operation(route: Route): Json {
  const parameters = parametersOf(route);
  return {
    operationId: operationId(route),
    tags: [route.who],
    summary: route.summary,
    security: route.who === 'anyone' ? [] : [{ [route.who === 'machine' ? 'machine' : 'person']: [] }],
    ...('roles' in route ? { description: `Roles: ${route.roles.join(', ')}.` } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...requestBody(route),
    responses: { ...successes(route), ...problems(route) },
  };
}

function parametersOf(route: Route): Json[] {
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    ...{ name, in: 'path', required: true },
    schema: { type: 'string', pattern: PATH_ID.source },
  }));
  const query = 'query' in route && route.query ? schemaOf(route.query, 'input') : {};
  const required = (query.required ?? []) as string[];
  const inQuery = Object.entries((query.properties ?? {}) as Json).map(([name, schema]) => ({
    ...{ name, in: 'query', required: required.includes(name), schema },
  }));
  return [...inPath, ...inQuery];
}

function requestBody(route: Route): Json {
  const body = 'body' in route ? route.body : undefined;
  if (!body) return {};
  const content: Json = { 'application/json': { schema: schemaOf(body.schema, 'input') } };
  if (body.also) content[body.also] = { schema: { type: 'string' } };
  return { requestBody: { required: true, description: `At most ${body.maxBytes} bytes.`, content } };
}

function successes(route: Route): Json {
  if ('redirects' in route.answer) return { 303: { description: route.answer.redirects } };
  const content = contentOf(route.answer);
  if ('upgrades' in route.answer)
    return { 101: { description: 'A WebSocket, on which the server sends these messages', content } };
  return route.status === 201
    ? { 200: { description: 'Done before: the same answer', content }, 201: { description: 'Done', content } }
    : { 200: { description: 'Done', content } };
}

/** One answer a status, with the codes that it may carry. */
function problems(route: Route): Json {
  const byStatus: Record<number, string[]> = {};
  for (const code of refusalsOf(route)) {
    const [status] = REFUSALS[code];
    byStatus[status] = [...(byStatus[status] ?? []), code];
  }
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `${code}: ${REFUSALS[code as keyof typeof REFUSALS][1]}`).join('. '),
        content: {
          'application/problem+json': {
            schema: {
              allOf: [
                { $ref: '#/components/schemas/Problem' },
                { type: 'object', properties: { status: { const: Number(status) }, code: { enum: codes } } },
              ],
            },
          },
        },
      },
    ]),
  );
}

const contentOf = (answer: Exclude<Route['answer'], Redirects>): Json =>
  'streams' in answer
    ? Object.fromEntries(answer.streams.map((type) => [type, { schema: { type: 'string' } }]))
    : { 'application/json': { schema: schemaOf('upgrades' in answer ? answer.upgrades : answer, 'output') } };

const operationId = (route: Route): string =>
  [route.method.toLowerCase(), ...route.path.split('/').filter((part) => part && part !== 'v1')]
    .map((part) => part.replace(/^:/, 'by-').replace('.', '-'))
    .join('-');
