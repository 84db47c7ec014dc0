// A version that a person had brought out of a spool file has now come from its PC too, and the PC gets the receipt:
// from now on it counts as handed over by an engine. Once, on record.
import { readSealed } from '../../schema/jwe.ts';
import type { EscrowRequest } from '../../schema/secret.ts';
import { record } from '../audit/audit.ts';
import type { Caller } from '../core/caller.ts';
import { summarize } from '../fleet/summaries.ts';
import { settleMarks } from '../fleet/to-rotate.ts';
import { sealedAt } from './dating.ts';
import { findByEid, requireSecret, type VersionRow } from './secrets.ts';

/** When it was sealed, now that the PC's clock may be measured: no later than it came by that other way. */
function datedAnew(sql: SqlStorage, row: VersionRow, { sealed, sentAt }: EscrowRequest, now: number) {
  if (sentAt === undefined) return { skewMs: row.skew_ms, at: row.sealed_at };
  const read = readSealed(sealed);
  const skewMs = now - sentAt;
  const iat = read.ok ? read.header.iat : null;
  const at = sealedAt(sql, { iat, skewMs, receivedAt: row.escrowed_at, kid: row.first_kid });
  return { skewMs, at: at ?? row.confirmed_at };
}

export function noteReceipted(
  storage: DurableObjectStorage,
  caller: Caller,
  request: EscrowRequest,
  now: number,
): void {
  const { sql } = storage;
  const row = findByEid(sql, request.eid);
  if (!row || row.uploaded_by === null || row.receipted_at !== null) return;
  const { machine_id: machine, kind, ref } = requireSecret(sql, row.secret_id);
  const { skewMs, at } = datedAnew(sql, row, request, now);
  storage.transactionSync(() => {
    sql.exec(
      'UPDATE secret_versions SET receipted_at = ?, skew_ms = ?, sealed_at = ? WHERE secret_id = ? AND version = ?',
      now,
      skewMs,
      at,
      row.secret_id,
      row.version,
    );
    record(sql, caller.tenant, caller, now, {
      action: 'secret.receipted',
      subject: row.secret_id,
      detail: { machine, kind, version: row.version, broughtBy: row.uploaded_by ?? '' },
    });
    settleMarks(storage, machine, { kind, ref });
    summarize(sql, machine, now);
  });
}
