// A server that lies: answers of the API are bent on their way into a page.
import type { BrowserContext, Page } from 'playwright-core';

/** Bends the JSON of the answers to a page, or to all of a context, whose URL matches while `act` goes on. An answer that is being bent when it ends is waited for. */
export async function bent<T>(
  page: Page | BrowserContext,
  matches: (url: URL) => boolean,
  bend: (json: T) => unknown,
  act: () => Promise<void>,
  method?: string,
): Promise<void> {
  const under = new Set<Promise<void>>();
  let over = false;
  await page.route(matches, async (route) => {
    if (over || (method !== undefined && route.request().method() !== method)) return route.fallback();
    const answered = (async () => {
      // What the network loses is lost for the page too.
      const response = await route.fetch().catch(() => null);
      if (response === null) return route.abort();
      await route.fulfill({ response, json: bend((await response.json()) as T) });
    })();
    under.add(answered);
    await answered.finally(() => under.delete(answered));
  });
  try {
    await act();
  } finally {
    over = true;
    await Promise.allSettled(under);
    await page.unroute(matches);
  }
}
