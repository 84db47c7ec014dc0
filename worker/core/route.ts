// The input of a route and its possible answers: both follow from its row (schema/routes/). The table of these
// (routes.ts) drives routing and authorization; OpenAPI, the portal and the tests read the same rows.
import type * as z from 'zod';
import type { Caller, Machine, Operator, Person } from '../../objects/core/caller.ts';
import type { Submission } from '../../objects/fleet/reports.ts';
import type { Refusal } from '../../schema/refusal.ts';
import type { AnswerOf, Params, QueryOf } from '../../schema/routes/derived.ts';
import {
  type Listed,
  listed,
  type Redirects,
  type Row,
  type Rows,
  type Streams,
  type Upgrades,
} from '../../schema/routes/row.ts';
import type { Env } from './env.ts';
import type { TenantObject } from './forward.ts';
import type { MemberRow } from './index-db.ts';
import type { Trace } from './log.ts';

/** Every id in a path is one of these; nothing longer or stranger gets into a query or the audit. */
export const PATH_ID = /^[a-z0-9-]{1,64}$/;

/** The answer of a file's handler. */
export type Streamed = { type: string; fileName: string; body: ReadableStream<Uint8Array> };

/** An answer with a status other than the route's own. */
export type Answered<Json = unknown> = { status: 200 | 201; json: Json };

/** A handler's input besides the request, by who may call it. */
type Given = {
  anyone: { env: Env };
  machine: { caller: Caller<Machine>; object: TenantObject };
  person: { env: Env; email: string; memberships: readonly MemberRow[] };
  member: {
    env: Env;
    caller: Caller<Person>;
    object: TenantObject;
    member: MemberRow;
    /** When the sign-in ends, ms since the epoch. */
    sessionEndsAt: number;
  };
  /** `from` becomes a caller with the tenant of a row that was read; a handler about one tenant notes it in `trace`. */
  operator: { env: Env; from: Omit<Caller<Operator>, 'tenant'>; trace: Trace };
};

/** A report is parsed event by event, since it has two forms (report-body.ts); anything else by its schema. */
type BodyOf<R extends Row> = R extends { body: { also: unknown } }
  ? Submission
  : R extends { body: { schema: infer S extends z.ZodType } }
    ? z.output<S>
    : undefined;

type Success<R extends Row> = R extends { answer: z.ZodType }
  ? AnswerOf<R> | (R extends { status: 201 } ? Answered<AnswerOf<R>> : never)
  : R extends { answer: Streams }
    ? Streamed
    : R extends { answer: Upgrades }
      ? Response
      : R extends { answer: Redirects }
        ? string
        : never;

/** The handler of a row. An id that its path does not have, or an answer that it does not name, does not compile. */
type Handler<Key extends string, R extends Row> = (
  asked: Given[R['who']] & { params: Params<Key>; query: QueryOf<R>; body: BodyOf<R> },
) => Promise<Success<R> | Refusal>;

type Handlers<T extends Rows> = { [Key in keyof T & string]: T[Key] extends Row ? Handler<Key, T[Key]> : never };

/** The members of each of several types. */
type MembersOf<T> = T extends unknown ? keyof T : never;
/** The members that a handler answers beyond those its row names; nested ones are not checked. */
type Beyond<R extends Row, Handle> = Handle extends (...given: never) => Promise<infer Answer>
  ? Exclude<MembersOf<Exclude<Answer, Refusal>>, MembersOf<Success<R>>>
  : never;
/** A handler that answers more than its row says is not accepted. */
type Exact<T extends Rows, H extends Handlers<T>> = {
  [Key in keyof T & string]: T[Key] extends Row ? ([Beyond<T[Key], H[Key]>] extends [never] ? H[Key] : never) : never;
};

/** The same without its own types, as requests are served. */
type Served<Who extends Row['who']> = Extract<Listed, { who: Who }> & {
  handle: (asked: Given[Who] & { params: Record<string, string>; query: unknown; body: unknown }) => Promise<unknown>;
};
export type OpenRoute = Served<'anyone'>;
export type MachineRoute = Served<'machine'>;
export type PersonRoute = Served<'person'>;
export type MemberRoute = Served<'member'>;
export type OperatorRoute = Served<'operator'>;
export type Route = OpenRoute | MachineRoute | PersonRoute | MemberRoute | OperatorRoute;

/**
 * Each row with its handler. That they belong together was checked here; serve.ts parses the handler's input by the
 * same row.
 */
export const handled = <const T extends Rows, H extends Handlers<T>>(rows: T, handlers: H & Exact<T, H>): Route[] =>
  listed(rows).map(
    (row) => ({ ...row, handle: handlers[`${row.method} ${row.path}` as keyof T & string] }) as unknown as Route,
  );

/** From another site's page a browser sends the cookie along with an effect, and with a WebSocket, whose answers that page could read. */
export const fromPortalOnly = ({ method, answer }: Pick<Listed, 'method' | 'answer'>): boolean =>
  method === 'POST' || 'upgrades' in answer;

/** What a person's request does may have a name, by which it is done once. */
export const mayBeNamed = (route: Pick<Listed, 'method' | 'who'>): boolean =>
  route.method === 'POST' && isForPeople(route);

/** The status that a success has. */
export const doneStatus = ({ answer, status }: Pick<Listed, 'answer' | 'status'>): number => {
  if ('upgrades' in answer) return 101;
  return 'redirects' in answer ? 303 : (status ?? 200);
};

/** The caller is signed in, by Access. */
export const isForPeople = ({ who }: Pick<Listed, 'who'>): boolean => who !== 'anyone' && who !== 'machine';
