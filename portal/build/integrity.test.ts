import { expect, it } from 'vitest';
import { allowMap, withHashes } from './integrity.ts';

const PAGE = `<head>
    <script type="module" crossorigin src="/assets/a.js"></script>
    <link rel="modulepreload" crossorigin href="/assets/b.js">
    <link rel="stylesheet" href="/assets/c.css">
</head>`;
const HASHES = new Map([
  ['/assets/b.js', 'sha384-b'],
  ['/assets/a.js', 'sha384-a'],
]);

it('puts the map before every script, because a module that is fetched earlier would go by none', () => {
  const { page, map } = withHashes(PAGE, HASHES);
  expect(map).toBe('{"integrity":{"/assets/a.js":"sha384-a","/assets/b.js":"sha384-b"}}');
  expect(page.indexOf(`<script type="importmap">${map}</script>`)).toBeLessThan(page.indexOf('<script type="module"'));
  expect(page).toContain('src="/assets/a.js" integrity="sha384-a"></script>');
  expect(page).toContain('href="/assets/b.js" integrity="sha384-b">');
  expect(page).toContain('<link rel="stylesheet" href="/assets/c.css">');
});

it('makes no page that names a script without a hash, since no browser would run it', () => {
  expect(() => withHashes(PAGE, new Map([['/assets/a.js', 'sha384-a']]))).toThrow('/assets/b.js');
  expect(() => withHashes('<head></head>', HASHES)).toThrow('no script');
});

it('allows the map by its hash and nothing else inline', () => {
  const allowed = allowMap("/*\n  Content-Security-Policy: script-src 'self'; x\n", '{}');
  expect(allowed).toMatch(/script-src 'self' 'sha256-[A-Za-z0-9+/]{43}='; x/);
  expect(() => allowMap('/*\n', '{}')).toThrow("script-src 'self'");
});
