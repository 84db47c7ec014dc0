// For tests: a tenant set up with cheap hands, and secrets sealed to it as an engine would.
import { CompactEncrypt } from 'jose/jwe/compact/encrypt';
import { SEALED_TYP } from '../../schema/jwe.ts';
import type { Keyring, KeyringWrite } from '../../schema/keyring.ts';
import type { Revealed, SecretKind, SecretRef } from '../../schema/secret.ts';
import type { SetUpDraft, UnlockInput } from './contract.ts';
import { draftSetUp } from './set-up.ts';

export const TENANT = '0b6a6f1e-3c0c-4b7c-9d43-4f8f0a5d7c11';
export const ADMIN = 'admin@example.com';
export const PASSPHRASE = 'orbit velvet canyon sample drift';
export const TEAM_PASSPHRASE = 'harvest copper ribbon tunnel moss';

/** What the server would hand an admin after this write. */
export const keyringOf = (draft: Pick<SetUpDraft, 'write' | 'fingerprint'>, version = 1): Keyring => ({
  ...{ ...structuredClone(draft.write), oldRoots: [], successions: [], drills: {} },
  version,
  fingerprint: draft.fingerprint,
});

export const makeTenant = () =>
  draftSetUp({ tenant: TENANT, email: ADMIN, passphrase: PASSPHRASE, teamPassphrase: TEAM_PASSPHRASE });

/** The id of the nth unlocker: 0 the admin's own, 1 recovery, 2 the team's. */
export const unlockerAt = (write: KeyringWrite, index: number): string => write.unlockers[index]?.id ?? '';

export const unlockInput = (keyring: Keyring, unlocker: string, secret: string): UnlockInput => ({
  tenant: TENANT,
  keyring,
  unlocker,
  secret,
  seen: null,
});

type Sealing = { kind: SecretKind; ref: SecretRef; plaintext: string; header?: Record<string, unknown>; enc?: string };

/** Seals as an engine does and wraps it in the record a reveal returns. */
export async function sealedRecord(write: KeyringWrite, wanted: Sealing): Promise<Revealed> {
  const key = write.escrowKeys[0];
  if (!key) throw new Error('the draft has an escrow key');
  const [machine, run, eid] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
  const { kind, ref } = wanted;
  const iat = 1_790_000_000;
  const recipient = await crypto.subtle.importKey('jwk', key.jwk, { name: 'RSA-OAEP', hash: 'SHA-256' }, false, [
    'encrypt',
  ]);
  const sealed = await new CompactEncrypt(new TextEncoder().encode(wanted.plaintext))
    .setProtectedHeader({
      ...{ alg: 'RSA-OAEP-256', enc: wanted.enc ?? 'A256GCM', kid: key.kid, typ: SEALED_TYP },
      ...{ tenant: TENANT, machine, run, kind, eid, iat, ref },
      ...wanted.header,
    })
    .encrypt(recipient);
  return {
    id: crypto.randomUUID(),
    machine,
    kind,
    ref,
    version: {
      ...{ version: 1, kid: key.kid, format: 'jwe', bound: true, run, eid },
      ...{ escrowedAt: 1_790_000_000_000, sha256: '0'.repeat(64), unopenable: false },
      ...{ verifiedAt: null, finding: null, by: null, uploadedBy: null },
    },
    sealed,
    auditSeq: 1,
  };
}
