// The log's lines: one JSON object a line on the console, from the Worker and from a tenant's object. People by id; never a token, JWT,
// ciphertext, reason, email, hostname, URL or query. docs/logs.md is this file in words, and a test holds the two together.
import * as z from 'zod';
import { REFUSALS, type RefusalCode } from './refusal.ts';

const Code = z.enum(Object.keys(REFUSALS) as [RefusalCode, ...RefusalCode[]]);
const Count = z.int().min(0);
const Id = z.string().max(64);
const at = z.int().describe('when it was written, ms since the epoch');

/** What a call or an alarm did in the object's SQLite, and for how long. */
const worked = {
  durationMs: Count.describe(
    'ms that it took; on Cloudflare the clock stands still while code runs, so only what it waited for shows',
  ),
  rowsRead: Count.describe('rows that SQLite read, as it is billed'),
  rowsWritten: Count.describe('rows that SQLite wrote, index entries included, as it is billed'),
  failed: z.boolean().describe('it ended with an exception; a `fault` line has the stack'),
};
const PrincipalKind = z.enum(['anyone', 'machine', 'person', 'operator']);

export const RequestLine = z.strictObject({
  event: z.literal('request').describe('the Worker has answered a request'),
  at,
  requestId: Id.describe('also in every problem that a client sees'),
  tenant: Id.nullable().describe('its id, once known'),
  method: z.string().max(16).describe('the HTTP method'),
  route: z.string().max(200).describe('the route’s pattern, never the URL; `unmatched` where there is none'),
  principal: PrincipalKind.describe('who asked, as far as it was proven'),
  principalId: Id.nullable().describe('a token’s or person’s id; of an operator the start of the address’s SHA-256'),
  code: Code.nullable().describe('the refusal’s code'),
  status: z.int().describe('the HTTP status'),
  durationMs: Count.describe('ms until the answer, or its first byte'),
  objectMs: Count.describe('ms that the Worker waited for tenant objects; of several asked at once the sum'),
  objectCalls: Count.describe('how often it asked one; as many `object` lines bear the same request id'),
});
export type RequestLine = z.infer<typeof RequestLine>;

export const ObjectLine = z.strictObject({
  event: z.literal('object').describe('a tenant’s object has answered a call of the Worker'),
  at,
  requestId: Id.describe('the request that it was made for'),
  tenant: Id.describe('whose object'),
  call: z.string().max(40).describe('the object’s method'),
  principal: PrincipalKind.describe('for whom'),
  principalId: Id.describe('for whom, by id'),
  code: Code.nullable().describe('the refusal’s code'),
  ...worked,
});
export type ObjectLine = z.infer<typeof ObjectLine>;

export const AlarmLine = z.strictObject({
  event: z.literal('alarm').describe('a tenant’s object has done what was due'),
  at,
  alarmId: Id.describe('of this one alarm; on the troubles it met, too'),
  tenant: Id.nullable().describe('whose object'),
  due: z.array(z.string().max(40)).max(40).describe('what was due, by the names of the due table'),
  retry: Count.describe('how often the platform has tried this alarm before'),
  ...worked,
});
export type AlarmLine = z.infer<typeof AlarmLine>;

export const SocketLine = z.strictObject({
  event: z.literal('socket').describe('a live socket was opened or closed'),
  at,
  what: z.enum(['opened', 'closed']).describe('`opened` or `closed`'),
  requestId: Id.describe('the request that opened it'),
  tenant: Id.describe('whose fleet it shows'),
  principal: PrincipalKind.describe('always `person`'),
  principalId: Id.describe('whose socket'),
  closeCode: z.int().nullable().describe('the WebSocket close code; null while open'),
  sockets: Count.describe('how many the object holds now'),
});
export type SocketLine = z.infer<typeof SocketLine>;

/** On a line about trouble: the request or the alarm during which it was met. */
const during = {
  requestId: Id.nullable().describe('the request in whose course'),
  alarmId: Id.nullable().describe('or the alarm'),
  tenant: Id.nullable().describe('whose object, or whom it was about'),
};

export const FaultLine = z.strictObject({
  event: z.literal('fault').describe('an exception that nobody expected: a defect'),
  at,
  ...during,
  stack: z
    .string()
    .max(8_000)
    .describe('the error’s kind, its message unless it quotes what it could not parse, and where'),
});
export type FaultLine = z.infer<typeof FaultLine>;

export const TroubleLine = z.strictObject({
  event: z
    .enum(['index-unreachable', 'object-unreachable', 'backup-failed'])
    .describe('D1, an object or the bucket did not do what it was asked; what has to happen is tried again'),
  at,
  ...during,
  what: z
    .string()
    .max(40)
    .nullable()
    .describe('of a backup: what failed; of an object that a request was for: `overloaded` or `disconnected`'),
});
export type TroubleLine = z.infer<typeof TroubleLine>;

export const LOG_LINES = [RequestLine, ObjectLine, AlarmLine, SocketLine, FaultLine, TroubleLine] as const;
export const LogLine = z.discriminatedUnion('event', LOG_LINES);
export type LogLine = z.infer<typeof LogLine>;
