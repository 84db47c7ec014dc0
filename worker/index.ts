// The Worker: every request gets an id, an answer with the common headers, and one line in the log.
import type { IRequest } from 'itty-router';
import { IttyRouter } from 'itty-router/IttyRouter';
import { isRefusal, type Refusal, refuse } from '../schema/refusal.ts';
import { type Bindings, readEnv } from './core/env.ts';
import { logFault, logRequest, newTrace, type Trace } from './core/log.ts';
import { preflight, withCommonHeaders } from './cors.ts';
import { faultOf, problem } from './problem.ts';
import { routes } from './routes.ts';
import { serve } from './serve.ts';

export { Tenant } from '../objects/tenant.ts';

/** Runs the route that fits. Its pattern is noted before anything is done, so that a fault's line has it too. */
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
    return method === 'OPTIONS' ? preflight() : refuse('method_not_allowed', 'Only the documented method works here.');
  });

/** HEAD is GET without its content (RFC 9110, section 9.3.2); a socket has none to leave out. */
function methodsOf({ method, answer }: (typeof routes)[number]): readonly ('get' | 'head' | 'post')[] {
  if (method === 'POST') return ['post'];
  return 'upgrades' in answer ? ['get'] : ['get', 'head'];
}

/** The methods that a path allows (RFC 9110, section 10.2.1). */
const allowedAt = (path: string | null): string =>
  [...routes.filter((route) => route.path === path).flatMap(methodsOf), 'options'].join(', ').toUpperCase();
router.all('*', async () => refuse('not_found', 'No such route; see /openapi.json.'));

export default {
  async fetch(request, bindings): Promise<Response> {
    const startedAt = Date.now();
    const trace = newTrace();
    let answer: Response | Refusal;
    let portalOrigin = 'null';
    try {
      portalOrigin = readEnv(bindings).portalOrigin;
      answer = (await router.fetch(request, bindings, trace)) as Response | Refusal;
    } catch (error) {
      logFault(trace, error);
      answer = faultOf(error);
    }
    const code = isRefusal(answer) ? answer.refused : null;
    const response = isRefusal(answer) ? problem(answer, trace.requestId) : answer;
    if (code === 'method_not_allowed') response.headers.set('allow', allowedAt(trace.route));
    logRequest({
      ...trace,
      method: request.method,
      status: response.status,
      code,
      durationMs: Date.now() - startedAt,
    });
    return withCommonHeaders(request.method === 'HEAD' ? new Response(null, response) : response, portalOrigin);
  },
} satisfies ExportedHandler<Bindings>;
