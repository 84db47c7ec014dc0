// An admin's word that the revealed versions of a secret are no longer on the PC, where nothing shows it, as with an
// engine that does not list its volumes' protectors. It is never the word of a person who revealed one.
import { type Refusal, refuse } from '../../schema/refusal.ts';
import type { MarkCleared, RotatedRequest } from '../../schema/secret.ts';
import { record } from '../audit/audit.ts';
import type { Caller, Person } from '../core/caller.ts';
import { first } from '../core/rows.ts';
import { summarize } from '../fleet/summaries.ts';
import { findSecret, type SecretRow } from './secrets.ts';

/** Whether this admin may say that a secret was rotated. Pure. Null: they may. */
export function decideRotated(secret: Pick<SecretRow, 'id'> | null, revealed: boolean): Refusal | null {
  if (!secret) return refuse('unknown_secret', 'The tenant holds no secret with this id.');
  return revealed
    ? refuse('not_yourself', 'You have revealed it; another admin has to say that it was rotated.')
    : null;
}

/**
 * Takes the mark off a secret where nothing shows that it was rotated, as with an old engine that does not list its
 * protectors.
 */
export function sayRotated(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  id: string,
  { reason }: RotatedRequest,
  now: number,
): MarkCleared | Refusal {
  const { sql } = storage;
  const by = caller.principal.name;
  const secret = findSecret(sql, id);
  const seen = first(sql, 'SELECT 1 FROM reveals WHERE email = ? AND secret_id = ? LIMIT 1', by, id) !== null;
  const refusal = decideRotated(secret, seen);
  if (refusal) return refusal;
  if (!secret) throw new Error('it was decided on');
  const { rotated_at: saidAt } = secret;
  if (saidAt !== null && secret.rotated_by !== null && saidAt >= (secret.last_revealed_at ?? 0))
    return { secret: id, rotated: { at: saidAt, by: secret.rotated_by } };
  const { machine_id: machine, kind } = secret;
  return storage.transactionSync(() => {
    sql.exec(
      'UPDATE secrets SET rotate_due_at = NULL, parked_due_at = NULL, rotated_at = ?, rotated_by = ? WHERE id = ?',
      now,
      by,
      id,
    );
    record(sql, caller.tenant, caller, now, {
      action: 'secret.said_rotated',
      subject: id,
      detail: { machine, kind, reason },
    });
    summarize(sql, machine, now);
    return { secret: id, rotated: { at: now, by } };
  });
}
