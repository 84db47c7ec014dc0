// A machine's Bearer token. Always one D1 query, one hash a row, one constant-time comparison a row, so that the time
// of an answer reveals nothing. A verified token is kept in the isolate for a moment, so that ingest needs no query.
// From an address that guesses, the query goes to a copy (door.ts).
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Machine } from '../../objects/core/caller.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import type { Env } from '../core/env.ts';
import { type TokenRow, tokensByPrefix } from '../core/index-db.ts';
import { addressKey, copiedRows, isGuessing, noteFailure, tokenMayAsk } from './door.ts';
import { Proven } from './proven.ts';

const PREFIX_CHARACTERS = 8;

export type Authenticated = { principal: Machine; tenant: string };
/** The row of each. One that raw SQL deleted or revoked meanwhile goes on for a moment; the object refuses a token revoked through it at once. */
const proven = new Proven<TokenRow>();

/** Takes the place of a row if none has the prefix, so that a guess costs the same as a hit. */
const DUMMY: TokenRow = {
  id: '',
  label: '',
  tenant: '',
  tenantStatus: 'active',
  prefix: '',
  hash: '0'.repeat(64),
  salt: '0'.repeat(16),
  createdAt: 0,
  expiresAt: null,
  revokedAt: null,
  version: 0,
};

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest();

/**
 * Proves a machine from an `Authorization` header. Refuses by value: missing_token, invalid_token, token_expired,
 * token_revoked, tenant_suspended, too_many_guesses, rate_limited. The token itself is in no refusal and in no log.
 */
export async function authenticateMachine(
  env: Env,
  authorization: string | null,
  ip: string | null,
  now: number,
): Promise<Authenticated | Refusal> {
  const machine = await prove(env, authorization, addressKey(ip), now);
  if ('refused' in machine) return machine;
  return (await tokenMayAsk(env, machine.principal.tokenHash)) ?? machine;
}

async function prove(
  env: Env,
  authorization: string | null,
  address: string,
  now: number,
): Promise<Authenticated | Refusal> {
  const token = /^Bearer +([\x21-\x7e]{1,200})$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) return refuse('missing_token', 'Send the machine token as "Authorization: Bearer tok_…".');
  const known = proven.get(token, now);
  if (known) return decide(known, now);

  const prefix = token.slice(0, PREFIX_CHARACTERS);
  const guessing = isGuessing(address, now);
  const rows = guessing ? await copiedRows(env.index, prefix, now) : await tokensByPrefix(env.index, prefix);
  let match: TokenRow | null = null;
  for (const row of rows.length > 0 ? rows : [DUMMY]) {
    const expected = Buffer.from(row.hash, 'hex');
    const actual = sha256(`${row.salt}:${token}`);
    if (expected.length === actual.length && timingSafeEqual(expected, actual) && row.id !== '') match = row;
  }
  if (!match)
    return (
      (await noteFailure(env, address, now)) ??
      refuse('invalid_token', 'The machine token is not known; check it, or have a new one issued.')
    );
  const decided = decide(match, now);
  // A token that ended costs as much as a guess, but still gets the reason for its refusal.
  if ('refused' in decided) await noteFailure(env, address, now);
  else if (!guessing) proven.keep(token, match, now);
  return decided;
}

function decide(row: TokenRow, now: number): Authenticated | Refusal {
  if (row.revokedAt !== null) return refuse('token_revoked', 'This machine token was revoked; have a new one issued.');
  if (row.expiresAt !== null && row.expiresAt <= now)
    return refuse('token_expired', 'This machine token has expired; have a new one issued.');
  if (row.tenantStatus !== 'active')
    return refuse('tenant_suspended', 'The tenant is suspended; keep what is unsent and try again later.');
  const { id, label, tenant, hash, prefix, salt, createdAt, expiresAt, version } = row;
  const facts = { prefix, salt, createdAt, expiresAt, version };
  return { principal: { kind: 'machine', id, name: label, tokenHash: hash, facts }, tenant };
}

/** For tests: an isolate without memory. */
export const forgetTokens = (): void => proven.forget();
