// Refusals and faults as HTTP: RFC 9457, a stable code, the request's id. Never a stack, never an exception's message.
import type { Problem } from '../schema/problem.ts';
import { REFUSALS, type Refusal, refuse } from '../schema/refusal.ts';

/** Where docs explain a code; a problem's `type` is a URI reference (RFC 9457 §3.1.1). */
const TYPE_PREFIX = 'urn:totlprovision:problem:';

export function problem(refusal: Refusal, requestId: string): Response {
  const [status, title] = REFUSALS[refusal.refused];
  const body: Problem = {
    type: TYPE_PREFIX + refusal.refused,
    title,
    status,
    detail: refusal.detail,
    code: refusal.refused,
    requestId,
    ...(refusal.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: refusal.retryAfterSeconds }),
    ...(refusal.errors ? { errors: refusal.errors } : {}),
  };
  const headers = new Headers({ 'content-type': 'application/problem+json' });
  if (status === 401) headers.set('www-authenticate', 'Bearer');
  // RFC 9110, section 15.5.22.
  if (status === 426) headers.set('upgrade', 'websocket');
  if (refusal.retryAfterSeconds !== undefined) headers.set('retry-after', String(refusal.retryAfterSeconds));
  return new Response(JSON.stringify(body), { status, headers });
}

/** For unexpected faults: a bare 500. The log says what happened, under the request's id. */
export const fault = (requestId: string): Response =>
  problem(
    refuse('internal_error', 'The request could not be answered; its id helps the operator to find out why.'),
    requestId,
  );
