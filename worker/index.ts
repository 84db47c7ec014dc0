// The Worker: every request gets an id, an answer with the common headers, and one line in the log.
import { isRefusal, type Refusal } from '../schema/refusal.ts';
import { type Bindings, readEnv } from './core/env.ts';
import { logFault, logRequest, newTrace } from './core/log.ts';
import { withCommonHeaders } from './cors.ts';
import { faultOf, problem } from './problem.ts';
import { allowedAt, answerOf } from './router.ts';

export { Tenant } from '../objects/tenant.ts';

export default {
  async fetch(request, bindings): Promise<Response> {
    const startedAt = Date.now();
    const trace = newTrace();
    let answer: Response | Refusal;
    let portalOrigin = 'null';
    try {
      portalOrigin = readEnv(bindings).portalOrigin;
      answer = await answerOf(request, bindings, trace);
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
