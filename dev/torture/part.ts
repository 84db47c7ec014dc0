// A part of the torture: what it did, and what it found. One fault is enough to fail the run.
import type { Ground } from '../bench/ground.ts';

export type Run = {
  ground: Ground;
  seed: number;
  isFull: boolean;
  /** How many PCs the load has; absent: as many as the round has. */
  pcs?: number;
  /** Told as it happens. */
  say: (line: string) => void;
};
/** `did`: lines for the report. `faults`: what must not be, as sentences. */
export type Outcome = { did: string[]; faults: string[] };
export type Part = { name: string; title: string; run: (run: Run) => Promise<Outcome> };
