// The types that follow from a row alone, so that caller and handler cannot disagree.
import type * as z from 'zod';
import type { Report } from '../report.ts';
import type { Row } from './row.ts';

/** The names of the ids in a path: `tenant` and `person` of `POST /v1/tenants/:tenant/people/:person/remove`. */
export type IdsOf<Key extends string> = Key extends `${string}:${infer Id}/${infer Rest}`
  ? Id | IdsOf<Rest>
  : Key extends `${string}:${infer Id}`
    ? Id
    : never;
export type Params<Key extends string> = { [Id in IdsOf<Key>]: string };

/** The query as a handler gets it. */
export type QueryOf<R extends Row> = R extends { query: infer Q extends z.ZodType } ? z.output<Q> : undefined;

/** The query as a caller writes it: members that may be left out are optional. */
export type SentQuery<R extends Row> = R extends { query: infer Q extends z.ZodType }
  ? { [Name in keyof z.input<Q>]: z.output<Q>[Name & keyof z.output<Q>] }
  : undefined;

/**
 * The body as it is sent: as its schema takes it, or as its schema has read it before. Each event of a report is
 * accepted or refused by itself.
 */
export type SentBody<R extends Row> = R extends { body: { also: unknown } }
  ? Report
  : R extends { body: { schema: infer S extends z.ZodType } }
    ? z.input<S> | z.output<S>
    : undefined;

/**
 * The JSON of a success; never, if it is something else. It includes the values that a schema fills in: the portal does
 * not parse what it reads, so the server has to send them.
 */
export type AnswerOf<R extends Row> = R extends { answer: infer A extends z.ZodType } ? z.output<A> : never;
