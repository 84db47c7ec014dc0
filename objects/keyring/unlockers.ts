// Single unlockers: another sealed half in place of the one before, and drills. Who may do so is decided here; the
// signature of either ensures that only the holder can.
import type { EcPublicJwk } from '../../schema/jwk.ts';
import type { DrillProven, OpenedWord, SealedUnlocker, UnlockerActed, UnlockerChanged } from '../../schema/keyring.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import {
  type KeyringOpened,
  sha256Hex,
  verifyDrill,
  verifyKeyringOpened,
  verifyUnlockerChange,
} from '../../schema/signed.ts';
import { record } from '../audit/audit.ts';
import type { Caller, Person } from '../core/caller.ts';
import { first, sha256 } from '../core/rows.ts';
import { letGoByWord, onlyAdminsSession } from './changes.ts';
import { mayFetch } from './keyring.ts';
import { head } from './manifests.ts';
import { noteUnlocked } from './seen.ts';

const invalid = (field: string, message: string): Refusal =>
  refuse('invalid_body', `${field}: ${message}.`, [{ field, message }]);

/** A change whose signature holds, and the key that made it. */
export type VerifiedChange = { half: SealedUnlocker; previous: string; signer: EcPublicJwk };

/** Verifies what can be verified without the object's state. */
export async function verifyChange(
  tenant: string,
  id: string,
  { half, change }: UnlockerChanged,
): Promise<VerifiedChange | Refusal> {
  const signed = await verifyUnlockerChange(change);
  if (!signed.ok) return invalid('change', signed.message);
  const { payload, rootJwk: signer } = signed;
  if (payload.tenant !== tenant || payload.unlocker !== id)
    return invalid('change', 'must name this tenant and this unlocker');
  if (half.id !== id) return invalid('half.id', 'must be this unlocker');
  if (payload.next !== (await sha256Hex(half.sealed)))
    return invalid('change.next', 'must be the SHA-256 of half.sealed');
  return { half, previous: payload.previous, signer };
}

/**
 * Whether a verified change may take place: the unlocker is the caller's own, it is signed by that unlocker's key, and it replaces the
 * half that is kept now. Pure but for two reads. A shared one is replaced as a whole, by a keyring write.
 */
export function decideChange(
  sql: SqlStorage,
  { half, previous, signer }: VerifiedChange,
  person: Person,
): Refusal | null {
  const row = first<{ kind: string; owner: string | null; sealed: string }>(
    sql,
    'SELECT kind, owner, sealed FROM unlockers WHERE id = ?',
    half.id,
  );
  const entry = head(sql)?.manifest.unlockers.find((one) => one.id === half.id);
  if (!row || !entry || !mayFetch(row, { email: person.name, role: person.role }))
    return refuse('unknown_unlocker', 'You have no unlocker with this id.');
  if (row.owner === null) return refuse('role_forbids', 'A shared unlocker is replaced by an admin, not changed.');
  if (entry.jwk.x !== signer.x || entry.jwk.y !== signer.y)
    return invalid('change', 'must be signed by the unlocker itself');
  const kept = JSON.parse(row.sealed) as SealedUnlocker;
  if (kept.kdf.name !== half.kdf.name || half.set !== undefined)
    return invalid('half.kdf', 'must be of the same kind as before');
  return sha256(kept.sealed) === previous
    ? null
    : refuse('unlocker_conflict', 'The unlocker was changed meanwhile; nothing of this change was kept.');
}

/** Puts another sealed half in place of the one before. */
export function changeUnlocker(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  verified: VerifiedChange,
  now: number,
): UnlockerActed | Refusal {
  const { sql } = storage;
  const { half } = verified;
  const refusal = decideChange(sql, verified, caller.principal);
  if (refusal) return refusal;
  return storage.transactionSync(() => {
    sql.exec(
      'UPDATE unlockers SET sealed = ?, since = ?, by = ? WHERE id = ?',
      JSON.stringify(half),
      now,
      caller.principal.name,
      half.id,
    );
    record(sql, caller.tenant, caller, now, {
      action: 'unlocker.changed',
      subject: half.id,
      detail: { sha256: sha256(half.sealed) },
    });
    return { unlocker: half.id };
  });
}

/** A word that an unlocker opened a keyring, whose signature holds, and the key that made it. */
export type VerifiedWord = { word: KeyringOpened; signer: EcPublicJwk };

/** Verifies what can be verified without the object's state. */
export async function verifyOpened(
  tenant: string,
  id: string,
  { opened }: OpenedWord,
): Promise<VerifiedWord | Refusal> {
  const signed = await verifyKeyringOpened(opened);
  if (!signed.ok) return invalid('opened', signed.message);
  const { payload: word, rootJwk: signer } = signed;
  return word.tenant === tenant && word.unlocker === id
    ? { word, signer }
    : invalid('opened', 'must name this tenant and this unlocker');
}

/**
 * Takes an unlocker's word that every key of the keyring opens: what other people's changes replaced goes at once, and where there is no other
 * admin to wait for, what their own did in another session. It must be a person's own unlocker with all rights: the
 * person who made the change has also made the shared ones, so those prove nothing for others.
 */
export function takeOpened(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  { word, signer }: VerifiedWord,
  now: number,
): UnlockerActed | Refusal {
  const { sql } = storage;
  const latest = head(sql);
  const entry = latest?.manifest.unlockers.find((one) => one.id === word.unlocker);
  if (!latest || !entry || entry.owner !== caller.principal.name)
    return refuse('unknown_unlocker', 'You have no unlocker with this id.');
  if (entry.jwk.x !== signer.x || entry.jwk.y !== signer.y)
    return invalid('opened', 'must be signed by the unlocker itself');
  if (!entry.rights.includes('admin') || !entry.rights.includes('reveal'))
    return invalid('opened', 'must be of an unlocker that opens every key');
  if (word.version !== latest.version || word.manifest !== latest.sha256)
    return refuse('keyring_conflict', 'The keyring was changed by somebody else meanwhile; read it again.');
  return storage.transactionSync(() => {
    const session = onlyAdminsSession(sql, caller, [latest.manifest], now);
    const { changes, more } = letGoByWord(storage, { person: caller.principal, session }, now);
    record(sql, caller.tenant, caller, now, {
      action: 'keyring.opened',
      subject: word.unlocker,
      // The alarm takes the rest of a great many.
      detail: { version: latest.version, sha256: latest.sha256, changes, ...(more ? { more } : {}) },
    });
    return { unlocker: word.unlocker };
  });
}

/** A proof is of now: the clock of a browser may be off by as much as any other. */
const DRILL_TOLERANCE_MS = 3_600_000;

/** A drill whose signature holds, and the key that made it. */
export type VerifiedDrill = { drilledAt: number; signer: EcPublicJwk };

/** Verifies what can be verified without the object's state. */
export async function verifyProof(
  tenant: string,
  id: string,
  { proof }: DrillProven,
): Promise<VerifiedDrill | Refusal> {
  const signed = await verifyDrill(proof);
  if (!signed.ok) return invalid('proof', signed.message);
  const { payload, rootJwk: signer } = signed;
  return payload.tenant === tenant && payload.unlocker === id
    ? { drilledAt: payload.createdAt, signer }
    : invalid('proof', 'must name this tenant and this recovery set');
}

/** Notes that a drill has proven a recovery unlocker, by its own fresh signature. Each proof counts once: sent again, it is the drill that is kept. */
export function noteDrill(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  id: string,
  { drilledAt, signer }: VerifiedDrill,
  now: number,
): UnlockerActed | Refusal {
  const { sql } = storage;
  const entry = head(sql)?.manifest.unlockers.find((one) => one.id === id && one.kind === 'recovery');
  const row = first<{ drill_proof: number | null }>(sql, 'SELECT drill_proof FROM unlockers WHERE id = ?', id);
  if (!entry || !row) return refuse('unknown_unlocker', 'The tenant has no recovery set with this id.');
  if (entry.jwk.x !== signer.x || entry.jwk.y !== signer.y)
    return refuse('not_proven', 'The proof must be signed by the recovery set itself: open it with its sheets.');
  if (Math.abs(now - drilledAt) > DRILL_TOLERANCE_MS)
    return refuse('not_proven', 'The proof is not of now: do the drill again, with a clock that is right.');
  if (row.drill_proof === drilledAt) return { unlocker: id };
  if (row.drill_proof !== null && drilledAt < row.drill_proof)
    return refuse('not_proven', 'A later drill is on record: this proof is from before it.');
  return storage.transactionSync(() => {
    sql.exec('UPDATE unlockers SET drilled_at = ?, drill_proof = ? WHERE id = ?', now, drilledAt, id);
    record(sql, caller.tenant, caller, now, { action: 'recovery.drilled', subject: id });
    return { unlocker: id };
  });
}

/**
 * Notes that a person says their vault is open with this. The codes of a recovery set are typed once in years, by somebody who has lost every
 * other way or who has found them: that is on record, and a notice.
 */
export function noteUse(storage: DurableObjectStorage, caller: Caller<Person>, id: string, now: number): void {
  const { sql } = storage;
  storage.transactionSync(() => {
    if (!noteUnlocked(sql, caller.principal.id, id, now)) return;
    if (head(sql)?.manifest.unlockers.some((one) => one.id === id && one.kind === 'recovery'))
      record(sql, caller.tenant, caller, now, { action: 'recovery.used', subject: id });
  });
}
