// The built docs site: every link leads somewhere, nothing is fetched from elsewhere, and no script runs that its
// headers do not name.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildDocs, DOCS_DIST } from './docs.ts';

let pages: Map<string, string>;

beforeAll(async () => {
  await buildDocs();
  const names = readdirSync(DOCS_DIST, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'));
  pages = new Map(
    names.map((name) => [`/${name.replace(/\.html$/, '')}`, readFileSync(path.join(DOCS_DIST, name), 'utf8')]),
  );
});

const attributes = (html: string, name: string): string[] =>
  [...html.matchAll(new RegExp(`<[^>]+ ${name}="([^"]*)"`, 'g'))].map(([, value = '']) =>
    value.replaceAll('&amp;', '&'),
  );

/** Every page as (where, link), without what belongs to other sites. */
const links = (): [string, URL][] =>
  [...pages].flatMap(([page, html]) =>
    attributes(html, 'href')
      .filter((href) => !/^(https?:|mailto:)/.test(href))
      .map((href): [string, URL] => [page, new URL(href, `https://docs.example${page}`)]),
  );

describe('the docs site', () => {
  it('has only links that lead somewhere, to the heading they name', () => {
    const dead = links().filter(([, { pathname, hash }]) => {
      const name = decodeURIComponent(pathname.replace(/\.html$/, '').replace(/\/$/, '/index'));
      const html = pages.get(name);
      if (html === undefined) return !existsSync(path.join(DOCS_DIST, name));
      return hash !== '' && !attributes(html, 'id').includes(decodeURIComponent(hash.slice(1)));
    });
    expect(links().length).toBeGreaterThan(500);
    expect(dead.map(([page, { pathname, hash }]) => `${page} → ${pathname}${hash}`)).toEqual([]);
  });

  it('fetches nothing from elsewhere', () => {
    for (const [page, html] of pages) {
      const fetched = [
        ...attributes(html, 'src'),
        ...(html.match(/<link [^>]+>/g) ?? []).flatMap((tag) => attributes(tag, 'href')),
      ];
      expect(
        fetched.filter((url) => /^(https?:)?\/\//.test(url)),
        page,
      ).toEqual([]);
    }
  });

  it('allows its own inline scripts by hash, and no other', () => {
    const policy = readFileSync(path.join(DOCS_DIST, '_headers'), 'utf8');
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    for (const html of pages.values())
      for (const [, script = ''] of html.matchAll(/<script(?![^>]* src=)[^>]*>([\s\S]*?)<\/script>/g))
        expect(policy).toContain(createHash('sha256').update(script).digest('base64'));
  });

  it('has every route in its API reference', () => {
    const html = pages.get('/api') ?? '';
    for (const id of ['get-health', 'post-v1-report', 'post-v1-tenants-tenant-secrets-secret-reveal'])
      expect(attributes(html, 'id')).toContain(id);
  });
});
