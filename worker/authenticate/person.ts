// A person's Access application token, verified with jose against the team's keys. There is no other way in: the local
// stand signs real tokens.
import { createRemoteJWKSet } from 'jose/jwks/remote';
import { type JWTVerifyGetKey, jwtVerify } from 'jose/jwt/verify';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import { Email } from '../../schema/text.ts';
import type { Env } from '../core/env.ts';
import { Proven } from './proven.ts';

/** How Access signs. */
export const ALGORITHMS = ['RS256'];

const CLOCK_TOLERANCE_SECONDS = 30;
const FETCH_TIMEOUT_MS = 3_000;
/** An unknown `kid` asks the issuer again at most this often, however many forged tokens come. */
const REFETCH_COOLDOWN_MS = 30_000;
const KEYS_MAX_AGE_MS = 600_000;

const keySets = new Map<string, JWTVerifyGetKey>();

function keysOf(issuer: string): JWTVerifyGetKey {
  let keys = keySets.get(issuer);
  if (!keys) {
    keys = createRemoteJWKSet(new URL('/cdn-cgi/access/certs', issuer), {
      timeoutDuration: FETCH_TIMEOUT_MS,
      cooldownDuration: REFETCH_COOLDOWN_MS,
      cacheMaxAge: KEYS_MAX_AGE_MS,
    });
    keySets.set(issuer, keys);
  }
  return keys;
}

/** What jose throws when the token is bad; anything else means that the keys could not be fetched. */
const BAD_TOKEN = new Set([
  'ERR_JWT_CLAIM_VALIDATION_FAILED',
  'ERR_JWT_INVALID',
  'ERR_JWS_INVALID',
  'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
  'ERR_JOSE_ALG_NOT_ALLOWED',
  'ERR_JOSE_NOT_SUPPORTED',
  'ERR_JWKS_NO_MATCHING_KEY',
  'ERR_JWKS_MULTIPLE_MATCHING_KEYS',
]);

/** `sessionEndsAt`: when the token expires, ms since the epoch. */
export type SignedIn = { email: string; sessionEndsAt: number };

/** By issuer, audience and token. */
const proven = new Proven<SignedIn>();

/**
 * Proves a person's email from a `Cf-Access-Jwt-Assertion` header (RS256, iss, aud, exp). Refuses by value:
 * access_not_configured, not_signed_in, invalid_session, session_expired, not_a_person, access_unreachable.
 */
export async function authenticatePerson(env: Env, assertion: string | null): Promise<SignedIn | Refusal> {
  if (env.accessAudience === null)
    return refuse('access_not_configured', 'ACCESS_AUD is blank; set it to the Access application’s audience tag.');
  if (!assertion) return refuse('not_signed_in', 'Sign in through Cloudflare Access.');
  const now = Date.now();
  const proof = [env.accessIssuer, env.accessAudience, assertion].join(' ');
  const known = proven.get(proof, now);
  if (known) return known;
  let claims: { email?: unknown; exp?: number };
  try {
    const verified = await jwtVerify(assertion, keysOf(env.accessIssuer), {
      issuer: env.accessIssuer,
      audience: env.accessAudience,
      algorithms: ALGORITHMS,
      requiredClaims: ['exp', 'iat'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    });
    claims = verified.payload;
  } catch (error) {
    const code = (error as { code?: string }).code ?? '';
    if (code === 'ERR_JWT_EXPIRED') return refuse('session_expired', 'The sign-in has expired; sign in again.');
    if (BAD_TOKEN.has(code)) return refuse('invalid_session', 'The sign-in is not valid here; sign in again.');
    return refuse('access_unreachable', 'The team’s Access keys cannot be fetched now; try again in a moment.');
  }
  // A service token carries a common_name and no email: it is somebody's script, not a person.
  const email = Email.safeParse(claims.email);
  if (!email.success) return refuse('not_a_person', 'Sign in as a person, with an email address.');
  const person = { email: email.data, sessionEndsAt: Number(claims.exp) * 1000 };
  // Past its end it is verified again, and refused.
  proven.keep(proof, person, now, person.sessionEndsAt + CLOCK_TOLERANCE_SECONDS * 1000);
  return person;
}

/** For tests: an isolate without memory. */
export const forgetSignIns = (): void => proven.forget();
