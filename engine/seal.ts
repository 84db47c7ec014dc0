// Sealing a secret to a tenant's escrow key. It can only seal: nothing under engine/ opens anything.
import { base64 } from '@scure/base';
import { CompactEncrypt } from 'jose/jwe/compact/encrypt';
import { SEALED_TYP } from '../schema/jwe.ts';
import type { RsaPublicJwk } from '../schema/jwk.ts';
import type { SecretKind, SecretRef } from '../schema/secret.ts';

const RSA = { name: 'RSA-OAEP', hash: 'SHA-256' } as const;

export type SealInput = {
  kid: string;
  jwk: RsaPublicJwk;
  tenant: string;
  machine: string;
  run: string;
  kind: SecretKind;
  eid: string;
  ref: SecretRef;
  /** Seconds since the epoch, as in JOSE. */
  iat: number;
  plaintext: string;
};

const importKey = (jwk: RsaPublicJwk) => crypto.subtle.importKey('jwk', jwk, RSA, false, ['encrypt']);

/**
 * An empty secret is the caller's mistake: what they mean to keep is not in it, and no receipt would say so. UTF-8 has
 * no bytes for half a surrogate pair: an encoder puts U+FFFD in its place, and the opened secret would not be the
 * password that was applied. Throws, without a word of the plaintext.
 */
function bytesOf(plaintext: string): Uint8Array<ArrayBuffer> {
  if (plaintext === '') throw new RangeError('a secret must not be empty');
  if (!plaintext.isWellFormed()) throw new TypeError('The secret must be well-formed Unicode.');
  return new TextEncoder().encode(plaintext) as Uint8Array<ArrayBuffer>;
}

/** Seals as compact JWE (RFC 7516), RSA-OAEP-256; the protected header binds the ciphertext to its place. */
export async function seal(input: SealInput, enc: 'A256GCM' | 'A256CBC-HS512' = 'A256GCM'): Promise<string> {
  const { kid, jwk, plaintext, ...bound } = input;
  return new CompactEncrypt(bytesOf(plaintext))
    .setProtectedHeader({ alg: 'RSA-OAEP-256', enc, kid, typ: SEALED_TYP, ...bound })
    .encrypt(await importKey(jwk));
}

/**
 * Seals as base64 of raw RSA-OAEP-SHA256: nothing binds it to its machine, and only tenants that allow it accept it.
 */
export async function sealRaw(jwk: RsaPublicJwk, plaintext: string): Promise<string> {
  const bytes = await crypto.subtle.encrypt(RSA, await importKey(jwk), bytesOf(plaintext));
  return base64.encode(new Uint8Array(bytes));
}
