// The keyring's life in the browser: drafting the first one, adding to it, and verifying one before it is trusted.
import { thumbprint } from '../../schema/jwk.ts';
import type { Keyring, KeyringWrite } from '../../schema/keyring.ts';
import { type Manifest, sha256Hex, verifyManifest, verifyStatement } from '../../schema/signed.ts';
import type { SeenManifest, SetUpDraft, SetUpInput, UnlockInput, VaultFault } from './contract.ts';
import { makeEscrowKey, openEscrowKey } from './escrow-key.ts';
import { fault, isFault } from './fault.ts';
import { newRoot, openRoot, type Root, sealRoot, signManifest } from './root.ts';
import {
  type MadeUnlocker,
  makePassphraseUnlocker,
  makeRecoveryUnlocker,
  type OpenedUnlocker,
  openUnlocker,
} from './unlocker.ts';
import { commit, newVaultKey, unwrapVaultKey, type VaultKey, wrapVaultKey } from './vault-key.ts';

const TEAM_LABEL = 'Team passphrase';

const teamUnlocker = (tenant: string, root: string, passphrase: string): Promise<MadeUnlocker> =>
  makePassphraseUnlocker(tenant, root, { label: TEAM_LABEL, owner: null, rights: ['reveal'] }, passphrase);

const wrapsFor = (tenant: string, made: readonly MadeUnlocker[], vaults: readonly VaultKey[]) =>
  Promise.all(
    made.flatMap(({ entry }) =>
      vaults
        .filter((vault) => entry.rights.includes(vault.purpose))
        .map((vault) => wrapVaultKey(tenant, entry.id, entry.jwk, vault)),
    ),
  );

/** Makes every key of a tenant and the one write that keeps them. The recovery code is in the draft and nowhere else. */
export async function draftSetUp({ tenant, email, passphrase, teamPassphrase }: SetUpInput): Promise<SetUpDraft> {
  const root = await newRoot();
  const [reveal, admin] = [newVaultKey('reveal', 1), newVaultKey('admin', 1)];
  const rights: ('reveal' | 'admin')[] = ['reveal', 'admin'];
  const own = await makePassphraseUnlocker(
    tenant,
    root.fingerprint,
    { label: `Passphrase of ${email}`.slice(0, 100), owner: email, rights },
    passphrase,
  );
  const recovery = await makeRecoveryUnlocker(tenant, root.fingerprint, {
    label: 'Recovery sheet',
    owner: null,
    rights,
  });
  const made: MadeUnlocker[] = [own, recovery];
  if (teamPassphrase !== null) made.push(await teamUnlocker(tenant, root.fingerprint, teamPassphrase));
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
  const write: KeyringWrite = {
    manifest: await signManifest(root, manifest),
    root: sealRoot(tenant, root, admin),
    escrowKeys: [key],
    unlockers: made.map(({ half }) => half),
    wraps: await wrapsFor(tenant, made, [reveal, admin]),
  };
  return { write, fingerprint: root.fingerprint, recoveryCode: recovery.code, recoverySetId: recovery.setId };
}

/** A keyring that was verified against the pin inside an unlocker, with the vault keys that unlocker may have. */
export type TrustedKeyring = { manifest: Manifest; seen: SeenManifest; unlocker: OpenedUnlocker; vaults: VaultKey[] };

const untrusted = (what: string): VaultFault =>
  fault('keyring_untrusted', `${what} Nothing was unlocked; tell your operator before you go on.`);

/**
 * Opens an unlocker and verifies the keyring against the pin it yields: the manifest is this tenant's and not older than one
 * seen here, the signature is the pinned root's, the unlocker is listed with the key it has, every vault key is the committed one.
 */
export async function trustKeyring(input: UnlockInput): Promise<TrustedKeyring | VaultFault> {
  const { tenant, keyring, seen } = input;
  const half = keyring.unlockers.find((one) => one.id === input.unlocker);
  if (!half) return fault('no_rights', 'You may not use this unlocker, or it was removed.');
  const signed = await verifyManifest(keyring.manifest);
  if (!signed.ok) return untrusted('The server’s keyring does not verify.');
  const { payload: manifest, root } = signed;
  if (manifest.tenant !== tenant) return untrusted('The server’s keyring is another tenant’s.');
  // What this browser remembers is asked before the passphrase is used: whoever meets a liar should learn it in plain words.
  const sha256 = await sha256Hex(keyring.manifest);
  if (seen && seen.fingerprint !== root)
    return untrusted('The server’s keyring is signed by another root than this browser has seen.');
  if (seen && (manifest.version < seen.version || (manifest.version === seen.version && sha256 !== seen.sha256)))
    return fault(
      'keyring_rolled_back',
      `The server sent version ${manifest.version} of the keyring; this browser has seen version ${seen.version}. Nothing was unlocked.`,
    );
  const unlocker = await openUnlocker(tenant, half, input.secret);
  if (isFault(unlocker)) return unlocker;
  if (root !== unlocker.root)
    return untrusted('The server’s keyring is signed by another root than the one pinned in your unlocker.');
  const entry = manifest.unlockers.find((one) => one.id === half.id);
  if (!entry || (await thumbprint(entry.jwk)) !== unlocker.publicThumbprint)
    return untrusted('The keyring does not list your unlocker.');
  const vaults: VaultKey[] = [];
  for (const { purpose, vaultEpoch } of manifest.vaultKeys) {
    if (!entry.rights.includes(purpose)) continue;
    const wrap = keyring.wraps.find(
      (one) => one.unlocker === half.id && one.purpose === purpose && one.vaultEpoch === vaultEpoch,
    );
    const vault = wrap && (await unwrapVaultKey(manifest, unlocker.privateKey, wrap));
    if (!vault) return untrusted('A vault key is missing or not the one that the manifest commits to.');
    vaults.push(vault);
  }
  return { manifest, seen: { version: manifest.version, sha256, fingerprint: root }, unlocker, vaults };
}

/** The escrow keys a trusted keyring opens, by kid: each listed, stated by the root, and matching its kid. */
export async function escrowKeysOf(
  { manifest, unlocker, vaults }: TrustedKeyring,
  keyring: Keyring,
): Promise<Map<string, CryptoKey> | VaultFault> {
  const keys = new Map<string, CryptoKey>();
  for (const key of keyring.escrowKeys) {
    const listed = manifest.keys.find((one) => one.kid === key.kid && one.state !== 'destroyed');
    const statement = await verifyStatement(key.statement);
    if (!listed || !statement.ok || statement.root !== unlocker.root || statement.payload.kid !== key.kid)
      return untrusted('The server sent an escrow key that the root does not vouch for.');
    const vault = vaults.find((one) => one.purpose === 'reveal' && one.vaultEpoch === key.sealedPrivate.vaultEpoch);
    const opened = vault && (await openEscrowKey(manifest.tenant, key.kid, key.sealedPrivate, vault));
    if (!opened) return untrusted('An escrow key’s private half does not open, or is another key’s.');
    keys.set(key.kid, opened);
  }
  return keys;
}

/** Opens the root anew (the step-up) for one write; it is dropped with the answer. */
async function stepUp(trusted: TrustedKeyring, keyring: Keyring): Promise<Root | VaultFault> {
  const admin = trusted.vaults.find((one) => one.purpose === 'admin' && one.vaultEpoch === keyring.root?.vaultEpoch);
  if (!keyring.root || !admin) return fault('no_rights', 'This needs an unlocker with admin rights.');
  const root = await openRoot(trusted.manifest.tenant, trusted.unlocker.root, keyring.root, admin);
  return root ?? untrusted('The root’s private half does not open, or is another root’s.');
}

type Changed = Pick<KeyringWrite, 'escrowKeys' | 'unlockers' | 'wraps'>;

/** Opens the root by a step-up, lets `change` say what is new, and signs it as the next version. */
async function draftNext(
  input: UnlockInput,
  change: (next: Manifest, root: Root, trusted: TrustedKeyring) => Promise<Changed | VaultFault>,
): Promise<{ write: KeyringWrite } | VaultFault> {
  const trusted = await trustKeyring(input);
  if (isFault(trusted)) return trusted;
  const root = await stepUp(trusted, input.keyring);
  if (isFault(root)) return root;
  if (!input.keyring.root) return fault('no_rights', 'This needs an unlocker with admin rights.');
  const { manifest, seen } = trusted;
  const next: Manifest = {
    ...structuredClone(manifest),
    version: manifest.version + 1,
    previous: seen.sha256,
    createdAt: Date.now(),
  };
  const changed = await change(next, root, trusted);
  if (isFault(changed)) return changed;
  return { write: { manifest: await signManifest(root, next), root: input.keyring.root, ...changed } };
}

const NOTHING_NEW: Changed = { escrowKeys: [], unlockers: [], wraps: [] };

/** Makes the next escrow key: active at once, the one before it `retiring`. */
export async function draftRotation(input: UnlockInput): Promise<{ write: KeyringWrite; kid: string } | VaultFault> {
  let kid = '';
  const drafted = await draftNext(input, async (next, root, { vaults }) => {
    const active = next.keys.find((key) => key.state === 'active');
    const reveal = vaults.filter((vault) => vault.purpose === 'reveal').at(-1);
    if (!active || !reveal) return untrusted('The keyring has no active escrow key.');
    const keyEpoch = Math.max(...next.keys.map((key) => key.keyEpoch)) + 1;
    const key = await makeEscrowKey(input.tenant, root, reveal, { keyEpoch, previousKid: active.kid });
    active.state = 'retiring';
    next.keys.push({ kid: key.kid, keyEpoch, state: 'active' });
    kid = key.kid;
    return { ...NOTHING_NEW, escrowKeys: [key] };
  });
  return isFault(drafted) ? drafted : { ...drafted, kid };
}

/** Moves a key on to `retired` or `destroyed`; whether it may is for the object to count. */
export const draftKeyState = (
  input: UnlockInput & { kid: string; state: 'retired' | 'destroyed' },
): Promise<{ write: KeyringWrite } | VaultFault> =>
  draftNext(input, async (next) => {
    const key = next.keys.find((one) => one.kid === input.kid);
    if (!key) return fault('unknown_kid', 'The keyring has no such escrow key.');
    key.state = input.state;
    return NOTHING_NEW;
  });

/** Signs the next manifest with a shared, reveal-only team passphrase in it. */
export const draftTeamPassphrase = (
  input: UnlockInput & { teamPassphrase: string },
): Promise<{ write: KeyringWrite } | VaultFault> =>
  draftNext(input, async (next, root, { vaults }) => {
    const team = await teamUnlocker(input.tenant, root.fingerprint, input.teamPassphrase);
    next.unlockers.push(team.entry);
    return { ...NOTHING_NEW, unlockers: [team.half], wraps: await wrapsFor(input.tenant, [team], vaults) };
  });
