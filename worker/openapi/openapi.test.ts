// The document says the same about every route as the table: who may call it, what goes in, what comes out, every
// refusal. It is also valid.
import { describe, expect, it } from 'vitest';
import { contractFault } from '../../test/workerd/contract.ts';
import { routes } from '../../test/workerd/routes.ts';
import { request } from '../../test/workerd-fixtures.ts';
import { doneStatus } from '../core/route.ts';
import { openapi } from './openapi.ts';
import { refusalsOf } from './refusals.ts';

type Schema = { properties?: Record<string, unknown>; required?: string[] };
type Content = Record<string, { schema: Schema & { allOf?: [unknown, { properties: { code: { enum: string[] } } }] } }>;
type Operation = {
  operationId: string;
  summary: string;
  servers?: { url: string }[];
  security: Record<string, unknown>[];
  parameters?: { name: string; in: string; required: boolean; schema: unknown }[];
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content }>;
};
type Document = {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { securitySchemes: Record<string, unknown>; schemas: Record<string, unknown> };
};
const document = async () => (await request<Document>('GET', '/openapi.json')).json;

describe.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', (_name, route) => {
  it('stands in the document with its parameters, body, answers, problems and credential', async () => {
    const { paths, components } = await document();
    const operation = paths[route.path.replaceAll(/:(\w+)/g, '{$1}')]?.[route.method.toLowerCase()];
    if (!operation) throw new Error('the route is missing');
    expect(operation).toMatchObject({ operationId: expect.stringMatching(/^[a-z-]+$/), summary: route.summary });

    const scheme = { anyone: null, machine: 'machine', person: 'person', member: 'person', operator: 'person' }[
      route.who
    ];
    expect(operation.security).toEqual(scheme ? [{ [scheme]: [] }] : []);
    if (scheme) expect(components.securitySchemes).toHaveProperty(scheme);

    const named = (place: string) =>
      (operation.parameters ?? []).filter((one) => one.in === place).map((one) => one.name);
    expect(named('path')).toEqual([...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name));
    const asked =
      'query' in route && route.query ? Object.keys((route.query as unknown as { shape: object }).shape) : [];
    // What a person does may have a name.
    const query = route.method === 'POST' && !['anyone', 'machine'].includes(route.who) ? ['act'] : asked;
    expect(named('query').sort()).toEqual(query.sort());

    const fromPortal = !['anyone', 'machine'].includes(route.who) && route.method === 'POST';
    const isSocket = 'upgrades' in route.answer;
    expect(named('header')).toEqual([...(fromPortal || isSocket ? ['Origin'] : []), ...(isSocket ? ['Upgrade'] : [])]);
    expect(operation.servers ?? []).toHaveLength(scheme === 'person' ? 1 : 0);

    const body = 'body' in route ? route.body : undefined;
    expect(Object.keys(operation.requestBody?.content ?? {})).toEqual(
      body ? ['application/json', ...(body.also ? [body.also.type] : [])] : [],
    );
    expect(operation.responses).toHaveProperty(String(doneStatus(route)));
    const types = Object.keys(operation.responses[doneStatus(route)]?.content ?? {});
    const bodied = 'redirects' in route.answer ? ([] as string[]) : ['application/json'];
    expect(types).toEqual('streams' in route.answer ? route.answer.streams : bodied);

    const problems = Object.values(operation.responses).flatMap(
      ({ content }) => content?.['application/problem+json']?.schema.allOf?.[1].properties.code.enum ?? [],
    );
    expect(problems.sort()).toEqual([...refusalsOf(route)].sort());
    if (route.method === 'POST')
      expect(body, 'an effect has a body, so that its content type is checked').toBeDefined();
  });
});

it('gives every operation an id of its own, because clients are generated from them', async () => {
  const ids = Object.values((await document()).paths).flatMap((path) =>
    Object.values(path).map((one) => one.operationId),
  );
  expect(ids).toHaveLength(routes.length);
  expect(new Set(ids).size).toBe(ids.length);
});

it('says where people are answered, which is where Access stands, and of engines where it comes from itself', () => {
  const { servers, paths } = openapi(routes, 'https://api.example.net') as {
    servers: unknown;
    paths: Record<string, Record<string, Operation>>;
  };
  expect(servers).toMatchObject([{ url: '/' }]);
  expect(paths['/v1/me']?.get?.servers).toMatchObject([{ url: 'https://api.example.net' }]);
  expect(paths['/v1/secret']?.post?.servers).toBeUndefined();
});

it('describes what engines send: an event to its members, and the ref that belongs to each kind', async () => {
  type Body = { properties: Record<string, Body>; items: Body; oneOf: Body[]; required: string[]; const: string };
  const { paths } = await document();
  const bodyOf = (path: string) =>
    paths[path]?.post?.requestBody?.content['application/json']?.schema as unknown as Body;
  const { items } = bodyOf('/v1/report').properties.events as Body;
  expect(Object.keys(items.properties)).toEqual(['seq', 'at', 'level', 'type', 'phase', 'message', 'data', 'mended']);
  expect(bodyOf('/v1/secret').oneOf.map(({ properties: { kind, ref } }) => [kind?.const, ref?.required])).toEqual([
    ['local_admin_password', ['account']],
    ['bitlocker_recovery_key', ['protectorId', 'volume']],
    ['bios_password', ['label']],
    ['other', ['label']],
  ]);
});

describe('the check that every test’s answers go through', () => {
  const good = { ok: true, version: '1', index: true, object: true, checkedAt: 1 };
  const problem = { type: 'x', title: 'x', status: 404, detail: 'x', code: 'not_found', requestId: 'x' };
  it.each([
    ['a success as the row has it', 'GET', '/health', 200, good, null],
    ['a member that the row does not have', 'GET', '/health', 200, { ...good, extra: 1 }, /a member/],
    ['a missing member', 'GET', '/health', 200, { ok: true }, /what its row does not/],
    ['a status that the row does not have', 'GET', '/health', 201, good, /answered 201/],
    ['a code that the row does not name', 'GET', '/v1/me', 404, problem, /does not name/],
    ['a code of another status', 'GET', '/v1/me', 409, { ...problem, status: 409 }, /with the status 409/],
    ['a problem with a member too many', 'GET', '/nothing', 404, { ...problem, stack: 'x' }, /well-formed/],
    ['a problem off the table', 'GET', '/nothing', 404, problem, null],
  ] as const)('judges %s', (_name, method, path, status, json, expected) => {
    const fault = contractFault(method, path, { status, headers: new Headers() }, json);
    if (expected === null) expect(fault).toBeNull();
    else expect(fault).toMatch(expected);
  });
});
