// `npm run docs:build`: the docs site into docs/.vitepress/dist, with the API reference made from the routes and headers for Pages.
import { createHash } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'vitepress';
import { apiPage } from './docs/api.ts';
import { openApiDocument } from './docs/openapi-document.ts';

const docs = path.join(import.meta.dirname, '../docs');
export const DOCS_DIST = path.join(docs, '.vitepress/dist');

/**
 * The site's own inline scripts by hash, so that no other runs. Styles are inline because its highlighter colours code
 * that way.
 */
function headers(): string {
  const hashes = new Set<string>();
  for (const name of readdirSync(DOCS_DIST, { recursive: true, encoding: 'utf8' }).filter((one) =>
    one.endsWith('.html'),
  ))
    for (const [, attributes = '', script = ''] of readFileSync(path.join(DOCS_DIST, name), 'utf8').matchAll(
      /<script([^>]*)>([\s\S]*?)<\/script>/g,
    ))
      if (!attributes.includes('src=')) hashes.add(`'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  return [
    '/*',
    `  Content-Security-Policy: default-src 'none'; script-src 'self' ${[...hashes].sort().join(' ')}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    '  X-Content-Type-Options: nosniff',
    '  Referrer-Policy: no-referrer',
    '',
  ].join('\n');
}

/** Builds the site. Throws if a page links to one that does not exist. */
export async function buildDocs(): Promise<void> {
  writeFileSync(path.join(docs, 'api.md'), apiPage(await openApiDocument()));
  await build(docs);
  copyFileSync(path.join(docs, '../portal/public/logo.svg'), path.join(DOCS_DIST, 'logo.svg'));
  writeFileSync(path.join(DOCS_DIST, '_headers'), headers());
}

if (import.meta.main) {
  await buildDocs();
  console.log(`The docs are in ${path.relative(process.cwd(), DOCS_DIST)}`);
}
