// A step-up: an act on the keyring is drafted in the vault with an unlocker opened anew, then written in one call.
import type { Keyring, KeyringWrite } from '../../schema/keyring.ts';
import type { UnlockInput, VaultResult } from '../vault/contract.ts';
import * as api from './api/tenant.ts';
import { seenManifest } from './vault-client.ts';

/** What one act asks of the vault, given the unlocker's input. */
export type Draft = (input: UnlockInput) => Promise<VaultResult<{ write: KeyringWrite }>>;
/** `fault`: what to say beside the field; the person may try again. Other failures are thrown. */
export type SteppedUp = { ok: boolean; cancelled: boolean; fault: string };

const BROKEN = 'The vault gave no answer. Reload the page and try again.';

/** Drafts and writes; nothing is written once `wanted` says that the person gave up. Throws what the API throws. */
export async function stepUp(
  tenant: string,
  keyring: Keyring,
  { unlocker, secret }: { unlocker: string; secret: string },
  draft: Draft,
  wanted: () => boolean,
): Promise<SteppedUp> {
  const input = { tenant, keyring, unlocker, secret, seen: seenManifest(tenant) };
  const drafted = await draft(input).catch(() => ({ ok: false as const, message: BROKEN }));
  if (!wanted()) return { ok: false, cancelled: true, fault: '' };
  if (!drafted.ok) return { ok: false, cancelled: false, fault: drafted.message };
  await api.writeKeyring(tenant, drafted.write);
  return { ok: true, cancelled: false, fault: '' };
}
