// The edge: every host name of the account on one TLS port of loopback, each led to the Worker or the site that has it, behind Access where an
// application covers it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import type net from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { ToWorker } from '../stand/to-worker.ts';
import type { Access } from './access.ts';
import type { Account, Project, Worker } from './account.ts';
import type { Certificate } from './certificate.ts';
import type { Runtime } from './runtime.ts';
import type { Sites } from './sites.ts';

type Place = { worker: Worker } | { project: Project };

export class Edge {
  readonly #account: Account;
  readonly #access: Access;
  readonly #runtime: Runtime;
  readonly #sites: Sites;
  readonly #server: https.Server;
  readonly #ways = new Map<string, ToWorker>();

  constructor(account: Account, access: Access, runtime: Runtime, sites: Sites, { key, cert }: Certificate) {
    this.#account = account;
    this.#access = access;
    this.#runtime = runtime;
    this.#sites = sites;
    this.#server = https.createServer({ key, cert }, (request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        console.error(error);
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    });
    // A connection that is closed for idleness is closed just as somebody writes the next request to it: the client ends it, or `close` does.
    this.#server.keepAliveTimeout = 0;
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      void this.#upgrade(request, socket, head);
    });
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Whether a host name leads anywhere. */
  knows(host: string): boolean {
    return host === this.#access.team || this.#placeOf(host) !== null;
  }

  #placeOf(host: string): Place | null {
    const { workers, projects, subdomain } = this.#account;
    for (const worker of workers.values())
      if (
        worker.hosts.includes(host) ||
        (worker.subdomain.enabled && host === `${worker.name}.${subdomain}.workers.dev`)
      )
        return { worker };
    for (const project of projects.values()) {
      const pages = `${project.subdomain}.pages.dev`;
      if (project.hosts.includes(host) || host === pages || host.endsWith(`.${pages}`)) return { project };
    }
    return null;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const host = request.headers.host ?? '';
    if (host === this.#access.team) return this.#access.answerAsTeam(request, response);
    const place = this.#placeOf(host);
    if (place === null) {
      response.writeHead(404).end();
      return;
    }
    const application = this.#access.applicationOf(host);
    if (application && (await this.#access.answer(request, response, host, application))) return;
    const who = application ? await this.#access.session(request, application) : null;
    const way = await this.#wayTo(place);
    way.forward(request, response, who?.token ?? null);
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const host = request.headers.host ?? '';
    const [place, application] = [this.#placeOf(host), this.#access.applicationOf(host)];
    const who = application ? await this.#access.session(request, application) : null;
    if (place === null || who === null) socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
    else (await this.#wayTo(place)).tunnel(request, socket as net.Socket, head, who.token);
  }

  async #wayTo(place: Place): Promise<ToWorker> {
    const { href } =
      'worker' in place ? await this.#runtime.addressOf(place.worker) : await this.#sites.addressOf(place.project);
    const way = this.#ways.get(href) ?? new ToWorker(new URL(href));
    this.#ways.set(href, way);
    return way;
  }

  async close(): Promise<void> {
    for (const way of this.#ways.values()) way.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
