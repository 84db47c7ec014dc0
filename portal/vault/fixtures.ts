// For tests: a tenant set up with cheap hands, the parts that the server would hand out, and secrets sealed to it as an
// engine would.
import { base64urlnopad, hex } from '@scure/base';
import { CompactEncrypt } from 'jose/jwe/compact/encrypt';
import { SEALED_TYP } from '../../schema/jwe.ts';
import type { Keyring, KeyringWrite, PrfKdf, SealedKey, SealedUnlocker } from '../../schema/keyring.ts';
import type { Revealed, SecretKind, SecretRef } from '../../schema/secret.ts';
import { type ManifestUnlocker, sha256Hex, verifyManifest } from '../../schema/signed.ts';
import type { SetUpDraft, UnlockInput, VaultFault } from './contract.ts';
import { isFault } from './fault.ts';
import { newSalt } from './kdf.ts';
import { draftSetUp } from './set-up.ts';

export const TENANT = '0b6a6f1e-3c0c-4b7c-9d43-4f8f0a5d7c11';
export const ADMIN = 'admin@example.com';
export const PASSPHRASE = 'orbit velvet canyon sample drift';
export const TEAM_PASSPHRASE = 'harvest copper ribbon tunnel moss';
/** What an authenticator's PRF would answer. */
export const PRF = 'cHJmLW91dHB1dC1vZi0zMi1ieXRlcy1mb3ItdGVzdHM';

export const passkeyKdf = (): PrfKdf => ({
  name: 'webauthn-prf',
  salt: newSalt(),
  credential: 'credential',
  rpId: 'portal.example.com',
});

/** What the server would hand an admin after this write. */
export const keyringOf = (draft: Pick<SetUpDraft, 'write' | 'fingerprint'>, version = 1): Keyring => ({
  ...structuredClone(draft.write),
  oldRoots: [],
  successions: [],
  successionsBefore: null,
  drills: {},
  since: {},
  used: {},
  version,
  fingerprint: draft.fingerprint,
});

/** The value if it is not a fault; a fault ends the test. */
export function must<T>(answer: T | VaultFault): T {
  if (isFault(answer)) throw new Error(`${answer.code}: ${answer.message}`);
  return answer;
}

/** A copy with a lie in it. */
export function bent<T>(truth: T, bend: (copy: T) => void): T {
  const copy = structuredClone(truth);
  bend(copy);
  return copy;
}

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The same signed text with the other signature that verifies, (r, n − s): anybody who passes it on can make it. */
export function twinOf(compact: string): string {
  const cut = compact.lastIndexOf('.') + 1;
  const bytes = base64urlnopad.decode(compact.slice(cut));
  const other = P256_ORDER - BigInt(`0x${hex.encode(bytes.slice(32))}`);
  const s = hex.decode(other.toString(16).padStart(64, '0'));
  return compact.slice(0, cut) + base64urlnopad.encode(new Uint8Array([...bytes.slice(0, 32), ...s]));
}

/** The last entry for each, from lists in order. */
const latest = <T>(lists: readonly (readonly T[])[], key: (one: T) => string): T[] => [
  ...new Map(lists.flat().map((one) => [key(one), one])).values(),
];

/** What the server would hand an admin after a further write. `granted` are the halves that came with requests for access. */
export async function keyringAfter(
  before: Keyring,
  write: KeyringWrite,
  granted: SealedUnlocker[] = [],
): Promise<Keyring> {
  const signed = await verifyManifest(write.manifest);
  if (!signed.ok) throw new Error(signed.message);
  const { version, unlockers, keys, vaultKeys, overlapping } = signed.payload;
  const named = new Set(unlockers.map((one) => one.id));
  const living = new Set(keys.filter((one) => one.state !== 'destroyed').map((one) => one.kid));
  const vaults = new Set(vaultKeys.map((one) => `${one.purpose}/${one.vaultEpoch}`));
  const roots: SealedKey[] = [...(before.root ? [before.root] : []), ...before.oldRoots];
  return {
    manifest: write.manifest,
    version,
    fingerprint: signed.root,
    root: write.root,
    drills: {},
    since: {},
    used: {},
    oldRoots: latest([roots, write.oldRoots ?? []], (one) => one.kid).filter((one) => overlapping?.includes(one.kid)),
    successionsBefore: null,
    successions: [...before.successions, ...(write.succession ? [write.succession] : [])],
    escrowKeys: latest([before.escrowKeys, write.escrowKeys], (one) => one.kid).filter((one) => living.has(one.kid)),
    unlockers: latest([before.unlockers, granted, write.unlockers], (one) => one.id).filter((one) => named.has(one.id)),
    wraps: latest([before.wraps, write.wraps], (one) => `${one.unlocker}/${one.purpose}/${one.vaultEpoch}`).filter(
      (one) => named.has(one.unlocker) && vaults.has(`${one.purpose}/${one.vaultEpoch}`),
    ),
  };
}

export const makeTenant = async () =>
  must(await draftSetUp({ tenant: TENANT, email: ADMIN, passphrase: PASSPHRASE, teamPassphrase: TEAM_PASSPHRASE }));

/** The id of the nth unlocker: 0 the admin's own, 1 recovery, 2 the team's. */
export const unlockerAt = (write: KeyringWrite, index: number): string => write.unlockers[index]?.id ?? '';

export const unlockInput = (keyring: Keyring, unlocker: string, secret: string): UnlockInput => ({
  tenant: TENANT,
  keyring,
  unlocker,
  secret,
  seen: null,
});

/** An unlocker as the signed keyring lists it, and as an honest page shows it. */
export async function listed({ manifest }: Pick<Keyring, 'manifest'>, id: string): Promise<ManifestUnlocker> {
  const signed = await verifyManifest(manifest);
  const found = signed.ok && signed.payload.unlockers.find((one) => one.id === id);
  if (!found) throw new Error('the keyring lists the unlocker');
  return found;
}

type Sealing = { kind: SecretKind; ref: SecretRef; plaintext: string; header?: Record<string, unknown>; enc?: string };

/** Seals as an engine does, to the newest escrow key, and wraps it in the record a reveal returns. */
export async function sealedRecord(write: Pick<KeyringWrite, 'escrowKeys'>, wanted: Sealing): Promise<Revealed> {
  const key = write.escrowKeys.at(-1);
  if (!key) throw new Error('the draft has an escrow key');
  const [machine, run, eid] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
  const { kind, ref } = wanted;
  const iat = 1_790_000_000;
  const recipient = await crypto.subtle.importKey('jwk', key.jwk, { name: 'RSA-OAEP', hash: 'SHA-256' }, false, [
    'encrypt',
  ]);
  const sealed = await new CompactEncrypt(new TextEncoder().encode(wanted.plaintext))
    .setProtectedHeader({
      alg: 'RSA-OAEP-256',
      enc: wanted.enc ?? 'A256GCM',
      kid: key.kid,
      typ: SEALED_TYP,
      tenant: TENANT,
      machine,
      run,
      kind,
      eid,
      iat,
      ref,
      ...wanted.header,
    })
    .encrypt(recipient);
  return {
    id: crypto.randomUUID(),
    machine,
    kind,
    ref,
    version: {
      version: 1,
      kid: key.kid,
      format: 'jwe',
      bound: true,
      run,
      eid,
      escrowedAt: 1_790_000_000_000,
      sha256: await sha256Hex(sealed),
      unopenable: false,
      verifiedAt: null,
      finding: null,
      by: null,
      uploadedBy: null,
      order: null,
      sealedAt: iat * 1000,
      hostname: null,
      counts: true,
    },
    sealed,
    auditSeq: 1,
  };
}
