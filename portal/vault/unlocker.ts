// An unlocker: an ECDH key pair whose private half is sealed under what one person has, together with the root's
// thumbprint. So a person who unlocks also gets the pin, and a server cannot put another root in its place.
import { base64urlnopad } from '@scure/base';
import { CompactSign } from 'jose/jws/compact/sign';
import { decodeBase64Url } from '../../schema/base64url.ts';
import { EcPublicJwk, thumbprint } from '../../schema/jwk.ts';
import { Kdf, type PrfKdf, type SealedUnlocker, type UnlockerChanged } from '../../schema/keyring.ts';
import {
  DRILL_TYP,
  KEYRING_OPENED_TYP,
  type KeyringOpened,
  type Manifest,
  type ManifestUnlocker,
  type RecoveryDrill,
  sha256Hex,
  UNLOCKER_CHANGE_TYP,
  type UnlockerChange,
} from '../../schema/signed.ts';
import type { VaultFault } from './contract.ts';
import { fault, isFault } from './fault.ts';
import { kdfContext, keyFromPassphrase, keyFromPrf, keyFromRecoverySecret, newArgon2id, newSalt } from './kdf.ts';
import { makeRecoverySet, secretFromShares } from './recovery-set.ts';
import { type Context, openBytes, sealBytes } from './sealed-bytes.ts';

const ECDH = { name: 'ECDH', namedCurve: 'P-256' } as const;
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/**
 * `entry` goes into the manifest, `half` to the server. The private key, and the key that the half is sealed under, stay here: they are to see
 * that both open.
 */
export type MadeUnlocker = {
  entry: ManifestUnlocker;
  half: SealedUnlocker;
  privateKey: CryptoKey;
  sealedUnder: Uint8Array;
};
type Wanted = Pick<ManifestUnlocker, 'label' | 'owner' | 'rights'>;
type Sealing = { how: Pick<SealedUnlocker, 'kdf' | 'set'>; key: Uint8Array };
type Private = { jwk: JsonWebKey; root: string };

const contextOf = (tenant: string, half: Omit<SealedUnlocker, 'sealed'>): Context => [
  'totlprovision/unlocker/v1',
  tenant,
  half.id,
  ...kdfContext(half.kdf),
  ...(half.set ? [half.set.id, half.set.threshold, half.set.count] : []),
];

function seal(tenant: string, id: string, { how, key }: Sealing, content: Private): SealedUnlocker {
  const half = { id, ...how };
  return {
    ...half,
    sealed: sealBytes(key, contextOf(tenant, half), new TextEncoder().encode(JSON.stringify(content))),
  };
}

async function make(
  tenant: string,
  root: string,
  kind: ManifestUnlocker['kind'],
  wanted: Wanted,
  sealing: Sealing,
): Promise<MadeUnlocker> {
  const pair = (await crypto.subtle.generateKey(ECDH, true, ['deriveBits'])) as CryptoKeyPair;
  const { kty, crv, x, y, d } = (await crypto.subtle.exportKey('jwk', pair.privateKey)) as JsonWebKey;
  const jwk = EcPublicJwk.parse({ kty, crv, x, y });
  const id = crypto.randomUUID();
  return {
    entry: { id, kind, ...wanted, jwk, createdAt: Date.now() },
    half: seal(tenant, id, sealing, { jwk: { ...jwk, d }, root }),
    privateKey: pair.privateKey,
    sealedUnder: sealing.key,
  };
}

async function sealingUnder(passphrase: string): Promise<Sealing> {
  const kdf = newArgon2id();
  return { how: { kdf }, key: await keyFromPassphrase(passphrase, kdf) };
}

/** Makes a passphrase unlocker. `root` is the root's thumbprint, sealed in with it. */
export const makePassphraseUnlocker = async (
  tenant: string,
  root: string,
  wanted: Wanted,
  passphrase: string,
): Promise<MadeUnlocker> => make(tenant, root, 'passphrase', wanted, await sealingUnder(passphrase));

/** Makes a passkey unlocker from what the authenticator's PRF answered for `kdf.salt`, 32 bytes as base64url. */
export const makePasskeyUnlocker = async (
  tenant: string,
  root: string,
  wanted: Wanted,
  kdf: PrfKdf,
  output: string,
): Promise<MadeUnlocker> =>
  make(tenant, root, 'passkey', wanted, {
    how: { kdf },
    key: await keyFromPrf(base64urlnopad.decode(output), kdf),
  });

/** Makes a recovery unlocker and the codes of its shares, which are in the answer and nowhere else. */
export async function makeRecoveryUnlocker(
  tenant: string,
  root: string,
  wanted: Wanted,
  { threshold, count } = { threshold: 1, count: 1 },
): Promise<MadeUnlocker & { codes: string[]; setId: string }> {
  const { secret, set, codes } = await makeRecoverySet(threshold, count);
  const kdf = { name: 'hkdf-sha256' as const, salt: newSalt() };
  const key = await keyFromRecoverySecret(secret, kdf.salt);
  const made = await make(tenant, root, 'recovery', wanted, { how: { kdf, set }, key });
  return { ...made, codes, setId: set.id };
}

/**
 * An opened unlocker: the key that unwraps vault keys, and the pin. `content` and `sealing` are for sealing it anew.
 */
export type OpenedUnlocker = {
  id: string;
  privateKey: CryptoKey;
  publicThumbprint: string;
  root: string;
  half: SealedUnlocker;
  content: Private;
  sealing: Sealing;
};

/** The key that a half is sealed under, from what its owner gave. */
async function keyFor(half: SealedUnlocker, kdf: Kdf, secret: string): Promise<Uint8Array | VaultFault> {
  if (kdf.name === 'argon2id') return keyFromPassphrase(secret, kdf);
  if (kdf.name === 'webauthn-prf') {
    // Null if something else was typed: the server may have passed the half of a passphrase off as a passkey's.
    const output = decodeBase64Url(secret);
    return output ? keyFromPrf(output, kdf) : WRONG[kdf.name];
  }
  const shares = await secretFromShares(secret, half.set);
  return isFault(shares) ? shares : keyFromRecoverySecret(shares.secret, kdf.salt);
}

const WRONG: Record<Kdf['name'], VaultFault> = {
  argon2id: fault('wrong_passphrase', 'That is not the passphrase.'),
  'hkdf-sha256': fault('wrong_recovery_code', 'These recovery codes do not open the keyring.'),
  'webauthn-prf': fault('wrong_passkey', 'That passkey does not open the keyring.'),
};

/** Opens an unlocker's private half: `secret` is the passphrase, the recovery codes one a line, or the PRF's output as base64url. */
export async function openUnlocker(
  tenant: string,
  half: SealedUnlocker,
  secret: string,
): Promise<OpenedUnlocker | VaultFault> {
  // The server names the KDF: parsed again here, so that a lowered one never runs and an inflated one never hangs.
  const kdf = Kdf.safeParse(half.kdf);
  if (!kdf.success)
    return fault(
      'weak_kdf',
      'The server asks for key derivation outside the safe range. Do not go on; tell your operator.',
    );
  const key = await keyFor(half, kdf.data, secret);
  if (isFault(key)) return key;
  return (await openUnder(tenant, { ...half, kdf: kdf.data }, key)) ?? WRONG[kdf.data.name];
}

/** Opens a half with the key that its derivation gave. Null: it does not open. */
export async function openUnder(tenant: string, half: SealedUnlocker, key: Uint8Array): Promise<OpenedUnlocker | null> {
  const plaintext = openBytes(key, contextOf(tenant, half), half.sealed);
  if (!plaintext) return null;
  const content = JSON.parse(new TextDecoder().decode(plaintext)) as Private;
  const { kty, crv, x, y } = content.jwk;
  return {
    id: half.id,
    privateKey: await crypto.subtle.importKey('jwk', content.jwk, ECDH, false, ['deriveBits']),
    publicThumbprint: await thumbprint(EcPublicJwk.parse({ kty, crv, x, y })),
    root: content.root,
    half,
    content,
    sealing: { how: half.set ? { kdf: half.kdf, set: half.set } : { kdf: half.kdf }, key },
  };
}

/** The same unlocker with another root pinned in it. */
export const repinned = (tenant: string, { id, sealing, content }: OpenedUnlocker, root: string): SealedUnlocker =>
  seal(tenant, id, sealing, { ...content, root });

/** The same unlocker under another passphrase. */
export const rekeyed = async (
  tenant: string,
  { id, content }: OpenedUnlocker,
  passphrase: string,
): Promise<SealedUnlocker> => seal(tenant, id, await sealingUnder(passphrase), content);

/**
 * Signs that `next` takes the place of the half that was opened. The unlocker's own key signs: a signer must have been
 * able to open it, and the server can tell (docs/decisions/0007).
 */
export async function signChange(
  tenant: string,
  { id, half, content }: OpenedUnlocker,
  next: SealedUnlocker,
): Promise<UnlockerChanged> {
  const change: UnlockerChange = {
    tenant,
    unlocker: id,
    previous: await sha256Hex(half.sealed),
    next: await sha256Hex(next.sealed),
    createdAt: Date.now(),
  };
  return { half: next, change: await sign(content, UNLOCKER_CHANGE_TYP, change) };
}

/** Signs that this unlocker has opened every key of a keyring; `sha256` is of the manifest's text. */
export const signOpened = (
  { id, content }: OpenedUnlocker,
  { manifest, sha256 }: { manifest: Manifest; sha256: string },
): Promise<string> =>
  sign(content, KEYRING_OPENED_TYP, {
    tenant: manifest.tenant,
    unlocker: id,
    version: manifest.version,
    manifest: sha256,
    createdAt: Date.now(),
  });

/** Signs that this recovery unlocker was opened, now. */
export const signDrill = (tenant: string, { id, content }: OpenedUnlocker): Promise<string> =>
  sign(content, DRILL_TYP, { tenant, unlocker: id, createdAt: Date.now() });

type Signed = UnlockerChange | KeyringOpened | RecoveryDrill;

async function sign({ jwk }: Private, typ: string, payload: Signed): Promise<string> {
  const { kty, crv, x, y } = jwk;
  const key = await crypto.subtle.importKey('jwk', jwk, ECDSA, false, ['sign']);
  return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'ES256', typ, jwk: EcPublicJwk.parse({ kty, crv, x, y }) })
    .sign(key);
}
