// Public keys as JWK (RFC 7517) and their thumbprints (RFC 7638). Strict: a private member never parses.
import { base64urlnopad } from '@scure/base';
import * as z from 'zod';
import { Base64Url } from './text.ts';

/** An escrow key's public half: RSA, F4, exactly 3072 bits: 384 bytes are 512 characters, and the first has its highest bit set. */
export const RsaPublicJwk = z.strictObject({
  kty: z.literal('RSA'),
  n: z.string().regex(/^[g-z0-9_-][A-Za-z0-9_-]{511}$/, { error: 'must be a 3072-bit modulus in base64url' }),
  e: z.literal('AQAB'),
});
export type RsaPublicJwk = z.infer<typeof RsaPublicJwk>;

/** A P-256 public key: a root (ES256) or an unlocker (ECDH-ES). */
export const EcPublicJwk = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: Base64Url(43).length(43),
  y: Base64Url(43).length(43),
});
export type EcPublicJwk = z.infer<typeof EcPublicJwk>;

/** RFC 7638 §3: SHA-256 over the required members in lexicographic order, as base64url. */
export async function thumbprint(jwk: RsaPublicJwk | EcPublicJwk): Promise<string> {
  const members =
    jwk.kty === 'RSA' ? { e: jwk.e, kty: jwk.kty, n: jwk.n } : { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y };
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(members)));
  return base64urlnopad.encode(new Uint8Array(digest));
}
