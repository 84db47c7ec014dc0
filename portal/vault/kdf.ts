// From a person's secret to a 32-byte key: Argon2id (RFC 9106) for a passphrase, HKDF (RFC 5869) for a recovery secret.
import { base64urlnopad } from '@scure/base';
import { argon2id } from 'hash-wasm';
import type { Argon2idKdf, Kdf, PrfKdf } from '../../schema/keyring.ts';

const KEY_BYTES = 32;
const SALT_BYTES = 16;

export const newSalt = (): string => base64urlnopad.encode(crypto.getRandomValues(new Uint8Array(SALT_BYTES)));

/** Ours for new passphrases: 64 MiB, three passes, four lanes: about 0.4 s in a browser. */
export const newArgon2id = (): Argon2idKdf => ({ name: 'argon2id', m: 65_536, t: 3, p: 4, salt: newSalt() });

/** A passphrase means the same however a keyboard composes it: NFKC, outer spaces dropped. */
export const normalizePassphrase = (passphrase: string): string => passphrase.normalize('NFKC').trim();

/** `kdf` has been parsed, so its cost lies between floor and ceiling whatever the server said. */
export const keyFromPassphrase = (passphrase: string, kdf: Argon2idKdf): Promise<Uint8Array> =>
  argon2id({
    password: normalizePassphrase(passphrase),
    salt: base64urlnopad.decode(kdf.salt),
    parallelism: kdf.p,
    iterations: kdf.t,
    memorySize: kdf.m,
    hashLength: KEY_BYTES,
    outputType: 'binary',
  });

/** Has the browser compile what derives a key from a passphrase, so that the first one does not wait for that too. */
export async function readyForPassphrases(): Promise<void> {
  const least = { parallelism: 1, iterations: 1, memorySize: 8, hashLength: KEY_BYTES, outputType: 'binary' } as const;
  await argon2id({ ...least, password: 'nobody’s', salt: new Uint8Array(SALT_BYTES) });
}

/** HKDF-SHA256; `size` in bytes. Every member is free, for the published vectors; ours are fixed below. */
export async function hkdf(
  secret: Uint8Array,
  { salt, info, size }: { salt: Uint8Array; info: Uint8Array; size: number },
): Promise<Uint8Array> {
  const base = await crypto.subtle.importKey('raw', secret as BufferSource, 'HKDF', false, ['deriveBits']);
  const params = { name: 'HKDF', hash: 'SHA-256', salt: salt as BufferSource, info: info as BufferSource };
  return new Uint8Array(await crypto.subtle.deriveBits(params, base, size * 8));
}

/** The secret is uniform already: HKDF only binds it to its purpose and salt. */
const expand = (secret: Uint8Array, salt: string, purpose: string): Promise<Uint8Array> =>
  hkdf(secret, { salt: base64urlnopad.decode(salt), info: new TextEncoder().encode(purpose), size: KEY_BYTES });

export const keyFromRecoverySecret = (secret: Uint8Array, salt: string): Promise<Uint8Array> =>
  expand(secret, salt, 'totlprovision/recovery/v1');

/** `output` is what the authenticator's PRF answered for this salt: 32 bytes. */
export const keyFromPrf = (output: Uint8Array, kdf: PrfKdf): Promise<Uint8Array> =>
  expand(output, kdf.salt, 'totlprovision/passkey/v1');

/** A KDF's parameters in a fixed order, for the context that authenticates them. */
export function kdfContext(kdf: Kdf): (string | number)[] {
  if (kdf.name === 'argon2id') return [kdf.name, kdf.m, kdf.t, kdf.p, kdf.salt];
  return kdf.name === 'webauthn-prf' ? [kdf.name, kdf.salt, kdf.credential, kdf.rpId] : [kdf.name, kdf.salt];
}
