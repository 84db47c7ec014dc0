// The marks of secrets that are to be rotated, made right again after versions were set aside or brought back: from the reveals that are kept, and
// from what is superseded now.
import type { SecretKind } from '../schema/secret.ts';
import { schedule } from './alarms.ts';
import { STANDS } from './aside.ts';
import { candidateOf, DATED, type DatedRow, secretsAt } from './candidates.ts';
import { wholeFamilyOf } from './families.ts';
import { all } from './rows.ts';
import { standingOf } from './secret-facts.ts';
import { requireSecret } from './secrets.ts';
import { readSettings } from './settings.ts';
import { settleMarks as settlePlace } from './to-rotate.ts';

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
  const secrets = new Set(turned.flatMap((one) => secretsAt(sql, wholeFamilyOf(sql, one.machine), one)));
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
  const secret = requireSecret(sql, id);
  const standing = standingOf(sql, wholeFamilyOf(sql, secret.machine_id), secret);
  const seenAt = all<DatedRow & { at: number }>(
    sql,
    `SELECT ${DATED}, max(last_at) AS at FROM reveals INDEXED BY reveals_by_secret CROSS JOIN secret_versions USING (secret_id, version)
     WHERE reveals.secret_id = ? AND last_at > ? AND ${STANDS} GROUP BY version ORDER BY version DESC LIMIT ?`,
    id,
    secret.rotated_at ?? -1,
    REVEALS_LOOKED_AT,
  )
    .filter((row) => standing.successorOf(candidateOf(row)) === null)
    .reduce((earliest, { at }) => Math.min(earliest, at), Number.POSITIVE_INFINITY);
  // What has taken the place of all that was seen may be held under another id of the PC.
  if (!Number.isFinite(seenAt)) {
    settlePlace(storage, secret.machine_id, secret);
    return;
  }
  if (delayMs === null) return;
  const dueAt = seenAt + delayMs;
  sql.exec(
    'UPDATE secrets SET rotate_due_at = ?, rotate_noted = ?, parked_due_at = NULL WHERE id = ? AND rotate_due_at IS NULL',
    dueAt,
    dueAt <= now ? 1 : 0,
    id,
  );
  if (dueAt > now) schedule(storage, 'to_rotate', dueAt);
}
