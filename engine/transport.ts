// One request to the machine routes, tried again where trying helps. Answers by value; the token is in the header only.
import type { RefusalCode } from '../schema/refusal.ts';
import type { engine } from '../schema/routes/engine.ts';
import { refusalCode, TOKEN_REFUSALS, WAITS_ALONE } from './answer.ts';
import { type EngineRefusal, no } from './refusal.ts';

export type Transport = {
  apiOrigin: string;
  token: string;
  fetch: typeof fetch;
  sleep: (ms: number) => Promise<void>;
  /** 0 to 1. */
  random: () => number;
  signal?: AbortSignal;
};

/** `code`: the refusal's; null: a success. */
export type Reply = { ok: true; status: number; code: RefusalCode | null; json: unknown };
/** `body` is made anew for each try. */
type Ask = { route: keyof typeof engine; body?: () => string; type?: string; attempts?: number };

export const ATTEMPTS = 6;
export const BASE_DELAY_MS = 500;
export const MAX_DELAY_MS = 60_000;
export const REQUEST_TIMEOUT_MS = 30_000;
/** Far above any honest answer, unpacked; a PC that is being provisioned has better uses for its memory. */
export const ANSWER_MAX_BYTES = 1024 * 1024;

/**
 * Asks, with exponential back-off and full jitter, up to six times: after a network fault, a 5xx, a 429 (the jitter begins after its Retry-After), or an
 * answer that is not our server's. A final answer is returned whatever its status; a refused token and a suspended tenant end the work.
 */
export async function ask(transport: Transport, question: Ask): Promise<Reply | EngineRefusal> {
  const { attempts = ATTEMPTS } = question;
  for (let attempt = 0; ; attempt++) {
    const reply = await once(transport, question);
    if (reply !== null && isFinal(reply)) return final(reply);
    if (attempt + 1 >= attempts || transport.signal?.aborted) return offline(reply);
    const ceiling = Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** attempt);
    // On top of what is asked for: engines that were all told the same second would else come again all at once.
    await transport.sleep((reply?.retryAfterMs ?? 0) + transport.random() * ceiling);
  }
}

/** `json` is undefined if the answer was not JSON. */
type Once = { status: number; json: unknown; code: RefusalCode | null; retryAfterMs: number };

/** Null: nobody answered. */
async function once(transport: Transport, { route, body, type }: Ask): Promise<Once | null> {
  const [method, path] = route.split(' ') as [string, string];
  try {
    const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const response = await transport.fetch(new URL(path, transport.apiOrigin), {
      method,
      body: body?.(),
      headers: { authorization: `Bearer ${transport.token}`, ...(type ? { 'content-type': type } : {}) },
      signal: transport.signal ? AbortSignal.any([transport.signal, timeout]) : timeout,
      // Not followed: the token goes to the configured address only.
      redirect: 'manual',
    });
    const retryAfterMs = Math.min(MAX_DELAY_MS, (Number(response.headers.get('retry-after')) || 0) * 1000);
    const json = jsonOf(await boundedText(response));
    return { status: response.status, json, code: refusalCode(json), retryAfterMs };
  } catch {
    return null;
  }
}

/** Throws if a body is longer than any answer of ours, however few bytes were sent for it. */
async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop, also by a throw, leaves the rest unread.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_MAX_BYTES) throw new RangeError('the answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The caller checks the form of a success: a stranger may have said 200 as well. */
const isFinal = ({ status, json, code }: Once): boolean =>
  status >= 200 && status < 300 ? json !== undefined : code !== null && status < 500 && status !== 429;

function final({ status, json, code }: Once): Reply | EngineRefusal {
  if (code !== null && TOKEN_REFUSALS.includes(code))
    return no('token_refused', `The machine token is refused (${code}); have a new one issued.`);
  if (code === 'tenant_suspended')
    return no('tenant_suspended', 'The tenant is suspended; what is unsent stays on disk.');
  return { ok: true, status, code: status < 300 ? null : code, json };
}

function offline(reply: Once | null): EngineRefusal {
  if (reply === null) return no('offline', 'The server cannot be reached now; what is unsent stays on disk.');
  if (reply.code === null) return strange(reply.status);
  const only = WAITS_ALONE.includes(reply.code) ? 'waits' : undefined;
  return no('offline', `The server takes nothing now (${reply.code}); what is unsent stays on disk.`, only);
}

/**
 * For an answer that our server does not give. It may be about the one thing that was sent, as with a filter that
 * objects to it.
 */
export const strange = (status: number): EngineRefusal =>
  no('offline', `Something else answered in the server’s place (${status}); what is unsent stays on disk.`, 'waits');
