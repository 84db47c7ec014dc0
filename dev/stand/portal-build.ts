// The portal for the stand: built when its sources are newer than the build, or served hot by Vite.
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { asProduction } from '../../portal/build/as-production.ts';
import { localize, type Origins, originsIn, type ServeFile } from './portal-files.ts';
import { freePorts } from './ports.ts';

/** Builds the portal if a source is newer than the build. Answers the folder. */
export async function buildPortal(root: string): Promise<string> {
  const dist = path.join(root, 'portal/dist');
  const index = path.join(dist, 'index.html');
  const sources = ['portal', 'schema', 'engine/powershell', 'package-lock.json'].map((name) =>
    newestIn(path.join(root, name)),
  );
  if (!existsSync(index) || Math.max(...sources) > statSync(index).mtimeMs) {
    const { build } = await import('vite');
    await asProduction(() => build({ configFile: path.join(root, 'portal/vite.config.ts'), logLevel: 'warn' }));
  }
  return dist;
}

function newestIn(place: string): number {
  const stat = statSync(place);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(place)
    .filter((name) => name !== 'dist' && name !== 'node_modules')
    .reduce((newest, name) => Math.max(newest, newestIn(path.join(place, name))), 0);
}

/** Serves the portal from its sources with hot reload. Without the CSP: Vite's client needs inline styles. */
export async function hotPortal(
  root: string,
  origins: Origins,
): Promise<{ serve: ServeFile; close: () => Promise<void> }> {
  const { createServer } = await import('vite');
  const port = await freePorts(1);
  const server = await createServer({
    configFile: path.join(root, 'portal/vite.config.ts'),
    // A port of its own, so that two stands can be hot at once; by default Vite would open it to the whole network.
    server: { middlewareMode: true, hmr: { host: '127.0.0.1', port } },
    plugins: [
      { name: 'stand-origins', transformIndexHtml: (html: string) => localize(html, originsIn(html), origins) },
    ],
    logLevel: 'warn',
  });
  return {
    serve: (pathname, response) => {
      const request = response.req;
      request.url = pathname + new URL(request.url ?? '/', 'http://localhost').search;
      server.middlewares(request, response);
    },
    close: () => server.close(),
  };
}
