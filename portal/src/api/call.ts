// The portal's calls, by a route's method and path: input and output follow from the route's row. Only the rows' types
// come here, so that no page has to load zod.

import type { Contract } from '../../../schema/routes/contract.ts';
import type { AnswerOf, IdsOf, Params, SentBody, SentQuery } from '../../../schema/routes/derived.ts';
import type { Streams } from '../../../schema/routes/row.ts';
import { named } from './acts.ts';
import { askFile, askJson, origin } from './http.ts';

type Route = keyof Contract;

type WithParams<Which extends Route> = [IdsOf<Which>] extends [never] ? unknown : { params: Params<Which> };
type WithQuery<Which extends Route> = Contract[Which] extends { query: unknown }
  ? Partial<SentQuery<Contract[Which]>> extends SentQuery<Contract[Which]>
    ? { query?: SentQuery<Contract[Which]> }
    : { query: SentQuery<Contract[Which]> }
  : unknown;
type WithBody<Which extends Route> = Contract[Which] extends { body: unknown }
  ? { body: SentBody<Contract[Which]> }
  : unknown;

/** The arguments that a route needs. A query's undefined members are not sent. */
type Asked<Which extends Route> = WithParams<Which> &
  WithQuery<Which> &
  WithBody<Which> & {
    signal?: AbortSignal;
    /** What makes two acts the same where the body does not say it, as where an instant is in it. */
    what?: string;
  };
type Given<Which extends Route> =
  Partial<Asked<Which>> extends Asked<Which> ? [asked?: Asked<Which>] : [asked: Asked<Which>];

type FileRoute = { [Which in Route]: Contract[Which] extends { answer: Streams } ? Which : never }[Route];

type Loose = {
  params?: Record<string, string>;
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  signal?: AbortSignal;
  what?: string;
};

/**
 * Acts without a name. What each sends is taken once by its own marks however often it comes, or takes the place of what came before; or it
 * is a step of a longer work, which hands out again what did not arrive; or a file, which is asked for again where it broke off.
 */
const UNNAMED: ReadonlySet<Route> = new Set<Route>([
  'POST /v1/tenants/:tenant/spool/report',
  'POST /v1/tenants/:tenant/spool/secret',
  'POST /v1/tenants/:tenant/machines/:machine/secrets',
  'POST /v1/tenants/:tenant/grants',
  'POST /v1/tenants/:tenant/keyring',
  'POST /v1/tenants/:tenant/unlockers/:unlocker/opened',
  'POST /v1/tenants/:tenant/keyring/line',
  'POST /v1/tenants/:tenant/ciphertexts/page',
  'POST /v1/tenants/:tenant/ciphertexts/findings',
  'POST /v1/tenants/:tenant/rotation/page',
  'POST /v1/tenants/:tenant/rotation/reseal',
  'POST /v1/tenants/:tenant/audit/export',
]);

/** The address of a route: the one place where an id becomes a part of one. */
export function urlOf<Which extends Route>(route: Which, ...[asked]: Given<Which>): URL {
  const { params = {}, query = {} }: Loose = asked ?? {};
  const path = route.slice(route.indexOf(' ') + 1);
  const filled = path.replaceAll(/:(\w+)/g, (_, id: string) => encodeURIComponent(String(params[id])));
  const url = new URL(filled, origin());
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value));
  return url;
}

/** A POST without a body sends an empty object. */
const bodyOf = (route: Route, { body }: Loose): unknown => (route.startsWith('POST ') ? (body ?? {}) : undefined);

/** A reading is asked for as it is, an act by its name. */
const once = <Answer>(route: Route, url: URL, asked: Loose, ask: (url: URL) => Promise<Answer>): Promise<Answer> =>
  !route.startsWith('POST ') || UNNAMED.has(route)
    ? ask(url)
    : named(url, asked.what ?? JSON.stringify(bodyOf(route, asked)), ask);

/** Asks the API. Throws `ApiProblem` for every answer that is not a success. */
export async function call<Which extends Route>(
  route: Which,
  ...given: Given<Which>
): Promise<AnswerOf<Contract[Which]>> {
  const asked: Loose = given[0] ?? {};
  const body = bodyOf(route, asked);
  // The tests in workerd check every answer of the server against its row.
  return (await once(route, urlOf(route, ...given), asked, (url) => askJson(url, body, asked.signal))) as AnswerOf<
    Contract[Which]
  >;
}

/** Asks the API for a file. However long it takes; a file that breaks off is a failure, never a shorter file. */
export const download = <Which extends FileRoute>(
  route: Which,
  asked: Asked<Which> & { signal: AbortSignal },
): Promise<Blob> =>
  once(route, urlOf(route, ...([asked] as Given<Which>)), asked, (url) =>
    askFile(url, bodyOf(route, asked), asked.signal),
  );
