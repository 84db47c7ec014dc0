// Holds the escrow keys while unlocked: non-extractable, in memory, of one tenant, until locked, idle, or closed.
import { hex } from '@scure/base';
import type { Finding } from '../../schema/bulk.ts';
import { LOCK_AFTER_MAX_MINUTES, lockAfter } from '../../schema/facts/idle.ts';
import { thumbprint } from '../../schema/jwk.ts';
import type { Revealed, SecretKind } from '../../schema/secret.ts';
import { sha256Hex } from '../../schema/signed.ts';
import { draftAct } from './act.ts';
import { BundleWriter } from './bundle.ts';
import { malformedPart } from './bundle-part.ts';
import type { Opened, UnlockInput, Vault, VaultState } from './contract.ts';
import { fault, isFault } from './fault.ts';
import { requestGrant } from './grant.ts';
import { sealByHand } from './hand.ts';
import { rootsOfLine } from './line.ts';
import { openSecret } from './opener.ts';
import { parseRecoveryCode } from './recovery-code.ts';
import { ResealOnly } from './reseal-only.ts';
import { resealSecret, type SealTo, sealTo } from './resealer.ts';
import { draftSetUp } from './set-up.ts';
import { grantWords, successionWords } from './spoken-words.ts';
import { ancestry } from './succession.ts';
import { escrowKeysOf, everyKeyOpens, trustKeyring, untrusted } from './trust.ts';
import { rekeyed, repinned, signChange, signDrill, signOpened } from './unlocker.ts';

const MINUTE_MS = 60_000;
/** The longest idle time that a tenant may have. */
const WORK_MAX_MS = LOCK_AFTER_MAX_MINUTES * MINUTE_MS;
const TELL_EVERY_MS = 1_000;
/** Exports under way at once, one a tab; beyond it the oldest was given up with its tab. */
const BUNDLES_MAX = 4;
const MEANWHILE = fault('locked', 'The vault was locked meanwhile. Unlock it again.');
const ANOTHER_KEY = fault(
  'keyring_changed',
  'Another escrow key is active than the one that this act has made. Nothing was re-sealed; unlock to go on.',
);
const NO_BUNDLE = fault('locked', 'That bundle was not begun, or the browser has forgotten it. Begin again.');

type Held = {
  tenant: string;
  fingerprint: string;
  unlocker: string;
  keys: Map<string, CryptoKey>;
  active: SealTo;
  unlockedAt: number;
  /** So long without use, and it locks. */
  idleMs: number;
  /** When a person last had it do something. */
  usedAt: number;
  locksAt: number;
};

/** A recovery password has its form and checksum; anything else is some text. */
function wellFormed(kind: SecretKind, { plaintext, bitlocker }: Opened): Finding {
  if (kind === 'bitlocker_recovery_key') return bitlocker?.checksum === 'valid' ? 'sound' : 'malformed';
  return plaintext.trim() === '' ? 'malformed' : 'sound';
}

/** The escrow keys of a keyring that verifies, by one of its unlockers, and the active one to seal to. */
async function openKeys(input: UnlockInput) {
  const trusted = await trustKeyring(input);
  if (isFault(trusted)) return trusted;
  const keys = await escrowKeysOf(trusted, input.keyring);
  if (isFault(keys)) return keys;
  const activeKid = trusted.manifest.keys.find((key) => key.state === 'active')?.kid;
  const active = input.keyring.escrowKeys.find((key) => key.kid === activeKid);
  if (!active) return untrusted('The keyring has no active escrow key.');
  return { trusted, keys, active: await sealTo(active.kid, active.jwk) };
}

/** The vault behind `contract.ts`. One instance serves every tab that shares its worker. */
export class Keeper implements Vault {
  #held: Held | null = null;
  readonly #resealOnly: ResealOnly;
  /** By a random id. They can only seal, so an export goes on over a lock. */
  readonly #bundles = new Map<string, BundleWriter>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #now: () => number;
  readonly #onState: () => void;
  readonly #onLock: () => void;
  /** How often it was locked: an unlock that began before the last one must not end in an open vault. */
  #locks = 0;
  /** When it would lock, as was last told. */
  #toldLocksAt = 0;

  /** `onState` hears that `state()` is another one now, `onLock` that somebody has locked. */
  constructor(now: () => number = Date.now, onState: () => void = () => {}, onLock: () => void = () => {}) {
    this.#now = now;
    this.#resealOnly = new ResealOnly(now);
    this.#onState = onState;
    this.#onLock = onLock;
  }

  async state(): Promise<VaultState> {
    const held = this.#current();
    if (!held) return { state: 'locked' };
    const { tenant, fingerprint, unlocker, locksAt } = held;
    return { state: 'unlocked', tenant, fingerprint, unlocker, locksAt };
  }

  draftSetUp: Vault['draftSetUp'] = async (input) => {
    const drafted = await draftSetUp(input);
    return isFault(drafted) ? drafted : { ok: true, ...drafted };
  };

  async recoveryCodesMatch(shown: string, typed: string): Promise<boolean> {
    const [a, b] = [parseRecoveryCode(shown), parseRecoveryCode(typed)];
    if (!a || !b) return false;
    // The index too: with a threshold of one every sheet holds the same secret, and each is to be typed back.
    return a.setId === b.setId && a.index === b.index && hex.encode(a.secret) === hex.encode(b.secret);
  }

  draft: Vault['draft'] = async (input, act) => {
    const drafted = await draftAct(input, act);
    return isFault(drafted) ? drafted : { ok: true, ...drafted };
  };

  draftGrant: Vault['draftGrant'] = async (input) => ({ ok: true, ...(await requestGrant(input)) });

  grantWords: Vault['grantWords'] = async (tenant, root, { jwk, email, rights }) =>
    rights && grantWords({ tenant, root, unlocker: await thumbprint(jwk), email, rights });

  rootsBefore: Vault['rootsBefore'] = async (tenant, seen, manifests, successions) => {
    const { fingerprint } = seen;
    const roots = await rootsOfLine(seen, manifests);
    if (!roots) return null;
    return (await ancestry(tenant, fingerprint, successions, roots)).map(({ from, createdAt }) => ({
      root: from,
      followedAt: createdAt,
      words: successionWords(tenant, from, fingerprint),
    }));
  };

  draftPassphraseChange: Vault['draftPassphraseChange'] = async ({ passphrase, ...input }) => {
    const trusted = await trustKeyring(input);
    if (isFault(trusted)) return trusted;
    const next = await rekeyed(input.tenant, trusted.unlocker, passphrase);
    return { ok: true, changed: await signChange(input.tenant, trusted.unlocker, next) };
  };

  drill: Vault['drill'] = async (input) => {
    const trusted = await trustKeyring(input);
    if (isFault(trusted)) return trusted;
    const keys = await escrowKeysOf(trusted, input.keyring);
    return isFault(keys)
      ? keys
      : { ok: true, seen: trusted.seen, proof: await signDrill(input.tenant, trusted.unlocker) };
  };

  reseal: Vault['reseal'] = async (item, activeKid) => {
    const [unlocked, only] = [this.#current(), this.#resealOnly.keys];
    const held = [only, unlocked].find((one) => one?.active.kid === activeKid);
    if (!held)
      return unlocked || only
        ? fault('keyring_changed', 'The escrow key was changed since you unlocked. Lock, unlock, and go on.')
        : fault('locked', 'The vault is locked.');
    if (held === only) this.#resealOnly.count();
    else this.#work();
    const resealed = await resealSecret(held.tenant, item, held.keys, held.active);
    return isFault(resealed) ? resealed : { ok: true, resealed };
  };

  beginReseal: Vault['beginReseal'] = async (input, kid) => {
    const locks = this.#locks;
    // A line is taken by unlocking, where it goes on record.
    const opened = await openKeys({ ...input, confirmedLine: undefined });
    if (isFault(opened)) return opened;
    if (this.#locks !== locks) return MEANWHILE;
    const { keys, active } = opened;
    // A browser that remembers nothing takes an older keyring for the one of now: that has the key which was just replaced.
    if (active.kid !== kid) return ANOTHER_KEY;
    this.#resealOnly.hold({ tenant: input.tenant, keys, active });
    return { ok: true };
  };

  async endReseal(): Promise<void> {
    this.#resealOnly.drop();
  }

  unlock: Vault['unlock'] = async (input) => {
    const locks = this.#locks;
    const all = await openKeys(input);
    if (isFault(all)) return all;
    const { trusted, keys, active } = all;
    const { tenant, unlocker } = input;
    const { fingerprint } = trusted.seen;
    if (this.#locks !== locks) return MEANWHILE;
    const idleMs = lockAfter(input.keyring.lockAfterMinutes) * MINUTE_MS;
    this.#held = {
      tenant,
      fingerprint,
      unlocker,
      keys,
      active,
      unlockedAt: this.#now(),
      idleMs,
      usedAt: 0,
      locksAt: 0,
    };
    this.#toldLocksAt = 0;
    this.#touch();
    const { unlocker: opened } = trusted;
    const changed =
      opened.root === fingerprint ? null : await signChange(tenant, opened, repinned(tenant, opened, fingerprint));
    const { entry } = trusted;
    const waits =
      entry.owner !== null &&
      (input.keyring.changes ?? []).some((one) => one.replaces && (one.by !== entry.owner || one.waitsFor === 'you'));
    const proven = waits && entry.rights.includes('admin') && (await everyKeyOpens(trusted, input.keyring));
    return {
      ok: true,
      seen: trusted.seen,
      repinned: changed,
      opened: proven ? await signOpened(opened, trusted) : null,
    };
  };

  open: Vault['open'] = async (revealed: Revealed) => {
    const held = this.#current();
    if (!held) return fault('locked', 'The vault is locked.');
    this.#touch();
    const locks = this.#locks;
    const opened = await openSecret(held.tenant, revealed, held.keys);
    if (this.#locks !== locks) return fault('locked', 'The vault was locked meanwhile.');
    return isFault(opened) ? opened : { ok: true, ...opened };
  };

  sealByHand: Vault['sealByHand'] = async (input) => {
    const held = this.#current();
    if (held?.tenant !== input.tenant) return fault('locked', 'The vault is locked.');
    this.#touch();
    const request = await sealByHand(input, held.keys, held.active, this.#now());
    return isFault(request) ? request : { ok: true, request };
  };

  check: Vault['check'] = async (item) => {
    const held = this.#current();
    if (!held) return fault('locked', 'The vault is locked.');
    // A version that was given up is sealed to a key that may be gone; any other unknown kid means that the keyring has
    // changed.
    if (!held.keys.has(item.version.kid) && !item.version.unopenable)
      return fault('keyring_changed', 'The keyring was changed since you unlocked. Lock, unlock, and go on.');
    this.#work();
    // The finding is kept under this hash: it must be that of the opened ciphertext.
    if ((await sha256Hex(item.sealed)) !== item.version.sha256) return { ok: true, finding: 'does_not_open' };
    const opened = await openSecret(held.tenant, item, held.keys);
    if (isFault(opened))
      return {
        ok: true,
        finding: opened.code === 'not_text' || opened.code === 'empty' ? 'malformed' : 'does_not_open',
      };
    return { ok: true, finding: wellFormed(item.kind, opened) };
  };

  beginBundle: Vault['beginBundle'] = async ({ name, ...input }) => {
    const trusted = await trustKeyring(input);
    if (isFault(trusted)) return trusted;
    // A missing key in a bundle would be noticed only on the day it is needed.
    const keys = await escrowKeysOf(trusted, input.keyring);
    if (isFault(keys)) return keys;
    const bundle = BundleWriter.begin(trusted, input.keyring, name);
    if (isFault(bundle)) return bundle;
    const id = crypto.randomUUID();
    const [oldest] = this.#bundles.keys();
    if (oldest !== undefined && this.#bundles.size >= BUNDLES_MAX) this.#bundles.delete(oldest);
    this.#bundles.set(id, bundle);
    return { ok: true, bundle: id, line: bundle.head };
  };

  bundlePart: Vault['bundlePart'] = async (id, part) => {
    const bundle = this.#bundles.get(id);
    if (!bundle) return NO_BUNDLE;
    const malformed = malformedPart(part);
    if (malformed) return malformed;
    const line = bundle.part(part);
    return isFault(line) ? line : { ok: true, line };
  };

  endBundle: Vault['endBundle'] = async (id) => {
    const bundle = this.#bundles.get(id);
    if (!bundle) return NO_BUNDLE;
    this.#bundles.delete(id);
    return { ok: true, line: bundle.end() };
  };

  async stay(): Promise<void> {
    if (this.#current()) this.#touch();
  }

  async lock(): Promise<void> {
    this.lockHere();
    this.#onLock();
  }

  async lockOlder(than: number): Promise<void> {
    if ((this.#held && this.#held.unlockedAt < than) || this.#resealOnly.isOlder(than)) await this.lock();
  }

  /** Locks for lack of use, or because another vault of this browser was locked: nobody else is told. */
  lockHere(): void {
    this.#locks += 1;
    clearTimeout(this.#timer);
    this.#held = null;
    this.#resealOnly.drop();
    this.#onState();
  }

  /** A worker may sleep through its timer: an overdue vault counts as locked when it is next asked. */
  #current(): Held | null {
    if (this.#held && this.#held.locksAt <= this.#now()) this.#held = null;
    return this.#held;
  }

  /** A person uses it. */
  #touch(): void {
    if (!this.#held) return;
    this.#held.usedAt = this.#now();
    this.#stayFor(this.#held, this.#held.idleMs);
  }

  /** A sweep or a rotation goes on by itself: for an hour at most, since a server may never say that there is nothing more. */
  #work(): void {
    if (!this.#held) return;
    const { idleMs, usedAt } = this.#held;
    this.#stayFor(this.#held, Math.min(idleMs, usedAt + WORK_MAX_MS - this.#now()));
  }

  #stayFor(held: Held, ms: number): void {
    held.locksAt = this.#now() + ms;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.lockHere(), ms);
    // A sweep uses the keys a thousand times a minute; no displayed clock needs that.
    if (held.locksAt - this.#toldLocksAt < TELL_EVERY_MS) return;
    this.#toldLocksAt = held.locksAt;
    this.#onState();
  }
}
