// Secrets that somebody has revealed are to be rotated: from when, what clears it, and the alarm that brings it to attention in time.
import type { SecretKind, SecretRef } from '../schema/secret.ts';
import { schedule } from './alarms.ts';
import { all, first } from './rows.ts';
import { summarize } from './summaries.ts';

/** How many machines one alarm brings up to date; the next one takes the rest. */
const SLICE = 200;

/** The first reveal of a version sets the date; later ones neither move it nor queue it twice. In the reveal's transaction. */
export function markToRotate(
  storage: DurableObjectStorage,
  secret: { id: string; machine: string },
  delayMs: number | null,
  now: number,
): void {
  if (delayMs === null) return;
  const { sql } = storage;
  const dueAt = now + delayMs;
  const marked = all(
    sql,
    'UPDATE secrets SET rotate_due_at = ?, rotate_noted = 0 WHERE id = ? AND rotate_due_at IS NULL RETURNING id',
    dueAt,
    secret.id,
  );
  if (marked.length === 0) return;
  if (dueAt <= now) bringToAttention(sql, [secret.machine], now);
  else schedule(storage, 'to_rotate', dueAt);
}

/**
 * A recovery key is rotated by a new protector, which is another secret: it clears the mark of those before it on the same volume.
 * A newer version of the same secret clears its own, where it is stored. In the transaction that stored or confirmed it.
 */
export function clearOlderProtectors(
  sql: SqlStorage,
  secretId: string,
  stored: { machine: string; kind: SecretKind; ref: SecretRef },
): void {
  if (!('volume' in stored.ref)) return;
  sql.exec(
    `UPDATE secrets SET rotate_due_at = NULL WHERE machine_id = ? AND kind = ? AND id <> ?
       AND rotate_due_at IS NOT NULL AND json_extract(ref, '$.volume') = ?`,
    stored.machine,
    stored.kind,
    secretId,
    stored.ref.volume,
  );
}

function bringToAttention(sql: SqlStorage, machines: readonly string[], now: number): void {
  for (const machine of machines) summarize(sql, machine, now);
  sql.exec(
    `UPDATE secrets SET rotate_noted = 1
     WHERE rotate_noted = 0 AND rotate_due_at <= ? AND machine_id IN (SELECT value FROM json_each(?))`,
    now,
    JSON.stringify(machines),
  );
}

/** Brings machines whose secrets have come due to attention, and asks for the alarm of the next. Idempotent. */
export function settleToRotate(storage: DurableObjectStorage, now: number): void {
  const { sql } = storage;
  const due = all<{ machine_id: string }>(
    sql,
    'SELECT DISTINCT machine_id FROM secrets WHERE rotate_noted = 0 AND rotate_due_at <= ? LIMIT ?',
    now,
    SLICE,
  );
  bringToAttention(
    sql,
    due.map((row) => row.machine_id),
    now,
  );
  const next = first<{ at: number | null }>(
    sql,
    'SELECT min(rotate_due_at) AS at FROM secrets WHERE rotate_noted = 0 AND rotate_due_at IS NOT NULL',
  )?.at;
  if (next != null) schedule(storage, 'to_rotate', next);
}
