// For tests in workerd. The next version of a keyring, through the API, as an admin’s browser writes it.
import { makeEscrowKey, openEscrowKey } from '../../portal/vault/escrow-key.ts';
import { signManifest } from '../../portal/vault/root.ts';
import type { EscrowKey, KeyringWrite, SealedUnlocker, Wrap } from '../../schema/keyring.ts';
import type { Problem } from '../../schema/problem.ts';
import { type Manifest, sha256Hex } from '../../schema/signed.ts';
import type { TestKeyring } from './keyrings.ts';
import { type Answer, asPerson, emailOf } from './requests.ts';

/** The parts of a write besides the manifest. */
type NewOfKeyring = Pick<KeyringWrite, 'sweep' | 'kept'> & {
  escrowKeys?: EscrowKey[];
  wraps?: readonly (Wrap | Promise<Wrap>)[];
  unlockers?: SealedUnlocker[];
};

/** Writes the next manifest of a keyring, with what is new in it, through the API. */
export async function writeNext(
  tenant: string,
  keyring: TestKeyring,
  change: (manifest: Manifest) => void,
  { escrowKeys = [], wraps = [], unlockers = [], ...more }: NewOfKeyring = {},
): Promise<Answer<Problem>> {
  const next: Manifest = structuredClone(keyring.manifest);
  next.version += 1;
  next.previous = await sha256Hex(keyring.write.manifest);
  change(next);
  const manifest = await signManifest(keyring.root, next);
  const write: KeyringWrite = {
    manifest,
    root: keyring.write.root,
    escrowKeys,
    unlockers,
    wraps: await Promise.all(wraps),
    ...more,
  };
  const answer = await asPerson<Problem>(emailOf('admin'), `/v1/tenants/${tenant}/keyring`, write);
  if (answer.status === 200) {
    keyring.manifest = next;
    keyring.write = { ...keyring.write, manifest, escrowKeys: [...escrowKeys, ...keyring.write.escrowKeys] };
    keyring.kid = next.keys.find((key) => key.state === 'active')?.kid ?? '';
  }
  return answer;
}

/** Starts a rotation: a new active key, the one before it retiring. Answers the old kid. */
export async function startRotation(tenant: string, keyring: TestKeyring): Promise<string> {
  const old = keyring.kid;
  const keyEpoch = keyring.manifest.keys.length + 1;
  const key = await makeEscrowKey(tenant, keyring.root, keyring.reveal, { keyEpoch, previousKid: old });
  const answer = await writeNext(
    tenant,
    keyring,
    (next) => {
      for (const one of next.keys) if (one.state === 'active') one.state = 'retiring';
      next.keys.push({ kid: key.kid, keyEpoch, state: 'active' });
    },
    { escrowKeys: [key] },
  );
  if (answer.status !== 200) throw new Error(`the rotation answered ${answer.status}: ${answer.json.detail}`);
  return old;
}

/** Moves a key on, as an admin's browser does when it finishes a rotation or, after its own sweep, destroys a key. */
export const setKeyState = (
  tenant: string,
  keyring: TestKeyring,
  kid: string,
  state: 'retired' | 'destroyed' | 'active',
  sweep?: string,
) => {
  const change = (next: Manifest) => {
    for (const one of next.keys) if (one.kid === kid) one.state = state;
  };
  return writeNext(tenant, keyring, change, { ...(sweep === undefined ? {} : { sweep }) });
};

/** The private halves of a keyring's escrow keys, as an unlocked vault holds them. */
export async function privateKeysOf(tenant: string, keyring: TestKeyring): Promise<Map<string, CryptoKey>> {
  const keys = new Map<string, CryptoKey>();
  for (const { kid, sealedPrivate } of keyring.write.escrowKeys) {
    const key = await openEscrowKey(tenant, kid, sealedPrivate, keyring.reveal);
    if (key) keys.set(kid, key);
  }
  return keys;
}
