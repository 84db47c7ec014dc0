// What follows from a row by type alone, so that whoever asks and whoever answers cannot disagree.
import type { z } from 'zod';
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

/** The query as it is asked: what may be left out is optional. */
export type SentQuery<R extends Row> = R extends { query: infer Q extends z.ZodType }
  ? { [Name in keyof z.input<Q>]: z.output<Q>[Name & keyof z.output<Q>] }
  : undefined;

/** The body as it is sent: as its schema takes it, or as it was read by it before. Each event of a report is taken or refused by itself. */
export type SentBody<R extends Row> = R extends { body: { also: unknown } }
  ? Report
  : R extends { body: { schema: infer S extends z.ZodType } }
    ? z.input<S> | z.output<S>
    : undefined;

/**
 * What a success says as JSON; never, where it is something else. With what a schema fills in: the portal does not parse what it reads, so that
 * the server has to say it.
 */
export type AnswerOf<R extends Row> = R extends { answer: infer A extends z.ZodType } ? z.output<A> : never;
