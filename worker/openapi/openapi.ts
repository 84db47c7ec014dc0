// OpenAPI 3.1, generated from the same table and the same zod schemas that serve requests.
import { version } from '../../package.json';
import { ActQuery } from '../../schema/act.ts';
import { Problem } from '../../schema/problem.ts';
import type { Listed } from '../../schema/routes/row.ts';
import { fromPortalOnly, isForPeople, mayBeNamed, PATH_ID } from '../core/route.ts';
import { answersOf } from './answers.ts';
import { type Json, schemaOf } from './schema.ts';

const WHO: Record<Listed['who'], string> = {
  anyone: 'Without a credential',
  machine: 'Engines, with a tenant’s machine token',
  person: 'Whoever is signed in',
  member: 'A tenant’s people, by their role',
  operator: 'The operators of the installation',
};

const ABOUT = `Escrow for the secrets of provisioned PCs.

Engines ask at the \`apiOrigin\` of their configuration file, with a machine token. People ask at the API's own address, behind Access, and are
answered nowhere else; what changes something comes from the portal, whose origin the browser says in \`Origin\`, and is done once under the name
that \`act\` gives it: again under that name within a day it is 409 \`done_already\`. Every error is an RFC 9457 problem. \`HEAD\` is answered
wherever \`GET\` is, \`OPTIONS\` everywhere; any other method is 405 with \`Allow\`. A character is a Unicode code point, and text is well-formed:
no half of a surrogate pair.`;

/**
 * The document for a table of routes. `peopleOrigin`: the address that Access protects; null: the one that the request
 * came to.
 */
export function openapi(routes: readonly Listed[], peopleOrigin: string | null = null): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, peopleOrigin) };
  }
  return {
    openapi: '3.1.1',
    info: { title: 'TotlProvision', version, description: ABOUT },
    servers: [
      {
        url: '/',
        description: 'Where this document comes from; of an engine the `apiOrigin` of its configuration file',
      },
    ],
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

function operation(route: Listed, peopleOrigin: string | null): Json {
  const parameters = parametersOf(route);
  return {
    operationId: operationId(route),
    tags: [route.who],
    summary: route.summary,
    ...(isForPeople(route)
      ? { servers: [{ url: peopleOrigin ?? '/', description: 'The API’s own address, behind Access' }] }
      : {}),
    security: route.who === 'anyone' ? [] : [{ [route.who === 'machine' ? 'machine' : 'person']: [] }],
    description: 'roles' in route ? `Roles: ${route.roles.join(', ')}.` : `${WHO[route.who]}.`,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...requestBody(route),
    responses: answersOf(route),
  };
}

const header = (name: string, description: string, schema: Json): Json => ({
  name,
  in: 'header',
  required: true,
  description,
  schema,
});

function parametersOf(route: Listed): Json[] {
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', pattern: PATH_ID.source },
  }));
  const asked = mayBeNamed(route) ? ActQuery : 'query' in route ? route.query : undefined;
  const query = asked ? schemaOf(asked, 'input') : {};
  const required = (query.required ?? []) as string[];
  const inQuery = Object.entries((query.properties ?? {}) as Json).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
  const fromPortal = isForPeople(route) && fromPortalOnly(route);
  const origin = header('Origin', 'The portal’s, as a browser sends it; any other is 403 `wrong_origin`', {
    type: 'string',
    format: 'uri',
  });
  const upgrade = header('Upgrade', 'Anything else is 426 `upgrade_required`', { const: 'websocket' });
  return [...inPath, ...inQuery, ...(fromPortal ? [origin] : []), ...('upgrades' in route.answer ? [upgrade] : [])];
}

function requestBody(route: Listed): Json {
  const body = 'body' in route ? route.body : undefined;
  if (!body) return {};
  const content: Json = { 'application/json': { schema: schemaOf(body.schema, 'input') } };
  if (body.also) content[body.also.type] = { schema: { type: 'string', description: body.also.description } };
  const description = [`At most ${body.maxBytes} bytes, else 413 \`body_too_large\`.`, body.note ?? '']
    .join(' ')
    .trim();
  return { requestBody: { required: true, description, content } };
}

const operationId = (route: Listed): string =>
  [route.method.toLowerCase(), ...route.path.split('/').filter((part) => part && part !== 'v1')]
    .map((part) => part.replace(/^:/, 'by-').replace('.', '-'))
    .join('-');
