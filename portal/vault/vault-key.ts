// Vault keys: 32 random bytes that seal the private halves. Each is wrapped to every unlocker with a right to it, and the
// signed manifest commits to it, so that a wrap the server made up is noticed on unwrapping.
import { base64urlnopad } from '@scure/base';
import { compactDecrypt } from 'jose/jwe/compact/decrypt';
import { CompactEncrypt } from 'jose/jwe/compact/encrypt';
import { decodeCompact } from '../../schema/base64url.ts';
import type { EcPublicJwk } from '../../schema/jwk.ts';
import type { Wrap } from '../../schema/keyring.ts';
import { type Manifest, type ManifestUnlocker, sha256Hex, type VaultPurpose } from '../../schema/signed.ts';

const VAULT_KEY_BYTES = 32;
const WRAP_TYP = 'totl-vault-key+jwe';
const ALG = 'ECDH-ES+A256KW';
const ENC = 'A256GCM';

export type VaultKey = { purpose: VaultPurpose; vaultEpoch: number; key: Uint8Array };

export const newVaultKey = (purpose: VaultPurpose, vaultEpoch: number): VaultKey => ({
  purpose,
  vaultEpoch,
  key: crypto.getRandomValues(new Uint8Array(VAULT_KEY_BYTES)),
});

/** The manifest's commitment to a vault key: SHA-256 over tenant, purpose, epoch and the key. */
export async function commit(
  tenant: string,
  { purpose, vaultEpoch, key }: VaultKey,
): Promise<Manifest['vaultKeys'][number]> {
  const parts = ['totlprovision/vault-key/v1', tenant, purpose, vaultEpoch, base64urlnopad.encode(key)];
  return { purpose, vaultEpoch, sha256: await sha256Hex(JSON.stringify(parts)) };
}

/** A wrap of each of these vault keys for each unlocker that has a right to it. */
export const wrapsFor = (
  tenant: string,
  unlockers: readonly Pick<ManifestUnlocker, 'id' | 'jwk' | 'rights'>[],
  vaults: readonly VaultKey[],
): Promise<Wrap[]> =>
  Promise.all(
    unlockers.flatMap(({ id, jwk, rights }) =>
      vaults.filter((vault) => rights.includes(vault.purpose)).map((vault) => wrapVaultKey(tenant, id, jwk, vault)),
    ),
  );

/** Encrypts a vault key to an unlocker's public half. */
export async function wrapVaultKey(tenant: string, unlocker: string, jwk: EcPublicJwk, vault: VaultKey): Promise<Wrap> {
  const { purpose, vaultEpoch, key } = vault;
  const recipient = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDH', namedCurve: 'P-256' }, false, []);
  const jwe = await new CompactEncrypt(key)
    .setProtectedHeader({ alg: ALG, enc: ENC, typ: WRAP_TYP, tenant, unlocker, purpose, vaultEpoch })
    .encrypt(recipient);
  return { unlocker, purpose, vaultEpoch, jwe };
}

/** Opens a wrap's JWE, by the algorithms of a wrap alone. Throws unless it opens. */
export const openWrap = (jwe: string, privateKey: CryptoKey) =>
  compactDecrypt(jwe, privateKey, { keyManagementAlgorithms: [ALG], contentEncryptionAlgorithms: [ENC] });

/** Decrypts a wrap and holds the key against the manifest's commitment. Null: not for this key, or not the committed key. */
export async function unwrapVaultKey(manifest: Manifest, privateKey: CryptoKey, wrap: Wrap): Promise<VaultKey | null> {
  // The decrypter is lenient about base64url; the server's rules are not.
  if (!decodeCompact(wrap.jwe, 5)) return null;
  let key: Uint8Array;
  try {
    const { plaintext, protectedHeader: header } = await openWrap(wrap.jwe, privateKey);
    const named = [header.typ, header.tenant, header.unlocker, header.purpose, header.vaultEpoch];
    const wanted = [WRAP_TYP, manifest.tenant, wrap.unlocker, wrap.purpose, wrap.vaultEpoch];
    if (JSON.stringify(named) !== JSON.stringify(wanted)) return null;
    key = plaintext;
  } catch {
    return null;
  }
  const vault = { purpose: wrap.purpose, vaultEpoch: wrap.vaultEpoch, key };
  const { sha256 } = await commit(manifest.tenant, vault);
  const committed = manifest.vaultKeys.find(
    (one) => one.purpose === wrap.purpose && one.vaultEpoch === wrap.vaultEpoch,
  );
  return committed?.sha256 === sha256 ? vault : null;
}
