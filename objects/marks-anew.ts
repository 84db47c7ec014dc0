// The marks of secrets that are to be rotated, made right again after versions were set aside or brought back: from the reveals that are kept, and
// from what is superseded now.
import type { SecretKind, SecretRef } from '../schema/secret.ts';
import { sameRefKey, volumeKey } from '../schema/windows-names.ts';
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

/** A volume as it is compared: by name, or as it was written until the walk over names has come (names.ts). Null of what is of no volume. */
const volumeIn = (row: string): string => `coalesce(${row}.same->>2, ${row}.ref->>'$.volume')`;

/**
 * Puts the marks of secrets right after versions of them were set aside or brought back: what was revealed, and is again what the PC has, is to be
 * rotated as before; what is superseded again is not. With a recovery key come those of its volume, and with any secret those that name the same in
 * another spelling. Their machines are still to be summed up. In the caller's transaction.
 */
export function settleMarks(storage: DurableObjectStorage, turned: readonly Turned[], now: number): void {
  const { sql } = storage;
  const secrets = new Set(turned.map(({ id }) => id));
  const places = new Map(turned.map(placeOf).map((place) => [JSON.stringify(place), place]));
  for (const place of places.values()) for (const id of revealedIn(sql, place)) secrets.add(id);
  const { rotateAfterRevealMs } = readSettings(sql);
  for (const id of secrets) settleMark(storage, id, rotateAfterRevealMs, now);
}

/** What only one secret is in force of: a volume, or what a ref names. */
type Place = { machine: string; kind: SecretKind } & ({ volume: string } | { same: string });

function placeOf({ machine, kind, ref }: Turned): Place {
  const parsed: SecretRef = JSON.parse(ref);
  return 'volume' in parsed
    ? { machine, kind, volume: volumeKey(parsed.volume) }
    : { machine, kind, same: sameRefKey(parsed) };
}

const revealedIn = (sql: SqlStorage, place: Place): string[] =>
  ('volume' in place
    ? all<{ id: string; revealed: number }>(
        sql,
        `SELECT id, last_revealed_at IS NOT NULL AND ${volumeIn('secrets')} = ? AS revealed
         FROM secrets INDEXED BY secrets_standing
         WHERE machine_id = ? AND standing = 1 AND kind = ? ORDER BY kind, ref LIMIT ?`,
        place.volume,
        place.machine,
        place.kind,
        SIBLINGS_MAX,
      )
    : all<{ id: string; revealed: number }>(
        sql,
        `SELECT id, last_revealed_at IS NOT NULL AS revealed FROM secrets INDEXED BY secrets_by_same
         WHERE machine_id = ? AND kind = ? AND same = ? AND same IS NOT NULL AND standing = 1 LIMIT ?`,
        place.machine,
        place.kind,
        place.same,
        SIBLINGS_MAX,
      )
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

/** Whether another key of its volume, or one of its name, that counts came after it was seen. */
const isReplaced = (sql: SqlStorage, id: string, seenAt: number): boolean =>
  first(
    sql,
    `SELECT 1 FROM (SELECT * FROM (SELECT other.id AS other FROM secrets AS own CROSS JOIN secrets AS other INDEXED BY secrets_standing
         WHERE own.id = ?1 AND ${volumeIn('own')} IS NOT NULL AND other.machine_id = own.machine_id
           AND other.standing = 1 AND other.kind = own.kind AND other.id <> own.id
           AND ${volumeIn('other')} = ${volumeIn('own')} LIMIT ?3)
       UNION ALL
       SELECT * FROM (SELECT other.id AS other FROM secrets AS own CROSS JOIN secrets AS other INDEXED BY secrets_by_same
         WHERE own.id = ?1 AND other.machine_id = own.machine_id AND other.kind = own.kind AND other.same = own.same
           AND other.same IS NOT NULL AND other.standing = 1 AND other.id <> own.id LIMIT ?3))
     WHERE (SELECT max(escrowed_at, coalesce(confirmed_at, 0)) FROM secret_versions INDEXED BY secret_versions_standing
       WHERE secret_id = other AND ${COUNTS} ORDER BY version DESC LIMIT 1) > ?2 LIMIT 1`,
    id,
    seenAt,
    SIBLINGS_MAX,
  ) !== null;
