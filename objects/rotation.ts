// Rotation: hands out what is sealed to an older key, takes it back under the active one by compare-and-swap, and marks what no
// key opens. The replaced ciphertext stays until its key is destroyed. Nothing here opens one.
import { readSealed } from '../schema/jwe.ts';
import { type Refusal, refuse } from '../schema/refusal.ts';
import { BULK_READS_A_DAY, type Resealed, type RotationPageRequest } from '../schema/rotation.ts';
import { type Revealed, refKey } from '../schema/secret.ts';
import { all, first, sha256 } from './rows.ts';
import { publicVersion, type SecretRow, type VersionRow } from './secrets.ts';

const DAY_MS = 24 * 3600 * 1000;

type Joined = VersionRow & Pick<SecretRow, 'machine_id' | 'kind' | 'ref'>;

const record = (row: Joined): Omit<Revealed, 'auditSeq'> => ({
  id: row.secret_id,
  machine: row.machine_id,
  kind: row.kind,
  ref: JSON.parse(row.ref),
  version: publicVersion(row),
  sealed: row.sealed,
});

/** The next versions under any key but the active one, by secret and version, from after `after` on. */
export function pageToReseal(
  sql: SqlStorage,
  activeKid: string,
  { after, limit }: RotationPageRequest,
): Omit<Revealed, 'auditSeq'>[] {
  return all<Joined>(
    sql,
    `SELECT secret_versions.*, machine_id, kind, ref FROM secret_versions JOIN secrets ON secrets.id = secret_id
     WHERE kid <> ? AND unopenable = 0 AND (secret_id, version) > (?, ?) ORDER BY secret_id, version LIMIT ?`,
    activeKid,
    after?.secret ?? '',
    after?.version ?? 0,
    limit,
  ).map(record);
}

/** Counts a bulk read against the person's budget of the day; refuses what would go beyond it. */
export function spendBulkReads(sql: SqlStorage, person: string, ciphertexts: number, now: number): Refusal | null {
  const day = Math.floor(now / DAY_MS);
  const spent =
    first<{ ciphertexts: number }>(sql, 'SELECT ciphertexts FROM bulk_reads WHERE person = ? AND day = ?', person, day)
      ?.ciphertexts ?? 0;
  if (spent + ciphertexts > BULK_READS_A_DAY)
    return refuse('bulk_budget_exceeded', `One person may read ${BULK_READS_A_DAY} ciphertexts in bulk a day.`);
  sql.exec(
    `INSERT INTO bulk_reads VALUES (?, ?, ?)
     ON CONFLICT (person, day) DO UPDATE SET ciphertexts = ciphertexts + excluded.ciphertexts`,
    person,
    day,
    ciphertexts,
  );
  sql.exec('DELETE FROM bulk_reads WHERE day < ?', day - 1);
  return null;
}

export type ResealDecision = Refusal | 'swap' | 'pass_over';

/**
 * Decides on one re-sealed version. Pure. Its header must be the old one's in everything that binds, name the active kid and the
 * SHA-256 of what it replaces, and stay unbound where it was. What somebody else has re-sealed meanwhile is passed over.
 */
export function decideReseal(tenant: string, activeKid: string, row: Joined | null, item: Resealed): ResealDecision {
  if (!row) return refuse('unknown_secret', 'The tenant holds no such version.');
  if (row.kid !== item.fromKid || row.sha256 !== item.fromSha256) return 'pass_over';
  const read = readSealed(item.sealed);
  if (!read.ok) return refuse('not_sealed', `${read.field}: ${read.message}.`, [read]);
  const { header } = read;
  const same: [string, boolean][] = [
    ['tenant', header.tenant === tenant],
    ['machine', header.machine === row.machine_id],
    ['run', header.run === row.run_id],
    ['kind', header.kind === row.kind],
    ['eid', header.eid === row.eid],
    ['ref', refKey(header.ref) === row.ref],
    ['kid', header.kid === activeKid],
    ['src', header.src === row.sha256],
    ['bound', (header.bound ?? true) === (row.bound === 1)],
  ];
  const differing = same.filter(([, equal]) => !equal).map(([field]) => field);
  return differing.length === 0
    ? 'swap'
    : refuse('header_mismatch', `The re-sealed header must keep its place: ${differing.join(', ')}.`);
}

export const findVersion = (sql: SqlStorage, secret: string, version: number): Joined | null =>
  first<Joined>(
    sql,
    `SELECT secret_versions.*, machine_id, kind, ref FROM secret_versions JOIN secrets ON secrets.id = secret_id
     WHERE secret_id = ? AND version = ?`,
    secret,
    version,
  );

/** Swaps the ciphertext of one version, keeping the one before. In the caller's transaction. */
export function swap(sql: SqlStorage, row: Joined, activeKid: string, sealed: string, at: number): void {
  sql.exec(
    'INSERT INTO replaced_ciphertexts VALUES (?, ?, ?, ?, ?, ?, ?)',
    row.secret_id,
    row.version,
    row.kid,
    row.format,
    row.sealed,
    row.sha256,
    at,
  );
  sql.exec(
    `UPDATE secret_versions SET kid = ?, format = 'jwe', sealed = ?, sha256 = ? WHERE secret_id = ? AND version = ?`,
    activeKid,
    sealed,
    sha256(sealed),
    row.secret_id,
    row.version,
  );
}

/** Marks a version that no held key opens: it blocks no longer, and its ciphertext is kept for ever. */
export const markUnopenable = (sql: SqlStorage, row: Joined): void => {
  sql.exec('UPDATE secret_versions SET unopenable = 1 WHERE secret_id = ? AND version = ?', row.secret_id, row.version);
};

/** How many versions can be opened at all, and how many of them wait for the active key. */
export function progress(sql: SqlStorage, activeKid: string): { total: number; remaining: number } {
  const row = first<{ total: number; remaining: number | null }>(
    sql,
    'SELECT count(*) AS total, sum(kid <> ?) AS remaining FROM secret_versions WHERE unopenable = 0',
    activeKid,
  );
  return { total: row?.total ?? 0, remaining: row?.remaining ?? 0 };
}
