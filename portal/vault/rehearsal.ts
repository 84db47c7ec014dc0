// A draft opened as its readers would, before it is sent: what it seals and wraps is read back from the write itself, so that a slip of this
// browser's loses no key.
import type { Keyring, KeyringWrite } from '../../schema/keyring.ts';
import { sha256Hex, signedSha256, verifyManifest } from '../../schema/signed.ts';
import { everyKeyOpens, type TrustedKeyring, vaultKeysOf } from './trust.ts';
import type { MadeUnlocker } from './unlocker.ts';
import type { VaultKey } from './vault-key.ts';

/** Of lists in order, the last that is said of each. */
const latest = <T>(lists: readonly (readonly T[])[], key: (one: T) => string): T[] => [
  ...new Map(lists.flat().map((one) => [key(one), one])).values(),
];

/** The keyring as the server hands it out once this write is kept. */
export const keyringWith = (before: Keyring, write: KeyringWrite): Keyring => ({
  ...before,
  ...{ manifest: write.manifest, root: write.root },
  oldRoots: latest([before.root ? [before.root] : [], before.oldRoots, write.oldRoots ?? []], (one) => one.kid),
  escrowKeys: latest([before.escrowKeys, write.escrowKeys], (one) => one.kid),
  wraps: latest([before.wraps, write.wraps], (one) => `${one.unlocker}/${one.purpose}/${one.vaultEpoch}`),
});

/**
 * Whether a write opens: by the unlocker that signs it, by each that is made with it, and every key of the next keyring under what they
 * unwrap. `vaults` are the vault keys after it, for where none of these unlockers has all rights in it.
 */
export async function opens(
  trusted: TrustedKeyring,
  keyring: Keyring,
  write: KeyringWrite,
  { made, vaults }: { made: readonly MadeUnlocker[]; vaults: readonly VaultKey[] },
): Promise<boolean> {
  const signed = await verifyManifest(write.manifest);
  if (!signed.ok) return false;
  const { payload: manifest, root: fingerprint } = signed;
  const next = keyringWith(keyring, write);
  next.escrowKeys = next.escrowKeys.filter(({ kid }) =>
    manifest.keys.some((one) => one.kid === kid && one.state !== 'destroyed'),
  );
  let held = [...vaults];
  const ways = [
    { id: trusted.unlocker.id, privateKey: trusted.unlocker.privateKey },
    ...made.map(({ entry, privateKey }) => ({ id: entry.id, privateKey })),
  ];
  for (const { id, privateKey } of ways) {
    const entry = manifest.unlockers.find((one) => one.id === id);
    const unwrapped = entry && (await vaultKeysOf(manifest, next.wraps, entry, privateKey));
    if (unwrapped === null) return false;
    if (unwrapped && entry?.rights.length === 2) held = unwrapped;
  }
  const seen = { version: manifest.version, fingerprint, signed: await signedSha256(write.manifest) };
  const sha256 = await sha256Hex(write.manifest);
  return everyKeyOpens({ ...trusted, manifest, sha256, seen, vaults: held }, next);
}
