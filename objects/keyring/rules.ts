// What may become a tenant's keyring: verified before anything is kept, in order, complete, and never so that something sealed is
// left without a key. Pure but for signature checks: no I/O, no clock.
import { DESTROY_AFTER_MS } from '../../schema/facts/days.ts';
import type { Wrap } from '../../schema/keyring.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import { Manifest, type ManifestUnlocker } from '../../schema/signed.ts';
import type { VerifiedWrite } from './verifying.ts';

/** What the keyring says about a kid that a ciphertext names. */
export type KidState = 'active' | 'retiring' | 'retired' | 'destroyed' | 'unknown';

/** One escrow key as the object knows it; `remaining` counts the openable versions still sealed to it. */
export type KidFacts = {
  state: KidState;
  keyEpoch: number;
  retiredAt: number | null;
  remaining: number;
  /** Where it is to be destroyed, the versions that may be lost with it, as far as the writer's own sweep has seen (sweeps.ts). */
  unproven: number;
  half: Half | null;
};

/** A sealed private half as it is kept; null sealed bytes never equal what is sent. */
export type Half = { vaultEpoch: number; sealed: string };

/** An unlocker that waits for an admin's signature. */
export type GrantFacts = Pick<ManifestUnlocker, 'kind' | 'jwk'> & {
  email: string;
  /** As asked for; null where the request is from before requests named them. */
  rights: ManifestUnlocker['rights'] | null;
  admin: boolean;
};

/** What the object holds now, as far as a write depends on it. */
export type KeyringFacts = {
  head: { version: number; sha256: string; fingerprint: string; manifest: Manifest } | null;
  kids: ReadonlyMap<string, KidFacts>;
  now: number;
  caller: string;
  grants: ReadonlyMap<string, GrantFacts>;
  wraps: ReadonlySet<string>;
  /** The root and the earlier ones whose private halves are held. */
  roots: ReadonlyMap<string, Half>;
  /** The root that signs was once followed by another. */
  wasFollowed: boolean;
  /** Something sealed that a change replaced is kept still: nobody whose word counts has opened the replacement. */
  replacedIsKept: boolean;
};

export const wrapKey = (wrap: Pick<Wrap, 'unlocker' | 'purpose' | 'vaultEpoch'>): string =>
  `${wrap.unlocker}/${wrap.purpose}/${wrap.vaultEpoch}`;

const incomplete = (detail: string): Refusal => refuse('keyring_incomplete', detail);

const wrong = (detail: string): Refusal => refuse('keyring_invalid', detail);

/** Nobody can tell from outside whether other bytes open, so a half stays as it is under the vault key it has. */
const isReplaced = (held: Half | null | undefined, sent: Half): boolean =>
  held?.vaultEpoch === sent.vaultEpoch && held.sealed !== sent.sealed;

/** Decides whether a verified write follows on what is kept and leaves nothing without a key. Pure. Null: it does. */
export function decideWrite(verified: VerifiedWrite, facts: KeyringFacts): Refusal | null {
  const { manifest } = verified;
  const { head } = facts;
  if (manifest.version !== (head?.version ?? 0) + 1 || manifest.previous !== (head?.sha256 ?? null))
    return refuse(
      'keyring_conflict',
      head && manifest.version === 1
        ? 'Another admin has done the set-up already; nothing of this one was kept.'
        : 'The keyring was changed by somebody else meanwhile; read it again.',
    );
  return (
    decideDestruction(verified, facts) ??
    decideRoots(verified, facts) ??
    decideVaultKeys(verified, facts) ??
    decideKeys(verified, facts) ??
    decideUnlockers(verified, facts)
  );
}

/** The kids that a manifest destroys and that were not before. */
export const newlyDestroyed = (manifest: Manifest, facts: Pick<KeyringFacts, 'kids'>): string[] =>
  manifest.keys
    .filter(({ kid, state }) => state === 'destroyed' && facts.kids.get(kid)?.state !== 'destroyed')
    .map((key) => key.kid);

/**
 * A destruction cannot be taken back: it comes alone, and waits until a keyring that replaced keys was opened by those
 * who have to.
 */
function decideDestruction({ manifest, write }: VerifiedWrite, facts: KeyringFacts): Refusal | null {
  if (newlyDestroyed(manifest, facts).length === 0) return null;
  // Parsed again, so that both have their members in one order.
  const before = facts.head && Manifest.parse(facts.head.manifest);
  const rest = ({ unlockers, vaultKeys, overlapping }: Manifest) => JSON.stringify([unlockers, vaultKeys, overlapping]);
  const sent = [...write.escrowKeys, ...write.unlockers, ...write.wraps, ...(write.oldRoots ?? [])];
  if (!before || rest(before) !== rest(manifest) || sent.length > 0 || write.succession !== undefined)
    return wrong('A key is destroyed by a write of its own.');
  return facts.replacedIsKept
    ? refuse(
        'not_proven',
        'The keyring was changed, and no other admin has unlocked it since: have one do so first, or, if you are the only admin, sign in anew and unlock.',
      )
    : null;
}

/** The root stays, or is followed by another on its own word, which then vouches for every key that is left. */
function decideRoots({ write, manifest, root, follows, oldStatements }: VerifiedWrite, facts: KeyringFacts) {
  const { head } = facts;
  const overlapping = manifest.overlapping ?? [];
  if (!head) {
    return follows === null && overlapping.length === 0 ? null : wrong('A first keyring has no earlier root.');
  }
  const replaced = root !== head.fingerprint;
  if (replaced && follows !== head.fingerprint)
    return wrong('The manifest must be signed by the root of this keyring, or by one that it names as its successor.');
  if (!replaced && follows !== null) return wrong('A succession comes with another root only.');
  // A person who had to leave may have kept it.
  if (facts.wasFollowed) return wrong('A root that was followed by another does not come back.');
  const earlier = new Set([...(head.manifest.overlapping ?? []), ...(replaced ? [head.fingerprint] : [])]);
  const sent = new Map((write.oldRoots ?? []).map((one) => [one.kid, one]));
  for (const half of [write.root, ...sent.values()])
    if (isReplaced(facts.roots.get(half.kid), half))
      return wrong('A root’s private half stays as it is under its vault key.');
  const admin = new Set(manifest.vaultKeys.filter((key) => key.purpose === 'admin').map((key) => key.vaultEpoch));
  for (const one of overlapping) {
    if (!earlier.has(one)) return wrong('Only a root of this keyring may overlap.');
    const held = sent.get(one) ?? facts.roots.get(one);
    if (!held || !admin.has(held.vaultEpoch))
      return incomplete('Every overlapping root needs its sealed private half.');
    const newlyEarlier = replaced && one === head.fingerprint;
    for (const key of write.escrowKeys)
      if (
        (newlyEarlier || !facts.kids.has(key.kid)) &&
        !oldStatements.some((old) => old.kid === key.kid && old.root === one)
      )
        return incomplete('An escrow key needs the statement of every overlapping root.');
  }
  const restated = new Set(write.escrowKeys.map((key) => key.kid));
  if (replaced && manifest.keys.some((key) => key.state !== 'destroyed' && !restated.has(key.kid)))
    return incomplete('A new root must state every escrow key that is not destroyed.');
  return null;
}

/** A vault key's epoch means one key for ever. A person who is removed keeps no living vault key. */
function decideVaultKeys({ manifest }: VerifiedWrite, { head }: KeyringFacts): Refusal | null {
  const before = head?.manifest;
  const kept = new Set(manifest.unlockers.map((one) => one.id));
  const closed = new Set(before?.unlockers.filter((one) => !kept.has(one.id)).flatMap((one) => one.rights));
  for (const key of manifest.vaultKeys) {
    const same = before?.vaultKeys.find((one) => one.purpose === key.purpose && one.vaultEpoch === key.vaultEpoch);
    if (same && same.sha256 !== key.sha256) return wrong('A vault key may not change within its epoch.');
    if (same && closed.has(key.purpose))
      return incomplete('Removing an unlocker needs new vault keys for all that it had a right to.');
    const highest = Math.max(
      0,
      ...(before?.vaultKeys ?? []).filter((one) => one.purpose === key.purpose).map((one) => one.vaultEpoch),
    );
    // The next one exactly: epochs that were skipped to their end would leave nobody removable.
    if (!same && key.vaultEpoch !== highest + 1) return wrong('A new vault key needs the epoch after the highest.');
  }
  return null;
}

function decideKeys({ write, manifest, statements }: VerifiedWrite, facts: KeyringFacts): Refusal | null {
  const activeKeys = manifest.keys.filter((key) => key.state === 'active');
  if (activeKeys.length !== 1) return incomplete('Exactly one escrow key must be active.');
  const activeBefore = [...facts.kids].find(([, key]) => key.state === 'active')?.[0] ?? null;
  const named = new Set(manifest.keys.map((key) => key.kid));
  for (const [kid] of facts.kids) if (!named.has(kid)) return incomplete('The manifest must name every kid ever used.');
  const sent = new Set(write.escrowKeys.map((key) => key.kid));
  for (const kid of sent)
    if (!named.has(kid)) return incomplete('An escrow key was sent that the manifest does not name.');
  const epochs = new Set(manifest.keys.map((key) => key.keyEpoch));
  if (epochs.size !== manifest.keys.length || Math.max(...epochs) !== activeKeys[0]?.keyEpoch)
    return incomplete('The active escrow key must have the highest keyEpoch, and no two the same.');
  const highest = Math.max(0, ...[...facts.kids.values()].map((key) => key.keyEpoch));
  for (const { kid, keyEpoch, state } of manifest.keys) {
    const before = facts.kids.get(kid);
    if (!before) {
      if (state !== 'active') return incomplete('A new escrow key must be the active one.');
      if (keyEpoch !== highest + 1) return incomplete('A new escrow key needs the keyEpoch after the highest.');
      if (!sent.has(kid))
        return incomplete('Every kid that is not destroyed needs its public key, statement and sealed private half.');
      if (statements.get(kid)?.previousKid !== activeBefore)
        return incomplete('The statement of a new escrow key must name the active one before it.');
      continue;
    }
    if (before.keyEpoch !== keyEpoch) return wrong('An escrow key keeps its keyEpoch.');
    const refusal = decideKeyState(before, state, facts.now);
    if (refusal) return refusal;
    if (state === 'destroyed') {
      if (sent.has(kid)) return wrong('A destroyed key’s private half must not be sent.');
      continue;
    }
    const half = write.escrowKeys.find((key) => key.kid === kid)?.sealedPrivate;
    if (half && isReplaced(before.half, half))
      return wrong('An escrow key’s private half stays as it is under its vault key.');
    // A vault key that the manifest no longer commits to unwraps for nobody: what it seals would be lost.
    const epoch = half ? null : before.half?.vaultEpoch;
    if (epoch && !manifest.vaultKeys.some((key) => key.purpose === 'reveal' && key.vaultEpoch === epoch))
      return incomplete('The manifest must commit to the vault key of every escrow key that it keeps.');
  }
  return null;
}

function decideUnlockers({ write, manifest }: VerifiedWrite, facts: KeyringFacts): Refusal | null {
  const before = new Map(facts.head?.manifest.unlockers.map((one) => [one.id, one]));
  const sent = new Set(write.unlockers.map((one) => one.id));
  const wraps = new Set([...facts.wraps, ...write.wraps.map(wrapKey)]);
  for (const unlocker of manifest.unlockers) {
    const refusal = decideUnlocker(unlocker, before.get(unlocker.id), sent.has(unlocker.id), facts);
    if (refusal) return refusal;
    for (const { purpose, vaultEpoch } of manifest.vaultKeys)
      if (unlocker.rights.includes(purpose) && !wraps.has(wrapKey({ unlocker: unlocker.id, purpose, vaultEpoch })))
        return incomplete('Every unlocker needs a wrap of every vault key that it has a right to.');
  }
  const isKept = (id: string) => before.get(id)?.owner === null && manifest.unlockers.some((one) => one.id === id);
  if (write.kept?.unlockers.some((id) => !isKept(id)))
    return wrong('Only a shared unlocker that was there and stays is kept at a leaver’s act.');
  const rightsOf = new Map(manifest.unlockers.map((unlocker) => [unlocker.id, unlocker.rights]));
  for (const id of sent)
    if (!rightsOf.has(id)) return incomplete('An unlocker was sent that the manifest does not name.');
  for (const wrap of write.wraps) {
    if (!rightsOf.get(wrap.unlocker)?.includes(wrap.purpose))
      return incomplete('A wrap was sent for an unlocker that has no right to it.');
    if (facts.wraps.has(wrapKey(wrap))) return wrong('A wrap that is held stays as it is.');
  }
  // A keyring that no admin could change any more would be lost with the first leaver; one that only a passkey opens
  // would be lost with its device.
  if (!manifest.unlockers.some((one) => one.kind !== 'passkey' && hasBoth(one)))
    return incomplete('At least one unlocker that is not a passkey must hold both rights.');
  return null;
}

const hasBoth = ({ rights }: ManifestUnlocker): boolean => rights.includes('admin') && rights.includes('reveal');

/**
 * Nobody makes or changes somebody else's unlocker: a personal one comes from its owner, by a grant or by their own
 * hand.
 */
function decideUnlocker(
  unlocker: ManifestUnlocker,
  before: ManifestUnlocker | undefined,
  sent: boolean,
  facts: KeyringFacts,
): Refusal | null {
  const mine = unlocker.owner === null || unlocker.owner === facts.caller;
  if (before) {
    const same =
      before.kind === unlocker.kind &&
      before.owner === unlocker.owner &&
      sameKey(before.jwk, unlocker.jwk) &&
      before.rights.join() === unlocker.rights.join();
    if (!same) return wrong('An unlocker keeps its kind, owner, key and rights.');
    return sent && unlocker.owner !== facts.caller
      ? wrong('An unlocker’s sealed half may be replaced by its owner only; a shared unlocker is replaced as a whole.')
      : null;
  }
  if (sent) return mine ? null : wrong('A person’s unlocker comes from their own browser, as a grant.');
  const grant = facts.grants.get(unlocker.id);
  if (!grant) return incomplete('Every unlocker needs its sealed private half.');
  // The words that were compared over such a request named no rights.
  if (grant.rights === null) return wrong('The request for access is of the earlier form; it has to be asked anew.');
  if (
    grant.kind !== unlocker.kind ||
    grant.email !== unlocker.owner ||
    grant.rights.join() !== unlocker.rights.join() ||
    !sameKey(grant.jwk, unlocker.jwk)
  )
    return wrong('The unlocker is not the one that was asked for.');
  return unlocker.rights.includes('admin') && !grant.admin ? wrong('Only an admin may be given admin rights.') : null;
}

const sameKey = (a: ManifestUnlocker['jwk'], b: ManifestUnlocker['jwk']): boolean => a.x === b.x && a.y === b.y;

/**
 * The life of an escrow key is one way: active, retiring, retired, destroyed. It is retired only when nothing is left to
 * re-seal, destroyed only 90 days after that, only if nothing has come in since, and only if the signer has opened
 * everything that was re-sealed from it, and nobody else has touched it since. Pure. Null: the step may be taken.
 */
export function decideKeyState(
  before: Pick<KidFacts, 'state' | 'retiredAt' | 'remaining' | 'unproven'>,
  next: KidState,
  now: number,
): Refusal | null {
  if (before.state === next) return null;
  const left = () => refuse('rotation_unfinished', `${before.remaining} secrets have to be re-sealed first.`);
  if (before.state === 'active' && next === 'retiring') return null;
  if (before.state === 'retiring' && next === 'retired') return before.remaining > 0 ? left() : null;
  if (before.state === 'retired' && next === 'destroyed') {
    if (now < (before.retiredAt ?? now) + DESTROY_AFTER_MS)
      return refuse('too_early', 'A key can be destroyed 90 days after its rotation was finished.');
    if (before.remaining > 0) return left();
    return before.unproven > 0
      ? refuse(
          'not_proven',
          `${before.unproven} secrets of that key have not been opened by your own sweep, or were touched since it began; check every secret again.`,
        )
      : null;
  }
  return wrong('An escrow key goes from active to retiring, retired and destroyed, and never back.');
}
