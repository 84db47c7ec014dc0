// Secrets that somebody has revealed are to be rotated: from when, what clears it, and the alarm that brings it to attention in time.
import type { SecretKind, SecretRef } from '../schema/secret.ts';
import { isSameRef, volumeKey } from '../schema/windows-names.ts';
import { schedule } from './alarms.ts';
import { all, first } from './rows.ts';
import { summarize } from './summaries.ts';

/** How many secrets one alarm brings to attention; the next one takes the rest. */
const SLICE = 200;
/** How many older keys of a volume one escrow clears: each was revealed by somebody. */
const CLEARED_MAX = 1_000;
/** Among how many secrets of the machine that are to be rotated they are looked for, those due first. */
const LOOKED_AT_MAX = 2_000;

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
  if (dueAt <= now) bringToAttention(sql, [{ id: secret.id, machine_id: secret.machine }], now);
  else schedule(storage, 'to_rotate', dueAt);
}

type Stored = { machine: string; kind: SecretKind; ref: SecretRef };

/** Whether a new secret takes the place of another of its kind: a protector of the same volume, or the same name in another spelling. */
const takesPlace = (ref: SecretRef, other: SecretRef): boolean =>
  'volume' in ref && 'volume' in other ? volumeKey(ref.volume) === volumeKey(other.volume) : isSameRef(ref, other);

/** The secrets that are to be rotated whose place this one takes: earlier protectors of its volume, and what names the same in another spelling. */
export function olderProtectors(sql: SqlStorage, secretId: string, { machine, kind, ref }: Stored): string[] {
  const rows = sql.exec<{ id: string; ref: string }>(
    `SELECT id, ref FROM (SELECT id, kind, ref FROM secrets INDEXED BY secrets_due
       WHERE machine_id = ? AND rotate_due_at IS NOT NULL ORDER BY rotate_due_at LIMIT ?)
     WHERE kind = ? AND id <> ?`,
    machine,
    LOOKED_AT_MAX,
    kind,
    secretId,
  );
  const ids: string[] = [];
  for (const { id, ref: other } of rows) {
    if (takesPlace(ref, JSON.parse(other))) ids.push(id);
    // The rest is not read.
    if (ids.length === CLEARED_MAX) break;
  }
  return ids;
}

/**
 * A recovery key is rotated by a new protector, which is another secret: it clears the mark of those before it on the same volume.
 * A newer version of the same secret clears its own, where it is stored. In the transaction that stored or confirmed it.
 */
export function clearOlderProtectors(sql: SqlStorage, secretId: string, stored: Stored): void {
  sql.exec(
    'UPDATE secrets SET rotate_due_at = NULL WHERE id IN (SELECT value FROM json_each(?))',
    JSON.stringify(olderProtectors(sql, secretId, stored)),
  );
}

type DueRow = { id: string; machine_id: string };

function bringToAttention(sql: SqlStorage, due: readonly DueRow[], now: number): void {
  for (const machine of new Set(due.map((row) => row.machine_id))) summarize(sql, machine, now);
  sql.exec(
    'UPDATE secrets SET rotate_noted = 1 WHERE id IN (SELECT value FROM json_each(?))',
    JSON.stringify(due.map((row) => row.id)),
  );
}

/** Brings machines whose secrets have come due to attention, and asks for the alarm of the next. Idempotent. */
export function settleToRotate(storage: DurableObjectStorage, now: number): void {
  const { sql } = storage;
  const due = all<DueRow>(
    sql,
    'SELECT id, machine_id FROM secrets WHERE rotate_noted = 0 AND rotate_due_at <= ? ORDER BY rotate_due_at LIMIT ?',
    now,
    SLICE,
  );
  bringToAttention(sql, due, now);
  const next = first<{ at: number | null }>(
    sql,
    'SELECT min(rotate_due_at) AS at FROM secrets WHERE rotate_noted = 0 AND rotate_due_at IS NOT NULL',
  )?.at;
  if (next != null) schedule(storage, 'to_rotate', next);
}
