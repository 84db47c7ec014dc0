// Refusals and faults as HTTP: RFC 9457, a stable code, the request's id. Never a stack, never an exception's message.
import type { Problem } from '../schema/problem.ts';
import { REFUSALS, type Refusal, type RefusalCode, refuse } from '../schema/refusal.ts';
import { IndexFailure } from './core/unanswered.ts';

/** Where docs explain a code; a problem's `type` is a URI reference (RFC 9457 §3.1.1). */
const TYPE_PREFIX = 'urn:totlprovision:problem:';

/** The codes that say: later. */
type Later = { [Code in RefusalCode]: (typeof REFUSALS)[Code][0] extends 503 ? Code : never }[RefusalCode];
/** When to come again, where what refuses does not know it better. */
const RETRY_SECONDS: Readonly<Record<Later, number>> = {
  // An object that is moved is back within seconds; the platform counts what is too much for one in windows of ten.
  tenant_unreachable: 10,
  access_unreachable: 10,
  // As the objects ask the index again.
  index_unreachable: 15,
  tenant_restoring: 60,
  // Each waits for a person.
  access_not_configured: 600,
  storage_low: 600,
  storage_full: 600,
  upgrade_failed: 600,
};

const isLater = (code: RefusalCode): code is Later => REFUSALS[code][0] === 503;
const retrySeconds = ({ refused, retryAfterSeconds }: Refusal): number | undefined =>
  retryAfterSeconds ?? (isLater(refused) ? RETRY_SECONDS[refused] : undefined);

export function problem(refusal: Refusal, requestId: string): Response {
  const [status, title] = REFUSALS[refusal.refused];
  const retryAfterSeconds = retrySeconds(refusal);
  const body: Problem = {
    type: TYPE_PREFIX + refusal.refused,
    title,
    status,
    detail: refusal.detail,
    code: refusal.refused,
    requestId,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(refusal.errors ? { errors: refusal.errors } : {}),
  };
  const headers = new Headers({ 'content-type': 'application/problem+json' });
  if (status === 401) headers.set('www-authenticate', 'Bearer');
  // RFC 9110, section 15.5.22.
  if (status === 426) headers.set('upgrade', 'websocket');
  if (retryAfterSeconds !== undefined) headers.set('retry-after', String(retryAfterSeconds));
  return new Response(JSON.stringify(body), { status, headers });
}

/** For an exception: a bare 500, unless it is the index that does not answer. The log says what happened, under the request's id. */
export const faultOf = (error: unknown): Refusal =>
  error instanceof IndexFailure
    ? refuse('index_unreachable', 'Who asks cannot be looked up now; keep what is unsent and try again in a moment.')
    : refuse('internal_error', 'The request could not be answered; its id helps the operator to find out why.');
