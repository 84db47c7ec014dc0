// Every script of the portal is fetched by its hash. The page's import map names the hash of each, also of those that come later; the map is
// the page's one inline script, and the policy names its hash in turn. So whoever can bend a script on its way, or in a cache, has to bend the page too.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin, Rolldown } from 'vite';

const hashed = (algorithm: 'sha256' | 'sha384', text: string | Uint8Array): string =>
  `${algorithm}-${createHash(algorithm).update(text).digest('base64')}`;

/** The page with a hash on each script and preload that it names, and the map before them; the map by itself, as it stands there. */
export function withHashes(page: string, hashes: ReadonlyMap<string, string>): { page: string; map: string } {
  const map = JSON.stringify({ integrity: Object.fromEntries([...hashes].toSorted()) });
  const marked = page.replace(
    /<(script type="module"|link rel="modulepreload")([^>]*?(?:src|href)="([^"]+)")/g,
    (tag, _head, _rest, at) => {
      const hash = hashes.get(at);
      if (hash === undefined) throw new Error(`index.html names ${at}, which the build has not made`);
      return `${tag} integrity="${hash}"`;
    },
  );
  const first = marked.search(/<(script type="module"|link rel="modulepreload")/);
  if (first === -1) throw new Error('index.html names no script');
  return { page: `${marked.slice(0, first)}<script type="importmap">${map}</script>\n    ${marked.slice(first)}`, map };
}

/** The policies of `_headers` that allow the page's own scripts, with the map's hash beside them. */
export function allowMap(headers: string, map: string): string {
  const before = "script-src 'self';";
  if (!headers.includes(before)) throw new Error(`_headers has no policy with ${before}`);
  return headers.replaceAll(before, `script-src 'self' '${hashed('sha256', map)}';`);
}

const isScript = (file: Rolldown.OutputAsset | Rolldown.OutputChunk): boolean =>
  file.type === 'chunk' || file.fileName.endsWith('.js');
const bytesOf = (file: Rolldown.OutputAsset | Rolldown.OutputChunk): string | Uint8Array =>
  file.type === 'chunk' ? file.code : file.source;

/**
 * Writes both once the build has written everything else, so that no later step changes what was hashed; from what was built and from the
 * source, never from what another build may have put into the same folder meanwhile.
 */
export const integrity = (): Plugin => {
  let publicDir = '';
  return {
    name: 'integrity',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      publicDir = config.publicDir;
    },
    writeBundle({ dir = '' }, bundle) {
      const { 'index.html': index, ...others } = bundle;
      if (index?.type !== 'asset') throw new Error('the build has made no index.html');
      const scripts = Object.values(others).filter(isScript);
      const hashes = new Map(scripts.map((file) => [`/${file.fileName}`, hashed('sha384', bytesOf(file))]));
      const { page, map } = withHashes(Buffer.from(index.source).toString('utf8'), hashes);
      writeFileSync(path.join(dir, 'index.html'), page);
      const headers = readFileSync(path.join(publicDir, '_headers'), 'utf8');
      writeFileSync(path.join(dir, '_headers'), allowMap(headers, map));
    },
  };
};
