// Finds the route that answers a request, and runs it.
import type { IRequest } from 'itty-router';
import { IttyRouter } from 'itty-router/IttyRouter';
import { type Refusal, refuse } from '../schema/refusal.ts';
import { type Bindings, readEnv } from './core/env.ts';
import type { Trace } from './core/log.ts';
import type { Route } from './core/route.ts';
import { preflight } from './cors.ts';
import { nouns } from './routes.ts';
import { serve } from './serve.ts';

/** The nouns that were asked for, each at its place in the table. */
const loaded: { routes: readonly Route[]; router: ReturnType<typeof routerOf> }[] = [];

/** Runs the route that fits. Its pattern is noted before anything is done, so that a fault's line has it too. */
export async function answerOf(request: Request, bindings: Bindings, trace: Trace): Promise<Response | Refusal> {
  for (const [place, load] of nouns.entries()) {
    loaded[place] ??= withRouter(await load());
    const answered: Response | Refusal | undefined = await loaded[place].router.fetch(request, bindings, trace);
    if (answered !== undefined) return answered;
  }
  return refuse('not_found', 'No such route; see /openapi.json.');
}

const withRouter = (routes: readonly Route[]) => ({ routes, router: routerOf(routes) });

function routerOf(routes: readonly Route[]) {
  const router = IttyRouter<IRequest, [Bindings, Trace]>();
  for (const route of routes)
    for (const method of methodsOf(route))
      router[method](route.path, async (request, bindings, trace) => {
        trace.route = route.path;
        return serve(route, {
          request: request as unknown as Request,
          params: request.params,
          env: readEnv(bindings),
          trace,
        });
      });
  for (const path of new Set(routes.map((route) => route.path)))
    router.all(path, async ({ method }, _bindings, trace) => {
      trace.route = path;
      return method === 'OPTIONS'
        ? preflight()
        : refuse('method_not_allowed', 'Only the documented method works here.');
    });
  return router;
}

/** HEAD is GET without its content (RFC 9110, section 9.3.2); a socket has none to leave out. */
function methodsOf({ method, answer }: Route): readonly ('get' | 'head' | 'post')[] {
  if (method === 'POST') return ['post'];
  return 'upgrades' in answer ? ['get'] : ['get', 'head'];
}

/** The methods that a path allows (RFC 9110, section 10.2.1); of a path that was asked for, so that its noun is loaded. */
export const allowedAt = (path: string | null): string =>
  [...loaded.flatMap(({ routes }) => routes.filter((route) => route.path === path).flatMap(methodsOf)), 'options']
    .join(', ')
    .toUpperCase();
