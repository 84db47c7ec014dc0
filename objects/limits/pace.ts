// How often somebody does something within seconds or a minute: counted in memory, since a window is over before an eviction matters.
import type { LimitName } from '../../schema/limits.ts';
import type { Refusal } from '../../schema/refusal.ts';
import { decideCount, refusalFor, windowOf } from './limits.ts';

const KEYS_MAX = 10_000;
type Window = { began: number; count: number };

export class Pace {
  readonly #windows = new Map<string, Window>();

  /** Counts one more of `who` and refuses it where that is too often; what was refused is not counted. */
  spend(name: LimitName, who: string, limit: number, now: number): Refusal | null {
    const key = `${name} ${who}`;
    const began = now - (now % windowOf(name));
    const known = this.#windows.get(key);
    const count = known?.began === began ? known.count : 0;
    const refusal = refusalFor(name, limit, decideCount(name, limit, count, 1, now));
    if (refusal) return refusal;
    if (this.#windows.size >= KEYS_MAX) this.#windows.clear();
    this.#windows.set(key, { began, count: count + 1 });
    return null;
  }
}
