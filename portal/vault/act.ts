// Every act on a keyring after the first: an unlocker with admin rights is opened anew (the step-up), the next manifest is composed and
// signed, and what it needs is sealed and wrapped. The root is open for the length of one act.
import { changeOf, couldSign } from './change.ts';
import { compose } from './compose.ts';
import type { Drafted, KeyringAct, UnlockInput, VaultFault } from './contract.ts';
import { isFault } from './fault.ts';
import { newRoot } from './root.ts';
import { escrowKeysOf, openTrustedRoot, trustKeyring } from './trust.ts';

/** Opens an unlocker with admin rights, composes what the act changes, signs it as the next version. */
export async function draftAct(input: UnlockInput, act: KeyringAct): Promise<Drafted | VaultFault> {
  const { keyring } = input;
  const trusted = await trustKeyring(input);
  if (isFault(trusted)) return trusted;
  const old = await openTrustedRoot(trusted, keyring);
  if (isFault(old)) return old;
  // If an act were signed while the server withholds a key, its private half would stay under a dropped vault key: lost
  // for everybody. Also, a new root states about a key what the old one stated, not what the server says it did.
  const keys = await escrowKeysOf(trusted, keyring);
  if (isFault(keys)) return keys;
  const replaces = act.act === 'replace_root' || (act.act === 'leaver' && couldSign(trusted.manifest, act));
  const root = replaces ? await newRoot() : old;
  const change = await changeOf(input, act, trusted, root.fingerprint);
  if (isFault(change)) return change;
  const write = await compose({ trusted, keyring, old, root, change });
  if (isFault(write)) return write;
  const kid = change.newEscrowKey ? (write.escrowKeys.at(-1)?.kid ?? null) : null;
  return { write, kid, fingerprint: root.fingerprint, recovery: change.recovery };
}
