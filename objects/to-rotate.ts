// Secrets that somebody has revealed are to be rotated: from when, what clears it, and the alarm that brings it to attention in time.
import type { SecretKind, SecretRef } from '../schema/secret.ts';
import { schedule } from './alarms.ts';
import { STANDS } from './aside.ts';
import { all, first } from './rows.ts';
import { COUNTS, isSuperseded } from './secrets.ts';
import { readSettings } from './settings.ts';
import { summarize } from './summaries.ts';

/** How many secrets one alarm brings to attention; the next one takes the rest. */
const SLICE = 200;
/** How many older keys of a volume one escrow clears: each was revealed by somebody. */
const CLEARED_MAX = 1_000;

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

/** The secrets of earlier protectors of the same volume that are to be rotated; none where it is of no volume. */
export function olderProtectors(sql: SqlStorage, secretId: string, { machine, kind, ref }: Stored): string[] {
  if (!('volume' in ref)) return [];
  return all<{ id: string }>(
    sql,
    `SELECT id FROM secrets INDEXED BY secrets_due
     WHERE machine_id = ? AND rotate_due_at IS NOT NULL AND kind = ? AND id <> ? AND json_extract(ref, '$.volume') = ?
     LIMIT ?`,
    machine,
    kind,
    secretId,
    ref.volume,
    CLEARED_MAX,
  ).map(({ id }) => id);
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

type Turned = { id: string; machine: string; kind: SecretKind; ref: string };
/** A token brings at most so many keys to a machine in its life, unless an operator lets it. */
const SIBLINGS_MAX = 200;
/** Which reveals of a secret are looked at, newest versions first: an older one was superseded by what these saw. */
const REVEALS_LOOKED_AT = 20;

/**
 * Puts the marks of secrets right after versions of them were set aside or brought back: what was revealed, and is again what the PC has, is to be
 * rotated as before; what is superseded again is not. With a recovery key come those of its volume. Their machines are still to be summed up. In
 * the caller's transaction.
 */
export function settleMarks(storage: DurableObjectStorage, turned: readonly Turned[], now: number): void {
  const { sql } = storage;
  const secrets = new Set(turned.map(({ id }) => id));
  const volumes = new Map(turned.flatMap(volumeOf));
  for (const { machine, volume } of volumes.values())
    for (const id of revealedKeysOf(sql, machine, volume)) secrets.add(id);
  const { rotateAfterRevealMs } = readSettings(sql);
  for (const id of secrets) settleMark(storage, id, rotateAfterRevealMs, now);
}

const volumeOf = ({ machine, ref }: Turned): [string, { machine: string; volume: string }][] => {
  const { volume } = JSON.parse(ref) as { volume?: string };
  return volume === undefined ? [] : [[`${machine} ${volume}`, { machine, volume }]];
};

const revealedKeysOf = (sql: SqlStorage, machine: string, volume: string): string[] =>
  all<{ id: string; revealed: number }>(
    sql,
    `SELECT id, last_revealed_at IS NOT NULL AND json_extract(ref, '$.volume') = ? AS revealed
     FROM secrets INDEXED BY secrets_standing
     WHERE machine_id = ? AND standing = 1 AND kind = 'bitlocker_recovery_key' ORDER BY kind, ref LIMIT ?`,
    volume,
    machine,
    SIBLINGS_MAX,
  ).flatMap(({ id, revealed }) => (revealed === 1 ? id : []));

function settleMark(storage: DurableObjectStorage, id: string, delayMs: number | null, now: number): void {
  const { sql } = storage;
  const seenAt = all<{ version: number; at: number }>(
    sql,
    `SELECT version, max(last_at) AS at FROM reveals INDEXED BY reveals_by_secret CROSS JOIN secret_versions USING (secret_id, version)
     WHERE reveals.secret_id = ? AND ${STANDS} GROUP BY version ORDER BY version DESC LIMIT ?`,
    id,
    REVEALS_LOOKED_AT,
  )
    .filter(({ version }) => !isSuperseded(sql, id, version))
    .reduce((earliest, { at }) => Math.min(earliest, at), Number.POSITIVE_INFINITY);
  if (!Number.isFinite(seenAt) || isReplaced(sql, id, seenAt)) {
    sql.exec('UPDATE secrets SET rotate_due_at = NULL WHERE id = ?', id);
    return;
  }
  if (delayMs === null) return;
  const dueAt = seenAt + delayMs;
  sql.exec(
    'UPDATE secrets SET rotate_due_at = ?, rotate_noted = ? WHERE id = ? AND rotate_due_at IS NULL',
    dueAt,
    dueAt <= now ? 1 : 0,
    id,
  );
  if (dueAt > now) schedule(storage, 'to_rotate', dueAt);
}

/** Whether another key of its volume that counts came after it was seen. */
const isReplaced = (sql: SqlStorage, id: string, seenAt: number): boolean =>
  first(
    sql,
    `SELECT 1 FROM (SELECT other.id AS other FROM secrets AS own CROSS JOIN secrets AS other INDEXED BY secrets_standing
       WHERE own.id = ?1 AND json_extract(own.ref, '$.volume') IS NOT NULL AND other.machine_id = own.machine_id
         AND other.standing = 1 AND other.kind = own.kind AND other.id <> own.id
         AND json_extract(other.ref, '$.volume') = json_extract(own.ref, '$.volume') LIMIT ?3)
     WHERE (SELECT max(escrowed_at, coalesce(confirmed_at, 0)) FROM secret_versions INDEXED BY secret_versions_standing
       WHERE secret_id = other AND ${COUNTS} ORDER BY version DESC LIMIT 1) > ?2 LIMIT 1`,
    id,
    seenAt,
    SIBLINGS_MAX,
  ) !== null;

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
