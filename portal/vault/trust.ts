// Whether to trust the keyring that a server hands out: checked against the pin inside an unlocker, and against what
// this browser has seen before. Nothing of it is used before that.
import { thumbprint } from '../../schema/jwk.ts';
import type { Keyring, Wrap } from '../../schema/keyring.ts';
import {
  type Manifest,
  type ManifestUnlocker,
  sha256Hex,
  signedSha256,
  verifyManifest,
  verifyStatement,
} from '../../schema/signed.ts';
import type { SeenManifest, UnlockInput, VaultFault } from './contract.ts';
import { openEscrowKey } from './escrow-key.ts';
import { fault, isFault } from './fault.ts';
import { offTheLine } from './line.ts';
import { openRoot, type Root } from './root.ts';
import { successionWords } from './spoken-words.ts';
import { follows } from './succession.ts';
import { type OpenedUnlocker, openUnlocker } from './unlocker.ts';
import { unwrapVaultKey, type VaultKey } from './vault-key.ts';

/** A keyring that was verified against the pin inside an unlocker, with the vault keys that unlocker may have. */
export type TrustedKeyring = {
  manifest: Manifest;
  /** The hash of the manifest's compact text, which the next one names as `previous`. */
  sha256: string;
  seen: SeenManifest;
  unlocker: OpenedUnlocker;
  entry: ManifestUnlocker;
  vaults: VaultKey[];
};

/** The part that is enough to open keys. */
type Verified = Pick<TrustedKeyring, 'manifest' | 'seen' | 'vaults'>;

export const untrusted = (what: string): VaultFault =>
  fault('keyring_untrusted', `${what} Nothing was unlocked; tell your operator before you go on.`);

/** Every vault key that an unlocker has a right to, unwrapped; null where one is missing or not the committed one. */
export async function vaultKeysOf(
  manifest: Manifest,
  wraps: readonly Wrap[],
  { id, rights }: Pick<ManifestUnlocker, 'id' | 'rights'>,
  privateKey: CryptoKey,
): Promise<VaultKey[] | null> {
  const vaults: VaultKey[] = [];
  for (const { purpose, vaultEpoch } of manifest.vaultKeys) {
    if (!rights.includes(purpose)) continue;
    const wrap = wraps.find((one) => one.unlocker === id && one.purpose === purpose && one.vaultEpoch === vaultEpoch);
    const vault = wrap && (await unwrapVaultKey(manifest, privateKey, wrap));
    if (!vault) return null;
    vaults.push(vault);
  }
  return vaults;
}

/**
 * Opens an unlocker and verifies the keyring against the pin it yields: the manifest is this tenant's and not older than one
 * seen here, the signature is the pinned root's or that of one which follows it and was confirmed, the unlocker is listed with the
 * key it has, every vault key is the committed one.
 */
export async function trustKeyring(input: UnlockInput): Promise<TrustedKeyring | VaultFault> {
  const { tenant, keyring, seen } = input;
  const half = keyring.unlockers.find((one) => one.id === input.unlocker);
  if (!half) return fault('no_rights', 'You may not use this unlocker, or it was removed.');
  const signed = await verifyManifest(keyring.manifest);
  if (!signed.ok) return untrusted('The server’s keyring does not verify.');
  const { payload: manifest, root } = signed;
  if (manifest.tenant !== tenant) return untrusted('The server’s keyring is another tenant’s.');
  // This browser's memory is checked before the passphrase is used: a person who meets a lying server should learn it
  // in plain words.
  const sha256 = await sha256Hex(keyring.manifest);
  const now: SeenManifest = {
    version: manifest.version,
    fingerprint: root,
    signed: await signedSha256(keyring.manifest),
  };
  const off = await offTheLine(input, { manifest, root, sha256 });
  if (off) return off;
  const unlocker = await openUnlocker(tenant, half, input.secret);
  if (isFault(unlocker)) return unlocker;
  if (root !== unlocker.root) {
    if (!(await follows(tenant, keyring.successions, unlocker.root, root)))
      return untrusted('The server’s keyring is signed by another root than the one pinned in your unlocker.');
    // The old root's word is not enough: a leaver may have kept the old root. The words are compared by people.
    if (seen?.fingerprint !== root && input.confirmedRoot !== root)
      return {
        ...fault(
          'root_succeeded',
          'The tenant’s root was replaced. Compare these words with an admin before you go on.',
        ),
        succession: { root, words: successionWords(tenant, unlocker.root, root) },
      };
  }
  const entry = manifest.unlockers.find((one) => one.id === half.id);
  if (!entry || (await thumbprint(entry.jwk)) !== unlocker.publicThumbprint)
    return untrusted('The keyring does not list your unlocker.');
  const vaults = await vaultKeysOf(manifest, keyring.wraps, entry, unlocker.privateKey);
  if (!vaults) return untrusted('A vault key is missing or not the one that the manifest commits to.');
  return { manifest, sha256, seen: now, unlocker, entry, vaults };
}

/** The escrow keys a trusted keyring opens, by kid: each listed, stated by the root, and matching its kid in both halves; all of them. */
export async function escrowKeysOf(
  { manifest, seen, vaults }: Verified,
  keyring: Keyring,
): Promise<Map<string, CryptoKey> | VaultFault> {
  const keys = new Map<string, CryptoKey>();
  for (const key of keyring.escrowKeys) {
    const listed = manifest.keys.find((one) => one.kid === key.kid && one.state !== 'destroyed');
    const statement = await verifyStatement(key.statement);
    if (!listed || !statement.ok || statement.root !== seen.fingerprint || statement.payload.kid !== key.kid)
      return untrusted('The server sent an escrow key that the root does not vouch for.');
    // Re-sealing seals to this half: a foreign one would hand every secret to its maker.
    if ((await thumbprint(key.jwk)) !== key.kid) return untrusted('An escrow key’s public half is another key’s.');
    const vault = vaults.find((one) => one.purpose === 'reveal' && one.vaultEpoch === key.sealedPrivate.vaultEpoch);
    const opened = vault && (await openEscrowKey(manifest.tenant, key.kid, key.sealedPrivate, vault));
    if (!opened) return untrusted('An escrow key’s private half does not open, or is another key’s.');
    keys.set(key.kid, opened);
  }
  if (manifest.keys.some((one) => one.state !== 'destroyed' && !keys.has(one.kid)))
    return untrusted('The server withholds an escrow key that the keyring names.');
  return keys;
}

/** Whether every key of a trusted keyring opens: each escrow key, the root, and every earlier one that overlaps. */
export async function everyKeyOpens(trusted: Verified, keyring: Keyring): Promise<boolean> {
  const { manifest, vaults } = trusted;
  if (isFault(await escrowKeysOf(trusted, keyring)) || isFault(await openTrustedRoot(trusted, keyring))) return false;
  for (const fingerprint of manifest.overlapping ?? []) {
    const sealed = keyring.oldRoots.find((one) => one.kid === fingerprint);
    const vault = vaults.find((one) => one.purpose === 'admin' && one.vaultEpoch === sealed?.vaultEpoch);
    if (!sealed || !vault || !(await openRoot(manifest.tenant, fingerprint, sealed, vault))) return false;
  }
  return true;
}

/** Opens the root anew (the step-up) for one write; it is dropped with the answer. */
export async function openTrustedRoot(trusted: Verified, keyring: Keyring): Promise<Root | VaultFault> {
  const admin = trusted.vaults.find((one) => one.purpose === 'admin' && one.vaultEpoch === keyring.root?.vaultEpoch);
  if (!keyring.root || !admin) return fault('no_rights', 'This needs an unlocker with admin rights.');
  const root = await openRoot(trusted.manifest.tenant, trusted.seen.fingerprint, keyring.root, admin);
  return root ?? untrusted('The root’s private half does not open, or is another root’s.');
}
