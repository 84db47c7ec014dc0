// A route's description of itself: who may call it, what goes in, what comes out, what it may refuse, what it puts on
// record. No handler: the Worker, the portal, the engine and the docs read the same rows, and a row's key is its method
// and path.
import * as z from 'zod';
import type { AuditAction } from '../audit.ts';
import type { Role } from '../person.ts';
import type { RefusalCode } from '../refusal.ts';
import type { NDJSON, ReportAsSent } from '../report.ts';

/** A JSON body of at most `maxBytes`. `schema`: the form in the document; `note`: rules that no schema can express. */
type Bounded = {
  maxBytes: number;
  note?: string;
  /** A body that is not UTF-8 is parsed all the same. */
  brokenLetters?: boolean;
};
/** Only a report has another form, since a body with one is parsed event by event as a report. */
type ReportBody = Bounded & { schema: typeof ReportAsSent; also: { type: typeof NDJSON; description: string } };
export type Body = (Bounded & { schema: z.ZodType; also?: undefined }) | ReportBody;

/** A success is a file of one of these media types, streamed as it is made. */
export type Streams = { streams: readonly string[] };

/** A success is a WebSocket on which the server sends such messages, as JSON. */
export type Upgrades = { upgrades: z.ZodType };

/** A success sends the browser on, by 303. */
export type Redirects = { redirects: string };

type Said = {
  summary: string;
  answer: z.ZodType | Streams | Upgrades | Redirects;
  /** The status of a success, 200 where absent. With 201 a repeated request may get 200. */
  status?: 201;
  /** What the route itself may refuse, beyond what its kind, query and body always may. */
  refuses?: readonly RefusalCode[];
};
type Anyone = { who: 'anyone' };
type Machine = { who: 'machine' };
/** Anyone who is signed in. */
type Person = { who: 'person' };
/** One of a tenant's people; its path says `:tenant`. */
type Member = { who: 'member'; roles: readonly Role[]; query?: z.ZodType };
type Operator = { who: 'operator'; query?: z.ZodType };

/** A GET has no effect, so it puts nothing on record. */
type Reading = { audit: null };
/** What a success may put on record: a POST without any is a defect. Without a `body` it takes an empty object. */
type Acting = { audit: readonly [AuditAction, ...AuditAction[]]; body?: Body };

export type ReadRow = Said & (Anyone | Machine | Person | Member | Operator) & Reading;
export type ActRow = Said & (Machine | Member | Operator) & Acting;
export type Row = ReadRow | ActRow;
export type Rows = { readonly [key: `GET /${string}`]: ReadRow; readonly [key: `POST /${string}`]: ActRow };

type Placed = { path: `/${string}` };
/** A row as an item of a list. */
export type Listed = (ReadRow & Placed & { method: 'GET' }) | (ActRow & Placed & { method: 'POST'; body: Body });

export const ADMINS = ['admin'] as const;
export const ENGINEERS = ['admin', 'engineer'] as const;
export const AUDITORS = ['admin', 'auditor'] as const;
/** Reading ciphertexts in bulk is a permission of its own: today it is the admins'. */
export const BULK_READERS = ADMINS;
export const EVERYBODY = ['admin', 'engineer', 'auditor'] as const;

export const SMALL_BODY_BYTES = 4 * 1024;

/** A plain JSON body, parsed whole by its schema. */
export const json = <S extends z.ZodType>(schema: S, maxBytes: number) => ({ schema, maxBytes });

/** A body has its content type checked, and no form on another site's page can send that type. */
const NOTHING: Body = json(z.strictObject({}), SMALL_BODY_BYTES);

/** The rows as a list, in their order. */
export const listed = (rows: Rows): Listed[] =>
  Object.entries<Row>(rows).map(([key, row]) => {
    const [method, path] = key.split(' ');
    const body = 'body' in row ? row.body : undefined;
    // The key has the form that its type says.
    return { ...row, method, path, ...(method === 'POST' ? { body: body ?? NOTHING } : {}) } as Listed;
  });
