// The next keyring, composed from what an act changes: the manifest, the keys under the vault keys after the act, wraps
// for those who may open them. It is signed only if it is well-formed, and answered only once it was seen to open.
import type { EscrowKey, Keyring, KeyringWrite, Wrap } from '../../schema/keyring.ts';
import { Manifest, type ManifestUnlocker, OVERLAPPING_MAX, type VaultPurpose } from '../../schema/signed.ts';
import { Email } from '../../schema/text.ts';
import type { Change } from './change.ts';
import type { VaultFault } from './contract.ts';
import { fault, isFault } from './fault.ts';
import { movedKey, nextEscrowKey, openOldRoots, renewVaults } from './next-keys.ts';
import { opens, wayOf, wayOfMade } from './rehearsal.ts';
import { type Root, sealRoot, signManifest, signSuccession } from './root.ts';
import { type TrustedKeyring, untrusted } from './trust.ts';
import { repinned } from './unlocker.ts';
import { commit, wrapsFor } from './vault-key.ts';

/** The keyring before with its root, the root after, and the changes. */
type Step = { trusted: TrustedKeyring; keyring: Keyring; old: Root; root: Root; change: Change };
type Vaults = ReturnType<typeof renewVaults>;
/** The result of the step; `sealedRoot` is the previous root as it was held. */
type Next = {
  manifest: Manifest;
  vaults: Vaults;
  oldRoots: Root[];
  escrowKeys: EscrowKey[];
  sealedRoot: KeyringWrite['root'];
};

export async function compose(step: Step): Promise<KeyringWrite | VaultFault> {
  const { trusted, keyring, change } = step;
  const vaults = renewVaults(trusted, renewedBy(step));
  const manifest = await nextManifest(step, vaults);
  const overlapping = manifest.overlapping ?? [];
  if (overlapping.length > OVERLAPPING_MAX)
    return fault(
      'keyring_changed',
      `At most ${OVERLAPPING_MAX} earlier roots may overlap. End the overlap of one on the Keys page first.`,
    );
  const oldRoots = await openOldRoots(trusted, keyring, overlapping, step.old);
  if (isFault(oldRoots)) return oldRoots;
  const escrowKeys = await nextEscrowKeys(step, vaults, oldRoots, manifest);
  if (isFault(escrowKeys)) return escrowKeys;
  if (!keyring.root) return fault('no_rights', 'This needs an unlocker with admin rights.');
  // A grant's label and key come from the server: a manifest that nobody could read again is not signed.
  if (!Manifest.safeParse(manifest).success) return untrusted('The next keyring would not be well-formed.');
  if (!change.grant.every(isPersonal))
    return untrusted('What asks for access is no way to unlock of one person’s own.');
  const write = await writeOf(step, { manifest, vaults, oldRoots, escrowKeys, sealedRoot: keyring.root });
  const ways = [wayOf(trusted.unlocker), ...change.add.map(wayOfMade)];
  return (await opens(keyring, write, { ways, vaults: vaults.kept }))
    ? write
    : untrusted('The next keyring would not open as it was composed; nothing was sent.');
}

/**
 * The owner's address must be what it looks like, since their unlockers are found by it when they leave; and there must
 * be no second recovery set. The compared words contain neither.
 */
const isPersonal = ({ owner, kind }: ManifestUnlocker): boolean =>
  kind !== 'recovery' && Email.safeParse(owner).data === owner;

/** The purposes whose vault key somebody loses: everything that an unlocker could open is closed to it when it goes. */
function renewedBy({ trusted: { manifest }, change }: Step): ReadonlySet<VaultPurpose> {
  const removed = manifest.unlockers.filter((one) => change.remove.includes(one.id));
  return new Set(removed.flatMap((one) => one.rights));
}

const freshOf = ({ add, grant }: Change): ManifestUnlocker[] => [...add.map(({ entry }) => entry), ...grant];

/** The manifest with its escrow keys as before. */
async function nextManifest(step: Step, vaults: Vaults): Promise<Manifest> {
  const { trusted, old, change } = step;
  const { manifest, sha256 } = trusted;
  const renewed = renewedBy(step);
  const next: Manifest = {
    ...structuredClone(manifest),
    version: manifest.version + 1,
    previous: sha256,
    createdAt: Date.now(),
  };
  next.unlockers = [...next.unlockers.filter((one) => !change.remove.includes(one.id)), ...freshOf(change)];
  next.vaultKeys = [
    ...manifest.vaultKeys.filter((key) => !renewed.has(key.purpose)),
    ...(await Promise.all(vaults.fresh.map((vault) => commit(manifest.tenant, vault)))),
  ];
  const overlapping = (manifest.overlapping ?? []).filter((one) => one !== change.endOverlap);
  if (change.newRoot) overlapping.push(old.fingerprint);
  if (overlapping.length > 0) next.overlapping = overlapping;
  else delete next.overlapping;
  return next;
}

/**
 * The escrow keys that are sent: moved if their vault key or the root is new, and the next one. `next` gets their
 * states.
 */
async function nextEscrowKeys(
  step: Step,
  { reveal }: Vaults,
  oldRoots: readonly Root[],
  next: Manifest,
): Promise<EscrowKey[] | VaultFault> {
  const { trusted, keyring, root, change } = step;
  const sent: EscrowKey[] = [];
  const moves = change.newRoot || renewedBy(step).has('reveal') ? keyring.escrowKeys : [];
  const moved = await Promise.all(moves.map((key) => movedKey(trusted, key, reveal, change.newRoot ? root : null)));
  for (const key of moved) {
    if (isFault(key)) return key;
    sent.push(key);
  }
  if (change.newEscrowKey) {
    const key = await nextEscrowKey(next, next.tenant, root, oldRoots, reveal);
    if (isFault(key)) return key;
    sent.push(key);
  }
  for (const key of next.keys) if (key.kid === change.keyState?.kid) key.state = change.keyState.state;
  return sent;
}

/** New unlockers get every vault key, those that stay the new ones. */
async function nextWraps({ tenant, unlockers }: Manifest, change: Change, { all, fresh }: Vaults): Promise<Wrap[]> {
  const made = freshOf(change);
  const known = new Set(made.map((one) => one.id));
  const staying = unlockers.filter((one) => !known.has(one.id));
  const wraps = await Promise.all([wrapsFor(tenant, made, all), wrapsFor(tenant, staying, fresh)]);
  return wraps.flat();
}

async function writeOf(step: Step, next: Next): Promise<KeyringWrite> {
  const { trusted, old, root, change } = step;
  const { unlocker, entry } = trusted;
  const { manifest, vaults, oldRoots, escrowKeys, sealedRoot } = next;
  const { tenant } = manifest;
  const adminRenewed = renewedBy(step).has('admin');
  // The person who acts has just confirmed the new root: it is pinned in their own unlocker at once, but not in a
  // shared one, because others confirm for themselves.
  const repins = change.newRoot && !change.remove.includes(unlocker.id) && entry.owner !== null;
  const own = repins ? [repinned(tenant, unlocker, root.fingerprint)] : [];
  const succession = { tenant, from: old.fingerprint, to: root.fingerprint, createdAt: Date.now() };
  return {
    manifest: await signManifest(root, manifest),
    root: change.newRoot || adminRenewed ? sealRoot(tenant, root, vaults.admin) : sealedRoot,
    ...(change.newRoot ? { succession: await signSuccession(old, succession) } : {}),
    // Under their present vault key they are already held, including the one that has just been followed.
    ...(adminRenewed && oldRoots.length > 0
      ? { oldRoots: oldRoots.map((one) => sealRoot(tenant, one, vaults.admin)) }
      : {}),
    escrowKeys,
    unlockers: [...change.add.map(({ half }) => half), ...own],
    wraps: await nextWraps(manifest, change, vaults),
    ...(change.keyState?.sweep === undefined ? {} : { sweep: change.keyState.sweep }),
    ...(change.kept ? { kept: change.kept } : {}),
  };
}
