// How much of a run is kept: beyond its limit of events nothing more is stored, and the engine is told to go on, so that what the run comes
// to is still heard.
import type { RejectedEvent } from '../../schema/report.ts';
import type { IndexedEvent } from './events.ts';

/**
 * Events that say how a run goes get this share of the limit on top of it: a run that floods still ends as failed or
 * succeeded.
 */
const STATUS_SHARE = 0.1;

/**
 * Parts a batch's new events into those that fit and those that do not. Pure. `taken`: how many the run has already,
 * tombstones included. `limit` is included.
 */
export function withinRun(
  fresh: readonly IndexedEvent[],
  taken: number,
  limit: number,
): { fresh: IndexedEvent[]; over: RejectedEvent[] } {
  const result: { fresh: IndexedEvent[]; over: RejectedEvent[] } = { fresh: [], over: [] };
  for (const one of fresh) {
    const most = one.event.type === 'message' ? limit : limit * (1 + STATUS_SHARE);
    if (taken + result.fresh.length < most) result.fresh.push(one);
    else {
      const message = `a run has at most ${limit} events; go on with the next seq`;
      result.over.push({ index: one.index, seq: one.event.seq, code: 'run_full', field: null, message });
    }
  }
  return result;
}
