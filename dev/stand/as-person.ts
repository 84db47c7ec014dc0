// A person's calls to a stand's API, behind the Access stand-in: with a session cookie, and the portal's origin for effects.
import { COOKIES } from './cookies.ts';
import type { Stand } from './stand.ts';

/** Asks under the demo tenant. Throws with the problem where the answer is not a success. */
export const asPerson = <T>(stand: Stand, email: string, route: string, body?: unknown): Promise<T> =>
  asSignedIn(stand, email, `/v1/tenants/${stand.demo.tenant}/${route}`, body);

/** Asks for any path of the API. */
export async function asSignedIn<T>(stand: Stand, email: string, route: string, body?: unknown): Promise<T> {
  const token = await stand.tokens.mint({ email, sub: email });
  const response = await fetch(`${stand.addresses.apiBehindAccess}${route}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      cookie: `${COOKIES.api}=${token}`,
      ...(body === undefined ? {} : { origin: stand.addresses.portal, 'content-type': 'application/json' }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${route} answered ${response.status}: ${await response.text()}`);
  return response.json() as Promise<T>;
}
