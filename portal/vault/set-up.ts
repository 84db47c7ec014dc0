// The first keyring: every key of a tenant, made in its admin's browser, and the one write that keeps them.
import type { Keyring, KeyringWrite } from '../../schema/keyring.ts';
import type { Manifest } from '../../schema/signed.ts';
import type { SetUpDraft, SetUpInput, VaultFault } from './contract.ts';
import { makeEscrowKey } from './escrow-key.ts';
import { opens, wayOfMade } from './rehearsal.ts';
import { newRoot, sealRoot, signManifest } from './root.ts';
import { untrusted } from './trust.ts';
import { type MadeUnlocker, makePassphraseUnlocker, makeRecoveryUnlocker } from './unlocker.ts';
import { commit, newVaultKey, wrapsFor } from './vault-key.ts';

/** Shared: engineers reveal with it, and whoever can fetch it knows it. */
export const teamUnlocker = (tenant: string, root: string, passphrase: string): Promise<MadeUnlocker> =>
  makePassphraseUnlocker(tenant, root, { label: 'Team passphrase', owner: null, rights: ['reveal'] }, passphrase);

/** Before the first keyring there is nothing. */
export const noKeyring = (fingerprint: string): Keyring => ({
  manifest: '',
  version: 0,
  fingerprint,
  root: null,
  oldRoots: [],
  successions: [],
  successionsBefore: null,
  drills: {},
  since: {},
  used: {},
  escrowKeys: [],
  unlockers: [],
  wraps: [],
});

/**
 * Makes every key of a tenant and the one write that keeps them, and opens it: a sheet is printed only for a keyring
 * that opens. The recovery code is in the draft and nowhere else.
 */
export async function draftSetUp({
  tenant,
  email,
  passphrase,
  teamPassphrase,
}: SetUpInput): Promise<SetUpDraft | VaultFault> {
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
    wraps: await wrapsFor(tenant, manifest.unlockers, [reveal, admin]),
  };
  if (!(await opens(noKeyring(root.fingerprint), write, { ways: made.map(wayOfMade), vaults: [] })))
    return untrusted('The first keyring would not open as it was composed; nothing was sent.');
  const [recoveryCode = ''] = recovery.codes;
  return { write, fingerprint: root.fingerprint, recoveryCode, recoverySetId: recovery.setId };
}
