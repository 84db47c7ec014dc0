// Escrow: a secret from an engine is accepted only sealed, for its place, to a known key. Nothing here opens it.
import { base64 } from '@scure/base';
import { RSA_BLOCK_BYTES, readSealed, type SealedHeader } from '../../schema/jwe.ts';
import { notSealed, type Refusal, refuse } from '../../schema/refusal.ts';
import type { EscrowRequest, Receipt } from '../../schema/secret.ts';
import { refKey } from '../../schema/secret-ref.ts';
import { record } from '../audit/audit.ts';
import type { Caller } from '../core/caller.ts';
import { sha256 } from '../core/rows.ts';
import { bringBack } from '../fleet/archive.ts';
import { findRow, machineExists } from '../fleet/machine-rows.ts';
import { enrolIfNew } from '../fleet/machines.ts';
import { findRun } from '../fleet/runs.ts';
import { noteKeyForSearch } from '../fleet/search-lines.ts';
import { refuseShared } from '../fleet/shared-id.ts';
import { isSplit } from '../fleet/splitting.ts';
import { type Gained, summarize } from '../fleet/summaries.ts';
import { settleMarks } from '../fleet/to-rotate.ts';
import { kidState, publicKey } from '../keyring/keyring.ts';
import type { KidState } from '../keyring/rules.ts';
import { readSettings } from '../settings/settings.ts';
import { secretQuota } from '../tokens/quotas.ts';
import { isSystemKey, NOTHING_SAID, noteRunKey, type Said, sealedAt } from './dating.ts';
import { type Escrowed, placeFor, storeVersion } from './keeping.ts';
import { noteReceipted } from './receipted.ts';
import { findByEid, type VersionRow } from './secrets.ts';

export type EscrowFacts = {
  tenant: string;
  hasKey: boolean;
  allowRaw: boolean;
  /** The version first received under this eid, if any. */
  earlier: VersionRow | null;
  kidState: (kid: string) => KidState;
};

/** `receipt`: a resend, answered as the first time. `store`: a new version under this kid. */
export type EscrowDecision = Refusal | { receipt: Receipt } | { store: Checked & { sha256: string } };

/**
 * Decides on one escrow. Pure. A resend is recognized before anything else, so that it gets its original receipt also
 * after its key was destroyed; then structure, then the header against the body, then the key.
 */
export function decideEscrow(request: EscrowRequest, facts: EscrowFacts): EscrowDecision {
  const hash = sha256(request.sealed);
  if (facts.earlier) {
    if (facts.earlier.first_sha256 === hash) return { receipt: receiptOf(facts.earlier) };
    return refuse('eid_conflict', 'The eid was used before, for another ciphertext; a new secret needs a new eid.');
  }
  if (!facts.hasKey) return refuse('no_tenant_key', 'An admin of the tenant has to do the first-time set-up.');
  const opened = request.format === 'jwe' ? checkJwe(request, facts.tenant) : checkRaw(request, facts.allowRaw);
  if ('refused' in opened) return opened;
  const state = facts.kidState(opened.kid);
  if (state === 'unknown')
    return refuse('unknown_kid', 'The kid names no escrow key of this tenant; fetch the key again.');
  if (state === 'destroyed')
    return refuse('kid_destroyed', 'The escrow key was destroyed: make a new secret and seal it to the active key.');
  return { store: { ...opened, sha256: hash } };
}

/** What a ciphertext names and says about itself. */
type Checked = { kid: string; bound: boolean; said: Said };

function checkJwe(request: EscrowRequest, tenant: string): Checked | Refusal {
  const sealed = readSealed(request.sealed);
  if (!sealed.ok) return notSealed(sealed);
  const { header } = sealed;
  const same: [string, boolean][] = [
    ['tenant', header.tenant === tenant],
    ['machine', header.machine === request.machine],
    ['run', header.run === request.run],
    ['kind', header.kind === request.kind],
    ['eid', header.eid === request.eid],
    ['ref', refKey(header.ref) === refKey(request.ref)],
    ['kid', request.kid === undefined || header.kid === request.kid],
    // These three belong to versions that a person sealed or re-sealed; an engine has no use for them.
    ['by', header.by === undefined],
    ['src', header.src === undefined],
    ['bound', header.bound === undefined],
  ];
  return headerMismatch(same) ?? { kid: header.kid, bound: true, said: saidBy(header) };
}

export const saidBy = ({ iat, pc }: SealedHeader): Said => ({ iat, hostname: pc?.hostname ?? null });

/** A refusal that names every wrong header field; null where all are. */
export function headerMismatch(same: readonly [field: string, equal: boolean][]): Refusal | null {
  const errors = same
    .filter(([, equal]) => !equal)
    .map(([field]) => ({ field: `sealed.header.${field}`, message: `differs from the body's ${field}` }));
  if (errors.length === 0) return null;
  const fields = errors.map((error) => error.field).join(', ');
  return refuse('header_mismatch', `The protected header must repeat the body: ${fields}.`, errors);
}

function checkRaw(request: EscrowRequest, allowed: boolean): Checked | Refusal {
  if (!allowed)
    return refuse('raw_not_allowed', 'format rsa-oaep-256 needs the tenant setting allowRawRsaOaep; send a JWE.');
  let length = -1;
  try {
    length = base64.decode(request.sealed).length;
  } catch {
    // Not base64: refused below, like any other length.
  }
  if (length !== RSA_BLOCK_BYTES) {
    const message = `must be base64 of exactly ${RSA_BLOCK_BYTES} bytes`;
    return notSealed({ field: 'sealed', message });
  }
  if (request.kid === undefined) throw new Error('the schema requires a kid with a raw ciphertext');
  return { kid: request.kid, bound: false, said: NOTHING_SAID };
}

export const receiptOf = (row: VersionRow): Receipt => ({
  secretId: row.secret_id,
  version: row.version,
  kid: row.first_kid,
  sha256: row.first_sha256,
  auditSeq: row.audit_seq,
  auditHash: row.audit_hash,
});

export type Taken = { created: boolean; receipt: Receipt };

/** Keeps a version in the caller's transaction: recorded, receipted, and its machine brought up to date. */
export function keep(
  storage: DurableObjectStorage,
  caller: Caller,
  escrowed: Escrowed,
  { kid, bound, sha256, said }: Checked & { sha256: string },
  now: number,
  place = placeFor(storage.sql, escrowed),
): Taken {
  const { sql } = storage;
  const { machine, kind, ref, by, uploadedBy, run, skewMs } = escrowed;
  const { secretId, version, isFirst, isGained } = place;
  const { seq, hash } = record(sql, caller.tenant, caller, now, {
    action: 'secret.escrowed',
    subject: secretId,
    detail: {
      machine,
      kind,
      version,
      kid,
      sha256,
      bound,
      ...(by === null ? {} : { byHand: true }),
      ...(uploadedBy === null ? {} : { uploaded: true }),
    },
  });
  const receipt = { secretId, version, kid, sha256, auditSeq: seq, auditHash: hash };
  const at = sealedAt(sql, { iat: said.iat, skewMs, receivedAt: now, kid });
  // A carried version may be from a day on which the PC had another name.
  const hostname = said.hostname ?? (uploadedBy === null ? findRow(sql, machine)?.hostname || null : null);
  storeVersion(sql, escrowed, { isFirst, bound, sealedAt: at, hostname }, receipt, now);
  settleMarks(storage, machine, { kind, ref: refKey(ref) });
  if (kind === 'bitlocker_recovery_key' && version === 1) noteKeyForSearch(sql, secretId);
  const ofSystem = isSystemKey(kind, ref);
  if (ofSystem && run !== null) noteRunKey(sql, { run, secret: secretId, version });
  const gained: Gained = { kind: isGained ? kind : null, systemKeyAt: ofSystem ? (at ?? 0) : null };
  summarize(sql, machine, now, { bytes: caller.bodyBytes ?? 0, runs: 0 }, gained);
  return { created: true, receipt };
}

/**
 * Takes one sealed secret, from its engine or by a person from a spool file. A resend gets its first receipt again,
 * `created` false. The owner of the run it names is not checked: a clone of a golden image goes on with a run of the PC
 * that the image was made of, and its secret is its own.
 */
export function takeSecret(
  storage: DurableObjectStorage,
  caller: Caller,
  request: EscrowRequest,
  now: number,
): Taken | Refusal {
  const { sql } = storage;
  const decision = decideEscrow(request, {
    tenant: caller.tenant,
    hasKey: publicKey(sql) !== null,
    allowRaw: readSettings(sql).allowRawRsaOaep,
    earlier: findByEid(sql, request.eid),
    kidState: (kid) => kidState(sql, kid),
  });
  if ('refused' in decision) return decision;
  const { principal } = caller;
  if ('receipt' in decision) {
    if (principal.kind === 'machine') noteReceipted(storage, caller, request, now);
    return { created: false, receipt: decision.receipt };
  }
  const { machine, takesOtherId } = request;
  const isGoingOn = takesOtherId === true && findRun(sql, request.run)?.machine === machine;
  const shared = refuseShared(caller, { id: machine, takesOtherId, isGoingOn, isSplit: () => isSplit(sql, machine) });
  if (shared) return shared;
  const known = machineExists(sql, request.machine);
  const place = placeFor(sql, request);
  const secret = place.isFirst ? null : place.secretId;
  const over = secretQuota(sql, caller, { machine: request.machine, known, secret }, now);
  if (over) return over;
  const uploadedBy = principal.kind === 'person' ? principal.name : null;
  const token = principal.kind === 'machine' ? principal.id : null;
  // A carried version was under way for as long as its file: its clock is not measured.
  const skewMs = token !== null && request.sentAt !== undefined ? now - request.sentAt : null;
  return storage.transactionSync(() => {
    enrolIfNew(sql, caller, request.machine, null, now);
    const taken = keep(
      storage,
      caller,
      { ...request, by: null, uploadedBy, token, skewMs },
      decision.store,
      now,
      place,
    );
    bringBack(sql, caller, request.machine, 'escrow', now);
    return taken;
  });
}
