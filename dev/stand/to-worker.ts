// The way from the stand-in to the Worker: requests forwarded and WebSockets tunnelled, with the headers that the edge and Access put there.
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import net from 'node:net';

const ASSERTION = 'cf-access-jwt-assertion';

/**
 * Like Cloudflare: a client's own cf- headers are dropped, and those of the edge and Access are set. On the bare
 * address no Access stands in front, and nobody drops an assertion: refusing a forged one is the Worker's own work.
 */
function forwardHeaders(request: IncomingMessage, assertion: string | null): http.OutgoingHttpHeaders {
  const headers: http.OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(request.headers))
    if (!name.startsWith('cf-') || (assertion === null && name === ASSERTION)) headers[name] = value;
  // A client that has hung up no longer has an address.
  headers['cf-connecting-ip'] = request.socket.remoteAddress ?? '';
  headers['cf-ray'] = `${crypto.randomUUID().replaceAll('-', '').slice(0, 16)}-DEV`;
  if (assertion) headers[ASSERTION] = assertion;
  return headers;
}

export class ToWorker {
  readonly #worker: URL;
  /** WebSockets on their way through: a server that is closed does not end what was upgraded. */
  readonly #tunnels = new Set<net.Socket>();

  /** `worker` is where the Worker itself listens. */
  constructor(worker: URL) {
    this.#worker = worker;
  }

  /** `assertion` null: no Access in front. */
  forward(request: IncomingMessage, response: ServerResponse, assertion: string | null): void {
    const { hostname, port } = this.#worker;
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
  }

  /** A WebSocket, with the assertion put in. */
  tunnel(request: IncomingMessage, socket: net.Socket, head: Buffer, assertion: string): void {
    const upstream = net.connect(Number(this.#worker.port), this.#worker.hostname, () => {
      const lines = Object.entries(forwardHeaders(request, assertion)).flatMap(([name, value]) =>
        [value].flat().map((one) => `${name}: ${one}`),
      );
      upstream.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    upstream.on('close', () => socket.destroy());
    this.#tunnels.add(socket);
    socket.on('close', () => {
      this.#tunnels.delete(socket);
      upstream.destroy();
    });
  }

  /** Ends the tunnels. */
  close(): void {
    for (const socket of this.#tunnels) socket.destroy();
  }
}
