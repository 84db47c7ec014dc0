// The keys of the keyring after an act: which vault keys are new, the earlier roots that still state, and escrow keys moved or made.
import type { EscrowKey, Keyring, SealedKey } from '../../schema/keyring.ts';
import { type Manifest, type VaultPurpose, verifyStatement } from '../../schema/signed.ts';
import type { VaultFault } from './contract.ts';
import { makeEscrowKey, resealEscrowKey } from './escrow-key.ts';
import { openRoot, type Root, signStatement } from './root.ts';
import { type TrustedKeyring, untrusted } from './trust.ts';
import { newVaultKey, type VaultKey } from './vault-key.ts';

/** The vault keys after the act: those of the renewed purposes are new, in the epoch after the highest. */
export function renewVaults({ manifest, vaults }: TrustedKeyring, renewed: ReadonlySet<VaultPurpose>) {
  const after = (purpose: VaultPurpose): VaultKey => {
    const epochs = manifest.vaultKeys.filter((key) => key.purpose === purpose).map((key) => key.vaultEpoch);
    const latest = vaults.filter((vault) => vault.purpose === purpose).at(-1);
    // An unlocker with admin rights that has no reveal key does not exist; trustKeyring has unwrapped both.
    return renewed.has(purpose) || !latest ? newVaultKey(purpose, Math.max(0, ...epochs) + 1) : latest;
  };
  const [reveal, admin] = [after('reveal'), after('admin')];
  const all = [reveal, admin];
  // Escrow keys and earlier roots that stay may lie under an older one that is not renewed.
  const kept = [
    ...vaults.filter((vault) => !renewed.has(vault.purpose)),
    ...all.filter((vault) => renewed.has(vault.purpose)),
  ];
  return { reveal, admin, all, kept, fresh: all.filter((vault) => renewed.has(vault.purpose)) };
}

/** The private halves of the earlier roots that still overlap: they state new escrow keys too. */
export async function openOldRoots(
  { manifest, vaults }: TrustedKeyring,
  keyring: Keyring,
  overlapping: readonly string[],
  old: Root,
): Promise<Root[] | VaultFault> {
  const opened: Root[] = [];
  for (const fingerprint of overlapping) {
    if (fingerprint === old.fingerprint) {
      opened.push(old);
      continue;
    }
    const sealed: SealedKey | undefined = keyring.oldRoots.find((one) => one.kid === fingerprint);
    const vault = vaults.find((one) => one.purpose === 'admin' && one.vaultEpoch === sealed?.vaultEpoch);
    const root = sealed && vault && (await openRoot(manifest.tenant, fingerprint, sealed, vault));
    if (!root) return untrusted('An earlier root’s private half does not open.');
    opened.push(root);
  }
  return opened;
}

/**
 * An escrow key under the present vault key; stated by the new root if there is one, with the old statement kept
 * beside.
 */
export async function movedKey(
  { manifest, vaults }: TrustedKeyring,
  key: EscrowKey,
  to: VaultKey,
  newRoot: Root | null,
): Promise<EscrowKey | VaultFault> {
  const { tenant } = manifest;
  const from = vaults.find((one) => one.purpose === 'reveal' && one.vaultEpoch === key.sealedPrivate.vaultEpoch);
  // Under the vault key it has, it stays as it is: the server takes no other bytes for it.
  const sealedPrivate =
    from?.vaultEpoch === to.vaultEpoch
      ? key.sealedPrivate
      : from && (await resealEscrowKey(tenant, key.kid, key.sealedPrivate, from, to));
  if (!sealedPrivate) return untrusted('An escrow key’s private half does not open, or is another key’s.');
  if (!newRoot) return { ...key, sealedPrivate };
  const statement = await verifyStatement(key.statement);
  if (!statement.ok || statement.payload.kid !== key.kid || statement.payload.tenant !== tenant)
    return untrusted('The server sent an escrow key that the root does not vouch for.');
  return {
    ...key,
    statement: await signStatement(newRoot, statement.payload),
    oldStatements: [...(key.oldStatements ?? []), key.statement],
    sealedPrivate,
  };
}

/**
 * Makes the next escrow key: active at once, the previous one `retiring`; stated by every root that engines may pin.
 */
export async function nextEscrowKey(
  next: Manifest,
  tenant: string,
  root: Root,
  oldRoots: readonly Root[],
  vault: VaultKey,
): Promise<EscrowKey | VaultFault> {
  const active = next.keys.find((key) => key.state === 'active');
  if (!active) return untrusted('The keyring has no active escrow key.');
  const keyEpoch = Math.max(...next.keys.map((key) => key.keyEpoch)) + 1;
  const key = await makeEscrowKey(tenant, root, vault, { keyEpoch, previousKid: active.kid });
  const stated = await verifyStatement(key.statement);
  if (!stated.ok) throw new Error(stated.message);
  active.state = 'retiring';
  next.keys.push({ kid: key.kid, keyEpoch, state: 'active' });
  if (oldRoots.length === 0) return key;
  return { ...key, oldStatements: await Promise.all(oldRoots.map((one) => signStatement(one, stated.payload))) };
}
