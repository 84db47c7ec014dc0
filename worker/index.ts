// The Worker: every request gets an id, an answer with the common headers, and one line in the log.
import type { IRequest } from 'itty-router';
import { IttyRouter } from 'itty-router/IttyRouter';
import { isRefusal, type Refusal, refuse } from '../schema/refusal.ts';
import { preflight, withCommonHeaders } from './cors.ts';
import { type Bindings, readEnv } from './env.ts';
import { logFault, logRequest, type Trace } from './log.ts';
import { fault, problem } from './problem.ts';
import { routes } from './routes.ts';
import { serve } from './serve.ts';

export { Tenant } from '../objects/tenant.ts';

type Routed = { route: string; answer: Response | Refusal };
const router = IttyRouter<IRequest, [Bindings, Trace]>();
for (const route of routes)
  router[route.method === 'GET' ? 'get' : 'post'](route.path, async (request, bindings, trace) => ({
    route: route.path,
    answer: await serve(route, {
      request: request as unknown as Request,
      params: request.params,
      env: readEnv(bindings),
      trace,
    }),
  }));
for (const path of new Set(routes.map((route) => route.path)))
  router.all(path, async ({ method }) => ({
    route: path,
    answer: method === 'OPTIONS' ? preflight() : refuse('method_not_allowed', 'Only the documented method works here.'),
  }));
router.all('*', async () => ({ route: 'unmatched', answer: refuse('not_found', 'No such route; see /openapi.json.') }));

export default {
  async fetch(request, bindings): Promise<Response> {
    const startedAt = Date.now();
    const trace: Trace = { requestId: crypto.randomUUID(), tenant: null, principal: 'anyone', principalId: null };
    let routed: Routed;
    let portalOrigin = 'null';
    try {
      portalOrigin = readEnv(bindings).portalOrigin;
      routed = (await router.fetch(request, bindings, trace)) as Routed;
    } catch (error) {
      logFault(trace.requestId, error);
      routed = { route: 'fault', answer: fault(trace.requestId) };
    }
    const { route, answer } = routed;
    const code = isRefusal(answer) ? answer.refused : null;
    const response = isRefusal(answer) ? problem(answer, trace.requestId) : answer;
    logRequest({
      ...trace,
      method: request.method,
      route,
      status: response.status,
      code,
      durationMs: Date.now() - startedAt,
    });
    return withCommonHeaders(response, portalOrigin);
  },
} satisfies ExportedHandler<Bindings>;
