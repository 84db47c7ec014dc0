// What the portal asks, by a route's method and path: what goes in and what comes out follows from the route's row. Of the rows nothing but
// their types comes here, so that no page has to load zod.
import type { AnswerOf, IdsOf, Params, SentBody, SentQuery } from '../../../schema/routes/derived.ts';
import type { Streams } from '../../../schema/routes/row.ts';
import type { Contract } from '../../../schema/routes/contract.ts';
import { askFile, askJson, origin } from './http.ts';

type Route = keyof Contract;

type WithParams<Key extends Route> = [IdsOf<Key>] extends [never] ? unknown : { params: Params<Key> };
type WithQuery<Key extends Route> = Contract[Key] extends { query: unknown }
  ? Partial<SentQuery<Contract[Key]>> extends SentQuery<Contract[Key]>
    ? { query?: SentQuery<Contract[Key]> }
    : { query: SentQuery<Contract[Key]> }
  : unknown;
type WithBody<Key extends Route> = Contract[Key] extends { body: unknown }
  ? { body: SentBody<Contract[Key]> }
  : unknown;

/** What a route has to be asked with. Of a query, what is undefined is not asked. */
type Asked<Key extends Route> = WithParams<Key> & WithQuery<Key> & WithBody<Key> & { signal?: AbortSignal };
type Given<Key extends Route> = Partial<Asked<Key>> extends Asked<Key> ? [asked?: Asked<Key>] : [asked: Asked<Key>];

type FileRoute = { [Key in Route]: Contract[Key] extends { answer: Streams } ? Key : never }[Route];

type Loose = {
  params?: Record<string, string>;
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  signal?: AbortSignal;
};

/** The address of a route: the one place where an id becomes a part of one. */
export function urlOf<Key extends Route>(route: Key, ...[asked]: Given<Key>): URL {
  const { params = {}, query = {} }: Loose = asked ?? {};
  const path = route.slice(route.indexOf(' ') + 1);
  const filled = path.replaceAll(/:(\w+)/g, (_, id: string) => encodeURIComponent(String(params[id])));
  const url = new URL(filled, origin());
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value));
  return url;
}

/** A POST without a body sends an empty object. */
const bodyOf = (route: Route, { body }: Loose): unknown => (route.startsWith('POST ') ? (body ?? {}) : undefined);

/** Asks the API. Throws `ApiProblem` for every answer that is not a success. */
export async function call<Key extends Route>(route: Key, ...given: Given<Key>): Promise<AnswerOf<Contract[Key]>> {
  const asked: Loose = given[0] ?? {};
  // The tests in workerd hold every answer of the server against its row.
  return (await askJson(urlOf(route, ...given), bodyOf(route, asked), asked.signal)) as AnswerOf<Contract[Key]>;
}

/** Asks the API for a file. However long it takes; a file that breaks off is a failure, never a shorter file. */
export const download = <Key extends FileRoute>(
  route: Key,
  asked: Asked<Key> & { signal: AbortSignal },
): Promise<Blob> => askFile(urlOf(route, ...([asked] as Given<Key>)), bodyOf(route, asked), asked.signal);
