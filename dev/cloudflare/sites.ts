// Pages sites as deployed: the uploaded files under their own `_headers`, served by the code with which Cloudflare serves static assets.
// It is the Workers' asset server: near to that of Pages, not the same (decision 0123).
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { V4MiniflareOptions, V4WorkerOptions } from 'miniflare';
import { type Account, type PagesDeployment, type Project, servedDeployment } from './account.ts';

export class Sites {
  readonly #account: Account;
  readonly #folder: string;
  #miniflare: import('miniflare').Miniflare | undefined;

  constructor(account: Account, folder: string) {
    this.#account = account;
    this.#folder = folder;
  }

  /** Brings what is served in step with the account. */
  async update(): Promise<void> {
    const { Miniflare, convertV4MiniflareOptions } = await import('miniflare');
    const workers = [...this.#account.projects.values()].flatMap((project) => {
      const served = servedDeployment(project);
      return served === undefined ? [] : [this.#siteOf(project, served)];
    });
    if (workers.length === 0) return;
    const options = convertV4MiniflareOptions({ cf: false, workers } as V4MiniflareOptions);
    if (this.#miniflare) await this.#miniflare.setOptions(options);
    else this.#miniflare = new Miniflare(options);
    await this.#miniflare.ready;
  }

  #siteOf({ name }: Project, deployment: PagesDeployment): V4WorkerOptions {
    // Without a page for what is not there, Pages answers with the index: the paths of the portal rest on that.
    const isWhole = '/404.html' in deployment.manifest;
    return {
      name,
      modules: true,
      script: '',
      compatibilityDate: '2026-08-01',
      unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
      assets: {
        directory: this.folderOf(deployment),
        assetConfig: {
          html_handling: 'auto-trailing-slash',
          not_found_handling: isWhole ? '404-page' : 'single-page-application',
        },
        routerConfig: { has_user_worker: false },
      },
    } as V4WorkerOptions;
  }

  /** A deployment's files, as they were before they were uploaded. */
  folderOf({ id, manifest, rules }: PagesDeployment): string {
    const folder = path.join(this.#folder, id);
    const write = (name: string, content: Uint8Array | string) => {
      const file = path.join(folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
    };
    for (const [name, hash] of Object.entries(manifest)) write(name, this.#account.assets.get(hash) ?? '');
    for (const [name, text] of Object.entries(rules)) write(name, text);
    return folder;
  }

  /** Where a project is served on this machine. */
  async addressOf({ name }: Project): Promise<URL> {
    if (!this.#miniflare) throw new Error('nothing is served yet');
    return this.#miniflare.unsafeGetDirectURL(name);
  }

  async close(): Promise<void> {
    await this.#miniflare?.dispose();
  }
}
