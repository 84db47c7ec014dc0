// What a route is. One table of these (routes.ts) drives routing, authorization, OpenAPI and the route-walk test.
import type { z } from 'zod';
import type { Caller, Machine, Operator, Person } from '../objects/core/caller.ts';
import type { Tenant } from '../objects/tenant.ts';
import type { AuditAction } from '../schema/audit.ts';
import type { Role } from '../schema/person.ts';
import type { Refusal, RefusalCode } from '../schema/refusal.ts';
import type { Env } from './env.ts';
import type { MemberRow } from './index-db.ts';
import type { Trace } from './log.ts';

/** What every route says of itself. `audit` names what a success may put on record; a POST without one is a defect. */
type Described = {
  path: `/${string}`;
  summary: string;
  answer: z.ZodType | Streams | Upgrades | Redirects;
  /** The status of a success, 200 where absent. With 201 a repeated request may get 200. */
  status?: 201;
  /** What the route itself may refuse, beyond what its kind, query and body always may. */
  refuses?: readonly RefusalCode[];
} & ({ method: 'GET'; audit: null } | { method: 'POST'; audit: readonly AuditAction[] });

/**
 * A JSON body (or `also`, another media type that `parse` understands) of at most `maxBytes`. `schema`: as the document has it; `note`: what no
 * schema can say.
 */
export type BodyRule<B> = {
  maxBytes: number;
  also?: { type: string; description: string };
  note?: string;
  /** A body that is not UTF-8 is parsed all the same, and `exact` false. */
  brokenLetters?: boolean;
  schema: z.ZodType;
  parse: (text: string, type: string, exact: boolean) => B | Refusal;
};

/** A success is a file of one of these media types, sent as it is made. */
export type Streams = { streams: readonly string[] };
/** What the handler of such a route answers. */
export type Streamed = { type: string; fileName: string; body: ReadableStream<Uint8Array> };

/** A success is a WebSocket on which the server sends such messages, as JSON. Its handler answers the 101. */
export type Upgrades = { upgrades: z.ZodType };

/** A success sends the browser on, by 303. Its handler answers where to. */
export type Redirects = { redirects: string };

/** An answer with a status other than the route's own. */
export type Answered = { status: 200 | 201; json: unknown };
export type Outcome = Promise<unknown | Refusal>;

type Params = Record<string, string>;
type Asked<Q, B> = { params: Params; query: Q; body: B };

export type OpenRoute = Described & { who: 'anyone'; handle: (c: { env: Env }) => Outcome };
export type MachineRoute<B = never> = Described & {
  who: 'machine';
  body?: BodyRule<B>;
  handle: (c: Asked<never, B> & { caller: Caller<Machine>; object: DurableObjectStub<Tenant> }) => Outcome;
};
export type PersonRoute = Described & {
  who: 'person';
  handle: (c: { env: Env; email: string; memberships: readonly MemberRow[] }) => Outcome;
};
export type MemberRoute<Q = never, B = never> = Described & {
  who: 'member';
  roles: readonly Role[];
  query?: z.ZodType<Q>;
  body?: BodyRule<B>;
  handle: (
    c: Asked<Q, B> & {
      env: Env;
      caller: Caller<Person>;
      object: DurableObjectStub<Tenant>;
      member: MemberRow;
      /** When the sign-in ends, ms since the epoch. */
      sessionEndsAt: number;
    },
  ) => Outcome;
};
/** `from` becomes a caller with the tenant of a row that was read; a handler about one tenant notes it in `trace`. */
export type OperatorRoute<Q = never, B = never> = Described & {
  who: 'operator';
  query?: z.ZodType<Q>;
  body?: BodyRule<B>;
  handle: (c: Asked<Q, B> & { env: Env; from: Omit<Caller<Operator>, 'tenant'>; trace: Trace }) => Outcome;
};

/** From another site's page a browser sends the cookie along with an effect, and with a WebSocket, whose answers that page could read. */
export const fromPortalOnly = ({ method, answer }: Pick<Route, 'method' | 'answer'>): boolean =>
  method === 'POST' || 'upgrades' in answer;

/** The status that a success has. */
export const doneStatus = ({ answer, status }: Pick<Route, 'answer' | 'status'>): number => {
  if ('upgrades' in answer) return 101;
  return 'redirects' in answer ? 303 : (status ?? 200);
};

/** Whoever asks is signed in, and is so by Access. */
export const isForPeople = ({ who }: Pick<Route, 'who'>): boolean => who !== 'anyone' && who !== 'machine';

/** Any row of the table; what a handler is given was parsed by the row's own query and body, so the types agree. */
// biome-ignore lint/suspicious/noExplicitAny: existential over each row's own query and body
export type Route = OpenRoute | MachineRoute<any> | PersonRoute | MemberRoute<any, any> | OperatorRoute<any, any>;

/** Keep each row's own types while it is written. */
export const machineRoute = <B = never>(route: Omit<MachineRoute<B>, 'who'> & Described): Route => ({
  ...route,
  who: 'machine',
});
export const memberRoute = <Q = never, B = never>(route: Omit<MemberRoute<Q, B>, 'who'> & Described): Route => ({
  ...route,
  who: 'member',
});
export const operatorRoute = <Q = never, B = never>(route: Omit<OperatorRoute<Q, B>, 'who'> & Described): Route => ({
  ...route,
  who: 'operator',
});
