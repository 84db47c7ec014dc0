// XChaCha20-Poly1305 with a random 24-byte nonce in front: how private halves are sealed under a 32-byte key.
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { managedNonce } from '@noble/ciphers/utils.js';
import { base64urlnopad } from '@scure/base';

const aead = managedNonce(xchacha20poly1305);

/** What a sealed thing is and whose it is: authenticated, so that the server cannot pass one off as another. */
export type Context = readonly (string | number | null)[];

const aad = (context: Context): Uint8Array => new TextEncoder().encode(JSON.stringify(context));

/** Seals bytes under a 32-byte key. Answer: nonce, ciphertext and tag as base64url. */
export const sealBytes = (key: Uint8Array, context: Context, plaintext: Uint8Array): string =>
  base64urlnopad.encode(aead(key, aad(context)).encrypt(plaintext));

/** Opens what `sealBytes` sealed; null when key, context or bytes are not the right ones. */
export function openBytes(key: Uint8Array, context: Context, sealed: string): Uint8Array | null {
  try {
    return openAuthenticated(key, aad(context), base64urlnopad.decode(sealed));
  } catch {
    return null;
  }
}

/** Nonce, ciphertext and tag in one piece. By itself, for the published vectors, whose associated data is no context. Throws. */
export const openAuthenticated = (key: Uint8Array, associated: Uint8Array, sealed: Uint8Array): Uint8Array =>
  aead(key, associated).decrypt(sealed);
