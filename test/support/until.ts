// Waiting for what a test wants to see. There is no time by which it must be there: what never comes is ended with its test.
// Apart from patience.ts, which needs Node: this waits in workerd and in a page too.
import { vi } from 'vitest';
import { TEST_MS } from './limit.ts';

/** Waits until the assertions hold. A little less than a test may take, so that the one that does not is named. */
export const until = <T>(look: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(look, { timeout: 0.9 * TEST_MS, interval: 10 });
