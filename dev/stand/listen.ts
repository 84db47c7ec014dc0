// An HTTP listener on every loopback address of the machine, and on no other.
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type net from 'node:net';
import { isAbsentAddress, LOOPBACK } from './ports.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;
export type Upgrade = (request: IncomingMessage, socket: net.Socket, head: Buffer) => Promise<void>;

/**
 * The names that this machine has for itself. A page of another name can be made to resolve to loopback (DNS rebinding), and would then read
 * the stand as its own origin: but it cannot send a Host other than its own.
 */
const isOurs = (host: string | undefined, port: number): boolean =>
  ['localhost', '127.0.0.1', '[::1]'].some((name) => host?.toLowerCase() === `${name}:${port}`);

/**
 * The URL asked for. The client chooses only the path: `GET //elsewhere/` or `GET http://elsewhere/` changes no host.
 */
export const target = (request: IncomingMessage, origin: string): URL =>
  new URL(origin + (request.url?.startsWith('/') ? request.url : '/'));

/**
 * Listens on `port`, and answers only clients that ask for this machine by a name of its own. Rejects, with nothing
 * left open, if another process has the port on either address.
 */
export async function listen(port: number, handler: Handler, upgrade?: Upgrade): Promise<http.Server[]> {
  const servers: http.Server[] = [];
  for (const host of LOOPBACK) {
    const server = http.createServer((request, response) => {
      if (!isOurs(request.headers.host, port)) {
        response.writeHead(421, { 'content-type': 'text/plain', connection: 'close' });
        response.end('This is a local stand: ask for localhost.');
        return;
      }
      handler(request, response).catch((error: unknown) => {
        console.error(`stand: ${error instanceof Error ? error.stack : error}`);
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    });
    // A connection that is closed for idleness is closed just as somebody writes the next request to it: the client ends it, or `close` does.
    server.keepAliveTimeout = 0;
    if (upgrade)
      server.on('upgrade', (request, socket, head) => {
        if (isOurs(request.headers.host, port)) void upgrade(request, socket as net.Socket, head);
        else socket.end('HTTP/1.1 421 Misdirected Request\r\nconnection: close\r\n\r\n');
      });
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      server.once('error', resolve);
      server.listen(port, host, () => resolve(null));
    });
    if (!error) servers.push(server);
    else if (!isAbsentAddress(error)) {
      await close(servers);
      throw error;
    }
  }
  return servers;
}

/** Ends listeners and the connections they hold. */
export async function close(servers: readonly http.Server[]): Promise<void> {
  await Promise.all(
    servers.map(
      (server) =>
        new Promise((resolve) => {
          server.close(resolve);
          server.closeAllConnections();
        }),
    ),
  );
}
