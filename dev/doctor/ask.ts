// One question to a deployed host, asked without following redirects. The result is a value, even if nobody answers.
import http from 'node:http';
import https from 'node:https';

const PATIENCE_MS = 10_000;
/** More of a page is not needed for a verdict. */
const BODY_MAX_CHARACTERS = 200_000;

export type Answer = {
  status: number;
  /** By lower-case name. */
  headers: Record<string, string>;
  body: string;
  /** Instants of this machine's clock, ms: the answer was made between them. */
  askedAt: number;
  answeredAt: number;
};
/** `unreachable`: why, in the words of the system. */
export type Seen = Answer | { unreachable: string };

export const isAnswer = (seen: Seen): seen is Answer => 'status' in seen;

/** Asks. No redirect is followed: the checks want to know where a host sends people. */
export async function ask(url: string, init: RequestInit = {}): Promise<Seen> {
  const askedAt = Date.now();
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(PATIENCE_MS), ...init });
    const body = (await response.text()).slice(0, BODY_MAX_CHARACTERS);
    const headers = Object.fromEntries(response.headers);
    return { status: response.status, headers, body, askedAt, answeredAt: Date.now() };
  } catch (error) {
    return { unreachable: reason(error) };
  }
}

/** Asks for a WebSocket; a socket that opens is closed again, and counts as status 101. */
export function askForSocket(url: string, headers: Record<string, string>): Promise<Seen> {
  const askedAt = Date.now();
  const handshake = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64'),
  };
  return new Promise((resolve) => {
    const { request } = url.startsWith('https:') ? https : http;
    const asked = request(url, { headers: { ...headers, ...handshake }, timeout: PATIENCE_MS });
    const answered = (message: http.IncomingMessage, body: string) =>
      resolve({
        status: message.statusCode ?? 0,
        headers: message.headers as Record<string, string>,
        body,
        askedAt,
        answeredAt: Date.now(),
      });
    asked.on('upgrade', (message, socket) => {
      socket.destroy();
      answered(message, '');
    });
    asked.on('response', (message) => {
      let body = '';
      message.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      message.on('end', () => answered(message, body.slice(0, BODY_MAX_CHARACTERS)));
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
    asked.on('error', (error) => resolve({ unreachable: reason(error) }));
    asked.end();
  });
}

function reason(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  if (name === 'TimeoutError') return 'no answer in time';
  return cause?.code ?? cause?.message ?? (error as { code?: string }).code ?? message;
}

/** The JSON in an answer, or null. */
export function jsonOf(seen: Seen): Record<string, unknown> | null {
  if (!isAnswer(seen)) return null;
  try {
    const value: unknown = JSON.parse(seen.body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** The code of our Worker's problem, or null if the answer is not one: so it tells whether the Worker answered. */
export function problemCode(seen: Seen): string | null {
  if (!isAnswer(seen) || !seen.headers['content-type']?.startsWith('application/problem+json')) return null;
  const code = jsonOf(seen)?.code;
  return typeof code === 'string' ? code : null;
}

/** An answer in a few words, for a finding. */
export const wordsFor = (seen: Seen): string =>
  isAnswer(seen) ? `status ${seen.status}${problemCode(seen) ? ` ${problemCode(seen)}` : ''}` : seen.unreachable;
