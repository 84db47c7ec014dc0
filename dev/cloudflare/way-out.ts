// The one way out of everything that a test starts: a proxy on loopback that leads the account's host names to the edge, and refuses and records
// every other. What it has recorded in the end would have left the machine.
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Api } from './api.ts';
import type { Edge } from './edge.ts';

export class WayOut {
  readonly #server: http.Server;
  readonly #sockets = new Set<Duplex>();
  /** Host and port of each attempt that was refused. */
  readonly refused: string[] = [];

  /** `api` is where the API listens: wrangler's WebSocket of a tail takes the proxy even there. */
  constructor(edge: Edge, api: Api) {
    this.#server = http.createServer((request, response) => {
      this.refused.push(request.url ?? '');
      response.writeHead(502).end();
    });
    this.#server.on('connect', (request: http.IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      const [host = '', port] = (request.url ?? '').split(':');
      const isApi = new URL(api.base).host === request.url;
      if (!isApi && (port !== '443' || !edge.knows(host))) {
        this.refused.push(request.url ?? '');
        socket.end('HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\n\r\n');
        return;
      }
      const to = net.connect(isApi ? Number(port) : edge.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        to.write(head);
        to.pipe(socket).pipe(to);
      });
      for (const one of [socket, to]) {
        this.#sockets.add(one);
        one.on('close', () => {
          this.#sockets.delete(one);
          (one === to ? socket : to).destroy();
        });
      }
      to.on('error', () => socket.destroy());
    });
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
