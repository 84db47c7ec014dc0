// A step-up: an act on the keyring is drafted in the vault with an unlocker opened anew, then written in one call.
import type { Keyring, KeyringWrite } from '../../schema/keyring.ts';
import type { UnlockInput, VaultResult } from '../vault/contract.ts';
import * as api from './api/tenant.ts';
import { seenManifest } from './vault-client.ts';

/** What one act asks of the vault, given the unlocker's input. */
export type Draft = (input: UnlockInput) => Promise<VaultResult<{ write: KeyringWrite }>>;
/** `fault`: what to say beside the field; the person may try again. Other failures are thrown. */
export type SteppedUp = { ok: true } | { ok: false; fault: string };

/** Drafts and writes. Throws what the API throws. */
export async function stepUp(
  tenant: string,
  keyring: Keyring,
  { unlocker, secret }: { unlocker: string; secret: string },
  draft: Draft,
): Promise<SteppedUp> {
  const drafted = await draft({ tenant, keyring, unlocker, secret, seen: seenManifest(tenant) });
  if (!drafted.ok) return { ok: false, fault: drafted.message };
  await api.writeKeyring(tenant, drafted.write);
  return { ok: true };
}
