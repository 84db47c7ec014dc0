// For tests in workerd. A keyring with real keys and signatures, and the documents that its unlockers sign.
import { base64urlnopad } from '@scure/base';
import { makeEscrowKey } from '../../portal/vault/escrow-key.ts';
import { isFault } from '../../portal/vault/fault.ts';
import { requestGrant } from '../../portal/vault/grant.ts';
import { newSalt } from '../../portal/vault/kdf.ts';
import { newRoot, type Root, sealRoot, signManifest } from '../../portal/vault/root.ts';
import {
  type MadeUnlocker,
  makePasskeyUnlocker,
  makeRecoveryUnlocker,
  openUnlocker,
  repinned,
  signChange,
  signDrill,
  signOpened,
} from '../../portal/vault/unlocker.ts';
import { commit, newVaultKey, type VaultKey, wrapVaultKey } from '../../portal/vault/vault-key.ts';
import { RIGHTS_OF } from '../../schema/facts/roles.ts';
import type { GrantRequest } from '../../schema/grant.ts';
import type { DrillProven, KeyringWrite, PrfKdf, SealedUnlocker, UnlockerChanged } from '../../schema/keyring.ts';
import type { Role } from '../../schema/person.ts';
import { type Manifest, sha256Hex, type VaultPurpose } from '../../schema/signed.ts';
import { emailOf } from './requests.ts';

export type TestKeyring = {
  root: Root;
  reveal: VaultKey;
  admin: VaultKey;
  write: KeyringWrite;
  manifest: Manifest;
  kid: string;
  /** The admin's own unlocker, and the recovery sheet's. */
  ids: { own: string; recovery: string };
  /** The code that opens the recovery set. */
  recoveryCode: string;
};

/** The output of the tests' passkey. */
const PRF = base64urlnopad.encode(new Uint8Array(32).fill(7));
export const passkeyKdf = (): PrfKdf => ({
  name: 'webauthn-prf',
  salt: newSalt(),
  credential: 'credential',
  rpId: 'portal.example.com',
});

/**
 * A keyring with real keys and signatures. Argon2id takes its second, and the server cannot tell:
 * the halves of passphrases are sealed under a passkey's output, whatever kind the manifest names.
 */
export async function makeKeyring(tenant: string): Promise<TestKeyring> {
  const root = await newRoot();
  const [reveal, admin] = [newVaultKey('reveal', 1), newVaultKey('admin', 1)];
  const both: VaultPurpose[] = ['reveal', 'admin'];
  const passphrase = async (owner: string | null, rights: VaultPurpose[]): Promise<MadeUnlocker> => {
    const wanted = { label: 'Passphrase', owner, rights };
    const made = await makePasskeyUnlocker(tenant, root.fingerprint, wanted, passkeyKdf(), PRF);
    return { ...made, entry: { ...made.entry, kind: 'passphrase' } };
  };
  const own = await passphrase(emailOf('admin'), both);
  const recovery = await makeRecoveryUnlocker(tenant, root.fingerprint, {
    label: 'Recovery sheet',
    owner: null,
    rights: both,
  });
  const made = [own, recovery, await passphrase(null, ['reveal'])];
  const key = await makeEscrowKey(tenant, root, reveal, { keyEpoch: 1, previousKid: null });
  const manifest: Manifest = {
    tenant,
    version: 1,
    previous: null,
    createdAt: Date.now(),
    vaultKeys: [await commit(tenant, reveal), await commit(tenant, admin)],
    unlockers: made.map(({ entry }) => entry),
    keys: [{ kid: key.kid, keyEpoch: 1, state: 'active' }],
  };
  const wraps = made.flatMap(({ entry }) =>
    [reveal, admin]
      .filter((vault) => entry.rights.includes(vault.purpose))
      .map((vault) => wrapVaultKey(tenant, entry.id, entry.jwk, vault)),
  );
  const write: KeyringWrite = {
    manifest: await signManifest(root, manifest),
    root: sealRoot(tenant, root, admin),
    escrowKeys: [key],
    unlockers: made.map(({ half }) => half),
    wraps: await Promise.all(wraps),
  };
  const ids = { own: own.entry.id, recovery: recovery.entry.id };
  return { root, reveal, admin, write, manifest, kid: key.kid, ids, recoveryCode: recovery.codes[0] ?? '' };
}

/** The admin's own unlocker with its pin sealed anew, as its owner signs it. */
export async function changedUnlocker(tenant: string, { root, write, ids }: TestKeyring): Promise<UnlockerChanged> {
  const half = write.unlockers.find((one) => one.id === ids.own);
  const opened = half && (await openUnlocker(tenant, half, PRF));
  if (!opened || isFault(opened)) throw new Error('the admin’s unlocker opens');
  return signChange(tenant, opened, repinned(tenant, opened, root.fingerprint));
}

/** The proof of a drill: the recovery set opened with its code. `bent`: signed by the admin's own unlocker in its place. */
export async function drillProof(
  tenant: string,
  { write, ids, recoveryCode }: TestKeyring,
  bent = false,
): Promise<DrillProven> {
  const half = write.unlockers.find((one) => one.id === (bent ? ids.own : ids.recovery));
  const opened = half && (await openUnlocker(tenant, half, bent ? PRF : recoveryCode));
  if (!opened || isFault(opened)) throw new Error('the recovery set opens');
  return { proof: await signDrill(tenant, { ...opened, id: ids.recovery }) };
}

/** An unlocker of the tests' word that it opened every key of the keyring as it is. */
export async function openedWord(
  tenant: string,
  keyring: Pick<TestKeyring, 'manifest' | 'write'>,
  half: SealedUnlocker,
): Promise<string> {
  const opened = await openUnlocker(tenant, half, PRF);
  if (isFault(opened)) throw new Error(opened.message);
  return signOpened(opened, { manifest: keyring.manifest, sha256: await sha256Hex(keyring.write.manifest) });
}

/** An unlocker as a person's browser makes it, to be granted. */
export async function grantRequest(
  tenant: string,
  email: string,
  root: string,
  role: Role = 'engineer',
): Promise<GrantRequest> {
  const asked = { tenant, email, root, rights: RIGHTS_OF[role] };
  return (await requestGrant({ ...asked, label: 'Passkey', kind: 'passkey', kdf: passkeyKdf(), prf: PRF })).request;
}
