// The portal's requests to the vault and the answers: plain values, so that they cross into a worker unchanged. Pages
// know this file and portal/src/unlock/vault-client.ts; nothing else of the vault.
import type { AuditEntry } from '../../schema/audit.ts';
import type { Finding } from '../../schema/bulk.ts';
import type { Grant, GrantRequest } from '../../schema/grant.ts';
import type { Keyring, KeyringWrite, PrfKdf, UnlockerChanged } from '../../schema/keyring.ts';
import type { MachineSummary } from '../../schema/machine.ts';
import type { Resealed } from '../../schema/rotation.ts';
import type { HandSecret, Revealed, SecretKind, SecretRef } from '../../schema/secret.ts';
import type { ManifestUnlocker, VaultPurpose } from '../../schema/signed.ts';

export type VaultFaultCode =
  | 'wrong_passphrase'
  | 'wrong_recovery_code'
  | 'wrong_passkey'
  | 'same_passphrase'
  | 'root_succeeded'
  | 'weak_kdf'
  | 'keyring_untrusted'
  | 'keyring_rolled_back'
  | 'keyring_forked'
  | 'no_rights'
  | 'locked'
  | 'unknown_kid'
  | 'keyring_changed'
  | 'wrong_header'
  | 'malformed'
  | 'cannot_open'
  /** It opens, but the content is not text. */
  | 'not_text'
  /** It opens, and nothing is in it. */
  | 'empty';

/** `message` is a full sentence for a person. `succession` comes with `root_succeeded`: the words to compare, and what they confirm. */
export type VaultFault = {
  ok: false;
  code: VaultFaultCode;
  message: string;
  succession?: { root: string; words: string[] };
  /**
   * Present if the keyring does not follow on what this browser has seen, and the person may accept it after comparing.
   */
  line?: Line;
};
export type VaultResult<T> = ({ ok: true } & T) | VaultFault;

/** `locksAt` is ms since the epoch; every use moves it by the tenant's idle time. */
export type VaultState =
  | { state: 'locked' }
  | { state: 'unlocked'; tenant: string; fingerprint: string; unlocker: string; locksAt: number };

/**
 * The channel between the tabs and the vaults that run: more than one, where a tab is older than a new version of the portal, or the browser has no
 * SharedWorker and each tab has its own. `changed`, by a worker: the state has changed, ask for it. `asked`, by a tab
 * that has just come: a vault that is unlocked says `changed` once more. `lock`, by a worker that somebody has locked:
 * so does every other. Nothing else goes over it, and a false message only makes a tab ask its vault, or a person
 * unlock it, once too often.
 */
export const VAULT_CHANNEL = 'totl-vault';
export type VaultWord = 'changed' | 'asked' | 'lock';

/** The highest manifest a browser has seen of a tenant; kept by the page in localStorage, checked by the vault. */
export type SeenManifest = {
  version: number;
  fingerprint: string;
  /** SHA-256 of its header and payload: altering the text of its signature does not make it another manifest. */
  signed: string;
};

/**
 * As browsers remembered it before: SHA-256 of the whole text. Compared this way once, then replaced by the new form.
 */
export type SeenBefore = { version: number; fingerprint: string; sha256: string };

/**
 * What people compare where a keyring does not follow on what this browser has seen: its root, its version, and SHA-256 of what is signed.
 * `instead` is what this browser has seen.
 */
export type Line = { fingerprint: string; version: number; signed: string; instead: SeenManifest | SeenBefore };

/**
 * Whether a manifest of the remembered version is the remembered one. `sha256` is of its whole text, `signed` of header
 * and payload.
 */
export const isRemembered = (seen: SeenManifest | SeenBefore, now: { sha256: string; signed: string }): boolean =>
  'signed' in seen ? seen.signed === now.signed : seen.sha256 === now.sha256;

export type SetUpInput = { tenant: string; email: string; passphrase: string; teamPassphrase: string | null };
/** `recoveryCode` is shown once, typed back once, and kept nowhere. */
export type SetUpDraft = { write: KeyringWrite; fingerprint: string; recoveryCode: string; recoverySetId: string };

export type UnlockInput = {
  tenant: string;
  keyring: Keyring;
  unlocker: string;
  /** The passphrase, the recovery codes as typed, one a line, or the PRF's output as base64url. */
  secret: string;
  seen: SeenManifest | SeenBefore | null;
  /** The manifests as the server has them, from the version that is remembered up to the one before the keyring's. */
  since?: readonly string[];
  /**
   * `signed` of a line that the person has compared with an admin: accepted though it does not follow on what was seen.
   */
  confirmedLine?: string | undefined;
  /** A root that its owner has confirmed by comparing the words of a succession. */
  confirmedRoot?: string;
};

/** An act on the keyring. Each needs an unlocker with admin rights opened anew. */
export type KeyringAct =
  /** A new escrow key, active at once; the old one is `retiring`. */
  | { act: 'rotate' }
  /** A key's rotation is finished (`retired`), or the key is destroyed, which rests on the signer's own sweep. */
  | { act: 'set_key_state'; kid: string; state: 'retired' | 'destroyed'; sweep?: string | undefined }
  /** A further unlocker of the admin who acts. */
  /** `instead`: a passphrase of theirs that they have forgotten, as it was shown; it is removed. */
  | { act: 'add_passphrase'; email: string; label: string; passphrase: string; instead?: ManifestUnlocker }
  | { act: 'add_passkey'; email: string; label: string; kdf: PrfKdf; prf: string }
  /** A shared, reveal-only passphrase; the previous one is removed. */
  | { act: 'set_team_passphrase'; passphrase: string }
  /** A recovery set of `count` shares, any `threshold` of which open; the previous one is removed. */
  | { act: 'make_recovery_set'; threshold: number; count: number }
  /** As it was shown: what the signed keyring has under its id must be the same. */
  | { act: 'remove_unlocker'; unlocker: ManifestUnlocker }
  /** Access for a person whose words were compared: to what the words name, as requested. */
  | { act: 'grant'; grant: Grant; words: readonly string[] }
  | { act: 'replace_root' }
  /** Engines that pin this earlier root are refused from now on. */
  | { act: 'end_overlap'; root: string }
  /**
   * Everything a person could open is closed to them: their unlockers removed, every shared one of the signed manifest replaced unless the
   * admin says that it is kept, new vault keys, a new escrow key. `root`: a new root too; there is one in any case if
   * they have admin rights of their own.
   */
  | {
      act: 'leaver';
      email: string;
      root: boolean;
      /** `passphrase` null: none any more. */
      team: 'kept' | { passphrase: string | null };
      /** Null: the page has seen none. */
      recovery: 'kept' | { threshold: number; count: number } | null;
    };

/** `recovery`: codes to be kept and typed back before `write` is sent; they are nowhere else. `kid`: the new escrow key's. */
export type Drafted = {
  write: KeyringWrite;
  kid: string | null;
  fingerprint: string;
  recovery: { setId: string; codes: string[] } | null;
};

/** What a person's browser makes to be let in, and the words it makes from its own values. */
export type GrantInput = {
  tenant: string;
  email: string;
  /** The root that this browser was shown; if the server lied about it, the admin's words differ. */
  root: string;
  label: string;
  /** What it is meant to open. The words name it, so that no server can have an admin sign more. */
  rights: readonly VaultPurpose[];
} & ({ kind: 'passphrase'; passphrase: string } | { kind: 'passkey'; kdf: PrfKdf; prf: string });
/**
 * `repinned`: the unlocker with a root pinned in it that followed the one before and was confirmed; to be kept by the server. `opened`: the
 * unlocker's word that every key opened, where a change waits for it; to be sent.
 */
export type Unlocked = { seen: SeenManifest; repinned: UnlockerChanged | null; opened: string | null };
export type Opened = {
  plaintext: string;
  /** False where the ciphertext is raw RSA-OAEP and so not bound to its machine. */
  bound: boolean;
  /** When it was sealed, by its own header, ms since the epoch; null where it is raw. Bound to what it holds, unlike what the server says. */
  sealedAt: number | null;
  /** The PC named in its header, if any. */
  pc: { hostname: string; serial: string | null } | null;
  /** BitLocker only: eight groups of six digits, each divisible by 11, and which (from 1) are not; null for other kinds. */
  bitlocker: { groups: string[]; checksum: 'valid' | 'invalid'; failing: number[] } | null;
};

/** A secret that a person adds: `by` is their email, which goes into the header. */
export type HandInput = {
  tenant: string;
  machine: string;
  kind: SecretKind;
  ref: SecretRef;
  plaintext: string;
  by: string;
};
/** The body to send; the plaintext is nowhere in it. */
export type HandSealed = HandSecret;

/** A bundle's first line. The keyring in it is what its maker could fetch. */
export type BundleHead = {
  format: string;
  id: string;
  tenant: string;
  name: string;
  madeAt: number;
  vaultEpoch: number;
  bodyKey: string;
  keyring: Keyring;
};

/** A piece of a bundle's body. The secrets in it are still sealed, each to its escrow key. */
export type BundlePart =
  | { kind: 'machines'; machines: MachineSummary[] }
  | { kind: 'secrets'; secrets: Revealed[] }
  | { kind: 'audit'; entries: AuditEntry[] };

/** An earlier root, when it was followed, and the words that lead from it to the root of now. */
export type RootBefore = { root: string; followedAt: number; words: string[] };

export interface Vault {
  state(): Promise<VaultState>;
  /** Makes every key of a new tenant. Nothing is kept: the page sends `write`, then unlocks like anybody else. */
  draftSetUp(input: SetUpInput): Promise<VaultResult<SetUpDraft>>;
  /**
   * Whether this text, as typed by a person, is the code of that draft. Forgiving of case, spaces, dashes, O for 0, I
   * and L for 1.
   */
  recoveryCodesMatch(shown: string, typed: string): Promise<boolean>;
  /** A step-up: opens an unlocker with admin rights anew and signs version n+1 of the keyring. */
  draft(input: UnlockInput, act: KeyringAct): Promise<VaultResult<Drafted>>;
  /** Makes a personal unlocker for oneself, to be granted by an admin. */
  draftGrant(input: GrantInput): Promise<VaultResult<{ request: GrantRequest; words: string[] }>>;
  /**
   * The words of a grant as an admin's browser makes them from the fingerprint it has verified. Null: a request in the
   * earlier form has none.
   */
  grantWords(tenant: string, fingerprint: string, grant: Grant): Promise<string[] | null>;
  /**
   * The roots that the one of the keyring that was seen follows, newest first, each by the verified word of the one before; with the words that a
   * browser which still pins that root shows. `manifests` are all from the first to the one that was seen, which vouches for them: a root that
   * signed none of them is not among the answers, nor what is signed for another root, as a leaver might. Null where they do not lead there.
   */
  rootsBefore(
    tenant: string,
    seen: SeenManifest | SeenBefore,
    manifests: readonly string[],
    successions: readonly string[],
  ): Promise<RootBefore[] | null>;
  /** Opens an unlocker and seals it under another passphrase. Nothing else of the keyring changes. */
  draftPassphraseChange(
    input: UnlockInput & { passphrase: string },
  ): Promise<VaultResult<{ changed: UnlockerChanged }>>;
  /** Opens an unlocker and everything it leads to, and keeps nothing. `proof` is its own signature: that recovery codes work. */
  drill(input: UnlockInput): Promise<VaultResult<{ seen: SeenManifest; proof: string }>>;
  /**
   * Opens one ciphertext, seals it to the active key with its header kept, and opens the result to see that it is the same.
   * `activeKid` is what the server says is active: one that differs from the vault's own means that the keyring has
   * changed.
   */
  reseal(item: Revealed, activeKid: string): Promise<VaultResult<{ resealed: Resealed }>>;
  /**
   * Opens an unlocker for `reseal` alone: the vault stays locked for everything else, and says so. Closed by `endReseal`, and by any lock. `kid`:
   * the escrow key that the act has made, as it was drafted here. A keyring in which another one is active is refused.
   */
  beginReseal(input: UnlockInput, kid: string): Promise<VaultResult<object>>;
  endReseal(): Promise<void>;
  /** Verifies the keyring against the pin that unlocking yields, then holds the escrow keys, non-extractable. */
  unlock(input: UnlockInput): Promise<VaultResult<Unlocked>>;
  /** Opens one ciphertext of the unlocked tenant after checking its header against the record. */
  open(revealed: Revealed): Promise<VaultResult<Opened>>;
  /** Seals a secret to the active key of the unlocked tenant. Refuses a recovery password whose checksum fails. */
  sealByHand(input: HandInput): Promise<VaultResult<{ request: HandSealed }>>;
  /** Opens one ciphertext to see whether it opens and is valid for its kind; the plaintext goes nowhere. */
  check(item: Revealed): Promise<VaultResult<{ finding: Finding }>>;
  /** A step-up: begins a bundle. The answers are its lines, in order; other tabs may write others at the same time. */
  beginBundle(input: UnlockInput & { name: string }): Promise<VaultResult<{ bundle: string; line: string }>>;
  /**
   * Refuses a secret that no key in the bundle's head opens: the keyring has changed, and the bundle is to be begun
   * again. Refuses malformed parts, too: nobody could read them on the day they are needed.
   */
  bundlePart(bundle: string, part: BundlePart): Promise<VaultResult<{ line: string }>>;
  endBundle(bundle: string): Promise<VaultResult<{ line: string }>>;
  /** Counts as a use: what is unlocked stays so for another idle time. */
  stay(): Promise<void>;
  lock(): Promise<void>;
  /** Locks what was unlocked before this instant, in ms since the epoch; what somebody has unlocked since stays. */
  lockOlder(than: number): Promise<void>;
}
