// Escrow keys that one act has opened for re-sealing alone: they open nothing for a person and seal nothing new, and no state names them. In
// memory until the act ends, the vault is locked, two minutes pass in which nothing was re-sealed, or a bound is reached.
import type { SealTo } from './resealer.ts';

/** A page of what is to be re-sealed has come by then, or its request has given up. */
export const RESEAL_IDLE_MS = 2 * 60_000;
/** In all, however busy: a server that never says that it is done, or a script that goes on asking, keeps no keys in memory. */
export const RESEAL_MAX_MS = 60 * 60_000;
export const RESEALS_MAX = 100_000;

export type ResealKeys = { tenant: string; keys: ReadonlyMap<string, CryptoKey>; active: SealTo };

export class ResealOnly {
  readonly #now: () => number;
  #held: ResealKeys | null = null;
  #heldAt = 0;
  #until = 0;
  #left = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  hold(keys: ResealKeys): void {
    this.#held = keys;
    this.#heldAt = this.#now();
    this.#left = RESEALS_MAX;
    this.#wait();
  }

  /** A worker may sleep through its timer: overdue keys are gone when they are next asked for. */
  get keys(): ResealKeys | null {
    if (this.#held && (this.#left === 0 || this.#until <= this.#now())) this.drop();
    return this.#held;
  }

  isOlder(than: number): boolean {
    return this.keys !== null && this.#heldAt < than;
  }

  /** One more secret is re-sealed with them. */
  count(): void {
    this.#left -= 1;
    this.#wait();
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#until = Math.min(this.#now() + RESEAL_IDLE_MS, this.#heldAt + RESEAL_MAX_MS);
    this.#timer = setTimeout(() => this.drop(), this.#until - this.#now());
  }

  drop(): void {
    clearTimeout(this.#timer);
    this.#held = null;
  }
}
