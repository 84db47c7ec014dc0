// One structured JSON line a request, for `wrangler tail`. People and tokens by id; never a token, JWT, ciphertext, reason
// or email, and never the URL itself: the route's pattern stands for it.

export type RequestLog = {
  requestId: string;
  method: string;
  /** The route's pattern, or `unmatched`. */
  route: string;
  tenant: string | null;
  principal: 'anyone' | 'machine' | 'person' | 'operator';
  principalId: string | null;
  status: number;
  /** The refusal's code, if it was one. */
  code: string | null;
  durationMs: number;
};

/** What the line learns on the way. */
export type Trace = Pick<RequestLog, 'requestId' | 'tenant' | 'principal' | 'principalId'>;

export function logRequest(line: RequestLog): void {
  console.log(JSON.stringify({ event: 'request', ...line }));
}

/** A fault's line carries what happened for the operator: our own exceptions name no values. */
export function logFault(requestId: string, error: unknown): void {
  const stack = error instanceof Error ? (error.stack ?? error.message) : 'not an Error';
  console.error(JSON.stringify({ event: 'fault', requestId, stack }));
}
