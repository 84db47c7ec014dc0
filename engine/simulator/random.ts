// Chance from a seed, so that a simulated fleet is the same PCs every time. Never used for a secret.

/** Mulberry32: numbers from 0 to 1, the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type Chance = {
  /** An integer from low to high, both included. */
  between: (low: number, high: number) => number;
  pick: <T>(from: readonly T[]) => T;
  /** True with this probability. */
  odds: (probability: number) => boolean;
  characters: (alphabet: string, count: number) => string;
  uuid: () => string;
};

export function chance(seed: number): Chance {
  const random = seeded(seed);
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  const pick = <T>(from: readonly T[]) => from[between(0, from.length - 1)] as T;
  const characters = (alphabet: string, count: number) =>
    Array.from({ length: count }, () => pick([...alphabet])).join('');
  const uuid = () => {
    const hex = characters('0123456789abcdef', 30);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-8${hex.slice(15, 18)}-${hex.slice(18, 30)}`;
  };
  return { between, pick, odds: (probability) => random() < probability, characters, uuid };
}
