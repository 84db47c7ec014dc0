import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAccess } from './access.ts';
import { type AccessTokens, accessTokens } from './access-tokens.ts';
import { COOKIES } from './cookies.ts';
import { newToken } from './demo-data.ts';
import { resolveFile } from './portal-files.ts';
import { addressesFrom, freePorts } from './ports.ts';
import { safeRedirect } from './team-domain.ts';

const addresses = addressesFrom(await freePorts(4));
const folder = mkdtempSync(path.join(os.tmpdir(), 'totl-access-'));
let tokens: AccessTokens;
let access: Awaited<ReturnType<typeof startAccess>>;
const seen: http.IncomingHttpHeaders[] = [];
const used = new WeakSet<Socket>();
/**
 * It hangs up on a client that uses one connection a second time, as the Worker does where it has closed that one
 * meanwhile.
 */
const worker = http.createServer((request, response) => {
  if (used.has(request.socket)) return void request.socket.destroy();
  used.add(request.socket);
  seen.push(request.headers);
  response.end('{}');
});

beforeAll(async () => {
  tokens = await accessTokens(path.join(folder, 'key.json'), addresses.team, 'aud');
  await new Promise<void>((resolve) => worker.listen(0, '127.0.0.1', resolve));
  const { port } = worker.address() as AddressInfo;
  access = await startAccess({
    addresses,
    tokens,
    people: [{ email: 'admin@example.com', role: 'admin' }],
    servePortal: (_pathname, response) => void response.end('portal'),
    worker: new URL(`http://127.0.0.1:${port}`),
  });
});
afterAll(async () => {
  await access.close();
  await new Promise((resolve) => worker.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const ask = (url: string, init: RequestInit = {}) => fetch(url, { redirect: 'manual', ...init });

describe('the Access stand-in', () => {
  it('sends whoever has no session to sign in, and never lets a forged assertion through', async () => {
    seen.length = 0;
    const answer = await ask(`${addresses.apiBehindAccess}/v1/me`, { headers: { 'cf-access-jwt-assertion': 'x.y.z' } });
    expect([answer.status, seen.length]).toEqual([302, 0]);
    expect(answer.headers.get('location')).toContain(`${addresses.team}/sign-in?redirect_url=`);
  });

  it('puts a token in that verifies against its certs, in place of what the client claimed', async () => {
    seen.length = 0;
    const token = await tokens.mint({ email: 'admin@example.com' });
    const headers = {
      cookie: `${COOKIES.api}=${token}`,
      'cf-access-jwt-assertion': 'x.y.z',
      'cf-connecting-ip': '6.6.6.6',
    };
    await ask(`${addresses.apiBehindAccess}/v1/me`, { headers });
    const certs = (await (await ask(`${addresses.team}/cdn-cgi/access/certs`)).json()) as JSONWebKeySet;
    const assertion = String(seen[0]?.['cf-access-jwt-assertion']);
    const options = { issuer: addresses.team, audience: 'aud', algorithms: ['RS256'] };
    const { payload } = await jwtVerify(assertion, createLocalJWKSet(certs), options);
    expect([payload.email, seen[0]?.['cf-connecting-ip']]).toEqual(['admin@example.com', '127.0.0.1']);
  });

  it('sets a cookie of its own name for each application, since ports share a cookie jar', async () => {
    const body = new URLSearchParams({ email: 'admin@example.com' });
    const answer = await ask(`${addresses.team}/sign-in`, { method: 'POST', body });
    const names = answer.headers.getSetCookie().map((cookie) => cookie.split('=')[0]);
    expect([answer.status, names]).toEqual([303, [COOKIES.portal, COOKIES.api]]);
    const portalOnly = { cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
    expect((await ask(addresses.portal, { headers: portalOnly })).status).toBe(200);
    expect((await ask(addresses.apiBehindAccess, { headers: portalOnly })).status).toBe(302);
  });

  it('loses no request to a connection that the Worker has closed after the one before', async () => {
    const headers = { cookie: `${COOKIES.api}=${await tokens.mint({ email: 'admin@example.com' })}` };
    const answers: number[] = [];
    for (let n = 0; n < 3; n++) {
      const answer = await ask(`${addresses.apiBehindAccess}/v1/me`, { headers });
      answers.push(answer.status);
      await answer.text();
    }
    expect(answers).toEqual([200, 200, 200]);
  });

  it('answers preflights with the guide’s settings and nothing more', async () => {
    const { headers } = await ask(`${addresses.apiBehindAccess}/v1/me`, { method: 'OPTIONS' });
    const cors = [...headers]
      .filter(([name]) => name.startsWith('access-control-'))
      .map(([name, value]) => `${name}: ${value}`);
    expect(cors).toEqual([
      'access-control-allow-credentials: true',
      'access-control-allow-headers: content-type',
      'access-control-allow-methods: GET, POST, OPTIONS',
      `access-control-allow-origin: ${addresses.portal}`,
    ]);
  });

  it.each(['https://evil.example/', '//evil.example', `${addresses.portal}.evil.example/`, 'javascript:alert(1)', ''])(
    'goes back to the portal instead of %s',
    (wanted) => expect(safeRedirect(wanted, addresses)).toBe(`${addresses.portal}/`),
  );
});

describe('the portal’s files', () => {
  it.each(['/../package.json', '/%2e%2e/package.json', '/_headers', '/..%2f_headers', '/%00', '/%zz'])(
    'do not include %s',
    (pathname) => {
      const file = resolveFile(path.join(folder, 'dist'), pathname);
      expect(file === null || file === path.join(folder, 'dist/index.html')).toBe(true);
    },
  );
});

it('a demo token has the form the set-up guide makes: tok_ and 24 bytes, a prefix of 8, a salted hash', () => {
  const { token, prefix, salt, hash } = newToken();
  expect(token).toMatch(/^tok_[A-Za-z0-9_-]{32}$/);
  expect([token.startsWith(prefix), prefix.length, salt.length, hash.length]).toEqual([true, 8, 16, 64]);
});
