// Decides whose word an answer is. Proxies, filters and captive portals answer in JSON too, with the same statuses:
// only our own problem, with a code that this engine knows, is the server's. Pure.
import * as z from 'zod';
import { REFUSALS, type RefusalCode } from '../schema/refusal.ts';

const PROBLEM_TYPE = 'urn:totlprovision:problem:';
const Problem = z.object({ type: z.string(), code: z.string() });

const isKnown = (code: string): code is RefusalCode => Object.hasOwn(REFUSALS, code);

/** The code of a refusal by our server; null for anything that may come from somebody else. */
export function refusalCode(json: unknown): RefusalCode | null {
  const problem = Problem.safeParse(json);
  if (!problem.success) return null;
  const { type, code } = problem.data;
  return type === PROBLEM_TYPE + code && isKnown(code) ? code : null;
}

/** Refusals of the token, not of what was sent. */
export const TOKEN_REFUSALS: readonly RefusalCode[] = [
  ...(['missing_token', 'invalid_token', 'token_expired', 'token_revoked'] as const),
];

/**
 * Refusals of the very thing that was sent, which will be the same tomorrow: it is set aside, and the rest goes on.
 * `shared_machine_id` is not among them, since the thing can be sent under another id.
 */
export const SET_ASIDE: readonly RefusalCode[] = [
  ...(['malformed_json', 'invalid_body', 'body_too_large', 'too_many_events', 'run_conflict', 'eid_conflict'] as const),
  ...(['kid_destroyed', 'unknown_kid', 'not_sealed', 'header_mismatch', 'raw_not_allowed'] as const),
  'shared_machine_id',
];

/** Refusals that will pass, but may be about this one thing alone: others go before it. */
export const WAITS_ALONE: readonly RefusalCode[] = ['secret_quota_exceeded', 'internal_error'];
