// Credentials that were proven a moment ago, in the isolate's memory, so that a caller who asks again costs no query and no signature.

/** How long a proof holds: so long may a token go on working after what it was proven by is gone. */
export const PROVEN_MS = 30_000;
const KEPT_MAX = 1_000;

/** By the credential itself: to look one up by a hash would cost each request one and keep it no better, since the request holds it too. */
export class Proven<T> {
  readonly #kept = new Map<string, { value: T; until: number }>();

  get(credential: string, now: number): T | null {
    const kept = this.#kept.get(credential);
    return kept && kept.until > now ? kept.value : null;
  }

  /** `until`: when it ends by itself, ms since the epoch; it is kept no longer than a moment in any case. */
  keep(credential: string, value: T, now: number, until = Number.POSITIVE_INFINITY): void {
    for (const [other, kept] of this.#kept)
      if (kept.until <= now || this.#kept.size >= KEPT_MAX) this.#kept.delete(other);
    this.#kept.set(credential, { value, until: Math.min(until, now + PROVEN_MS) });
  }

  /** For tests: an isolate without memory. */
  forget(): void {
    this.#kept.clear();
  }
}
