// The Worker's lines in the log: one a request, for `wrangler tail`. schema/log.ts says what is in it.
import type { FaultLine, RequestLine, TroubleLine } from '../../schema/log.ts';
import { stackOf } from '../../schema/log-stack.ts';
import { IndexFailure } from './unanswered.ts';

/** Facts that the line learns during the request. */
export type Trace = Pick<
  RequestLine,
  'requestId' | 'route' | 'tenant' | 'principal' | 'principalId' | 'objectMs' | 'objectCalls'
>;

/** The trace of a request about which nothing is known yet. */
export const newTrace = (): Trace => ({
  requestId: crypto.randomUUID(),
  route: 'unmatched',
  tenant: null,
  principal: 'anyone',
  principalId: null,
  objectMs: 0,
  objectCalls: 0,
});

export function logRequest(line: Omit<RequestLine, 'event' | 'at'>): void {
  console.log(JSON.stringify({ event: 'request', at: Date.now(), ...line } satisfies RequestLine));
}

/** A fault's line carries what happened, for the operator; of the index, what D1 said. */
export function logFault({ requestId, tenant }: Pick<Trace, 'requestId' | 'tenant'>, error: unknown): void {
  const stack = stackOf(error instanceof IndexFailure ? error.cause : error);
  const line: FaultLine = { event: 'fault', at: Date.now(), requestId, alarmId: null, tenant, stack };
  console.error(JSON.stringify(line));
}

/** A tenant's object did not answer. `what`: why, where the platform says it. */
export function logUnreachable(requestId: string, tenant: string, what: string | null): void {
  const about = { requestId, alarmId: null, tenant, what };
  console.error(JSON.stringify({ event: 'object-unreachable', at: Date.now(), ...about } satisfies TroubleLine));
}
