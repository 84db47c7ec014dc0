// Which exports of the audit are running: each reads the whole chain, page by page, as its client takes them. One whose client has gone ends
// by itself.
import type { Refusal } from '../../schema/refusal.ts';
import { decideCount, refusalFor } from '../limits/limits.ts';

/** A client that has asked for no page for this long has gone. */
const GONE_AFTER_MS = 30_000;

type Running = { upTo: number; askedAt: number };

export class RunningExports {
  readonly #running = new Map<string, Running>();

  /** Whether one more may begin. */
  refuses(limit: number, now: number): Refusal | null {
    for (const [id, { askedAt }] of this.#running) if (now - askedAt >= GONE_AFTER_MS) this.#running.delete(id);
    return refusalFor('exports', limit, decideCount('exports', limit, this.#running.size, 1, now));
  }

  /** `id`: the request's. `upTo`: the last entry it may hold. */
  begin(id: string, upTo: number, now: number): void {
    this.#running.set(id, { upTo, askedAt: now });
  }

  /** A page was asked for by this request; `next`: where the one after it begins. */
  asked(id: string, next: number | null, now: number): void {
    const running = this.#running.get(id);
    if (!running) return;
    if (next === null || next >= running.upTo) this.#running.delete(id);
    else running.askedAt = now;
  }
}
