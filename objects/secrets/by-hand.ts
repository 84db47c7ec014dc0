// A secret that a person sealed in their browser for a machine: the same header, with `run` null and `by` who it was. Nothing here opens it.
import { readSealed } from '../../schema/jwe.ts';
import { isRefusal, notSealed, type Refusal, refuse } from '../../schema/refusal.ts';
import type { HandSecret } from '../../schema/secret.ts';
import { refKey } from '../../schema/secret-ref.ts';
import type { Caller, Person } from '../core/caller.ts';
import { sha256 } from '../core/rows.ts';
import { machineExists } from '../fleet/machine-rows.ts';
import { unknownMachine } from '../fleet/machines.ts';
import { noTenantKey, outline } from '../keyring/keyring.ts';
import { readLimits } from '../limits/limits.ts';
import { personQuota } from '../tokens/quotas.ts';
import { type EscrowDecision, headerMismatch, keep, receiptOf, saidBy, type Taken } from './escrow.ts';
import { findByEid, type VersionRow } from './secrets.ts';

export type HandFacts = {
  tenant: string;
  machine: string;
  /** The email of the person who asks. */
  by: string;
  activeKid: string;
  /** The version first received under this eid, if any. */
  earlier: VersionRow | null;
};

/** Decides on one secret sealed by hand. Pure. Unlike an engine's it must be sealed to the active key: the browser has just seen the keyring. */
export function decideByHand(request: HandSecret, facts: HandFacts): EscrowDecision {
  const hash = sha256(request.sealed);
  if (facts.earlier)
    return facts.earlier.first_sha256 === hash
      ? { receipt: receiptOf(facts.earlier) }
      : refuse('eid_conflict', 'The eid was used before, for another ciphertext; a new secret needs a new eid.');
  const sealed = readSealed(request.sealed);
  if (!sealed.ok) return notSealed(sealed);
  const { header } = sealed;
  const mismatch = headerMismatch([
    ['tenant', header.tenant === facts.tenant],
    ['machine', header.machine === facts.machine],
    ['run', header.run === null],
    ['by', header.by === facts.by],
    ['kind', header.kind === request.kind],
    ['eid', header.eid === request.eid],
    ['ref', refKey(header.ref) === refKey(request.ref)],
    // These two belong to re-sealed versions.
    ['src', header.src === undefined],
    ['bound', header.bound === undefined],
  ]);
  if (mismatch) return mismatch;
  if (header.kid !== facts.activeKid)
    return refuse('kid_not_active', 'The escrow key was replaced: lock, unlock, and add the secret again.');
  return { store: { kid: header.kid, bound: true, said: saidBy(header), sha256: hash } };
}

/** Takes a secret that a person sealed for a machine of the tenant. A resend gets its first receipt again. */
export function takeByHand(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  machine: string,
  request: HandSecret,
  now: number,
): Taken | Refusal {
  const { sql } = storage;
  const keys = outline(sql);
  if (!keys) return noTenantKey();
  if (!machineExists(sql, machine)) return unknownMachine();
  const by = caller.principal.name;
  const decision = decideByHand(request, {
    tenant: caller.tenant,
    machine,
    by,
    activeKid: keys.activeKid,
    earlier: findByEid(sql, request.eid),
  });
  if (isRefusal(decision)) return decision;
  if ('receipt' in decision) return { created: false, receipt: decision.receipt };
  const over = personQuota(sql, caller, true, readLimits(sql), now);
  if (over) return over;
  const escrowed = {
    ...request,
    machine,
    run: null,
    format: 'jwe',
    by,
    uploadedBy: null,
    token: null,
    skewMs: null,
  } as const;
  return storage.transactionSync(() => keep(storage, caller, escrowed, decision.store, now));
}
