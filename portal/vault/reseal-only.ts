// Escrow keys that one act has opened for re-sealing alone: they open nothing for a person and seal nothing new, and no state names them. In
// memory until the act ends, the vault is locked, or two minutes pass in which nothing was re-sealed.
import type { SealTo } from './resealer.ts';

/** A page of what is to be re-sealed has come by then, or its request has given up. */
export const RESEAL_IDLE_MS = 2 * 60_000;

export type ResealKeys = { tenant: string; keys: ReadonlyMap<string, CryptoKey>; active: SealTo };

export class ResealOnly {
  readonly #now: () => number;
  #held: ResealKeys | null = null;
  #heldAt = 0;
  #until = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  hold(keys: ResealKeys): void {
    this.#held = keys;
    this.#heldAt = this.#now();
    this.touch();
  }

  /** A worker may sleep through its timer: overdue keys are gone when they are next asked for. */
  get keys(): ResealKeys | null {
    if (this.#held && this.#until <= this.#now()) this.drop();
    return this.#held;
  }

  isOlder(than: number): boolean {
    return this.keys !== null && this.#heldAt < than;
  }

  touch(): void {
    clearTimeout(this.#timer);
    this.#until = this.#now() + RESEAL_IDLE_MS;
    this.#timer = setTimeout(() => this.drop(), RESEAL_IDLE_MS);
  }

  drop(): void {
    clearTimeout(this.#timer);
    this.#held = null;
  }
}
