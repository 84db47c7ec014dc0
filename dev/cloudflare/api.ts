// The API on loopback: who may call, which call it is, whether it fits Cloudflare's description, and a record of all. A call that it does not know
// is refused as Cloudflare would refuse it, and kept apart, for a test that demands that there is none.
import http, { type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Account } from './account.ts';
import { type Answer, Refused, refusal } from './answer.ts';
import { type Answers, Asked } from './asked.ts';
import { answersOfBuckets } from './buckets.ts';
import { CALLS, type Call } from './calls.ts';
import { answersOfDatabases } from './databases.ts';
import { misfits } from './description.ts';
import { answersOfPages } from './pages.ts';
import type { Runtime } from './runtime.ts';
import type { Sites } from './sites.ts';
import type { Tails } from './tails.ts';
import { answersOfVersions } from './versions.ts';
import { answersOfWho } from './who.ts';
import { answersOfWorkers } from './workers.ts';

const BASE = '/client/v4';

/** What happens just before a call is answered, `times` times: somebody else's act, or a `Refused` that is thrown instead of an answer. */
export type Before = { call: Call; times: number; act: () => unknown };
export type Made = { call: Call | 'unknown'; path: string; status: number };

type Row = { call: Call; method: string; form: RegExp };
const TABLE: readonly Row[] = CALLS.map((call) => {
  const [method = '', pattern = ''] = call.split(' ');
  return { call, method, form: new RegExp(`^${pattern.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}$`) };
});

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export class Api {
  readonly #account: Account;
  readonly #tails: Tails;
  readonly #answers: Answers;
  readonly #server: http.Server;
  /** Every call in its order, and what did not fit the description. */
  readonly made: Made[] = [];
  readonly strange: string[] = [];
  readonly before: Before[] = [];

  constructor(account: Account, runtime: Runtime, sites: Sites, tails: Tails) {
    this.#account = account;
    this.#tails = tails;
    this.#answers = {
      ...answersOfWho(account),
      ...answersOfDatabases(account, runtime),
      ...answersOfWorkers(account, runtime),
      ...answersOfVersions(account, runtime),
      ...answersOfPages(account, sites),
      ...answersOfBuckets(account),
      ...tails.answers(() => this.#origin),
    };
    const unanswered = CALLS.filter((call) => this.#answers[call] === undefined);
    if (unanswered.length > 0) throw new Error(`nothing answers ${unanswered.join(', ')}`);
    this.#server = http.createServer(async (request, response) => {
      const answer = await this.#answer(request);
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
    });
    this.#server.on('upgrade', (request, socket) => this.#tails.upgrade(request, socket));
  }

  get #origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** For wrangler's variable that says where the API is. */
  get base(): string {
    return `${this.#origin}${BASE}`;
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    this.#tails.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const body = await bodyOf(request);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stand-in');
    const place = pathname.startsWith(BASE) ? pathname.slice(BASE.length) : pathname;
    const found = TABLE.flatMap((row) => {
      const match = row.method === request.method ? row.form.exec(place) : null;
      return match ? [{ call: row.call, params: { ...match.groups } as Record<string, string> }] : [];
    })[0];
    const answer = await this.#answerTo(found, place, searchParams, request, body);
    this.made.push({ call: found?.call ?? 'unknown', path: `${request.method} ${place}`, status: answer.status });
    if (found && answer.status === 200) this.strange.push(...misfits(found.call, 'answer', answer.body));
    return answer;
  }

  async #answerTo(
    found: { call: Call; params: Record<string, string> } | undefined,
    place: string,
    query: URLSearchParams,
    { headers }: IncomingMessage,
    body: Buffer,
  ): Promise<Answer> {
    try {
      this.#admit(place, headers.authorization);
      if (!found)
        throw new Refused(404, 7003, `Could not route to ${place}, perhaps your object identifier is invalid?`);
      await this.#actBefore(found.call);
      if (found.params.account !== undefined && found.params.account !== this.#account.id)
        throw new Refused(403, 10000, 'Authentication error');
      const asked = new Asked(found.params, query, headers, body);
      const said = await asked.said();
      if (said !== undefined) this.strange.push(...misfits(found.call, 'request', said));
      return await (this.#answers[found.call] as NonNullable<Answers[Call]>)(asked);
    } catch (error) {
      if (error instanceof Refused) return refusal(error);
      console.error(error);
      return refusal({ status: 500, code: 10013, message: 'An unknown error has occurred.' });
    }
  }

  /** The uploads of Pages bring a token of their own, which their answers check. */
  #admit(place: string, authorization: string | undefined): void {
    if (place.startsWith('/pages/assets/')) return;
    if (authorization !== `Bearer ${this.#account.token}`)
      throw place === '/user/tokens/verify'
        ? new Refused(401, 1000, 'Invalid API Token')
        : new Refused(403, 10000, 'Authentication error');
    for (const part of this.#account.forbidden)
      if (place.includes(part)) throw new Refused(403, 10000, 'Authentication error');
  }

  async #actBefore(call: Call): Promise<void> {
    const next = this.before.find((one) => one.call === call && one.times > 0);
    if (!next) return;
    next.times -= 1;
    await next.act();
  }
}
