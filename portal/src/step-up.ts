// A step-up: an act on the keyring is drafted in the vault with an unlocker opened anew, then written in one call.
import type { Keyring } from '../../schema/keyring.ts';
import type { Drafted, KeyringAct } from '../vault/contract.ts';
import * as api from './api/tenant.ts';
import { rememberManifest, seenManifest, vault } from './vault-client.ts';

/** What was chosen and typed, or answered by an authenticator. */
export type Proof = { unlocker: string; secret: string };

/** `fault`: what to say beside the field; the person may try again. Other failures are thrown. */
export type SteppedUp<T> = { ok: true; cancelled: false; value: T } | { ok: false; cancelled: boolean; fault: string };

const BROKEN = 'The vault gave no answer. Reload the page and try again.';

/** Drafts without writing: for an act whose recovery codes are to be kept and typed back first. */
export async function draftAct(
  tenant: string,
  keyring: Keyring,
  { unlocker, secret }: Proof,
  act: KeyringAct,
  wanted: () => boolean,
): Promise<SteppedUp<Drafted>> {
  const input = { tenant, keyring, unlocker, secret, seen: seenManifest(tenant) };
  const drafted = await vault()
    .draft(input, act)
    .catch(() => ({ ok: false as const, message: BROKEN }));
  if (!wanted()) return { ok: false, cancelled: true, fault: '' };
  return drafted.ok
    ? { ok: true, cancelled: false, value: drafted }
    : { ok: false, cancelled: false, fault: drafted.message };
}

/** Writes what was drafted, and remembers it as seen. Throws what the API throws. */
export async function writeDrafted(tenant: string, { write, fingerprint }: Drafted): Promise<void> {
  const { version } = await api.writeKeyring(tenant, write);
  await rememberManifest(tenant, version, write.manifest, fingerprint);
}

/** Drafts and writes; nothing is written once `wanted` says that the person gave up. Throws what the API throws. */
export async function stepUp(
  tenant: string,
  keyring: Keyring,
  proof: Proof,
  act: KeyringAct,
  wanted: () => boolean,
): Promise<SteppedUp<Drafted>> {
  const drafted = await draftAct(tenant, keyring, proof, act, wanted);
  if (drafted.ok) await writeDrafted(tenant, drafted.value);
  return drafted;
}
