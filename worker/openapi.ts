// OpenAPI 3.1, generated from the same table and the same zod schemas that serve requests.
import { z } from 'zod';
import { version } from '../package.json';
import { Problem } from '../schema/problem.ts';
import type { Route, Streams } from './route.ts';

type Json = Record<string, unknown>;

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
  }) as Json;
  return json;
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
  const parameters = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const query = 'query' in route && route.query ? schemaOf(route.query, 'input') : {};
  for (const [name, schema] of Object.entries((query.properties ?? {}) as Json))
    parameters.push({ name, in: 'query', required: false, schema } as never);
  const body = 'body' in route ? route.body : undefined;
  const content = { schema: body && schemaOf(body.schema, 'input') };
  return {
    operationId: operationId(route),
    summary: route.summary,
    ...(route.who === 'anyone' ? {} : { security: [{ [route.who === 'machine' ? 'machine' : 'person']: [] }] }),
    ...('roles' in route ? { description: `Roles: ${route.roles.join(', ')}.` } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body
      ? {
          requestBody: {
            required: true,
            content: {
              'application/json': content,
              ...(body.also ? { [body.also]: { schema: { type: 'string' } } } : {}),
            },
          },
        }
      : {}),
    responses: {
      [route.status ?? 200]: {
        description: 'Done',
        content: contentOf(route.answer),
      },
      default: {
        description: 'Refused',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

const contentOf = (answer: z.ZodType | Streams): Json =>
  'streams' in answer
    ? Object.fromEntries(answer.streams.map((type) => [type, { schema: { type: 'string' } }]))
    : { 'application/json': { schema: schemaOf(answer, 'output') } };

const operationId = (route: Route): string =>
  [route.method.toLowerCase(), ...route.path.split('/').filter((part) => part && part !== 'v1')]
    .map((part) => part.replace(/^:/, 'by-').replace('.', '-'))
    .join('-');
