// For tests in workerd. Requests to the Worker as a machine, a person or anybody sends them, signed in by a token whose every claim can be bent.
import { env, exports } from 'cloudflare:workers';
import { importJWK, SignJWT } from 'jose';
import type { Role } from '../../schema/person.ts';
import type { Problem } from '../../schema/problem.ts';
import { contractFault } from './contract.ts';
import type { TestBindings } from './setup.ts';

export const bindings = env as unknown as TestBindings & {
  TEST_ACCESS_KEY: string;
  TEST_RECEIVER: string;
  BACKUP: R2Bucket;
};
export const PORTAL = 'http://localhost:8788';

export const emailOf = (role: Role): string => `${role}@example.com`;

export type TokenOptions = {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  key?: CryptoKey | Uint8Array;
};

/** A signed Access application token; every claim can be bent. `undefined` takes one out. */
export async function accessToken(email: string | undefined, options: TokenOptions = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const key = options.key ?? (await importJWK(JSON.parse(bindings.TEST_ACCESS_KEY), 'RS256'));
  return new SignJWT({
    iss: bindings.ACCESS_TEAM_DOMAIN,
    aud: ['test-audience'],
    iat: now,
    exp: now + 600,
    email,
    ...options.claims,
  })
    .setProtectedHeader({ alg: 'RS256', kid: 'test-key', ...options.header })
    .sign(key);
}

/** `text` is the body as it came; `json` is null where it is not JSON. */
export type Answer<T = unknown> = { status: number; json: T; text: string; headers: Headers };

/** One request to the Worker, whole: authentication, routing, object and all. Throws where the answer is not what the table says. */
export async function request<T = Problem>(
  method: 'GET' | 'POST' | 'OPTIONS',
  path: string,
  headers: Record<string, string> = {},
  body?: string | Uint8Array<ArrayBuffer>,
  origin = 'https://api.example.com',
): Promise<Answer<T>> {
  const worker = exports as unknown as { default: Fetcher };
  const response = await worker.default.fetch(origin + path, { method, headers, body, redirect: 'manual' });
  // A socket that nobody uses is closed: what comes over one is for `connect`.
  response.webSocket?.accept();
  response.webSocket?.close();
  // Not `text()`: workerd warns of every media type that is not text by name.
  const text = new TextDecoder().decode(await response.arrayBuffer());
  const isJson = /json$/.test(response.headers.get('content-type')?.replace(/ndjson$/, '') ?? '');
  const json = text && isJson ? JSON.parse(text) : null;
  const fault = method === 'OPTIONS' ? null : contractFault(method, path, response, json);
  if (fault) throw new Error(fault);
  return { status: response.status, json, text, headers: response.headers };
}

const sent = (body: unknown) => (typeof body === 'string' ? body : JSON.stringify(body));

export const asMachine = <T = Problem>(token: string, path: string, body?: unknown, type = 'application/json') =>
  request<T>(
    body === undefined ? 'GET' : 'POST',
    path,
    { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': type }) },
    body === undefined ? undefined : sent(body),
  );

export const asPerson = async <T = Problem>(email: string, path: string, body?: unknown) =>
  request<T>(
    body === undefined ? 'GET' : 'POST',
    path,
    {
      'cf-access-jwt-assertion': await accessToken(email),
      ...(body === undefined ? {} : { 'content-type': 'application/json', origin: PORTAL }),
    },
    body === undefined ? undefined : sent(body),
  );
