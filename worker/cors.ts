// CORS and caching on every answer, errors included: only the portal's origin may read one with a person's cookie.

const MAX_AGE_SECONDS = 600;

/** To an answer of our own making: its headers may be set. */
export function withCommonHeaders(response: Response, portalOrigin: string): Response {
  // A copy would lose the socket; and no script reads the headers of an upgrade.
  if (response.webSocket) return response;
  const { headers } = response;
  headers.set('access-control-allow-origin', portalOrigin);
  headers.set('access-control-allow-credentials', 'true');
  headers.append('vary', 'Origin');
  headers.set('x-content-type-options', 'nosniff');
  // For two years; a browser ignores it over plain HTTP, so a stand goes on working.
  headers.set('strict-transport-security', 'max-age=63072000');
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
  return response;
}

/** Answers a preflight the way the Access application does: the set-up guide has its settings. */
export const preflight = (): Response =>
  new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-methods': 'GET, POST, OPTIONS',
      'access-control-allow-headers': 'content-type',
      'access-control-max-age': String(MAX_AGE_SECONDS),
    },
  });
