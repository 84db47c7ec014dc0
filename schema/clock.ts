// When something of a run happened, by our clock: as the PC's clock said, or, where that clock is wrong, when we
// received it. The one rule for order, durations, charts and everything shown about a run (schema/order.ts has that for
// secrets). Pure, without zod. The PC's own word is kept beside it. Arriving late does not make something wrong:
// nothing here asks how long it was under way.
import { CLOCK_TOLERANCE_MS } from './order.ts';

/** A clock that is off by more when it sends is wrong: no instant that comes with it is taken from its word. */
export const SKEW_MAX_MS = 3_600_000;

export type Receipt = {
  /**
   * By how much our clock was ahead of the PC's when this was sent; null where nobody measured, as with carried items.
   */
  skewMs: number | null;
  /** When we received it; it happened no later. */
  receivedAt: number;
  /** The tenant's first call: nothing reported to it happened before. */
  firstCallAt: number;
  /** What wrong instants are taken for; absent: for the receipt. */
  takenFor?: number;
};

/**
 * By how much a wrong clock was off as it sent: more than the tolerance; otherwise null, since it was right by then or
 * nobody measured.
 */
export const wrongBy = ({ skewMs }: Pick<Receipt, 'skewMs'>): number | null =>
  skewMs !== null && Math.abs(skewMs) > SKEW_MAX_MS ? skewMs : null;

/** Whether the PC's clock named an impossible instant. */
export const isWrong = (saidAt: number, receipt: Receipt): boolean =>
  wrongBy(receipt) !== null || saidAt < receipt.firstCallAt || saidAt > receipt.receivedAt;

/** What an instant is taken for, ms since the epoch. */
export const takenAt = (saidAt: number, receipt: Receipt): number =>
  isWrong(saidAt, receipt) ? (receipt.takenFor ?? receipt.receivedAt) : saidAt;

/**
 * The same for the events of one report, in their order. An event happened before those after it in its run: one with a
 * wrong instant is taken to be no later than the next one whose instant is right, as when the clock was set in the
 * middle and everything was sent afterwards.
 */
export function timesOf(events: readonly { seq: number; at: number }[], receipt: Receipt): number[] {
  const places = [...events.keys()].sort((a, b) => (events[b]?.seq ?? 0) - (events[a]?.seq ?? 0));
  const times = events.map(({ at }) => takenAt(at, receipt));
  let latest = receipt.takenFor ?? receipt.receivedAt;
  for (const place of places) {
    const saidAt = events[place]?.at ?? 0;
    if (isWrong(saidAt, receipt)) times[place] = latest;
    else latest = Math.min(latest, saidAt);
  }
  return times;
}

/**
 * Whether a reader is told that this is not what the PC's clock said: a clock that is a few seconds off does not
 * matter.
 */
export const isTold = (saidAt: number, at: number): boolean => Math.abs(saidAt - at) > CLOCK_TOLERANCE_MS;

/** The greater of two values found in one run (`wrongBy`), in whatever order its reports come. */
export const worse = (one: number | null, other: number | null): number | null =>
  Math.abs(other ?? 0) > Math.abs(one ?? 0) ? other : one;
