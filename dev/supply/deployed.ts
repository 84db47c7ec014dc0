// A deployed portal held against a build: each file byte by byte, with the headers that `_headers` gives it.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parsePagesHeaders } from '../stand/pages-headers.ts';

/** `differs` null: it is what the build has. */
export type Held = { file: string; differs: string | null };

/** What asks for a file by its path; a redirect is followed only on the same origin. */
export type Ask = (at: string) => Promise<Response>;

const REDIRECTS_MAX = 3;

/** `cookie`: a session of Access, for the portal's application; blank where nobody stands before it. Throws where a sign-in is asked for all the same. */
export function askAt(origin: string, cookie: string): Ask {
  const ask = async (at: string, redirects = 0): Promise<Response> => {
    const headers: Record<string, string> = cookie === '' ? {} : { cookie };
    const response = await fetch(new URL(at, origin), { headers, redirect: 'manual' });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    const next = new URL(location, new URL(at, origin));
    if (next.origin !== origin || next.pathname.startsWith('/cdn-cgi/'))
      throw new Error(
        `${origin} asks for a sign-in: put the token that \`cloudflared access token\` prints in ACCESS_TOKEN.`,
      );
    // Pages answers /recover.html at /recover.
    if (redirects === REDIRECTS_MAX) throw new Error(`${origin}${at} is redirected without end.`);
    return ask(next.pathname, redirects + 1);
  };
  return ask;
}

/** Every file that the build publishes, by path; `_headers` itself is read by Pages and never served. */
export const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .filter((name) => name !== '_headers')
    .toSorted();

/** One verdict a file, in the order of their names. Nothing of the answer is kept or shown but lengths and header names. */
export async function holdAgainst(folder: string, ask: Ask): Promise<Held[]> {
  const headersOf = parsePagesHeaders(readFileSync(path.join(folder, '_headers'), 'utf8'));
  const held: Held[] = [];
  for (const file of filesOf(folder)) {
    const at = file === 'index.html' ? '/' : `/${file}`;
    const response = await ask(at);
    held.push({ file, differs: await difference(readFileSync(path.join(folder, file)), headersOf(at), response) });
  }
  return held;
}

async function difference(
  built: Uint8Array,
  wanted: ReadonlyMap<string, string>,
  response: Response,
): Promise<string | null> {
  const served = new Uint8Array(await response.arrayBuffer());
  if (!response.ok) return `is answered by ${response.status}`;
  const first = firstDifference(built, served);
  if (first !== null) return `differs from byte ${first} on (${served.length} bytes, built are ${built.length})`;
  const others = [...wanted].filter(([name, value]) => response.headers.get(name) !== value).map(([name]) => name);
  return others.length === 0 ? null : `has the right bytes and other headers: ${others.join(', ')}`;
}

function firstDifference(one: Uint8Array, other: Uint8Array): number | null {
  const length = Math.max(one.length, other.length);
  for (let place = 0; place < length; place++) if (one[place] !== other[place]) return place;
  return null;
}
