// What one act on a keyring changes: which unlockers go and come, and whether keys, the root or a state follow. Decided against the signed
// manifest, never against what the server lists; nothing is signed here.
import { thumbprint } from '../../schema/jwk.ts';
import type { KeyringWrite } from '../../schema/keyring.ts';
import type { Manifest, ManifestUnlocker, VaultPurpose } from '../../schema/signed.ts';
import { Email } from '../../schema/text.ts';
import type { KeyringAct, UnlockInput, VaultFault } from './contract.ts';
import { fault, isFault } from './fault.ts';
import { teamUnlocker } from './set-up.ts';
import { grantWords } from './spoken-words.ts';
import { type TrustedKeyring, untrusted } from './trust.ts';
import {
  type MadeUnlocker,
  makePasskeyUnlocker,
  makePassphraseUnlocker,
  makeRecoveryUnlocker,
  openUnlocker,
} from './unlocker.ts';

/** What one act changes. What an unlocker could open is closed to it by new vault keys whenever one is removed. */
export type Change = {
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
  remove: [],
  add: [],
  grant: [],
  newEscrowKey: false,
  newRoot: false,
  keyState: null,
  endOverlap: null,
  recovery: null,
  kept: null,
};

const BOTH: VaultPurpose[] = ['reveal', 'admin'];
const isTeam = (one: ManifestUnlocker): boolean => one.owner === null && one.kind !== 'recovery';
const isRecovery = (one: ManifestUnlocker): boolean => one.owner === null && one.kind === 'recovery';
const idsOf = (list: readonly ManifestUnlocker[], wanted: (one: ManifestUnlocker) => boolean): string[] =>
  list.filter(wanted).map((one) => one.id);

/**
 * An unlocker as a page shows it, from a keyring that it has not verified: this whole description must be what is
 * signed away, not its id alone.
 */
const shownOf = ({ id, kind, label, owner, rights, createdAt }: ManifestUnlocker): string =>
  JSON.stringify([id, kind, label, owner, rights, createdAt]);

/** An escrow key takes one step at a time. */
const STATE_BEFORE = { retired: 'retiring', destroyed: 'retired' } as const;

const recoverySet = (tenant: string, root: string, size: { threshold: number; count: number }) =>
  makeRecoveryUnlocker(tenant, root, { label: labelOf(size), owner: null, rights: BOTH }, size);
const labelOf = ({ threshold, count }: { threshold: number; count: number }): string =>
  count === 1 ? 'Recovery sheet' : `Recovery set, ${threshold} of ${count}`;

/** Anybody who knows the previous team passphrase would know the next one too. */
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
export const couldSign = ({ unlockers }: Manifest, { email, root }: Leaving): boolean =>
  root || unlockers.some((one) => one.owner === email && one.rights.includes('admin'));

type Act<Name extends KeyringAct['act']> = Extract<KeyringAct, { act: Name }>;

/** Tells what an act changes. `root` is the thumbprint that new unlockers are to pin. */
export async function changeOf(
  input: UnlockInput,
  act: KeyringAct,
  trusted: TrustedKeyring,
  root: string,
): Promise<Change | VaultFault> {
  const { manifest } = trusted;
  switch (act.act) {
    case 'rotate':
      return { ...NOTHING, newEscrowKey: true };
    case 'set_key_state':
      return keyStateChange(act, manifest);
    case 'add_passphrase':
    case 'add_passkey':
      return furtherWay(act, trusted, root);
    case 'set_team_passphrase':
      return teamChange(input, act, manifest, root);
    case 'make_recovery_set': {
      const made = await recoverySet(manifest.tenant, root, act);
      return { ...NOTHING, remove: idsOf(manifest.unlockers, isRecovery), add: [made], recovery: made };
    }
    case 'grant':
      return grantChange(act, trusted);
    case 'remove_unlocker':
      return removal(act, manifest);
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

function keyStateChange(act: Act<'set_key_state'>, manifest: Manifest): Change | VaultFault {
  const key = manifest.keys.find((one) => one.kid === act.kid);
  if (!key) return fault('unknown_kid', 'The keyring has no such escrow key.');
  // The page uses the server's table of keys: one that names the active key as retired would have it signed away for
  // good.
  return key.state === STATE_BEFORE[act.state]
    ? { ...NOTHING, keyState: act }
    : fault('keyring_changed', `The signed keyring has that key as ${key.state}. Nothing was signed; look again.`);
}

/** A further unlocker belongs to the owner of the opened one, not to the person that the server names. */
async function furtherWay(
  act: Act<'add_passphrase' | 'add_passkey'>,
  { manifest, entry }: TrustedKeyring,
  root: string,
): Promise<Change | VaultFault> {
  const { tenant } = manifest;
  if ((entry.owner ?? act.email) !== act.email)
    return untrusted('The server takes you for another person than the one whose way to unlock was opened.');
  const gone = act.act === 'add_passphrase' && act.instead ? forgotten(act.instead, act.email, manifest) : NOTHING;
  if (isFault(gone)) return gone;
  const own = { owner: act.email, rights: BOTH, label: act.label };
  const made =
    act.act === 'add_passphrase'
      ? await makePassphraseUnlocker(tenant, root, own, act.passphrase)
      : await makePasskeyUnlocker(tenant, root, own, act.kdf, act.prf);
  return { ...gone, add: [made] };
}

/** A new passphrase takes the place of one's own, and of nothing else that a page may show in its place. */
function forgotten(instead: ManifestUnlocker, email: string, manifest: Manifest): Change | VaultFault {
  return instead.owner === email && instead.kind === 'passphrase'
    ? removal({ act: 'remove_unlocker', unlocker: instead }, manifest)
    : untrusted('What is to be replaced is no passphrase of yours.');
}

async function teamChange(
  input: UnlockInput,
  { passphrase }: Act<'set_team_passphrase'>,
  manifest: Manifest,
  root: string,
): Promise<Change | VaultFault> {
  if (await isTheOldTeams(input, manifest, passphrase)) return sameAsBefore();
  return {
    ...NOTHING,
    remove: idsOf(manifest.unlockers, isTeam),
    add: [await teamUnlocker(manifest.tenant, root, passphrase)],
  };
}

async function grantChange(
  { grant, words: compared }: Act<'grant'>,
  { manifest, seen }: TrustedKeyring,
): Promise<Change | VaultFault> {
  const { tenant } = manifest;
  const { id, email, kind, label, rights, jwk } = grant;
  if (rights === null)
    return untrusted('The request is of the earlier form, whose words do not say what it opens. Have it asked anew.');
  // The words that the admin has compared, made again from this side's own pin: a server that swapped the key meanwhile is refused.
  const words = grantWords({ tenant, root: seen.fingerprint, unlocker: await thumbprint(jwk), email, rights });
  if (words.join(' ') !== compared.join(' '))
    return untrusted('The unlocker, or what it is to open, is not what you have compared the words of.');
  if (manifest.unlockers.some((one) => one.id === id))
    return fault('keyring_changed', 'The keyring lists that unlocker already. Read the requests again.');
  return { ...NOTHING, grant: [{ id, kind, label, owner: email, rights, jwk, createdAt: Date.now() }] };
}

function removal({ unlocker }: Act<'remove_unlocker'>, manifest: Manifest): Change | VaultFault {
  const listed = manifest.unlockers.find((one) => one.id === unlocker.id);
  if (!listed) return fault('keyring_changed', 'The signed keyring does not list that unlocker. Look again.');
  return shownOf(listed) === shownOf(unlocker)
    ? { ...NOTHING, remove: [listed.id] }
    : untrusted('The unlocker is not the one that you were shown.');
}

/**
 * The signed manifest decides what is shared: a server cannot keep an unlocker by saying that they could not fetch it.
 */
async function changeOfLeaver(
  input: UnlockInput,
  act: Leaving,
  manifest: Manifest,
  root: string,
): Promise<Change | VaultFault> {
  const { tenant } = input;
  const { email, team, recovery } = act;
  // Their ways to unlock are found by it: one that only looks like it would leave them where they are.
  if (Email.safeParse(email).data !== email)
    return untrusted(
      'The address of whoever leaves is not in plain characters: the server shows another than the keyring has.',
    );
  // If it were removed and not replaced, a single forgotten passphrase could lose everything.
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
