// Waiting for the state a test wants to see. There is no deadline: a wait for something that never comes ends with its
// test.
import { vi } from 'vitest';
import { TEST_MS } from './limit.ts';

/** Waits until the assertions hold. A little less than a test may take, so that the one that does not is named. */
export const until = <T>(look: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(look, { timeout: 0.9 * TEST_MS, interval: 10 });
