// Serves the built portal as Pages does: its `_headers`, index.html for every path of the app, nothing outside the folder.
import { existsSync, readFileSync, statSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import { parsePagesHeaders } from './pages-headers.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.zip': 'application/zip',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

/** Where the API is: `api` behind Access, for the portal; `engine` without, for engines. */
export type Origins = { api: string; engine: string };

/** The origins that a portal's index.html names in its meta tags. Throws one sentence if one is missing. */
export function originsIn(html: string): Origins {
  const meta = (name: string): string => {
    const content = new RegExp(`<meta name="${name}" content="([^"]+)"`).exec(html)?.[1];
    if (content === undefined) throw new Error(`portal/index.html names no ${name}: it wants <meta name="${name}" …>.`);
    return content;
  };
  return { api: meta('api-origin'), engine: meta('engine-origin') };
}

const socket = (origin: string) => origin.replace(/^http/, 'ws');

/** The origins of one place replaced by another's, in index.html or in `_headers`. */
export const localize = (text: string, from: Origins, to: Origins): string =>
  text.replaceAll(socket(from.api), socket(to.api)).replaceAll(from.api, to.api).replaceAll(from.engine, to.engine);

/** Pages reads these and never serves them. Only these: Vite gives some chunks a name with an underscore in front. */
const PAGES_OWN = new Set(['_headers', '_redirects', '_routes.json', '_worker.js']);

export type ServeFile = (pathname: string, response: ServerResponse) => void;

/** A handler for one built portal. `origins` take the place of those it was built with, in index.html and `_headers` only. */
export function servePortal(folder: string, origins: Origins): ServeFile {
  const index = path.join(folder, 'index.html');
  const built = originsIn(readFileSync(index, 'utf8'));
  const headersOf = parsePagesHeaders(localize(readFileSync(path.join(folder, '_headers'), 'utf8'), built, origins));

  return (pathname, response) => {
    if (response.req.method !== 'GET' && response.req.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' });
      response.end();
      return;
    }
    const file = resolveFile(folder, pathname);
    if (!file) {
      response.writeHead(404, { 'content-type': 'text/plain' });
      response.end('Not found');
      return;
    }
    for (const [name, value] of headersOf(pathname)) response.setHeader(name, value);
    response.setHeader('content-type', TYPES[path.extname(file)] ?? 'application/octet-stream');
    response.end(file === index ? localize(readFileSync(file, 'utf8'), built, origins) : readFileSync(file));
  };
}

/**
 * The file a path means: itself, or index.html for a path of the app. Null: there is no file, or none that may be
 * served.
 */
export function resolveFile(folder: string, pathname: string): string | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  const file = path.resolve(folder, `.${path.posix.normalize(`/${decoded}`)}`);
  const inside = file === folder || file.startsWith(folder + path.sep);
  // Lower case, because a disk that ignores case would serve /_HEADERS.
  const isPagesOwn = PAGES_OWN.has(path.relative(folder, file).toLowerCase());
  if (!inside || decoded.includes('\0') || isPagesOwn) return null;
  if (existsSync(file) && statSync(file).isFile()) return file;
  return path.extname(file) === '' ? path.join(folder, 'index.html') : null;
}
