// Where the stand-in must not protect the Worker more than production does, with real servers and real tokens; the
// Worker behind it is a server that tells what reached it.
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startAccess } from './access.ts';
import { type AccessTokens, accessTokens } from './access-tokens.ts';
import { COOKIES } from './cookies.ts';
import { type Addresses, addressesFrom, freePorts } from './ports.ts';

const AUDIENCE = 'a'.repeat(64);
const state = mkdtempSync(path.join(os.tmpdir(), 'access-'));
const worker = http.createServer((request, response) => response.end(JSON.stringify(request.headers)));
worker.on('upgrade', (request, socket) =>
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n${JSON.stringify(request.headers)}`,
  ),
);
let addresses: Addresses;
let tokens: AccessTokens;
let access: Awaited<ReturnType<typeof startAccess>>;

beforeAll(() => new Promise<void>((resolve) => worker.listen(0, '127.0.0.1', resolve)));
beforeEach(async () => {
  addresses = addressesFrom(await freePorts(4));
  tokens = await accessTokens(path.join(state, 'key.json'), addresses.team, AUDIENCE);
  access = await startAccess({
    addresses,
    tokens,
    people: [{ email: 'admin@example.com', role: '<admin>' }],
    servePortal: (pathname, response) => void response.end(`portal ${pathname}`),
    worker: new URL(`http://127.0.0.1:${(worker.address() as AddressInfo).port}`),
  });
});
afterEach(() => access.close());
afterAll(() => {
  worker.closeAllConnections();
  worker.close();
  rmSync(state, { recursive: true });
});

const ask = (url: string, init: RequestInit = {}) => fetch(url, { redirect: 'manual', ...init });

/** Signs in as the page's form does; gives the cookies by name. */
async function signIn(
  email: string,
  back = '',
): Promise<{ cookies: Map<string, string>; location: string | null; lines: string[] }> {
  const answer = await ask(`${addresses.team}/sign-in?redirect_url=${encodeURIComponent(back)}`, {
    method: 'POST',
    body: new URLSearchParams({ email }),
  });
  const lines = answer.headers.getSetCookie();
  const pairs = lines.map((line) => line.split(';')[0]?.split('=') as [string, string]);
  return { cookies: new Map(pairs), location: answer.headers.get('location'), lines };
}

/** Sends bytes as they are, which fetch would tidy; gives the whole answer. */
const rawly = (origin: string, head: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let answer = '';
    const socket = net.connect(Number(new URL(origin).port), '127.0.0.1', () => socket.write(`${head}\r\n\r\n`));
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });

test('a person keeps one sub over two sign-ins, because Access names a person and not a session', async () => {
  const subs = await Promise.all(
    [1, 2].map(async () => {
      const token = (await signIn('admin@example.com')).cookies.get(COOKIES.api) as string;
      return JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString()).sub as string;
    }),
  );
  expect(subs[0]).toBe(subs[1]);
});

test('the bare address lets a forged assertion through, because on workers.dev only the Worker stands in its way', async () => {
  const answer = await ask(`${addresses.api}/v1/me`, {
    headers: { 'cf-access-jwt-assertion': 'forged', 'cf-connecting-ip': '203.0.113.9' },
  });
  const seen = (await answer.json()) as Record<string, string>;
  expect(seen['cf-access-jwt-assertion']).toBe('forged');
  expect(seen['cf-connecting-ip']).not.toBe('203.0.113.9');
});

test('a request line that names another host changes no redirect, because only the path is the client’s to say', async () => {
  for (const line of ['GET //evil.example/x', 'GET http://evil.example/x', 'GET //[']) {
    const answer = await rawly(
      addresses.portal,
      `${line} HTTP/1.1\r\nhost: ${new URL(addresses.portal).host}\r\nconnection: close`,
    );
    expect(answer, line).toMatch(/^HTTP\/1\.1 302 /);
    const location = /\r\nlocation: (\S+)/i.exec(answer)?.[1] ?? '';
    const back = new URL(location).searchParams.get('redirect_url') ?? '';
    expect(new URL(back).origin, line).toBe(addresses.portal);
  }
});

/** Asks for a WebSocket with these headers; gives the answer's head, what came after it, and the socket, which stays open. */
const upgrade = (
  headers: readonly string[],
  host = new URL(addresses.apiBehindAccess).host,
): Promise<{ head: string; rest: string; socket: net.Socket }> =>
  new Promise((resolve, reject) => {
    let answer = '';
    const socket = net.connect(Number(new URL(addresses.apiBehindAccess).port), '127.0.0.1', () =>
      socket.write(
        ['GET /live HTTP/1.1', `host: ${host}`, 'connection: upgrade', 'upgrade: websocket', ...headers, '', ''].join(
          '\r\n',
        ),
      ),
    );
    socket.on('data', (chunk) => {
      answer += chunk;
      const [head = '', rest] = answer.split('\r\n\r\n');
      if (rest !== undefined && (!head.includes(' 101 ') || rest.endsWith('}'))) resolve({ head, rest, socket });
    });
    socket.on('error', reject);
  });

test('no listener answers another Host, because a name that resolves to loopback would have the stand as its own origin', async () => {
  const { api, portal, apiBehindAccess, team } = addresses;
  for (const origin of [api, portal, apiBehindAccess, team]) {
    const { port } = new URL(origin);
    const heads = await Promise.all(
      [`evil.example:${port}`, 'localhost', `localhost.evil.example:${port}`, `localhost:${Number(port) + 10}`, ''].map(
        (host) => rawly(origin, `GET / HTTP/1.1\r\nhost: ${host}\r\nconnection: close`),
      ),
    );
    expect(
      heads.map((head) => head.split('\r\n')[0]),
      origin,
    ).toEqual(heads.map(() => 'HTTP/1.1 421 Misdirected Request'));
    for (const host of ['127.0.0.1', 'LOCALHOST', '[::1]'])
      expect(await rawly(origin, `GET / HTTP/1.1\r\nhost: ${host}:${port}\r\nconnection: close`), host).not.toMatch(
        /^HTTP\/1\.1 421/,
      );
  }
  const token = (await signIn('admin@example.com')).cookies.get(COOKIES.api) as string;
  const { head } = await upgrade([`cookie: ${COOKIES.api}=${token}`], 'evil.example');
  expect(head).toMatch(/^HTTP\/1\.1 421 /);
});

test('a WebSocket goes through with a session only, and what the client claims in cf- headers stays behind', async () => {
  const forged = ['cf-access-jwt-assertion: forged', 'cf-connecting-ip: 203.0.113.9', 'cf-worker: forged'];
  const refused = await upgrade(forged);
  expect(refused.head).toMatch(/^HTTP\/1\.1 403 /);
  const token = (await signIn('admin@example.com')).cookies.get(COOKIES.api) as string;
  const { head, rest, socket } = await upgrade([...forged, `cookie: ${COOKIES.api}=${token}`]);
  expect(head).toMatch(/^HTTP\/1\.1 101 /);
  const seen = JSON.parse(rest) as Record<string, string>;
  expect([seen['cf-access-jwt-assertion'], seen['cf-worker']]).toEqual([token, undefined]);
  expect(seen['cf-connecting-ip']).not.toBe('203.0.113.9');
  socket.destroy();
});

test('the stand-in ends although a WebSocket is open: a stand that is stopped must not wait for a browser', async () => {
  const token = (await signIn('admin@example.com')).cookies.get(COOKIES.api) as string;
  const { socket } = await upgrade([`cookie: ${COOKIES.api}=${token}`]);
  const ended = new Promise((resolve) => socket.on('close', resolve));
  await access.close();
  await ended;
});
