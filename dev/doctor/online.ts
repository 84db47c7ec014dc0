// Looks at the deployed hosts and judges their answers, in the order in which a faulty set-up is best mended.
import { certs, clock, preflight, previews, protectedHost } from './access.ts';
import { ask, askForSocket, isAnswer, type Seen } from './ask.ts';
import type { Finding } from './finding.ts';
import * as hosts from './hosts.ts';

/** The four addresses of an installation, as origins, and the additional ones that the platform gives. */
export type Places = { portal: string; api: string; engine: string; team: string; previews: readonly string[] };

/** Credentials that let the doctor look further. A token or cookie is sent, and never shown. */
export type Credentials = { token: string | null; cookie: string | null };

/** A tenant that cannot exist: the question is whether the Worker is reached, not what it says. */
const NO_TENANT = '00000000-0000-0000-0000-000000000000';

/** Asks every host, all at once, and gives one finding a check. Changes nothing. */
export async function lookOnline(places: Places, { token, cookie }: Credentials): Promise<Finding[]> {
  const { portal, api, engine, team } = places;
  const signedIn = (url: string): Promise<Seen | null> =>
    cookie === null ? Promise.resolve(null) : ask(url, { headers: { cookie } });
  const json = { 'content-type': 'application/json' };
  const [keys, health, report, person, domain, options, bareApi, barePortal, page, me, socket, key, others] =
    await Promise.all([
      ask(`${team}/cdn-cgi/access/certs`),
      ask(`${engine}/health`),
      ask(`${engine}/v1/report`, { method: 'POST', headers: json, body: '{}' }),
      ask(`${engine}/v1/me`),
      ask(`${api}/health`, { headers: cookie === null ? {} : { cookie } }),
      ask(`${api}/v1/me`, {
        method: 'OPTIONS',
        headers: {
          origin: portal,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type',
        },
      }),
      ask(`${api}/`),
      ask(`${portal}/`),
      signedIn(`${portal}/`),
      signedIn(`${api}/v1/me`),
      cookie === null
        ? Promise.resolve(null)
        : askForSocket(`${api}/v1/tenants/${NO_TENANT}/live`, { cookie, origin: portal }),
      token === null
        ? Promise.resolve(null)
        : ask(`${engine}/v1/tenant/pubkey`, { headers: { authorization: `Bearer ${token}` } }),
      Promise.all(places.previews.map(async (host) => ({ host, seen: await ask(`${host}/`) }))),
    ]);
  return [
    certs(keys, team),
    clock(keys),
    hosts.health(health, engine),
    hosts.engineOpen(report, engine),
    hosts.noPeopleThere(person, engine),
    hosts.deployedPortalOrigin(health, portal),
    hosts.machineToken(key),
    hosts.customDomain(domain, api, cookie !== null),
    protectedHost('api-protected', api, bareApi, team),
    preflight(options, portal),
    hosts.signIn(me),
    hosts.webSocket(socket),
    protectedHost('portal-protected', portal, barePortal, team),
    hosts.portalPage(page, portal, { api, engine }),
    previews(others, { team, portal, reachable: isAnswer(keys) }),
  ];
}
