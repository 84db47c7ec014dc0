// Every act on a keyring after the first: an unlocker with admin rights is opened anew (the step-up), the next manifest is composed and
// signed, and what it needs is sealed and wrapped. The root is open for the length of one act.
import { thumbprint } from '../../schema/jwk.ts';
import type { EscrowKey, Keyring, KeyringWrite, SealedKey } from '../../schema/keyring.ts';
import {
  Manifest,
  type ManifestUnlocker,
  OVERLAPPING_MAX,
  type VaultPurpose,
  verifyStatement,
} from '../../schema/signed.ts';
import { Email } from '../../schema/text.ts';
import type { Drafted, KeyringAct, UnlockInput, VaultFault } from './contract.ts';
import { makeEscrowKey, resealEscrowKey } from './escrow-key.ts';
import { fault, isFault } from './fault.ts';
import { opens, wayOf, wayOfMade } from './rehearsal.ts';
import { newRoot, openRoot, type Root, sealRoot, signManifest, signStatement, signSuccession } from './root.ts';
import { teamUnlocker } from './set-up.ts';
import { grantWords } from './spoken-words.ts';
import { escrowKeysOf, openTrustedRoot, type TrustedKeyring, trustKeyring, untrusted } from './trust.ts';
import {
  type MadeUnlocker,
  makePasskeyUnlocker,
  makePassphraseUnlocker,
  makeRecoveryUnlocker,
  openUnlocker,
  repinned,
} from './unlocker.ts';
import { commit, newVaultKey, type VaultKey, wrapsFor } from './vault-key.ts';

/** What one act changes. What an unlocker could open is closed to it by new vault keys whenever one is removed. */
type Change = {
  remove: string[];
  add: MadeUnlocker[];
  grant: ManifestUnlocker[];
  newEscrowKey: boolean;
  newRoot: boolean;
  keyState: { kid: string; state: 'retired' | 'destroyed'; sweep?: string | undefined } | null;
  endOverlap: string | null;
  recovery: { setId: string; codes: string[] } | null;
  kept: KeyringWrite['kept'] | null;
};

const NOTHING: Change = {
  ...{ remove: [], add: [], grant: [], newEscrowKey: false, newRoot: false },
  ...{ keyState: null, endOverlap: null, recovery: null, kept: null },
};

const BOTH: VaultPurpose[] = ['reveal', 'admin'];
const isTeam = (one: ManifestUnlocker): boolean => one.owner === null && one.kind !== 'recovery';
const isRecovery = (one: ManifestUnlocker): boolean => one.owner === null && one.kind === 'recovery';
const idsOf = (list: readonly ManifestUnlocker[], wanted: (one: ManifestUnlocker) => boolean): string[] =>
  list.filter(wanted).map((one) => one.id);

/** What a page shows of an unlocker, from a keyring that it has not verified: it is what must be signed away, not its id alone. */
const shownOf = ({ id, kind, label, owner, rights, createdAt }: ManifestUnlocker): string =>
  JSON.stringify([id, kind, label, owner, rights, createdAt]);

/** An escrow key takes one step at a time. */
const STATE_BEFORE = { retired: 'retiring', destroyed: 'retired' } as const;

/**
 * Of an owner whose address is what it looks like, since their unlockers are found by it when they leave; and no second recovery set. Neither
 * is in the words that were compared.
 */
const isPersonal = ({ owner, kind }: ManifestUnlocker): boolean =>
  kind !== 'recovery' && Email.safeParse(owner).data === owner;

const recoverySet = (tenant: string, root: string, size: { threshold: number; count: number }) =>
  makeRecoveryUnlocker(tenant, root, { label: labelOf(size), owner: null, rights: BOTH }, size);
const labelOf = ({ threshold, count }: { threshold: number; count: number }): string =>
  count === 1 ? 'Recovery sheet' : `Recovery set, ${threshold} of ${count}`;

/** Whoever knows the team passphrase of before would know the next one too. */
async function isTheOldTeams(
  { tenant, keyring }: UnlockInput,
  manifest: Manifest,
  passphrase: string,
): Promise<boolean> {
  const team = new Set(idsOf(manifest.unlockers, isTeam));
  for (const half of keyring.unlockers.filter((one) => team.has(one.id)))
    if (!isFault(await openUnlocker(tenant, half, passphrase))) return true;
  return false;
}

const sameAsBefore = () => fault('same_passphrase', 'That is the team passphrase of before. Choose another.');

type Leaving = Extract<KeyringAct, { act: 'leaver' }>;

/** Whether a leaver may have kept the root: by an unlocker with admin rights, or because the admin who acts says so. */
const couldSign = ({ unlockers }: Manifest, { email, root }: Leaving): boolean =>
  root || unlockers.some((one) => one.owner === email && one.rights.includes('admin'));

/** Says what an act changes. `root` is the thumbprint that new unlockers are to pin. */
async function changeOf(
  input: UnlockInput,
  act: KeyringAct,
  { manifest, seen, entry }: TrustedKeyring,
  root: string,
): Promise<Change | VaultFault> {
  const { tenant } = input;
  // Whose a further one is, is whose the opened one is: not whom the server takes its person for.
  if ((act.act === 'add_passphrase' || act.act === 'add_passkey') && (entry.owner ?? act.email) !== act.email)
    return untrusted('The server takes you for another person than the one whose way to unlock was opened.');
  const own = { owner: 'email' in act ? act.email : null, rights: BOTH };
  switch (act.act) {
    case 'rotate':
      return { ...NOTHING, newEscrowKey: true };
    case 'set_key_state': {
      const key = manifest.keys.find((one) => one.kid === act.kid);
      if (!key) return fault('unknown_kid', 'The keyring has no such escrow key.');
      // The page goes by the server's table of keys: one that names the active key as retired would have it signed away for good.
      return key.state === STATE_BEFORE[act.state]
        ? { ...NOTHING, keyState: act }
        : fault('keyring_changed', `The signed keyring has that key as ${key.state}. Nothing was signed; look again.`);
    }
    case 'add_passphrase':
      return {
        ...NOTHING,
        add: [await makePassphraseUnlocker(tenant, root, { ...own, label: act.label }, act.passphrase)],
      };
    case 'add_passkey':
      return {
        ...NOTHING,
        add: [await makePasskeyUnlocker(tenant, root, { ...own, label: act.label }, act.kdf, act.prf)],
      };
    case 'set_team_passphrase':
      if (await isTheOldTeams(input, manifest, act.passphrase)) return sameAsBefore();
      return {
        ...NOTHING,
        remove: idsOf(manifest.unlockers, isTeam),
        add: [await teamUnlocker(tenant, root, act.passphrase)],
      };
    case 'make_recovery_set': {
      const made = await recoverySet(tenant, root, act);
      return { ...NOTHING, remove: idsOf(manifest.unlockers, isRecovery), add: [made], recovery: made };
    }
    case 'grant': {
      const { id, email, kind, label, rights, jwk } = act.grant;
      if (rights === null)
        return untrusted(
          'The request is of the earlier form, whose words do not say what it opens. Have it asked anew.',
        );
      // The words that the admin has compared, made again from this side's own pin: a server that swapped the key meanwhile is refused.
      const words = grantWords({ tenant, root: seen.fingerprint, unlocker: await thumbprint(jwk), email, rights });
      if (words.join(' ') !== act.words.join(' '))
        return untrusted('The unlocker, or what it is to open, is not what you have compared the words of.');
      if (manifest.unlockers.some((one) => one.id === id))
        return fault('keyring_changed', 'The keyring lists that unlocker already. Read the requests again.');
      return { ...NOTHING, grant: [{ id, kind, label, owner: email, rights, jwk, createdAt: Date.now() }] };
    }
    case 'remove_unlocker': {
      const listed = manifest.unlockers.find((one) => one.id === act.unlocker.id);
      if (!listed) return fault('keyring_changed', 'The signed keyring does not list that unlocker. Look again.');
      return shownOf(listed) === shownOf(act.unlocker)
        ? { ...NOTHING, remove: [listed.id] }
        : untrusted('The unlocker is not the one that you were shown.');
    }
    case 'replace_root':
      return { ...NOTHING, newRoot: true };
    case 'end_overlap':
      return manifest.overlapping?.includes(act.root)
        ? { ...NOTHING, endOverlap: act.root }
        : fault('keyring_changed', 'The signed keyring has no such earlier root that overlaps. Look again.');
    case 'leaver':
      return changeOfLeaver(input, act, manifest, root);
    default:
      return act satisfies never;
  }
}

/** What is shared goes by the signed manifest: a server that says they could not fetch it keeps nothing of it. */
async function changeOfLeaver(
  input: UnlockInput,
  act: Leaving,
  manifest: Manifest,
  root: string,
): Promise<Change | VaultFault> {
  const { tenant } = input;
  const { email, team, recovery } = act;
  // Removed and not replaced, a tenant would be left with one forgotten passphrase to lose everything by.
  if (recovery === null && manifest.unlockers.some(isRecovery))
    return fault('keyring_changed', 'The keyring has a recovery set that was not shown here. Read it again.');
  const left = (one: ManifestUnlocker) =>
    one.owner === email || (team !== 'kept' && isTeam(one)) || (recovery !== 'kept' && isRecovery(one));
  const passphrase = team === 'kept' ? null : team.passphrase;
  if (passphrase !== null && (await isTheOldTeams(input, manifest, passphrase))) return sameAsBefore();
  const made = recovery === 'kept' ? null : recovery && (await recoverySet(tenant, root, recovery));
  const kept = idsOf(manifest.unlockers, (one) => one.owner === null && !left(one));
  return {
    ...NOTHING,
    remove: idsOf(manifest.unlockers, left),
    add: [
      ...(passphrase === null ? [] : [await teamUnlocker(tenant, root, passphrase)]),
      ...(made === null ? [] : [made]),
    ],
    recovery: made,
    newEscrowKey: true,
    newRoot: couldSign(manifest, act),
    kept: kept.length === 0 ? null : { leaver: email, unlockers: kept },
  };
}

/** Opens an unlocker with admin rights, composes what the act changes, signs it as the next version. */
export async function draftAct(input: UnlockInput, act: KeyringAct): Promise<Drafted | VaultFault> {
  const { keyring } = input;
  const trusted = await trustKeyring(input);
  if (isFault(trusted)) return trusted;
  const old = await openTrustedRoot(trusted, keyring);
  if (isFault(old)) return old;
  // Signed on over a key that the server withholds, its private half would stay under a dropped vault key: lost for everybody. And what a
  // new root states of a key is what the old one stated, not what the server says it did.
  const keys = await escrowKeysOf(trusted, keyring);
  if (isFault(keys)) return keys;
  const replaces = act.act === 'replace_root' || (act.act === 'leaver' && couldSign(trusted.manifest, act));
  const root = replaces ? await newRoot() : old;
  const change = await changeOf(input, act, trusted, root.fingerprint);
  if (isFault(change)) return change;
  const write = await compose(trusted, keyring, old, root, change);
  if (isFault(write)) return write;
  const kid = change.newEscrowKey ? (write.escrowKeys.at(-1)?.kid ?? null) : null;
  return { write, kid, fingerprint: root.fingerprint, recovery: change.recovery };
}

async function compose(
  trusted: TrustedKeyring,
  keyring: Keyring,
  old: Root,
  root: Root,
  change: Change,
): Promise<KeyringWrite | VaultFault> {
  const { manifest, unlocker, entry } = trusted;
  const { tenant } = manifest;
  const removed = new Set(change.remove);
  const fresh = [...change.add.map(({ entry }) => entry), ...change.grant];
  const next: Manifest = {
    ...structuredClone(manifest),
    version: manifest.version + 1,
    previous: trusted.sha256,
    createdAt: Date.now(),
  };
  next.unlockers = [...next.unlockers.filter((one) => !removed.has(one.id)), ...fresh];

  const renewed = new Set(manifest.unlockers.filter((one) => removed.has(one.id)).flatMap((one) => one.rights));
  const vaults = renewVaults(trusted, renewed);
  next.vaultKeys = [
    ...manifest.vaultKeys.filter((key) => !renewed.has(key.purpose)),
    ...(await Promise.all(vaults.fresh.map((vault) => commit(tenant, vault)))),
  ];

  const overlapping = (manifest.overlapping ?? []).filter((one) => one !== change.endOverlap);
  if (change.newRoot) overlapping.push(old.fingerprint);
  if (overlapping.length > OVERLAPPING_MAX)
    return fault(
      'keyring_changed',
      `At most ${OVERLAPPING_MAX} earlier roots may overlap. End the overlap of one on the Keys page first.`,
    );
  if (overlapping.length > 0) next.overlapping = overlapping;
  else delete next.overlapping;
  const oldRoots = await openOldRoots(trusted, keyring, overlapping, old);
  if (isFault(oldRoots)) return oldRoots;

  const escrowKeys: EscrowKey[] = [];
  if (change.newRoot || renewed.has('reveal')) {
    const resealed = await Promise.all(
      keyring.escrowKeys.map((key) => movedKey(trusted, key, vaults.reveal, change.newRoot ? root : null)),
    );
    for (const key of resealed) {
      if (isFault(key)) return key;
      escrowKeys.push(key);
    }
  }
  if (change.newEscrowKey) {
    const key = await nextEscrowKey(next, tenant, root, oldRoots, vaults.reveal);
    if (isFault(key)) return key;
    escrowKeys.push(key);
  }
  if (change.keyState)
    for (const key of next.keys) if (key.kid === change.keyState.kid) key.state = change.keyState.state;

  const rootMoved = change.newRoot || renewed.has('admin');
  // Who acts has just confirmed the new root: it is pinned in their own unlocker at once. Not in a shared one: others confirm for themselves.
  const repins = change.newRoot && !removed.has(unlocker.id) && entry.owner !== null;
  const own = repins ? [repinned(tenant, unlocker, root.fingerprint)] : [];
  const known = new Set(fresh.map((one) => one.id));
  const wraps = await Promise.all([
    wrapsFor(tenant, fresh, vaults.all),
    wrapsFor(
      tenant,
      next.unlockers.filter((one) => !known.has(one.id)),
      vaults.fresh,
    ),
  ]);
  if (!keyring.root) return fault('no_rights', 'This needs an unlocker with admin rights.');
  // A grant's label and key come from the server: what nobody could read again is not signed.
  if (!Manifest.safeParse(next).success) return untrusted('The next keyring would not be well-formed.');
  if (!change.grant.every(isPersonal))
    return untrusted('What asks for access is no way to unlock of one person’s own.');
  const write: KeyringWrite = {
    manifest: await signManifest(root, next),
    root: rootMoved ? sealRoot(tenant, root, vaults.admin) : keyring.root,
    ...(change.newRoot
      ? {
          succession: await signSuccession(old, {
            ...{ tenant, from: old.fingerprint, to: root.fingerprint, createdAt: Date.now() },
          }),
        }
      : {}),
    // Under the vault key they have, they are held already, the one that has just been followed too.
    ...(renewed.has('admin') && oldRoots.length > 0
      ? { oldRoots: oldRoots.map((one) => sealRoot(tenant, one, vaults.admin)) }
      : {}),
    escrowKeys,
    unlockers: [...change.add.map(({ half }) => half), ...own],
    wraps: wraps.flat(),
    ...(change.keyState?.sweep === undefined ? {} : { sweep: change.keyState.sweep }),
    ...(change.kept ? { kept: change.kept } : {}),
  };
  const ways = [wayOf(unlocker), ...change.add.map(wayOfMade)];
  return (await opens(keyring, write, { ways, vaults: vaults.kept }))
    ? write
    : untrusted('The next keyring would not open as it was composed; nothing was sent.');
}

/** The vault keys after the act: those of the renewed purposes are new, in the epoch after the highest. */
function renewVaults({ manifest, vaults }: TrustedKeyring, renewed: ReadonlySet<VaultPurpose>) {
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
async function openOldRoots(
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

/** An escrow key under the vault key of now; stated by the new root where there is one, with the old statement kept beside. */
async function movedKey(
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

/** Makes the next escrow key: active at once, the one before it `retiring`; stated by every root that engines may pin. */
async function nextEscrowKey(
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
