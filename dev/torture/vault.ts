// An admin's vault as a browser has it: unlocked from what the server says now, and able to open whatever is held.
import { Keeper } from '../../portal/vault/keeper.ts';
import type { BulkPage } from '../../schema/bulk.ts';
import type { Keyring } from '../../schema/keyring.ts';
import type { Revealed } from '../../schema/secret.ts';
import { verifyManifest } from '../../schema/signed.ts';
import { asPerson, type Installation } from '../bench/product.ts';
import type { Tenant } from './tenant.ts';

const PAGE = 50;

/** What opening the keyring takes. Throws where the server's keyring is not one that the root signed. */
export async function unlockInput(product: Installation, tenant: Tenant) {
  const keyring = await asPerson<Keyring>(product, tenant.admin, `/v1/tenants/${tenant.id}/keyring`);
  const signed = await verifyManifest(keyring.manifest);
  if (!signed.ok) throw new Error('the keyring’s manifest does not verify');
  const own = signed.payload.unlockers.find(({ owner }) => owner === tenant.admin);
  if (!own) throw new Error('the keyring has no way to unlock for the admin');
  return { tenant: tenant.id, keyring, unlocker: own.id, secret: tenant.passphrase, seen: null };
}

/** Unlocks a vault of its own. Throws what the vault says where it refuses. */
export async function unlocked(product: Installation, tenant: Tenant): Promise<Keeper> {
  return unlockedBy(await unlockInput(product, tenant));
}

async function unlockedBy(input: Awaited<ReturnType<typeof unlockInput>>): Promise<Keeper> {
  const vault = new Keeper();
  const outcome = await vault.unlock(input);
  if (!outcome.ok) throw new Error(`the vault does not unlock: ${outcome.message}`);
  return vault;
}

/** A vault that stays unlocked as long as the keyring is the same: a derivation for each look would be most of what there is to do. */
export class HeldVault {
  readonly #tenant: Tenant;
  #held: { manifest: string; vault: Keeper } | null = null;

  constructor(tenant: Tenant) {
    this.#tenant = tenant;
  }

  async now(product: Installation): Promise<Keeper> {
    const input = await unlockInput(product, this.#tenant);
    if (this.#held?.manifest !== input.keyring.manifest) {
      await this.close();
      this.#held = { manifest: input.keyring.manifest, vault: await unlockedBy(input) };
    }
    await this.#held.vault.stay();
    return this.#held.vault;
  }

  /** It would else wait for its idle minutes to end. */
  async close(): Promise<void> {
    await this.#held?.vault.lock();
  }
}

/** Every version there is, with its ciphertext, as an admin's browser reads it. */
export async function versionsOf(product: Installation, { id, admin }: Tenant): Promise<Revealed[]> {
  const all: Revealed[] = [];
  for (;;) {
    const last = all.at(-1);
    const after = last ? { secret: last.id, version: last.version.version } : null;
    const body = { purpose: 'health', after, limit: PAGE };
    const { items } = await asPerson<BulkPage>(product, admin, `/v1/tenants/${id}/ciphertexts/page`, body);
    if (items.length === 0) return all;
    all.push(...items);
  }
}
