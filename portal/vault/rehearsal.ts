// A draft opened as its readers would, before it is sent: everything it seals and wraps is read back from the write
// itself, so that an error in this browser loses no key.
import { thumbprint } from '../../schema/jwk.ts';
import type { Keyring, KeyringWrite } from '../../schema/keyring.ts';
import { type Manifest, signedSha256, verifyManifest } from '../../schema/signed.ts';
import { everyKeyOpens, vaultKeysOf } from './trust.ts';
import { type MadeUnlocker, type OpenedUnlocker, openUnder } from './unlocker.ts';
import type { VaultKey } from './vault-key.ts';

/** The last entry for each, from lists in order. */
const latest = <T>(lists: readonly (readonly T[])[], key: (one: T) => string): T[] => [
  ...new Map(lists.flat().map((one) => [key(one), one])).values(),
];

/** The keyring as the server hands it out once this write is kept. */
export const keyringWith = (before: Keyring, write: KeyringWrite): Keyring => ({
  ...before,
  manifest: write.manifest,
  root: write.root,
  oldRoots: latest([before.root ? [before.root] : [], before.oldRoots, write.oldRoots ?? []], (one) => one.kid),
  escrowKeys: latest([before.escrowKeys, write.escrowKeys], (one) => one.kid),
  wraps: latest([before.wraps, write.wraps], (one) => `${one.unlocker}/${one.purpose}/${one.vaultEpoch}`),
});

/** A way that a write is to open by: its private key, and the key that its half is sealed under. */
export type Way = { id: string; privateKey: CryptoKey; sealedUnder: Uint8Array };

export const wayOf = ({ id, privateKey, sealing }: OpenedUnlocker): Way => ({
  id,
  privateKey,
  sealedUnder: sealing.key,
});
export const wayOfMade = ({ entry, privateKey, sealedUnder }: MadeUnlocker): Way => ({
  id: entry.id,
  privateKey,
  sealedUnder,
});

/**
 * Whether a write opens: by each of these ways, the halves that are sent of them too, and every key of the next keyring under what they unwrap.
 * `vaults` are the vault keys after it, for the case that none of these ways has all rights in it.
 */
export async function opens(
  keyring: Keyring,
  write: KeyringWrite,
  { ways, vaults }: { ways: readonly Way[]; vaults: readonly VaultKey[] },
): Promise<boolean> {
  const signed = await verifyManifest(write.manifest);
  if (!signed.ok) return false;
  const { payload: manifest, root: fingerprint } = signed;
  const next = keyringWith(keyring, write);
  next.escrowKeys = next.escrowKeys.filter(({ kid }) =>
    manifest.keys.some((one) => one.kid === kid && one.state !== 'destroyed'),
  );
  if (!(await halvesOpen(write, manifest, fingerprint, ways))) return false;
  let held = [...vaults];
  for (const { id, privateKey } of ways) {
    const entry = manifest.unlockers.find((one) => one.id === id);
    const unwrapped = entry && (await vaultKeysOf(manifest, next.wraps, entry, privateKey));
    if (unwrapped === null) return false;
    if (unwrapped && entry?.rights.length === 2) held = unwrapped;
  }
  const seen = { version: manifest.version, fingerprint, signed: await signedSha256(write.manifest) };
  return everyKeyOpens({ manifest, seen, vaults: held }, next);
}

/** Each half that is sent opens, to the public half that the manifest names and with the root that signs pinned in it. */
async function halvesOpen(
  { unlockers }: KeyringWrite,
  { tenant, unlockers: entries }: Manifest,
  root: string,
  ways: readonly Way[],
): Promise<boolean> {
  for (const half of unlockers) {
    const way = ways.find((one) => one.id === half.id);
    const entry = entries.find((one) => one.id === half.id);
    const opened = way && entry && (await openUnder(tenant, half, way.sealedUnder));
    if (!opened || opened.root !== root || opened.publicThumbprint !== (await thumbprint(entry.jwk))) return false;
  }
  return true;
}
