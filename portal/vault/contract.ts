// What the portal may ask of the vault, and what it gets: plain values, so that they cross into a worker unchanged.
// Pages know this file and portal/src/vault-client.ts; nothing else of the vault.
import type { Keyring, KeyringWrite } from '../../schema/keyring.ts';
import type { Resealed } from '../../schema/rotation.ts';
import type { Revealed } from '../../schema/secret.ts';

export type VaultFaultCode =
  | 'wrong_passphrase'
  | 'wrong_recovery_code'
  | 'weak_kdf'
  | 'keyring_untrusted'
  | 'keyring_rolled_back'
  | 'no_rights'
  | 'locked'
  | 'unknown_kid'
  | 'keyring_changed'
  | 'wrong_header'
  | 'cannot_open';

/** `message` is a full sentence for a person. */
export type VaultFault = { ok: false; code: VaultFaultCode; message: string };
export type VaultResult<T> = ({ ok: true } & T) | VaultFault;

/** `locksAt` is ms since the epoch; every use moves it (15 idle minutes). */
export type VaultState =
  | { state: 'locked' }
  | { state: 'unlocked'; tenant: string; fingerprint: string; unlocker: string; locksAt: number };

/** The highest manifest a browser has seen of a tenant; kept by the page in localStorage, checked by the vault. */
export type SeenManifest = { version: number; sha256: string; fingerprint: string };

export type SetUpInput = { tenant: string; email: string; passphrase: string; teamPassphrase: string | null };
/** `recoveryCode` is shown once, typed back once, and kept nowhere. */
export type SetUpDraft = { write: KeyringWrite; fingerprint: string; recoveryCode: string; recoverySetId: string };

export type UnlockInput = {
  tenant: string;
  keyring: Keyring;
  unlocker: string;
  /** The passphrase, or the recovery code as typed. */
  secret: string;
  seen: SeenManifest | null;
};
export type Opened = {
  plaintext: string;
  /** False where the ciphertext is raw RSA-OAEP and so not bound to its machine. */
  bound: boolean;
  /** BitLocker only: eight groups of six digits, each divisible by 11; null for other kinds. */
  bitlocker: { groups: string[]; checksum: 'valid' | 'invalid' } | null;
};

export interface Vault {
  state(): Promise<VaultState>;
  /** Makes every key of a new tenant. Nothing is kept: the page sends `write`, then unlocks as anybody would. */
  draftSetUp(input: SetUpInput): Promise<VaultResult<SetUpDraft>>;
  /** Is this, as typed by a person, the code of that draft? Forgiving of case, spaces, dashes, O for 0, I and L for 1. */
  recoveryCodesMatch(shown: string, typed: string): Promise<boolean>;
  /** A step-up: opens an unlocker with admin rights anew and signs version n+1 with a shared, reveal-only team passphrase. */
  draftTeamPassphrase(input: UnlockInput & { teamPassphrase: string }): Promise<VaultResult<{ write: KeyringWrite }>>;
  /** A step-up: makes the next escrow key and signs version n+1, in which the old one is `retiring`. */
  draftRotation(input: UnlockInput): Promise<VaultResult<{ write: KeyringWrite; kid: string }>>;
  /** A step-up: signs version n+1 in which this key is `retired` (its rotation is finished) or `destroyed`. */
  draftKeyState(
    input: UnlockInput & { kid: string; state: 'retired' | 'destroyed' },
  ): Promise<VaultResult<{ write: KeyringWrite }>>;
  /**
   * Opens one ciphertext, seals it to the active key with its header kept, and opens the result to see that it is the same.
   * `activeKid` is what the server says is active: another than the vault's own means that the keyring has changed.
   */
  reseal(item: Revealed, activeKid: string): Promise<VaultResult<{ resealed: Resealed }>>;
  /** Verifies the keyring against the pin that unlocking yields, then holds the escrow keys, non-extractable. */
  unlock(input: UnlockInput): Promise<VaultResult<{ seen: SeenManifest }>>;
  /** Opens one ciphertext of the unlocked tenant after holding its header against the record. */
  open(revealed: Revealed): Promise<VaultResult<Opened>>;
  lock(): Promise<void>;
}
