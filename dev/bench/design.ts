// What was counted of a design, each by what it is of: docs/cost.md follows from two of these and the prices.
import type { Usage } from './cost.ts';

export type Design = {
  /** A PC's reports and secrets, with what an open page hears of them. */
  pc: Usage;
  /** A page of the fleet that is opened, and each time that it reads again. */
  opened: Usage;
  again: Usage;
  /** Each minute in which something happens. */
  minute: Usage;
  /** The deletion of a PC's events once they are old. */
  pruned: Usage;
  /** What a PC leaves in storage. */
  bytes: number;
};

/** `product` and what one would build on D1 alone. */
export type Designs = { product: Design; indexed: Design };

/** A PC's forty events in twelve reports, and its secrets. */
export const PC_REPORTS = [4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 3, 3] as const;
export const PC_EVENTS = PC_REPORTS.reduce((sum: number, size) => sum + size, 0);
export const PC_SECRETS = 2;
