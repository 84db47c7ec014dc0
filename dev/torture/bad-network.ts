// A network that misbehaves: between a client and where it asks, on loopback. Each request meets the fault that chance or a script has for it,
// before or after the server has done its work.
import http, { type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Chance } from '../../engine/simulator/random.ts';

export const NETWORK_FAULTS = [
  'dropped before',
  'dropped after',
  'reset before',
  'reset after',
  'cut short on the way in',
  'cut short on the way out',
  'delayed',
  'sent twice',
  'out of order',
] as const;
/** `held back`: the work is done, and its answer waits until who asked gives up. Only by a script: an engine would wait for long. */
export type NetworkFault = (typeof NETWORK_FAULTS)[number] | 'held back';

type Whole = { status: number; headers: OutgoingHttpHeaders; body: Buffer };
/** For the next request that it fits. */
type Script = { fits: (request: IncomingMessage) => boolean; fault: NetworkFault };

const pathOf = (url = ''): string => url.split('?')[0] ?? '';

const DELAY_MAX_MS = 300;
/** One that nobody follows is let go. */
const HELD_MAX_MS = 500;

export class BadNetwork {
  readonly #target: URL;
  readonly #luck: Chance;
  readonly #server: http.Server;
  readonly #tunnels = new Set<net.Socket>();
  readonly #scripts: Script[] = [];
  #passed: () => void = () => {};
  /** How likely a fault is for a request that no script is for. */
  odds = 0;
  /** Nobody gets through, or hears anything. */
  isCut = false;
  readonly counts = new Map<NetworkFault, number>();
  /** Method and path of every request that came. */
  readonly heard: string[] = [];
  /** Status, method and path of every answer that the server gave. */
  readonly answered: string[] = [];
  /** Lets go of what is held back now. */
  #holding: (() => void) | null = null;

  private constructor(target: URL, luck: Chance) {
    this.#target = target;
    this.#luck = luck;
    this.#server = http.createServer((request, response) => {
      this.#serve(request, response).catch(() => request.socket.destroy());
    });
    // A browser sends what it asked on a used connection once more by itself, if that ends without an answer: then it is not the portal that
    // repeats it. On a connection of its own each request is asked once.
    this.#server.maxRequestsPerSocket = 1;
    this.#server.on('upgrade', (request, socket, head) => this.#tunnel(request, socket as net.Socket, head));
  }

  static async open(target: string, luck: Chance): Promise<BadNetwork> {
    const network = new BadNetwork(new URL(target), luck);
    await new Promise<void>((listening) => network.#server.listen(0, '127.0.0.1', listening));
    return network;
  }

  /** By the name that cookies are set for. */
  get origin(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Has the next POST whose path matches meet this fault. */
  script(path: RegExp, fault: NetworkFault): void {
    this.#scripts.push({ fits: ({ url, method }) => method === 'POST' && path.test(pathOf(url)), fault });
  }

  /** Takes back the scripts that nothing has come for. */
  forget(): void {
    this.#scripts.length = 0;
  }

  /** Whether what a script was for has come. */
  get isScripted(): boolean {
    return this.#scripts.length > 0;
  }

  /** Whether an answer is held back. */
  get isHolding(): boolean {
    return this.#holding !== null;
  }

  async close(): Promise<void> {
    for (const socket of this.#tunnels) socket.destroy();
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  #faultFor(request: IncomingMessage): NetworkFault | null {
    const at = this.#scripts.findIndex(({ fits }) => fits(request));
    const [scripted] = at === -1 ? [] : this.#scripts.splice(at, 1);
    const fault = scripted?.fault ?? (this.#luck.odds(this.odds) ? this.#luck.pick(NETWORK_FAULTS) : null);
    if (fault !== null) this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
    return fault;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.isCut) return void request.socket.destroy();
    const fault = this.#faultFor(request);
    this.heard.push(`${request.method} ${pathOf(request.url)}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const { socket } = request;
    if (fault === 'dropped before') return void socket.destroy();
    if (fault === 'reset before') return void socket.resetAndDestroy();
    if (fault === 'cut short on the way in') {
      await this.#cutIn(request, body);
      return void socket.destroy();
    }
    if (fault === 'delayed') await wait(this.#luck.between(0, DELAY_MAX_MS));
    if (fault === 'out of order') await this.#held();
    const [answer] = await Promise.all([
      this.#forward(request, body),
      fault === 'sent twice' ? this.#forward(request, body) : null,
    ]);
    this.#passed();
    if (fault === 'delayed') await wait(this.#luck.between(0, DELAY_MAX_MS));
    if (fault === 'held back') await this.#givenUp(socket);
    if (fault === 'dropped after') return void socket.destroy();
    if (fault === 'reset after') return void socket.resetAndDestroy();
    if (socket.destroyed) return;
    response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length });
    if (fault !== 'cut short on the way out') return void response.end(answer.body);
    response.write(answer.body.subarray(0, answer.body.length / 2), () => socket.destroy());
  }

  /** Until another request has gone past. */
  async #held(): Promise<void> {
    const passed = new Promise<void>((go) => {
      this.#passed = go;
    });
    await Promise.race([passed, wait(HELD_MAX_MS)]);
  }

  /** Until who asked has gone. */
  async #givenUp(socket: net.Socket): Promise<void> {
    if (socket.destroyed) return;
    await new Promise<void>((gone) => {
      this.#holding = gone;
      socket.once('close', gone);
    });
    this.#holding = null;
  }

  /** As the target is addressed, one connection a request. */
  #headers({ headers }: IncomingMessage): OutgoingHttpHeaders {
    const { connection: _, 'transfer-encoding': __, ...rest } = headers;
    return { ...rest, host: this.#target.host };
  }

  #forward(request: IncomingMessage, body: Buffer): Promise<Whole> {
    const { hostname, port } = this.#target;
    const { method, url: path } = request;
    const headers = { ...this.#headers(request), 'content-length': body.length };
    return new Promise((answered, failed) => {
      const forwarded = http.request({ agent: false, hostname, port, method, path, headers }, async (answer) => {
        const chunks: Buffer[] = [];
        try {
          for await (const chunk of answer) chunks.push(chunk);
        } catch (error) {
          return failed(error);
        }
        const { connection: _, 'transfer-encoding': __, ...rest } = answer.headers;
        this.answered.push(`${answer.statusCode} ${method} ${pathOf(path)}`);
        answered({ status: answer.statusCode ?? 502, headers: rest, body: Buffer.concat(chunks) });
      });
      forwarded.on('error', failed);
      forwarded.end(body);
    });
  }

  /** The server gets the head and half of the body, and then nobody is there any more. */
  #cutIn(request: IncomingMessage, body: Buffer): Promise<void> {
    const { hostname, port } = this.#target;
    const headers = { ...this.#headers(request), 'content-length': body.length };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    return new Promise((done) => {
      const upstream = net.connect(Number(port), hostname, () => {
        upstream.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
        upstream.write(body.subarray(0, body.length / 2), () => upstream.destroy());
      });
      upstream.on('error', () => {});
      upstream.on('close', () => done());
    });
  }

  #tunnel(request: IncomingMessage, socket: net.Socket, head: Buffer): void {
    const { hostname, port } = this.#target;
    const lines = Object.entries({ ...request.headers, host: this.#target.host }).map(
      ([name, value]) => `${name}: ${value}`,
    );
    const upstream = net.connect(Number(port), hostname, () => {
      upstream.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    for (const [one, other] of [
      [upstream, socket],
      [socket, upstream],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
    this.#tunnels.add(socket);
    socket.on('close', () => this.#tunnels.delete(socket));
  }
}
