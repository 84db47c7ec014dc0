// The rule for whose clock says when something happened, by a table and by laws.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTold, type Receipt, SKEW_MAX_MS, takenAt, timesOf, worse, wrongBy } from './clock.ts';

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const YEARS = 10 * 365 * DAY;
const receivedAt = 2_000_000_000_000;
const firstCallAt = receivedAt - 400 * DAY;
const receipt = (skewMs: number | null): Receipt => ({ skewMs, receivedAt, firstCallAt });

describe('an instant', () => {
  it.each<[string, { saidAt: number; skewMs: number | null }, number]>([
    [
      'is the PC’s word where its clock was right as it sent',
      { saidAt: receivedAt - 5 * MINUTE, skewMs: 40 },
      -5 * MINUTE,
    ],
    ['is so of a PC that was offline for a day', { saidAt: receivedAt - DAY, skewMs: 40 }, -DAY],
    ['is so of a carried file, which nobody measured', { saidAt: receivedAt - 30 * DAY, skewMs: null }, -30 * DAY],
    ['is so at the tenant’s first call itself', { saidAt: firstCallAt, skewMs: null }, -400 * DAY],
    ['is so by a clock that is off by an hour', { saidAt: receivedAt - 2 * HOUR, skewMs: SKEW_MAX_MS }, -2 * HOUR],
    ['is that of receipt by one that is off by more', { saidAt: receivedAt - 2 * HOUR, skewMs: SKEW_MAX_MS + 1 }, 0],
    ['is that of receipt by one that is ahead by more', { saidAt: receivedAt - HOUR, skewMs: -SKEW_MAX_MS - 1 }, 0],
    ['is that of receipt by a clock ten years behind', { saidAt: receivedAt - YEARS, skewMs: YEARS }, 0],
    ['is that of receipt before the tenant’s first call', { saidAt: firstCallAt - 1, skewMs: null }, 0],
    ['is so too where the clock was set before it sent', { saidAt: receivedAt - YEARS, skewMs: 0 }, 0],
    ['is that of receipt after its receipt', { saidAt: receivedAt + 1, skewMs: null }, 0],
    ['is so of a PC whose clock is a year ahead', { saidAt: receivedAt + 365 * DAY, skewMs: null }, 0],
  ])('%s', (_words, { saidAt, skewMs }, fromReceipt) => {
    expect(takenAt(saidAt, receipt(skewMs)) - receivedAt).toBe(fromReceipt);
  });
});

describe('the instants of one report', () => {
  const events = (...instants: number[]) => instants.map((at, place) => ({ seq: place + 1, at: receivedAt + at }));
  const times = (list: { seq: number; at: number }[], skewMs: number | null = 0) =>
    timesOf(list, receipt(skewMs)).map((at) => at - receivedAt);

  it('from before the clock was set are taken for the first that is right, and not for what came after it', () => {
    expect(times(events(-YEARS, -YEARS + 5, -20 * MINUTE, -MINUTE))).toEqual([
      -20 * MINUTE,
      -20 * MINUTE,
      -20 * MINUTE,
      -MINUTE,
    ]);
  });

  it('are taken by their count, in whatever order they stand', () => {
    expect(times(events(-YEARS, -20 * MINUTE, -YEARS, -MINUTE).toReversed())).toEqual([
      -MINUTE,
      -MINUTE,
      -20 * MINUTE,
      -20 * MINUTE,
    ]);
  });

  it('are all those of receipt where the clock was wrong as it sent', () => {
    expect(times(events(-2 * DAY, -HOUR, -MINUTE), 9 * HOUR)).toEqual([0, 0, 0]);
  });

  it('are never later than receipt, nor before the first call', () => {
    const instant = fc.integer({ min: 0, max: 2 * receivedAt });
    const skew = fc.option(fc.integer({ min: -2 * HOUR, max: 2 * HOUR }));
    fc.assert(
      fc.property(fc.array(instant), skew, (instants, skewMs) => {
        const list = instants.map((at, place) => ({ seq: place + 1, at }));
        for (const at of timesOf(list, receipt(skewMs))) {
          expect(at).toBeLessThanOrEqual(receivedAt);
          expect(at).toBeGreaterThanOrEqual(firstCallAt);
        }
      }),
    );
  });
});

describe('of a clock that was wrong', () => {
  it('is told by how much, where that was measured and is more than is let pass', () => {
    expect([null, SKEW_MAX_MS, YEARS, -2 * HOUR].map((skewMs) => wrongBy({ skewMs }))).toEqual([
      null,
      null,
      YEARS,
      -2 * HOUR,
    ]);
    expect([worse(null, YEARS), worse(YEARS, null), worse(2 * HOUR, -3 * HOUR)]).toEqual([YEARS, YEARS, -3 * HOUR]);
  });

  it('nothing is told where it is some seconds off', () => {
    expect([isTold(receivedAt + 3_000, receivedAt), isTold(receivedAt - HOUR, receivedAt)]).toEqual([false, true]);
  });
});
