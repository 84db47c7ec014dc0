// The marks of secrets that are to be rotated, made right again after versions were set aside or brought back: from the reveals that are kept, and
// from what is superseded now.
import type { SecretKind } from '../schema/secret.ts';
import { schedule } from './alarms.ts';
import { STANDS } from './aside.ts';
import { all, first } from './rows.ts';
import { COUNTS, isSuperseded } from './secrets.ts';
import { readSettings } from './settings.ts';

/** A secret of which versions were set aside or brought back. */
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
