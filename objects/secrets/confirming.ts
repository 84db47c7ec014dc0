// Confirming a version that a person brought, or that nobody can put in order: it clears no mark and supersedes nothing
// until an admin who has no part in it says, on record, that the PC has it (docs/decisions/0081, 0084).
import { type Refusal, refuse } from '../../schema/refusal.ts';
import type { Confirmed, ConfirmRequest } from '../../schema/secret.ts';
import { record } from '../audit/audit.ts';
import type { Caller, Person } from '../core/caller.ts';
import { first } from '../core/rows.ts';
import { allIdsOf } from '../fleet/aliases.ts';
import { secretsAt } from '../fleet/candidates.ts';
import { summarize } from '../fleet/summaries.ts';
import { settleMarks } from '../fleet/to-rotate.ts';
import { findVersion, type RecordRow } from './secrets.ts';

/**
 * Whether this admin has seen a version that this one would replace: any other version of the secret, under whichever
 * id of the PC.
 */
function hasRevealed(sql: SqlStorage, row: RecordRow, admin: string): boolean {
  const places = secretsAt(sql, allIdsOf(sql, row.machine_id), row);
  return (
    first(
      sql,
      `SELECT 1 FROM json_each(?) CROSS JOIN reveals ON email = ? AND secret_id = value
       WHERE secret_id <> ? OR version <> ? LIMIT 1`,
      JSON.stringify(places),
      admin,
      row.secret_id,
      row.version,
    ) !== null
  );
}

/** Whether this admin may confirm it. Pure. Null: they may. */
export function decideConfirm(
  row: Pick<RecordRow, 'sealed_by' | 'uploaded_by' | 'confirmed_at' | 'counts' | 'sealed_at'> | null,
  revealed: boolean,
  admin: string,
): Refusal | 'done' | null {
  if (!row) return refuse('unknown_secret', 'The tenant holds no such version.');
  // A version that counts and has its place in the order needs no confirmation.
  if (row.confirmed_at !== null || (row.counts === 1 && row.sealed_at !== null)) return 'done';
  if (row.sealed_by === admin || row.uploaded_by === admin)
    return refuse('not_yourself', 'You brought this version; another admin has to confirm it.');
  return revealed
    ? refuse('not_yourself', 'You have revealed what it takes the place of; another admin has to confirm it.')
    : null;
}

const escrowedBy = (sql: SqlStorage, { audit_seq }: RecordRow): string =>
  first<{ name: string }>(sql, 'SELECT principal_name AS name FROM audit WHERE seq = ?', audit_seq)?.name ?? '';

/** Makes a version count from now on: the marks that it answers are cleared. Asked again, it answers the same. */
export function confirm(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  secret: string,
  { version }: ConfirmRequest,
  now: number,
): Confirmed | Refusal {
  const { sql } = storage;
  const row = findVersion(sql, secret, version);
  const decision = decideConfirm(
    row,
    row !== null && hasRevealed(sql, row, caller.principal.name),
    caller.principal.name,
  );
  if (decision !== null && decision !== 'done') return decision;
  if (!row) throw new Error('it was decided on');
  if (decision === 'done') return { secret, version, confirmedAt: row.confirmed_at ?? row.escrowed_at };
  const { machine_id: machine, kind } = row;
  return storage.transactionSync(() => {
    // If nobody could tell its order, this is the instant at which the PC had it.
    sql.exec(
      `UPDATE secret_versions SET confirmed_at = ?1, confirmed_by = ?2, sealed_at = coalesce(sealed_at, ?1)
       WHERE secret_id = ?3 AND version = ?4`,
      now,
      caller.principal.name,
      secret,
      version,
    );
    settleMarks(storage, machine, row);
    record(sql, caller.tenant, caller, now, {
      action: 'secret.confirmed',
      subject: secret,
      detail: { machine, kind, version, broughtBy: row.sealed_by ?? row.uploaded_by ?? escrowedBy(sql, row) },
    });
    summarize(sql, machine, now);
    return { secret, version, confirmedAt: now };
  });
}
