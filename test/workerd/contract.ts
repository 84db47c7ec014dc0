// Holds a real answer against the table of routes: a success must be the route's answer to the last member, a refusal a problem with a
// code that the route names. Every request of the tests in workerd goes through it.
import { Problem } from '../../schema/problem.ts';
import { REFUSALS } from '../../schema/refusal.ts';
import type { Route } from '../../worker/core/route.ts';
import { refusalsOf } from '../../worker/openapi/refusals.ts';
import { routes } from './routes.ts';

const patterns = routes.map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`),
}));

export const routeOf = (method: string, path: string): Route | undefined =>
  patterns.find(({ route, pattern }) => route.method === method && pattern.test(path.split('?')[0] ?? ''))?.route;

/** The difference between an answer and the table, in one sentence; null if they agree. */
export function contractFault(
  method: string,
  path: string,
  { status, headers }: Pick<Response, 'status' | 'headers'>,
  json: unknown,
): string | null {
  const route = routeOf(method, path);
  const name = route ? `${route.method} ${route.path}` : `${method} ${path}`;
  if (status >= 400) return problemFault(name, route, status, json);
  if (!route) return null;
  if ('upgrades' in route.answer)
    return status === 101 ? null : `${name} answered ${status}, where its row answers a WebSocket`;
  if ('redirects' in route.answer)
    return status === 303 && headers.has('location') ? null : `${name} answered ${status}, where its row sends on`;
  if (status !== 200 && status !== route.status) return `${name} answered ${status}, which its row does not name`;
  if ('streams' in route.answer) {
    const type = (headers.get('content-type') ?? '').split(';')[0] ?? '';
    return route.answer.streams.includes(type) ? null : `${name} answered ${type}, which its row does not name`;
  }
  const parsed = route.answer.safeParse(json);
  if (!parsed.success) return `${name} answered what its row does not: ${parsed.error.message}`;
  // zod drops the members that a schema does not know: what is gone was in the answer and not in the row.
  return same(parsed.data, json) ? null : `${name} answered with a member that its row’s answer does not have`;
}

function problemFault(name: string, route: Route | undefined, status: number, json: unknown): string | null {
  const parsed = Problem.safeParse(json);
  if (!parsed.success || !same(parsed.data, json)) return `${name} answered ${status} without a well-formed problem`;
  const { code } = parsed.data;
  if (!(code in REFUSALS) || REFUSALS[code as keyof typeof REFUSALS][0] !== status || parsed.data.status !== status)
    return `${name} answered ${code} with the status ${status}`;
  const known: readonly string[] = route ? refusalsOf(route) : ['not_found', 'method_not_allowed', 'internal_error'];
  return known.includes(code) ? null : `${name} refused ${code}, which its row in schema/routes does not name`;
}

/** Equal as JSON, whatever the order of members. */
const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : 1)))
      : inner,
  );
