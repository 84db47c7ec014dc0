// The versions that may be what a PC has of one secret, under all of its ids. The one place that chooses them: versions
// that must never be current, such as those set aside, are left out here, and the rule (schema/order.ts) never sees
// them. Reads, writes nothing.
import type { Ordered } from '../../schema/order.ts';
import type { SecretKind } from '../../schema/secret.ts';
import { sameRefKey } from '../../schema/windows-names.ts';
import { STANDS } from '../core/aside.ts';
import { all } from '../core/rows.ts';

/** Which secret, whatever id of the PC it was sealed for: `ref` as `refKey` writes it. */
export type Place = { kind: SecretKind; ref: string };

export type Candidate = Ordered & { secret: string; version: number; escrowedAt: number };

/** The columns of a version's row that the rule uses. */
export type DatedRow = {
  secret_id: string;
  version: number;
  run_id: string | null;
  run_order: number | null;
  sealed_at: number | null;
  counts: number;
  escrowed_at: number;
};

export const DATED = ['secret_id', 'version', 'run_id', 'run_order', 'sealed_at', 'counts', 'escrowed_at']
  .map((column) => `secret_versions.${column}`)
  .join(', ');

export const candidateOf = (row: DatedRow): Candidate => ({
  secret: row.secret_id,
  version: row.version,
  run: row.run_id,
  order: row.run_order,
  sealedAt: row.sealed_at,
  counts: row.counts === 1,
  escrowedAt: row.escrowed_at,
});

/** The first member of a protector's ref as `refKey` writes it: its id names it, however its volume is spelled. */
const PROTECTOR = /^\{"protectorId":"[0-9a-f-]{36}"/;
/** Sorts after every character that a text may go on with. */
const BEYOND = '\u{10ffff}';

/** How many of a PC's secrets that the walk over names (names.ts) has not reached are looked at. */
const UNNAMED_MAX = 1_000;

/** The ids of the secrets that are this one, in whatever spelling, under any of these ids of the PC. */
export function secretsAt(sql: SqlStorage, pcIds: readonly string[], { kind, ref }: Place): string[] {
  const ids = JSON.stringify(pcIds);
  const begins = kind === 'bitlocker_recovery_key' ? PROTECTOR.exec(ref)?.[0] : undefined;
  if (begins !== undefined)
    return all<{ id: string }>(
      sql,
      `SELECT secrets.id FROM json_each(?) CROSS JOIN secrets INDEXED BY secrets_by_machine
         ON machine_id = value AND kind = ? AND ref >= ? AND ref <= ?`,
      ids,
      kind,
      begins,
      begins + BEYOND,
    ).map(({ id }) => id);
  const same = sameRefKey(JSON.parse(ref));
  return all<{ id: string; ref: string }>(
    sql,
    `SELECT secrets.id, ref FROM json_each(?1) CROSS JOIN secrets INDEXED BY secrets_by_same
       ON machine_id = value AND kind = ?2 AND same = ?3 AND same IS NOT NULL
     UNION
     SELECT * FROM (SELECT secrets.id, ref FROM json_each(?1) CROSS JOIN secrets INDEXED BY secrets_without_same
       ON machine_id = value AND kind = ?2 AND same IS NULL LIMIT ${UNNAMED_MAX})
     UNION
     SELECT secrets.id, ref FROM json_each(?1) CROSS JOIN secrets INDEXED BY secrets_by_machine
       ON machine_id = value AND kind = ?2 AND ref = ?4`,
    ids,
    kind,
    same,
    ref,
  ).flatMap((row) => (sameRefKey(JSON.parse(row.ref)) === same ? row.id : []));
}

/** Where a secret has a great many versions, those sealed last are looked at, and among those of unknown order the ones that came last. */
const LOOKED_AT = { dated: 100, undated: 20 };

/** Counting versions and others are limited separately, so that many that do not count push out none that does. */
const CANDIDATES = [1, 0]
  .map(
    (counts) => `SELECT * FROM (SELECT ${DATED} FROM secret_versions INDEXED BY secret_versions_by_sealed
       WHERE secret_id = ?1 AND counts = ${counts} AND ${STANDS} AND sealed_at > -1 ORDER BY sealed_at DESC, version LIMIT ${LOOKED_AT.dated})
     UNION ALL SELECT * FROM (SELECT ${DATED} FROM secret_versions INDEXED BY secret_versions_by_sealed
       WHERE secret_id = ?1 AND counts = ${counts} AND ${STANDS} AND sealed_at IS NULL ORDER BY version DESC LIMIT ${LOOKED_AT.undated})`,
  )
  .join(' UNION ALL ');

export const candidatesOf = (sql: SqlStorage, secrets: readonly string[]): Candidate[] =>
  secrets.flatMap((secret) => all<DatedRow>(sql, CANDIDATES, secret).map(candidateOf));
