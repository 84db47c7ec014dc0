// The live connection's news about machines: gathered until the browser draws, and kept for each answer that is awaited
// meanwhile.
import type { MachineSummary } from '../../../schema/machine.ts';

export type Changes = ReadonlyMap<string, MachineSummary>;

export class Incoming {
  readonly #take: (machines: Iterable<MachineSummary>) => void;
  readonly #gathered = new Map<string, MachineSummary>();
  /** For each awaited answer, the changes that have come since it was requested. */
  readonly #awaited = new Set<Map<string, MachineSummary>>();
  #frame = 0;

  /** `take` gets many changes at once, so that they make one render; each machine as it is last. */
  constructor(take: (machines: Iterable<MachineSummary>) => void) {
    this.#take = take;
  }

  add(machines: readonly MachineSummary[]): void {
    for (const machine of machines)
      for (const changes of [this.#gathered, ...this.#awaited]) changes.set(machine.id, machine);
    this.#frame ||= requestAnimationFrame(this.#hand);
  }

  /** An answer, and what has changed since it was asked for: that goes on top, since the answer may be older. */
  async during<T>(ask: () => Promise<T>): Promise<readonly [T, Changes]> {
    // Earlier changes are in the answer, and must not be put over it afterwards: a hidden tab draws nothing for hours.
    if (this.#gathered.size > 0) this.#hand();
    const meanwhile = new Map<string, MachineSummary>();
    this.#awaited.add(meanwhile);
    try {
      return [await ask(), meanwhile];
    } finally {
      this.#awaited.delete(meanwhile);
    }
  }

  /** Drops what has been gathered: it belongs to another fleet. */
  forget(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#gathered.clear();
  }

  #hand = (): void => {
    const machines = [...this.#gathered.values()];
    this.forget();
    this.#take(machines);
  };
}
