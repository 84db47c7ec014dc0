// The Access stand-in: in front of the portal and of the Worker it does what Cloudflare Access does, with real tokens, so that
// the Worker runs its production path. It is not part of the Worker and ships nowhere.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type net from 'node:net';
import { type Application, cookieOf, setCookies } from './cookies.ts';
import { close, listen, target } from './listen.ts';
import type { ServeFile } from './portal-files.ts';
import { answerAsTeam, type Team } from './team-domain.ts';
import { ToWorker } from './to-worker.ts';

export type StandIn = Team & {
  servePortal: ServeFile;
  /** Where the Worker itself listens. */
  worker: URL;
};

/** Starts the four listeners on loopback. `close` ends them all. */
export async function startAccess(standIn: StandIn): Promise<{ close: () => Promise<void> }> {
  const [apiPort, portalPort, apiBehindPort, teamPort] = standIn.addresses.ports as [number, number, number, number];
  const worker = new ToWorker(standIn.worker);
  const access = new Access(standIn, worker);
  const listening = await Promise.allSettled([
    listen(apiPort, async (request, response) => worker.forward(request, response, null)),
    listen(portalPort, (request, response) => access.portal(request, response)),
    listen(
      apiBehindPort,
      (request, response) => access.api(request, response),
      (request, socket, head) => access.socket(request, socket, head),
    ),
    listen(teamPort, (request, response) => answerAsTeam(standIn, request, response)),
  ]);
  const servers = listening.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  const refused = listening.find((one) => one.status === 'rejected');
  if (refused) {
    await close(servers);
    throw refused.reason;
  }
  return {
    close: async () => {
      worker.close();
      await close(servers);
    },
  };
}

/** The two applications that Access protects. */
class Access {
  readonly #standIn: StandIn;
  readonly #worker: ToWorker;

  constructor(standIn: StandIn, worker: ToWorker) {
    this.#standIn = standIn;
    this.#worker = worker;
  }

  async portal(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, href } = target(request, this.#standIn.addresses.portal);
    if (await this.#route(request, response, pathname, 'portal')) return;
    if (await this.#session(request, 'portal')) this.#standIn.servePortal(pathname, response);
    else this.#toSignIn(response, href);
  }

  async api(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { portal, apiBehindAccess } = this.#standIn.addresses;
    const { pathname, href } = target(request, apiBehindAccess);
    if (request.method === 'OPTIONS') {
      // The guide's settings of the Access application, to the letter: one origin, three methods, credentials, one header.
      response.writeHead(200, {
        'access-control-allow-origin': portal,
        'access-control-allow-methods': 'GET, POST, OPTIONS',
        'access-control-allow-headers': 'content-type',
        'access-control-allow-credentials': 'true',
        vary: 'Origin',
      });
      response.end();
      return;
    }
    if (await this.#route(request, response, pathname, 'api')) return;
    const who = await this.#session(request, 'api');
    if (who) this.#worker.forward(request, response, who.token);
    else this.#toSignIn(response, href);
  }

  /** A WebSocket of the API's: refused without a session. */
  async socket(request: IncomingMessage, socket: net.Socket, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    const who = await this.#session(request, 'api');
    if (who) this.#worker.tunnel(request, socket, head, who.token);
    else socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
  }

  async #session(request: IncomingMessage, application: Application): Promise<{ token: string; email: string } | null> {
    const token = cookieOf(request, application);
    const email = token ? await this.#standIn.tokens.verify(token) : null;
    return token && email ? { token, email } : null;
  }

  #toSignIn(response: ServerResponse, back: string): void {
    const location = `${this.#standIn.addresses.team}/sign-in?redirect_url=${encodeURIComponent(back)}`;
    response.writeHead(302, { location, 'cache-control': 'no-store' });
    response.end();
  }

  /** The routes that Access serves on a protected application's own host. False: it is none of them. */
  async #route(
    request: IncomingMessage,
    response: ServerResponse,
    pathname: string,
    application: Application,
  ): Promise<boolean> {
    if (pathname === '/cdn-cgi/access/logout') {
      const cleared = setCookies({ portal: '', api: '' }, 0);
      response.writeHead(302, { 'set-cookie': cleared, location: `${this.#standIn.addresses.team}/signed-out` });
      response.end();
    } else if (pathname === '/cdn-cgi/access/get-identity') {
      const who = await this.#session(request, application);
      response.writeHead(who ? 200 : 401, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify(who ? { email: who.email } : { err: 'no session' }));
    } else return false;
    return true;
  }
}
