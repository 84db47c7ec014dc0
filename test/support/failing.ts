// An API that answers and cannot do what it was asked: unlike one that is cut off, it is known to be there.
import type { Route } from 'playwright-core';

const PROBLEM = {
  code: 'index_unreachable',
  title: 'The index cannot be reached now',
  detail: 'Try again.',
  requestId: 'r-1',
};

/** Answers one request of the portal's with a 503, which its pages show as they show any failure. */
export const fail = (route: Route, portal: string): Promise<void> =>
  route.fulfill({
    status: 503,
    contentType: 'application/problem+json',
    body: JSON.stringify(PROBLEM),
    headers: { 'access-control-allow-origin': portal, 'access-control-allow-credentials': 'true' },
  });
