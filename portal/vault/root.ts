// The root key: makes statements and manifests true. It exists while a keyring is written, and is never kept unlocked.
import { CompactSign } from 'jose/jws/compact/sign';
import { EcPublicJwk, thumbprint } from '../../schema/jwk.ts';
import type { SealedKey } from '../../schema/keyring.ts';
import {
  type KeyStatement,
  MANIFEST_TYP,
  type Manifest,
  STATEMENT_TYP,
  SUCCESSION_TYP,
  type Succession,
} from '../../schema/signed.ts';
import { type Context, openBytes, sealBytes } from './sealed-bytes.ts';
import type { VaultKey } from './vault-key.ts';

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** `fingerprint` is the RFC 7638 thumbprint of the public half: the tenant's pin. */
export type Root = { jwk: EcPublicJwk; fingerprint: string; privateJwk: JsonWebKey };

async function fromPrivate(privateJwk: JsonWebKey): Promise<Root> {
  const { kty, crv, x, y } = privateJwk;
  const jwk = EcPublicJwk.parse({ kty, crv, x, y });
  return { jwk, fingerprint: await thumbprint(jwk), privateJwk };
}

export async function newRoot(): Promise<Root> {
  const pair = (await crypto.subtle.generateKey(ECDSA, true, ['sign', 'verify'])) as CryptoKeyPair;
  return fromPrivate((await crypto.subtle.exportKey('jwk', pair.privateKey)) as JsonWebKey);
}

async function sign(root: Root, typ: string, payload: KeyStatement | Manifest | Succession): Promise<string> {
  const key = await crypto.subtle.importKey('jwk', root.privateJwk, ECDSA, false, ['sign']);
  return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'ES256', typ, jwk: root.jwk })
    .sign(key);
}

export const signStatement = (root: Root, statement: KeyStatement): Promise<string> =>
  sign(root, STATEMENT_TYP, statement);
export const signManifest = (root: Root, manifest: Manifest): Promise<string> => sign(root, MANIFEST_TYP, manifest);
/** The old root's word that another follows it. */
export const signSuccession = (old: Root, succession: Succession): Promise<string> =>
  sign(old, SUCCESSION_TYP, succession);

const contextOf = (tenant: string, kid: string, vaultEpoch: number): Context => [
  'totlprovision/sealed-key/v1',
  tenant,
  'root',
  kid,
  vaultEpoch,
];

/** Seals the root's private half under the admin vault key. */
export const sealRoot = (tenant: string, root: Root, { key, vaultEpoch }: VaultKey): SealedKey => ({
  kid: root.fingerprint,
  vaultEpoch,
  sealed: sealBytes(
    key,
    contextOf(tenant, root.fingerprint, vaultEpoch),
    new TextEncoder().encode(JSON.stringify(root.privateJwk)),
  ),
});

/** Opens the root's private half; null when it is not the pinned root's. */
export async function openRoot(
  tenant: string,
  pin: string,
  sealed: SealedKey,
  { key }: VaultKey,
): Promise<Root | null> {
  const bytes = openBytes(key, contextOf(tenant, pin, sealed.vaultEpoch), sealed.sealed);
  if (!bytes) return null;
  const root = await fromPrivate(JSON.parse(new TextDecoder().decode(bytes)));
  return root.fingerprint === pin ? root : null;
}
