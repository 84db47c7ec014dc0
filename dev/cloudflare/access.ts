// Access before the account's host names, with a cookie for each host as Access sets them. After a sign-in the browser is led through every host of
// the application (eager redirect cookies), so that one sign-in covers them all.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AccessTokens, accessTokens, subjectOf } from '../stand/access-tokens.ts';
import { SIGN_IN_CSS, signedOutPage, signInPage } from '../stand/sign-in-page.ts';

const COOKIE = 'CF_Authorization';
const BODY_MAX_BYTES = 4_096;
const AUTHORIZED = '/cdn-cgi/access/authorized';

/** CORS settings: what Access itself answers to a preflight. */
export type Cors = { origin: string; methods: string; headers: string };
export type Application = {
  /** `*.name` stands for everything beneath. */
  hosts: string[];
  audience: string;
  tokens: AccessTokens;
  cors: Cors | undefined;
};

const covers = (pattern: string, host: string): boolean =>
  pattern === host || (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)));

const cookieIn = (request: IncomingMessage): string | null =>
  new RegExp(`(?:^|;\\s*)${COOKIE}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1] ?? null;

export class Access {
  readonly team: string;
  readonly #keyFile: string;
  readonly #applications: Application[] = [];

  /** `team` is the team's domain; `keyFile` keeps the key that it signs with. */
  constructor(team: string, keyFile: string) {
    this.team = team;
    this.#keyFile = keyFile;
  }

  /** Makes an application over these host names, as the dashboard does. */
  async protect(hosts: string[], cors?: Cors): Promise<Application> {
    const audience = randomBytes(32).toString('hex');
    const tokens = await accessTokens(this.#keyFile, `https://${this.team}`, audience);
    const application = { hosts, audience, tokens, cors };
    this.#applications.push(application);
    return application;
  }

  applicationOf(host: string): Application | undefined {
    return this.#applications.find(({ hosts }) => hosts.some((one) => covers(one, host)));
  }

  /** A signed-in person's token at a protected host, or null. */
  async session(request: IncomingMessage, { tokens }: Application): Promise<{ token: string; email: string } | null> {
    const token = cookieIn(request);
    const email = token === null ? null : await tokens.verify(token);
    return token !== null && email !== null ? { token, email } : null;
  }

  /** Answers what is Access's own at a protected host. False: the request is for what is behind it. */
  async answer(request: IncomingMessage, response: ServerResponse, host: string, it: Application): Promise<boolean> {
    const url = new URL(request.url ?? '/', `https://${host}`);
    if (request.method === 'OPTIONS' && it.cors) {
      response.writeHead(200, {
        'access-control-allow-origin': it.cors.origin,
        'access-control-allow-methods': it.cors.methods,
        'access-control-allow-headers': it.cors.headers,
        'access-control-allow-credentials': 'true',
        vary: 'Origin',
      });
      response.end();
    } else if (url.pathname === AUTHORIZED) this.#authorized(response, url, host, it);
    else if (url.pathname === '/cdn-cgi/access/logout') {
      redirect(
        response,
        `https://${this.team}/signed-out?host=${host}`,
        `${COOKIE}=; Path=/; Secure; HttpOnly; Max-Age=0`,
      );
    } else if (url.pathname === '/cdn-cgi/access/get-identity') {
      const who = await this.session(request, it);
      response.writeHead(who ? 200 : 401, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify(who ? { email: who.email } : { err: 'no session' }));
    } else if ((await this.session(request, it)) === null)
      redirect(response, `https://${this.team}/cdn-cgi/access/login?redirect_url=${encodeURIComponent(url.href)}`);
    else return false;
    return true;
  }

  /** Sets this host's cookie, then leads to the next host of the application, and at last to where somebody wanted to go. */
  #authorized(response: ServerResponse, url: URL, host: string, { hosts }: Application): void {
    const token = url.searchParams.get('token') ?? '';
    const back = url.searchParams.get('redirect_url') ?? `https://${host}/`;
    const others = hosts.filter((one) => !one.startsWith('*.'));
    const next = others[others.indexOf(host) + 1];
    const query = `?token=${token}&redirect_url=${encodeURIComponent(back)}`;
    const location = next === undefined ? back : `https://${next}${AUTHORIZED}${query}`;
    redirect(response, location, `${COOKIE}=${token}; Path=/; Secure; HttpOnly; SameSite=Lax`);
  }

  /** The team's own domain: its keys, and the page that signs anybody in by an address. */
  async answerAsTeam(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', `https://${this.team}`);
    const wanted = searchParams.get('redirect_url') ?? '';
    const back = URL.canParse(wanted) && this.applicationOf(new URL(wanted).hostname) ? new URL(wanted) : null;
    const page = (status: number, type: string, text: string) => {
      response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' });
      response.end(text);
    };
    if (pathname === '/cdn-cgi/access/certs') page(200, 'application/json', JSON.stringify(await this.certs()));
    else if (pathname === '/favicon.ico') response.writeHead(204).end();
    else if (pathname === '/style.css') page(200, 'text/css', SIGN_IN_CSS);
    else if (pathname === '/signed-out') page(200, 'text/html', signedOutPage(`https://${searchParams.get('host')}/`));
    else if (back === null) page(404, 'text/plain', 'There is no such application.');
    else if (pathname === '/sign-in' && request.method === 'POST') await this.#signIn(request, response, back);
    else page(200, 'text/html', signInPage([], back.href, null));
  }

  async #signIn(request: IncomingMessage, response: ServerResponse, back: URL): Promise<void> {
    let text = '';
    for await (const chunk of request) if (text.length < BODY_MAX_BYTES) text += chunk;
    const email = new URLSearchParams(text).get('email')?.trim().toLowerCase() ?? '';
    const application = this.applicationOf(back.hostname) as Application;
    const token = await this.mint(email, application);
    const first = application.hosts.find((one) => !one.startsWith('*.')) ?? back.hostname;
    redirect(response, `https://${first}${AUTHORIZED}?token=${token}&redirect_url=${encodeURIComponent(back.href)}`);
  }

  /** A session of somebody who has signed in. */
  mint(email: string, { tokens }: Application): Promise<string> {
    return tokens.mint({ email, sub: subjectOf(email) });
  }

  /** The team's keys: those of every application. */
  async certs(): Promise<AccessTokens['certs']> {
    return (await accessTokens(this.#keyFile, `https://${this.team}`, '')).certs;
  }
}

function redirect(response: ServerResponse, location: string, cookie?: string): void {
  response.writeHead(302, {
    location,
    'cache-control': 'no-store',
    ...(cookie === undefined ? {} : { 'set-cookie': cookie }),
  });
  response.end();
}
