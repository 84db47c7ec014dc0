// The Access stand-in: in front of the portal and of the Worker it does what Cloudflare Access does, with real tokens, so that
// the Worker runs its production path. It is no part of the Worker and ships nowhere.
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import net from 'node:net';
import { type AccessTokens, subjectOf } from './access-tokens.ts';
import type { DemoPerson } from './demo-data.ts';
import { close, listen } from './listen.ts';
import type { ServeFile } from './portal-files.ts';
import type { Addresses } from './ports.ts';
import { SIGN_IN_CSS, signedOutPage, signInPage } from './sign-in-page.ts';

// Ports do not separate cookies: one name for both applications would hide every fault that two hosts would show.
export const COOKIES = { portal: 'CF_Authorization_portal', api: 'CF_Authorization_api' } as const;
const ASSERTION = 'cf-access-jwt-assertion';
const BODY_MAX_BYTES = 4096;

export type StandIn = {
  addresses: Addresses;
  tokens: AccessTokens;
  people: readonly DemoPerson[];
  servePortal: ServeFile;
  /** Where the Worker itself listens. */
  worker: URL;
};

type Application = keyof typeof COOKIES;

/** Only a page of our own two applications may be gone back to: no open redirect. */
export function safeRedirect(wanted: string | null, addresses: Addresses): string {
  if (wanted && URL.canParse(wanted)) {
    const url = new URL(wanted);
    if (url.origin === addresses.portal || url.origin === addresses.apiBehindAccess) return url.href;
  }
  return `${addresses.portal}/`;
}

const cookie = (request: IncomingMessage, name: string): string | null =>
  new RegExp(`(?:^|;\\s*)${name}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1] ?? null;

const setCookie = (name: string, value: string, seconds: number): string =>
  `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}`;

/** The URL asked for. Only the path is the client's to say: `GET //elsewhere/` or `GET http://elsewhere/` changes no host. */
const target = (request: IncomingMessage, origin: string): URL =>
  new URL(origin + (request.url?.startsWith('/') ? request.url : '/'));

/** Starts the four listeners on loopback. `close` ends them all. */
export async function startAccess(standIn: StandIn): Promise<{ close: () => Promise<void> }> {
  const { addresses, tokens } = standIn;
  const [apiPort, portalPort, apiBehindPort, teamPort] = addresses.ports as [number, number, number, number];
  /** WebSockets on their way through: a server that is closed does not end what was upgraded. */
  const tunnels = new Set<net.Socket>();

  const session = async (request: IncomingMessage, application: Application) => {
    const token = cookie(request, COOKIES[application]);
    const email = token ? await tokens.verify(token) : null;
    return token && email ? { token, email } : null;
  };

  /**
   * As Cloudflare: what a client claims in a cf- header is dropped, what the edge and Access know is put there. On the bare
   * address no Access stands in front, and nobody drops an assertion: refusing a forged one is the Worker's own work.
   */
  const forwardHeaders = (request: IncomingMessage, assertion: string | null) => {
    const headers: http.OutgoingHttpHeaders = {};
    for (const [name, value] of Object.entries(request.headers))
      if (!name.startsWith('cf-') || (assertion === null && name === ASSERTION)) headers[name] = value;
    // Whoever has hung up has no address any more.
    headers['cf-connecting-ip'] = request.socket.remoteAddress ?? '';
    headers['cf-ray'] = `${crypto.randomUUID().replaceAll('-', '').slice(0, 16)}-DEV`;
    if (assertion) headers[ASSERTION] = assertion;
    return headers;
  };

  const toWorker = (request: IncomingMessage, response: ServerResponse, assertion: string | null) => {
    const { hostname, port } = standIn.worker;
    // A connection a request: one that is kept may be closed by the Worker, for idleness, just as the next request is written to it.
    const headers = forwardHeaders(request, assertion);
    const forwarded = http.request(
      { agent: false, hostname, port, method: request.method, path: request.url, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    forwarded.on('error', () => {
      if (!response.headersSent) response.writeHead(502, { 'content-type': 'text/plain' });
      response.end('The Worker does not answer.');
    });
    request.pipe(forwarded);
  };

  const toSignIn = (response: ServerResponse, back: string) => {
    const location = `${addresses.team}/sign-in?redirect_url=${encodeURIComponent(back)}`;
    response.writeHead(302, { location, 'cache-control': 'no-store' });
    response.end();
  };

  /** The routes that Access serves on a protected application's own host. */
  const accessRoute = async (
    request: IncomingMessage,
    response: ServerResponse,
    pathname: string,
    app: Application,
  ) => {
    if (pathname === '/cdn-cgi/access/logout') {
      const cleared = Object.values(COOKIES).map((name) => setCookie(name, '', 0));
      response.writeHead(302, { 'set-cookie': cleared, location: `${addresses.team}/signed-out` });
      response.end();
    } else if (pathname === '/cdn-cgi/access/get-identity') {
      const who = await session(request, app);
      response.writeHead(who ? 200 : 401, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify(who ? { email: who.email } : { err: 'no session' }));
    } else return false;
    return true;
  };

  const portal = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, href } = target(request, addresses.portal);
    if (await accessRoute(request, response, pathname, 'portal')) return;
    if (await session(request, 'portal')) standIn.servePortal(pathname, response);
    else toSignIn(response, href);
  };

  const apiBehindAccess = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, href } = target(request, addresses.apiBehindAccess);
    if (request.method === 'OPTIONS') {
      // The guide's settings of the Access application, to the letter: one origin, three methods, credentials, one header.
      response.writeHead(200, {
        'access-control-allow-origin': addresses.portal,
        'access-control-allow-methods': 'GET, POST, OPTIONS',
        'access-control-allow-headers': 'content-type',
        'access-control-allow-credentials': 'true',
        vary: 'Origin',
      });
      response.end();
      return;
    }
    if (await accessRoute(request, response, pathname, 'api')) return;
    const who = await session(request, 'api');
    if (who) toWorker(request, response, who.token);
    else toSignIn(response, href);
  };

  const team = async (request: IncomingMessage, response: ServerResponse) => {
    const url = target(request, addresses.team);
    const html = (status: number, text: string) => {
      response.writeHead(status, {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        // No form-action: Chromium holds it against the redirect that follows too, which leads to another of our ports.
        'content-security-policy': "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
      });
      response.end(text);
    };
    const back = safeRedirect(url.searchParams.get('redirect_url'), addresses);
    if (url.pathname === '/cdn-cgi/access/certs') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(tokens.certs));
    } else if (url.pathname === '/style.css') {
      response.writeHead(200, { 'content-type': 'text/css' });
      response.end(SIGN_IN_CSS);
    } else if (url.pathname === '/signed-out') html(200, signedOutPage(addresses.portal));
    else if (url.pathname === '/sign-in' && request.method === 'POST') {
      const email = new URLSearchParams(await readBody(request)).get('email')?.trim().toLowerCase() ?? '';
      if (!/^[^@\s]+@[^@\s]+$/.test(email))
        return html(400, signInPage(standIn.people, back, 'That is not an address.'));
      const claims = { email, sub: subjectOf(email) };
      const cookies = await Promise.all(
        Object.values(COOKIES).map(async (name) => setCookie(name, await tokens.mint(claims), 24 * 3600)),
      );
      response.writeHead(303, { 'set-cookie': cookies, location: back });
      response.end();
    } else if (url.pathname === '/sign-in') html(200, signInPage(standIn.people, back, null));
    else html(404, signInPage(standIn.people, back, null));
  };

  /** A WebSocket through Access: refused without a session, else tunnelled with the assertion put in. */
  const upgrade = async (request: IncomingMessage, socket: net.Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const who = await session(request, 'api');
    if (!who) return void socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
    const upstream = net.connect(Number(standIn.worker.port), standIn.worker.hostname, () => {
      const lines = Object.entries(forwardHeaders(request, who.token)).flatMap(([name, value]) =>
        [value].flat().map((one) => `${name}: ${one}`),
      );
      upstream.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    upstream.on('close', () => socket.destroy());
    tunnels.add(socket);
    socket.on('close', () => {
      tunnels.delete(socket);
      upstream.destroy();
    });
  };

  const listening = await Promise.allSettled([
    listen(apiPort, async (request, response) => toWorker(request, response, null)),
    listen(portalPort, portal),
    listen(apiBehindPort, apiBehindAccess, upgrade),
    listen(teamPort, team),
  ]);
  const servers = listening.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  const refused = listening.find((one) => one.status === 'rejected');
  if (refused) {
    await close(servers);
    throw refused.reason;
  }
  return {
    close: async () => {
      for (const socket of tunnels) socket.destroy();
      await close(servers);
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > BODY_MAX_BYTES) return '';
  }
  return text;
}
