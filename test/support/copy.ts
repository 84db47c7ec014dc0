// A fresh copy of the project in which somebody types: its commands, and changes of its files.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cloneOf } from './clone.ts';

export type Ended = { code: number | null; text: string };

export class Copy {
  readonly folder: string;
  readonly #env: Record<string, string>;
  readonly #running = new Set<ChildProcess>();

  /** Copies the project at `root` to `folder`, which does not exist yet. `env`: what its commands find in their environment beside the caller's. */
  constructor(root: string, folder: string, env: Record<string, string>) {
    cloneOf(root, folder);
    this.folder = folder;
    this.#env = env;
  }

  /** A command as it is typed. */
  type(command: string): { child: ChildProcess; ended: Promise<Ended> } {
    const { npm_execpath: _, npm_config_user_agent: __, CLOUDFLARE_ACCOUNT_ID: ___, ...inherited } = process.env;
    // npx finds the same file, and takes a second each time.
    const child = spawn('sh', ['-c', command.replace(/^npx wrangler/, 'node_modules/.bin/wrangler')], {
      cwd: this.folder,
      // A group of its own: a shell hands no interrupt on to what it started.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...inherited, ...this.#env, NO_COLOR: '1', FORCE_COLOR: '0' },
    });
    this.#running.add(child);
    child.once('close', () => this.#running.delete(child));
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
    const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, text })));
    return { child, ended };
  }

  /** What a command prints that has to end well. */
  async typed(command: string): Promise<string> {
    const { code, text } = await this.type(command).ended;
    assert.equal(code, 0, `${command}\n${text}`);
    return text;
  }

  /** Ends a command with all that it started. */
  interrupt({ pid }: ChildProcess, signal: NodeJS.Signals): void {
    process.kill(-(pid ?? 0), signal);
  }

  file(name: string): string {
    return path.join(this.folder, name);
  }

  edit(name: string, change: (text: string) => string): void {
    const before = readFileSync(this.file(name), 'utf8');
    const after = change(before);
    assert.notEqual(after, before, `${name} has what is to be changed`);
    writeFileSync(this.file(name), after);
  }

  /** Sets a key of wrangler.toml, in production's part or in staging's. */
  setKey(key: string, value: string, environment: 'production' | 'staging' = 'production'): void {
    this.edit('wrangler.toml', (text) => {
      const cut = text.indexOf('\n[env.staging]\n');
      const parts = [text.slice(0, cut), text.slice(cut)];
      const which = environment === 'production' ? 0 : 1;
      parts[which] = (parts[which] ?? '').replace(new RegExp(`^(# )?${key} = "[^"]*"`, 'm'), `${key} = "${value}"`);
      return parts.join('');
    });
  }

  /** Ends what still runs. */
  close(): void {
    for (const child of this.#running) this.interrupt(child, 'SIGKILL');
  }
}
