// The generator as the bench uses it: one thread, one volley at a time.
import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Fired, Volley } from './load.ts';

export const CONNECTIONS = 16;

export class Generator {
  readonly #thread = new Worker(path.join(import.meta.dirname, 'load.ts'));
  /** Fires and answers when all connections are done. Throws the first answer that was no success. */
  async fire(volley: Volley): Promise<Fired> {
    const answered = once(this.#thread, 'message');
    this.#thread.postMessage(volley);
    const [{ fired, failed }] = (await answered) as [{ fired?: Fired; failed?: string }];
    if (!fired) throw new Error(failed);
    return fired;
  }

  async close(): Promise<void> {
    await this.#thread.terminate();
  }
}
