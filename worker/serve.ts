// One request through one route: authenticate, authorize, parse, forward. The order is the same for every route, so no
// handler can leave a step out.
import { Buffer } from 'node:buffer';
import type * as z from 'zod';
import { ActQuery } from '../schema/act.ts';
import { isRefusal, type Refusal, refuse } from '../schema/refusal.ts';
import type { Body } from '../schema/routes/row.ts';
import { requireUpgrade } from './answers/live.ts';
import { authenticateMachine } from './authenticate/machine.ts';
import { authenticatePerson } from './authenticate/person.ts';
import { authorizeHost, authorizeMember, authorizeOperator, authorizeOrigin, authorizeRole } from './authorize.ts';
import { mediaType, parseJson, parseWith, readText } from './body.ts';
import type { Env } from './core/env.ts';
import { callerOf, fromOf, tenantObject } from './core/forward.ts';
import { membershipsOf } from './core/index-db.ts';
import type { Trace } from './core/log.ts';
import {
  type Answered,
  fromPortalOnly,
  isForPeople,
  type MachineRoute,
  type MemberRoute,
  type OperatorRoute,
  PATH_ID,
  type PersonRoute,
  type Route,
  type Streamed,
} from './core/route.ts';

type Asked = { request: Request; params: Record<string, string>; env: Env; trace: Trace };

/** Serves one request by its route; a refusal is a value. */
export async function serve(route: Route, asked: Asked): Promise<Response | Refusal> {
  if (!Object.values(asked.params).every((id) => PATH_ID.test(id)))
    return refuse('not_found', 'An id in a path is lower-case letters, digits and dashes.');
  const elsewhere = isForPeople(route) ? authorizeHost(new URL(asked.request.url), asked.env.apiOrigin) : null;
  const outcome = elsewhere ?? (await outcomeOf(route, asked));
  if (isRefusal(outcome)) return outcome;
  if ('upgrades' in route.answer) return outcome as Response;
  if ('streams' in route.answer) return file(outcome as Streamed);
  if ('redirects' in route.answer) return new Response(null, { status: 303, headers: { location: String(outcome) } });
  const { status, json } = isAnswered(outcome) ? outcome : { status: route.status ?? 200, json: outcome };
  return Response.json(json, { status });
}

/** Saved, never shown: a browser that opened it would interpret what others have written in it. */
const file = ({ type, fileName, body }: Streamed): Response =>
  new Response(body, {
    headers: { 'content-type': type, 'content-disposition': `attachment; filename="${fileName}"` },
  });

const isAnswered = (outcome: unknown): outcome is Answered =>
  typeof outcome === 'object' && outcome !== null && 'status' in outcome && 'json' in outcome;

async function outcomeOf(route: Route, asked: Asked): Promise<unknown | Refusal> {
  switch (route.who) {
    case 'anyone':
      return route.handle({ env: asked.env, params: asked.params, query: undefined, body: undefined });
    case 'machine':
      return asMachine(route, asked);
    case 'person':
      return asPerson(route, asked);
    case 'member':
      return asMember(route, asked);
    case 'operator':
      return asOperator(route, asked);
    default:
      return route satisfies never;
  }
}

async function asMachine(route: MachineRoute, { request, params, env, trace }: Asked) {
  const { headers } = request;
  const ip = headers.get('cf-connecting-ip');
  const machine = await authenticateMachine(env, headers.get('authorization'), ip, Date.now());
  if (isRefusal(machine)) return machine;
  trace.principal = 'machine';
  trace.principalId = machine.principal.id;
  trace.tenant = machine.tenant;
  const body = await bodyOf(request, route);
  if (isRefusal(body)) return body;
  const caller = callerOf(request, trace.requestId, machine.tenant, machine.principal);
  const object = tenantObject(env, machine.tenant, trace);
  const asked = { ...caller, bodyBytes: body.bytes };
  return route.handle({ params, query: undefined, body: body.value, caller: asked, object });
}

async function asPerson(route: PersonRoute, { request, params, env, trace }: Asked) {
  const person = await authenticatePerson(env, request.headers.get('cf-access-jwt-assertion'));
  if (isRefusal(person)) return person;
  trace.principal = 'person';
  const memberships = await membershipsOf(env.index, person.email);
  return route.handle({ env, email: person.email, memberships, params, query: undefined, body: undefined });
}

async function asMember(route: MemberRoute, { request, params, env, trace }: Asked) {
  const person = await authenticatePerson(env, request.headers.get('cf-access-jwt-assertion'));
  if (isRefusal(person)) return person;
  trace.principal = 'person';
  const memberships = await membershipsOf(env.index, person.email, params.tenant);
  const found = authorizeMember(memberships, params.tenant, person.email);
  if (isRefusal(found)) return found;
  const { member, principal } = found;
  trace.principalId = principal.id;
  trace.tenant = member.tenant;
  const caller = callerOf(request, trace.requestId, member.tenant, principal);
  const object = tenantObject(env, member.tenant, trace);
  const forbidden =
    (fromPortalOnly(route) ? authorizeOrigin(request.headers.get('origin'), env.portalOrigin) : null) ??
    authorizeRole(principal.role, route.roles);
  if (forbidden) {
    // The object keeps the tenant's record of people who tried what they may not do.
    const unkept: unknown = await object.recordRefusal(caller, forbidden.refused, soughtIn(route.path, params));
    // An object that does not answer has no record of it: that is what is said then.
    return isRefusal(unkept) ? unkept : forbidden;
  }
  const plain = 'upgrades' in route.answer ? requireUpgrade(request) : null;
  if (plain) return plain;
  const query = queryOf(request, route.query);
  if (isRefusal(query)) return query;
  const body = await bodyOf(request, route);
  if (isRefusal(body)) return body;
  const { sessionEndsAt } = person;
  const act = actOf(request, route);
  if (isRefusal(act)) return act;
  const asked = { ...caller, ...act, sessionEndsAt, bodyBytes: body.bytes };
  return route.handle({
    env,
    params,
    query: query.value,
    body: body.value,
    caller: asked,
    object,
    member,
    sessionEndsAt,
  });
}

/**
 * A route's pattern with the ids that were asked for: the record is there to say which secret somebody may not reveal.
 */
const soughtIn = (pattern: string, { tenant: _own, ...ids }: Record<string, string>): string =>
  pattern.replace(/:(\w+)/g, (name, key: string) => ids[key] ?? name);

async function asOperator(route: OperatorRoute, { request, params, env, trace }: Asked) {
  const person = await authenticatePerson(env, request.headers.get('cf-access-jwt-assertion'));
  if (isRefusal(person)) return person;
  trace.principal = 'person';
  const operator = authorizeOperator(env.operatorEmails, person.email);
  if (isRefusal(operator)) return operator;
  trace.principal = 'operator';
  trace.principalId = operator.id;
  const forbidden = route.method === 'POST' ? authorizeOrigin(request.headers.get('origin'), env.portalOrigin) : null;
  if (forbidden) return forbidden;
  const query = queryOf(request, route.query);
  if (isRefusal(query)) return query;
  const body = await bodyOf(request, route);
  if (isRefusal(body)) return body;
  const act = actOf(request, route);
  if (isRefusal(act)) return act;
  const from = { ...fromOf(request, trace.requestId, operator), ...act };
  return route.handle({ params, query: query.value, body: body.value, env, from, trace });
}

const queryOf = (request: Request, schema: z.ZodType<unknown> | undefined): { value: unknown } | Refusal =>
  schema
    ? parseWith(schema, Object.fromEntries(new URL(request.url).searchParams), 'invalid_query', 'query')
    : { value: undefined };

/** The name that a request gives to what it does. */
const actOf = (request: Request, { method }: MemberRoute | OperatorRoute): { act?: string | undefined } | Refusal => {
  const act = method === 'POST' ? new URL(request.url).searchParams.get('act') : null;
  const named = act === null ? null : parseWith(ActQuery, { act }, 'invalid_query', 'query');
  return named === null || isRefusal(named) ? (named ?? {}) : named.value;
};

async function bodyOf(
  request: Request,
  route: MachineRoute | MemberRoute | OperatorRoute,
): Promise<{ value: unknown; bytes: number } | Refusal> {
  if (route.method === 'GET') return { value: undefined, bytes: 0 };
  const rule = route.body;
  const type = mediaType(request);
  if (type !== 'application/json' && type !== rule.also?.type)
    return refuse(
      'unsupported_media_type',
      `The content type must be application/json${rule.also ? ` or ${rule.also.type}` : ''}.`,
    );
  const body = await readText(request, rule.maxBytes, rule.brokenLetters);
  if (isRefusal(body)) return body;
  const value = await parseBody(rule, body.text, type, body.exact);
  return isRefusal(value) ? value : { value, bytes: Buffer.byteLength(body.text) };
}

/** The parser of reports, loaded with the first one: its schemas are many, and no start waits for them (docs/decisions/0140). */
let reports: typeof import('./report-body.ts') | undefined;

/** A report event by event, in either of its forms; anything else whole, by its schema. `exact` false: letters were broken on the way. */
export async function parseBody(
  { also, schema }: Body,
  text: string,
  type: string,
  exact: boolean,
): Promise<unknown | Refusal> {
  if (also) {
    reports ??= await import('./report-body.ts');
    return reports.parseReport(text, type, exact);
  }
  const parsed = parseJson(text);
  if (isRefusal(parsed)) return parsed;
  const result = parseWith(schema, parsed.json, 'invalid_body', 'body');
  return isRefusal(result) ? result : result.value;
}
