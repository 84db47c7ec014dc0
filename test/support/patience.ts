// Waiting: for a state, never for a time. One patience for everything, and only for things that never come: a waiting
// test goes on at once when the awaited state is there, on a machine of any speed.
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Locator } from 'playwright-core';

export const PATIENCE_MS = Number(process.env.PATIENCE ?? 180_000);
const LOOK_EVERY_MS = 25;

type Found<T> = T | false | null | undefined;

/** Looks until something is found, and answers it. `what` names it if it never appears. */
export async function until<T>(what: string, look: () => Found<T> | Promise<Found<T>>): Promise<T> {
  for (const end = Date.now() + PATIENCE_MS; ; ) {
    const found = await look();
    if (found !== false && found !== null && found !== undefined) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await setTimeout(LOOK_EVERY_MS);
  }
}

/** Waits until the value read equals the wanted one; if it never does, says how they differ. */
export async function becomes<T>(read: () => Promise<T>, wanted: T): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; ; ) {
    const now = await read();
    if (isDeepStrictEqual(now, wanted) || Date.now() > end) return assert.deepEqual(now, wanted);
    await setTimeout(LOOK_EVERY_MS);
  }
}

/** The texts of a list that has `count` items, once they are there. One that has more by then is answered as it is. */
export async function textsOf(items: Locator, count: number): Promise<string[]> {
  await items.nth(count - 1).waitFor();
  return items.allInnerTexts();
}
