// Confirming what a person brought: an upload or a secret added by hand could be anything, so it clears no mark and supersedes nothing until
// an admin who has no part in it says, on record, that the PC has it (docs/decisions/0081).
import { type Refusal, refuse } from '../schema/refusal.ts';
import type { Confirmed, ConfirmRequest } from '../schema/secret.ts';
import { record } from './audit.ts';
import type { Caller, Person } from './caller.ts';
import { first } from './rows.ts';
import { findVersion, isByEngine, letCount, type RecordRow } from './secrets.ts';
import { summarize } from './summaries.ts';
import { clearOlderProtectors, olderProtectors } from './to-rotate.ts';

/** Whether this admin has seen what the version would take the place of: earlier versions, and older recovery keys of the same volume. */
function hasRevealed(sql: SqlStorage, row: RecordRow, admin: string): boolean {
  const earlier = first(
    sql,
    'SELECT 1 FROM reveals WHERE email = ? AND secret_id = ? AND version < ? LIMIT 1',
    admin,
    row.secret_id,
    row.version,
  );
  return (
    earlier !== null ||
    olderProtectors(sql, row.secret_id, { machine: row.machine_id, kind: row.kind, ref: JSON.parse(row.ref) }).some(
      (id) => first(sql, 'SELECT 1 FROM reveals WHERE email = ? AND secret_id = ? LIMIT 1', admin, id) !== null,
    )
  );
}

/** Whether this admin may confirm it. Pure. Null: they may. */
export function decideConfirm(
  row: Pick<RecordRow, 'sealed_by' | 'uploaded_by' | 'confirmed_at'> | null,
  revealed: boolean,
  admin: string,
): Refusal | 'done' | null {
  if (!row) return refuse('unknown_secret', 'The tenant holds no such version.');
  if (isByEngine({ by: row.sealed_by, uploadedBy: row.uploaded_by }) || row.confirmed_at !== null) return 'done';
  if (row.sealed_by === admin || row.uploaded_by === admin)
    return refuse('not_yourself', 'You brought this version; another admin has to confirm it.');
  return revealed
    ? refuse('not_yourself', 'You have revealed what it takes the place of; another admin has to confirm it.')
    : null;
}

/** Has a version count from now on: the marks that it answers are cleared. Asked again, it answers the same. */
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
    sql.exec(
      'UPDATE secret_versions SET confirmed_at = ?, confirmed_by = ? WHERE secret_id = ? AND version = ?',
      ...[now, caller.principal.name, secret, version],
    );
    letCount(sql, secret, version);
    // What was revealed of this version or a later one stays marked.
    sql.exec(
      `UPDATE secrets SET rotate_due_at = NULL WHERE id = ?1
         AND NOT EXISTS (SELECT 1 FROM reveals INDEXED BY reveals_by_secret WHERE secret_id = ?1 AND version >= ?2)`,
      secret,
      version,
    );
    clearOlderProtectors(sql, secret, { machine, kind, ref: JSON.parse(row.ref) });
    record(sql, caller.tenant, caller, now, {
      action: 'secret.confirmed',
      subject: secret,
      detail: { machine, kind, version, broughtBy: row.sealed_by ?? row.uploaded_by ?? '' },
    });
    summarize(sql, machine, now);
    return { secret, version, confirmedAt: now };
  });
}
