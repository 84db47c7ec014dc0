// The escrow key: engines seal to its public half; its private half lives sealed under the reveal vault key.
import { RsaPublicJwk, thumbprint } from '../../schema/jwk.ts';
import type { EscrowKey, SealedKey } from '../../schema/keyring.ts';
import { type Root, signStatement } from './root.ts';
import { type Context, openBytes, sealBytes } from './sealed-bytes.ts';
import type { VaultKey } from './vault-key.ts';

const RSA = { name: 'RSA-OAEP', hash: 'SHA-256' } as const;
const RSA_BITS = 3072;

const contextOf = (tenant: string, kid: string, vaultEpoch: number): Context => [
  'totlprovision/sealed-key/v1',
  tenant,
  'escrow',
  kid,
  vaultEpoch,
];

const sealPrivate = (tenant: string, kid: string, bytes: Uint8Array, { key, vaultEpoch }: VaultKey): SealedKey => ({
  kid,
  vaultEpoch,
  sealed: sealBytes(key, contextOf(tenant, kid, vaultEpoch), bytes),
});

/** Makes an escrow key with its statement; the private half leaves this function only sealed. */
export async function makeEscrowKey(
  tenant: string,
  root: Root,
  vault: VaultKey,
  place: { keyEpoch: number; previousKid: string | null },
): Promise<EscrowKey> {
  const pair = (await crypto.subtle.generateKey(
    { ...RSA, modulusLength: RSA_BITS, publicExponent: new Uint8Array([1, 0, 1]) },
    true,
    ['encrypt', 'decrypt'],
  )) as CryptoKeyPair;
  const { kty, n, e } = (await crypto.subtle.exportKey('jwk', pair.publicKey)) as JsonWebKey;
  const jwk = RsaPublicJwk.parse({ kty, n, e });
  const kid = await thumbprint(jwk);
  const privateJwk = await crypto.subtle.exportKey('jwk', pair.privateKey);
  const plaintext = new TextEncoder().encode(JSON.stringify(privateJwk));
  return {
    kid,
    jwk,
    statement: await signStatement(root, { tenant, kid, ...place, createdAt: Date.now() }),
    sealedPrivate: sealPrivate(tenant, kid, plaintext, vault),
  };
}

/** Opens an escrow key's private half; null when it is not the private half of `kid`. */
async function openPrivate(
  tenant: string,
  kid: string,
  sealed: SealedKey,
  vault: VaultKey,
): Promise<{ bytes: Uint8Array; jwk: JsonWebKey } | null> {
  const bytes = openBytes(vault.key, contextOf(tenant, kid, sealed.vaultEpoch), sealed.sealed);
  if (!bytes) return null;
  const jwk = JSON.parse(new TextDecoder().decode(bytes)) as JsonWebKey;
  const { kty, n, e } = jwk;
  return (await thumbprint(RsaPublicJwk.parse({ kty, n, e }))) === kid ? { bytes, jwk } : null;
}

/** Opens an escrow key, non-extractable; null when it is not the private half of `kid`. */
export async function openEscrowKey(
  tenant: string,
  kid: string,
  sealed: SealedKey,
  vault: VaultKey,
): Promise<CryptoKey | null> {
  const opened = await openPrivate(tenant, kid, sealed, vault);
  return (
    opened &&
    crypto.subtle.importKey('jwk', { ...opened.jwk, ext: false, key_ops: ['decrypt'] }, RSA, false, ['decrypt'])
  );
}

/** The same private half under another vault key; null when it does not open. */
export async function resealEscrowKey(
  tenant: string,
  kid: string,
  sealed: SealedKey,
  from: VaultKey,
  to: VaultKey,
): Promise<SealedKey | null> {
  const opened = await openPrivate(tenant, kid, sealed, from);
  return opened && sealPrivate(tenant, kid, opened.bytes, to);
}
