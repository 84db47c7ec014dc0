// A server that cannot be reached, and then can. Pages try again by themselves: their requests once it is back are held
// until the person has pressed the button, which would be gone otherwise.
import type { Page } from 'playwright-core';

/** Aborts what matches. The answer lets it through again, once `press` is over. */
export async function cutOff(page: Page, matches: RegExp): Promise<(press: () => Promise<void>) => Promise<void>> {
  const { promise: pressed, resolve: letGo } = Promise.withResolvers<void>();
  let isBack = false;
  await page.route(matches, async (route) => {
    if (!isBack) return route.abort();
    await pressed;
    await route.fallback();
  });
  return async (press) => {
    isBack = true;
    await press();
    letGo();
  };
}
