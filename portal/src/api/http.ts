// Requests to the API: JSON in and out, refusals as `ApiProblem`; call.ts knows the routes. An expired sign-in looks
// like a network fault to fetch, so it is told apart here: only Access itself can say that somebody is signed out.
import type { Problem } from '../../../schema/problem.ts';
import type { RefusalCode } from '../../../schema/refusal.ts';
import { fieldsOf, wordsOf } from './problem-words.ts';

/** Where the API is; a socket goes there too. */
export const origin = (): string =>
  document.querySelector<HTMLMetaElement>('meta[name=api-origin]')?.content ?? 'https://totlprovision-api.totlcom.com';

/** What the API refused, or why it could not be asked. `code` is the problem's, or one of the two of our own. */
export class ApiProblem extends Error {
  readonly code: string;
  readonly requestId: string | null;
  /** When to ask again, if waiting helps, ms since the epoch by this browser's clock. */
  readonly retryAt: number | null;
  /** What was wrong with what was typed, by the member of the body that it went into. */
  readonly fields: ReadonlyMap<string, string>;

  /** Something was only to be read, and no answer came. */
  isUnread = false;
  constructor(
    code: string,
    message: string,
    requestId: string | null = null,
    retryAfterSeconds?: number,
    errors: Problem['errors'] = [],
  ) {
    super(message);
    this.code = code;
    this.requestId = requestId;
    this.fields = fieldsOf(errors);
    this.retryAt = retryAfterSeconds === undefined ? null : Date.now() + retryAfterSeconds * 1000;
  }
}

export const isProblem = (error: unknown, code: RefusalCode | 'unreachable'): boolean =>
  error instanceof ApiProblem && error.code === code;

const SAYS_NOTHING: readonly string[] = ['unreachable', 'session_expired', 'internal_error', 'tenant_unreachable'];
/** Whether nobody knows, after this, if what was asked for was done. */
export const isUnknown = (error: unknown): boolean =>
  !(error instanceof ApiProblem) || SAYS_NOTHING.includes(error.code);

/**
 * Fired on window when somebody has signed in again, or the API is back: calls that failed without it may be retried at
 * once.
 */
export const SESSION_RESTORED = 'totl-session-restored';

/** Fired on window when a call got no answer of the API's. */
export const UNREACHABLE = 'totl-unreachable';

/** Fired on window when the sign-in has run out; the app offers to sign in again without losing the page. */
export const SESSION_EXPIRED = 'totl-session-expired';

/** Fired on window when the server says that this person's membership has changed. */
export const MEMBERSHIP_CHANGED = 'totl-membership-changed';
const NOT_ALLOWED: readonly string[] = ['not_a_member', 'role_forbids', 'tenant_suspended'];

/** What Access says about the person. `unknown`: Access did not answer, so nothing is known. */
export type SignIn = 'signed_in' | 'signed_out' | 'unknown';

/** Asks Access who is signed in, at the portal's own origin: only a page of the API's origin could ask there. */
export async function askSignIn(): Promise<SignIn> {
  try {
    const answer = await fetch('/cdn-cgi/access/get-identity', { cache: 'no-store', redirect: 'manual' });
    // A redirect leads to its sign-in page: nothing else on this path redirects.
    if (answer.type === 'opaqueredirect') return 'signed_out';
    const said = (await answer.json()) as { email?: unknown; err?: unknown } | null;
    if (answer.ok && said?.email !== undefined) return 'signed_in';
    return said?.err === undefined ? 'unknown' : 'signed_out';
  } catch {
    return 'unknown';
  }
}

export function expired(): ApiProblem {
  window.dispatchEvent(new CustomEvent(SESSION_EXPIRED));
  return new ApiProblem('session_expired', 'Your sign-in has expired.');
}

/** A call that hangs would stop a page's refresh for good; the slowest honest answer is a keyring write. */
const TIMEOUT_MS = 30_000;

const timeLimit = (signal?: AbortSignal): AbortSignal =>
  signal ? AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) : AbortSignal.timeout(TIMEOUT_MS);

/**
 * What a person has to know when no answer came. A page reads again by itself. An act it never repeats: it may have been done, and only its
 * answer was lost.
 */
const whatNext = (body: unknown): string =>
  body === undefined
    ? 'This page tries again.'
    : 'Whether it has done what you asked is not known: look before you do it again.';

/** Asks the API for JSON: a POST, where there is a body. Throws `ApiProblem` for every answer that is not a success. */
export async function askJson(url: URL, body?: unknown, signal?: AbortSignal): Promise<unknown> {
  const response = await ask(url, body, signal, timeLimit(signal));
  try {
    return await response.json();
  } catch {
    throw new ApiProblem('unreachable', `The API’s answer did not arrive whole. ${whatNext(body)}`);
  }
}

/** Asks the API for a file. However long it takes; a file that breaks off is a failure, never a shorter file. */
export async function askFile(url: URL, body: unknown, signal: AbortSignal): Promise<Blob> {
  const response = await ask(url, body, signal, signal);
  try {
    return await response.blob();
  } catch {
    throw new ApiProblem('unreachable', 'The file did not arrive whole, so it was not saved. Try again.');
  }
}

async function ask(url: URL, body: unknown, signal: AbortSignal | undefined, limit: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      credentials: 'include',
      signal: limit,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    if ((await askSignIn()) === 'signed_out') throw expired();
    throw unreachable(`The server did not answer. Check your connection. ${whatNext(body)}`, body);
  }
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (!problem)
    throw unreachable(
      `Something on the way to the API answered ${response.status} in its place. ${whatNext(body)}`,
      body,
    );
  if (problem?.code === 'session_expired' || problem?.code === 'not_signed_in') throw expired();
  if (NOT_ALLOWED.includes(problem.code)) window.dispatchEvent(new CustomEvent(MEMBERSHIP_CHANGED));
  throw new ApiProblem(problem.code, wordsOf(problem), problem.requestId, problem.retryAfterSeconds, problem.errors);
}

/** The API's own refusal. An answer of a proxy or filter is not one, whatever its JSON says. */
async function problemOf(response: Response): Promise<Problem | null> {
  if (!response.headers.get('content-type')?.startsWith('application/problem+json')) return null;
  const problem = (await response.json().catch(() => null)) as Problem | null;
  return typeof problem?.code === 'string' ? problem : null;
}

function unreachable(message: string, body: unknown): ApiProblem {
  window.dispatchEvent(new CustomEvent(UNREACHABLE));
  const problem = new ApiProblem('unreachable', message);
  problem.isUnread = body === undefined;
  return problem;
}
