// The Access stand-in's key and tokens: real RS256 application tokens, as Access signs them. Only the stand has this.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { exportJWK, generateKeyPair, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';

const SESSION_SECONDS = 24 * 3600;

export type AccessTokens = {
  /** The answer of `/cdn-cgi/access/certs`. */
  certs: { keys: JWK[]; public_certs: unknown[] };
  mint: (claims: Record<string, unknown>, options?: { seconds?: number; audience?: string }) => Promise<string>;
  /** The email in a valid token of ours, or null. */
  verify: (token: string) => Promise<string | null>;
};

/** Loads the stand's signing key, or makes it at first start; a session survives a restart. */
export async function accessTokens(keyFile: string, issuer: string, audience: string): Promise<AccessTokens> {
  const jwk = existsSync(keyFile) ? (JSON.parse(readFileSync(keyFile, 'utf8')) as JWK) : await newKey(keyFile);
  const { kty, n, e, kid } = jwk;
  const publicJwk: JWK = { kty, n, e, kid, alg: 'RS256', use: 'sig' };
  const privateKey = await importJWK(jwk, 'RS256');
  const publicKey = await importJWK(publicJwk, 'RS256');
  return {
    certs: { keys: [publicJwk], public_certs: [] },
    mint: (claims, options = {}) =>
      new SignJWT({ type: 'app', identity_nonce: crypto.randomUUID().slice(0, 8), country: 'XX', ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: kid as string, typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience([options.audience ?? audience])
        .setIssuedAt()
        .setNotBefore('0s')
        .setExpirationTime(`${options.seconds ?? SESSION_SECONDS}s`)
        .sign(privateKey),
    verify: async (token) => {
      try {
        const { payload } = await jwtVerify(token, publicKey, { issuer, audience, algorithms: ['RS256'] });
        return typeof payload.email === 'string' ? payload.email : null;
      } catch {
        return null;
      }
    },
  };
}

/** The `sub` of a person: the same at every sign-in, as in Access. */
export function subjectOf(email: string): string {
  const hex = createHash('sha256').update(email).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

async function newKey(keyFile: string): Promise<JWK> {
  const pair = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(pair.privateKey)), kid: crypto.randomUUID(), alg: 'RS256' };
  mkdirSync(path.dirname(keyFile), { recursive: true });
  writeFileSync(keyFile, JSON.stringify(jwk), { mode: 0o600 });
  return jwk;
}
