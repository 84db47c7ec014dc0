// An unlocker: an ECDH key pair whose private half is sealed under what one person has, together with the root's
// thumbprint. So whoever unlocks also gets the pin, and a server cannot put another root in its place.
import { hex } from '@scure/base';
import { EcPublicJwk, thumbprint } from '../../schema/jwk.ts';
import { Kdf, type SealedUnlocker } from '../../schema/keyring.ts';
import type { ManifestUnlocker } from '../../schema/signed.ts';
import type { VaultFault } from './contract.ts';
import { fault } from './fault.ts';
import { kdfContext, keyFromPassphrase, keyFromRecoverySecret, newArgon2id, newSalt } from './kdf.ts';
import { formatRecoveryCode, parseRecoveryCode, RECOVERY_SECRET_BYTES } from './recovery-code.ts';
import { type Context, openBytes, sealBytes } from './sealed-bytes.ts';

const ECDH = { name: 'ECDH', namedCurve: 'P-256' } as const;

/** `entry` goes into the manifest, `half` to the server. */
export type MadeUnlocker = { entry: ManifestUnlocker; half: SealedUnlocker };
type Wanted = Pick<ManifestUnlocker, 'label' | 'owner' | 'rights'>;

const contextOf = (tenant: string, half: Omit<SealedUnlocker, 'sealed'>): Context => [
  'totlprovision/unlocker/v1',
  tenant,
  half.id,
  ...kdfContext(half.kdf),
  ...(half.set ? [half.set.id, half.set.threshold, half.set.count] : []),
];

async function make(
  tenant: string,
  root: string,
  kind: ManifestUnlocker['kind'],
  wanted: Wanted,
  how: Pick<SealedUnlocker, 'kdf' | 'set'>,
  key: Uint8Array,
): Promise<MadeUnlocker> {
  const pair = (await crypto.subtle.generateKey(ECDH, true, ['deriveBits'])) as CryptoKeyPair;
  const { kty, crv, x, y, d } = (await crypto.subtle.exportKey('jwk', pair.privateKey)) as JsonWebKey;
  const jwk = EcPublicJwk.parse({ kty, crv, x, y });
  const half = { id: crypto.randomUUID(), ...how };
  const plaintext = new TextEncoder().encode(JSON.stringify({ jwk: { ...jwk, d }, root }));
  return {
    entry: { id: half.id, kind, ...wanted, jwk, createdAt: Date.now() },
    half: { ...half, sealed: sealBytes(key, contextOf(tenant, half), plaintext) },
  };
}

/** Makes a passphrase unlocker. `root` is the root's thumbprint, sealed in with it. */
export async function makePassphraseUnlocker(
  tenant: string,
  root: string,
  wanted: Wanted,
  passphrase: string,
): Promise<MadeUnlocker> {
  const kdf = newArgon2id();
  return make(tenant, root, 'passphrase', wanted, { kdf }, await keyFromPassphrase(passphrase, kdf));
}

/** Makes a recovery unlocker of one share. The code is in the answer and nowhere else. */
export async function makeRecoveryUnlocker(
  tenant: string,
  root: string,
  wanted: Wanted,
): Promise<MadeUnlocker & { code: string; setId: string }> {
  const secret = crypto.getRandomValues(new Uint8Array(RECOVERY_SECRET_BYTES));
  const setId = hex.encode(crypto.getRandomValues(new Uint8Array(4)));
  const kdf = { name: 'hkdf-sha256' as const, salt: newSalt() };
  const set = { id: setId, threshold: 1, count: 1 };
  const key = await keyFromRecoverySecret(secret, kdf.salt);
  const made = await make(tenant, root, 'recovery', wanted, { kdf, set }, key);
  return { ...made, code: formatRecoveryCode({ setId, threshold: 1, index: 1, secret }), setId };
}

/** An opened unlocker: what unwraps vault keys, and the pin. */
export type OpenedUnlocker = { id: string; privateKey: CryptoKey; publicThumbprint: string; root: string };

/** Opens an unlocker's private half with a passphrase or a typed recovery code. */
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
  let key: Uint8Array;
  if (kdf.data.name === 'argon2id') key = await keyFromPassphrase(secret, kdf.data);
  else {
    const share = parseRecoveryCode(secret);
    if (!share) return fault('wrong_recovery_code', 'This is not a whole recovery code. Check it group by group.');
    if (share.setId !== half.set?.id)
      return fault('wrong_recovery_code', 'This code belongs to another recovery sheet; compare the set number.');
    key = await keyFromRecoverySecret(share.secret, kdf.data.salt);
  }
  const plaintext = openBytes(key, contextOf(tenant, half), half.sealed);
  if (!plaintext)
    return kdf.data.name === 'argon2id'
      ? fault('wrong_passphrase', 'That is not the passphrase.')
      : fault('wrong_recovery_code', 'This recovery code does not open the keyring.');
  const { jwk, root } = JSON.parse(new TextDecoder().decode(plaintext)) as { jwk: JsonWebKey; root: string };
  const { kty, crv, x, y } = jwk;
  return {
    id: half.id,
    privateKey: await crypto.subtle.importKey('jwk', jwk, ECDH, false, ['deriveBits']),
    publicThumbprint: await thumbprint(EcPublicJwk.parse({ kty, crv, x, y })),
    root,
  };
}
