// The docs site: the pages of this folder as they are, with a search that stays in the browser. No request leaves its own origin.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from 'vitepress';

const page = (text: string, name: string) => ({ text, link: `/${name}` });

/** Every page of a folder by its own heading, but for the folder's first. */
const pagesIn = (folder: string) =>
  readdirSync(path.join(import.meta.dirname, '..', folder))
    .filter((name) => name !== 'index.md')
    .sort()
    .map((name) => {
      const text = readFileSync(path.join(import.meta.dirname, '..', folder, name), 'utf8');
      return page(/^# (.+)$/m.exec(text)?.[1] ?? name, `${folder}/${name.replace(/\.md$/, '')}`);
    });

type Token = { type: string; attrGet: (name: string) => string | null };

/** Takes away the links to files beside the docs; their words stay. In place. */
function withoutFiles(tokens: Token[]): void {
  let inside = false;
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token?.type === 'link_open' && /^(\.\.\/)+(?!docs\/)/.test(token.attrGet('href') ?? '')) inside = true;
    else if (!(inside && token?.type === 'link_close')) continue;
    else inside = false;
    tokens.splice(at--, 1);
  }
}

export default defineConfig({
  title: 'TotlProvision',
  description: 'Escrow for the secrets of provisioned PCs: the backend keeps them for years and can never read one.',
  lang: 'en',
  cleanUrls: true,
  lastUpdated: false,
  head: [['link', { rel: 'icon', href: '/logo.svg', type: 'image/svg+xml' }]],
  markdown: {
    config: (markdown) => {
      // The same pages are read in the repository, where they link into its files; the site has only the pages.
      markdown.core.ruler.push('links-into-the-repository', ({ tokens }) => {
        for (const { children } of tokens) if (children) withoutFiles(children);
      });
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [page('Tour', 'tour'), page('Using', 'using'), page('Operating', 'operating'), page('API', 'api')],
    sidebar: [
      {
        text: 'Begin',
        items: [
          page('Five-minute tour', 'tour'),
          page('Connecting to Cloudflare', 'connecting-to-cloudflare'),
          page('The first account', 'first-account'),
        ],
      },
      {
        text: 'Engineers and admins',
        items: [
          page('Using', 'using'),
          page('Audit', 'audit'),
          page('Notices', 'notices'),
          page('Limits', 'limits'),
          page('Recovery page', 'recovery-page'),
        ],
      },
      {
        text: 'Operators',
        items: [
          page('Operating', 'operating'),
          page('Logs', 'logs'),
          { ...page('Runbooks', 'runbooks/'), collapsed: true, items: pagesIn('runbooks') },
          page('Backup and restore', 'backup'),
          page('What it costs', 'cost'),
        ],
      },
      {
        text: 'Engines and clients',
        items: [
          page('Engine integration', 'engine'),
          page('Engine on Windows', 'engine-windows'),
          page('Protocol', 'protocol'),
          page('Live', 'live'),
          page('Field cases', 'field-cases'),
          page('API reference', 'api'),
        ],
      },
      {
        text: 'How it is made',
        items: [
          page('Architecture', 'architecture'),
          page('Storage', 'storage'),
          page('Performance', 'performance'),
          page('Reliability', 'reliability'),
          page('Threat model', 'threat-model'),
          page('Published vectors', 'vectors'),
          page('Supply', 'supply'),
          page('Adding a field', 'adding-a-field'),
          page('Adding a route', 'adding-a-route'),
          page('Adding a page', 'adding-a-page'),
          page('Dependencies', 'dependencies'),
          page('Glossary', 'glossary'),
        ],
      },
      { text: 'Decisions', collapsed: true, items: pagesIn('decisions') },
    ],
  },
});
