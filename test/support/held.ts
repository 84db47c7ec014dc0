// A slow network: a request is held on its way until it is let go, and the sent requests are counted.
import type { Locator, Page } from 'playwright-core';

export type Held = {
  /** When the first one is on its way. */
  first: Promise<unknown>;
  /** The sent requests, each with its body. */
  sent: readonly string[];
  /** Lets go of everything; what is sent from then on is counted and goes at once. */
  release: () => void;
  /** Counts no more. */
  end: () => Promise<void>;
};

/** Holds every POST whose path matches. */
export async function hold(page: Page, path: RegExp): Promise<Held> {
  const gate = Promise.withResolvers<void>();
  const sent: string[] = [];
  const matches = (url: URL): boolean => path.test(url.pathname);
  const first = page.waitForRequest((request) => request.method() === 'POST' && matches(new URL(request.url())));
  // If the press before it fails, that is reported.
  first.catch(() => {});
  await page.route(matches, async (route) => {
    const request = route.request();
    if (request.method() !== 'POST') return route.fallback();
    const url = new URL(request.url());
    // Each request has a name of its own: what is sent is the rest.
    url.searchParams.delete('act');
    sent.push(`${url} ${request.postData() ?? ''}`);
    await gate.promise;
    await route.fallback();
  });
  return { first, sent, release: gate.resolve, end: () => page.unroute(matches) };
}

/** Two presses in one turn, before anything is drawn: what a double click is to a busy browser. For `locator.evaluate`. */
export const pressTwice = (element: unknown): void => {
  const pressed = element as { click: () => void };
  pressed.click();
  pressed.click();
};

/** The same on something that may not be pressable yet, as while a passphrase is judged: a press on a disabled button is nothing. */
export async function pressTwiceWhenReady(ready: Locator): Promise<void> {
  await ready.click({ trial: true });
  await ready.evaluate(pressTwice);
}
