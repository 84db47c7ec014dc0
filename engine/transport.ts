// One request to the machine routes, tried again where trying helps. Answers by value; the token is in the header only.
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

export type Reply = { ok: true; status: number; code: string | null; json: unknown };
/** `body` is made anew for each try: it says when it goes out. */
type Ask = { method: 'GET' | 'POST'; path: string; body?: () => string; type?: string };

const ATTEMPTS = 6;
const BASE_DELAY_MS = 500;
const MAX_DELAY_MS = 60_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Far above any honest answer, unpacked; a PC that is being provisioned has better uses for its memory. */
const ANSWER_MAX_BYTES = 1024 * 1024;

/**
 * Asks, with exponential back-off and full jitter, up to six times: after a network fault, a 5xx or a 429 (whose
 * Retry-After is kept). A final answer is returned whatever its status; 401 and 403 are refusals that end the work.
 */
export async function ask(transport: Transport, { method, path, body, type }: Ask): Promise<Reply | EngineRefusal> {
  for (let attempt = 0; ; attempt++) {
    const reply = await once(transport, { method, path, body, type });
    if (reply !== null && reply.status < 500 && reply.status !== 429) return final(reply);
    if (attempt + 1 >= ATTEMPTS || transport.signal?.aborted)
      return no('offline', 'The server cannot be reached now; what is unsent stays on disk.');
    const ceiling = Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** attempt);
    await transport.sleep(Math.max(reply?.retryAfterMs ?? 0, transport.random() * ceiling));
  }
}

type Once = { status: number; json: unknown; retryAfterMs: number };

async function once(transport: Transport, { method, path, body, type }: Ask): Promise<Once | null> {
  try {
    const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const response = await transport.fetch(new URL(path, transport.apiOrigin), {
      method,
      body: body?.(),
      headers: { authorization: `Bearer ${transport.token}`, ...(type ? { 'content-type': type } : {}) },
      signal: transport.signal ? AbortSignal.any([transport.signal, timeout]) : timeout,
      redirect: 'error',
    });
    const retryAfterMs = Math.min(MAX_DELAY_MS, (Number(response.headers.get('retry-after')) || 0) * 1000);
    return { status: response.status, json: JSON.parse(await boundedText(response)), retryAfterMs };
  } catch {
    return null;
  }
}

/** Throws where a body goes on for longer than any answer of ours, however few bytes of it were sent. */
async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop, by a throw too, has the rest not read.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_MAX_BYTES) throw new RangeError('the answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Codes are ours; anything else would go into messages, and from there to a terminal. */
const CODE = /^[a-z_]{1,64}$/;

function final({ status, json }: Once): Reply | EngineRefusal {
  const told = typeof json === 'object' && json !== null && 'code' in json ? json.code : null;
  const code = typeof told === 'string' && CODE.test(told) ? told : null;
  if (status === 401)
    return no('token_refused', `The machine token is refused (${code ?? status}); have a new one issued.`);
  if (status === 403) return no('tenant_suspended', 'The tenant is suspended; what is unsent stays on disk.');
  return { ok: true, status, code, json };
}
