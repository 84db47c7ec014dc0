// The team's domain of the Access stand-in: its keys, the page that signs in, and the one that says that somebody has signed out.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AccessTokens, subjectOf } from './access-tokens.ts';
import { setCookies } from './cookies.ts';
import type { DemoPerson } from './demo-data.ts';
import { target } from './listen.ts';
import type { Addresses } from './ports.ts';
import { SIGN_IN_CSS, signedOutPage, signInPage } from './sign-in-page.ts';

const BODY_MAX_BYTES = 4096;
const SESSION_SECONDS = 24 * 3600;

export type Team = { addresses: Addresses; tokens: AccessTokens; people: readonly DemoPerson[] };

/** Only a page of our own two applications may be the target: no open redirect. */
export function safeRedirect(wanted: string | null, addresses: Addresses): string {
  if (wanted && URL.canParse(wanted)) {
    const url = new URL(wanted);
    if (url.origin === addresses.portal || url.origin === addresses.apiBehindAccess) return url.href;
  }
  return `${addresses.portal}/`;
}

export async function answerAsTeam(team: Team, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { addresses, tokens, people } = team;
  const { pathname, searchParams } = target(request, addresses.team);
  const back = safeRedirect(searchParams.get('redirect_url'), addresses);
  if (pathname === '/cdn-cgi/access/certs') {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(tokens.certs));
  } else if (pathname === '/style.css') {
    response.writeHead(200, { 'content-type': 'text/css' });
    response.end(SIGN_IN_CSS);
  } else if (pathname === '/signed-out') page(response, 200, signedOutPage(addresses.portal));
  else if (pathname === '/sign-in' && request.method === 'POST') await signIn(team, request, response, back);
  else page(response, pathname === '/sign-in' ? 200 : 404, signInPage(people, back, null));
}

async function signIn(
  { tokens, people }: Team,
  request: IncomingMessage,
  response: ServerResponse,
  back: string,
): Promise<void> {
  const email = new URLSearchParams(await readBody(request)).get('email')?.trim().toLowerCase() ?? '';
  if (!/^[^@\s]+@[^@\s]+$/.test(email)) {
    page(response, 400, signInPage(people, back, 'That is not an address.'));
    return;
  }
  const claims = { email, sub: subjectOf(email) };
  const minted = { portal: await tokens.mint(claims), api: await tokens.mint(claims) };
  const cookies = setCookies(minted, SESSION_SECONDS);
  response.writeHead(303, { 'set-cookie': cookies, location: back });
  response.end();
}

function page(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    // No form-action: Chromium applies it to the redirect that follows too, which leads to another of our ports.
    'content-security-policy': "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  });
  response.end(text);
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > BODY_MAX_BYTES) return '';
  }
  return text;
}
