// Secrets and their versions as they are kept: ciphertext with its receipt, never overwritten. Nothing here opens one.
import {
  type EscrowRequest,
  type Receipt,
  type Revealed,
  refKey,
  type Secret,
  type SecretKind,
  type SecretVersion,
} from '../schema/secret.ts';
import { dayOf } from './limits.ts';
import { all, first, type Row } from './rows.ts';

export type VersionRow = Row & {
  secret_id: string;
  version: number;
  eid: string;
  run_id: string | null;
  sealed_by: string | null;
  uploaded_by: string | null;
  format: SecretVersion['format'];
  bound: number;
  kid: string;
  sealed: string;
  sha256: string;
  first_kid: string;
  first_sha256: string;
  escrowed_at: number;
  audit_seq: number;
  audit_hash: string;
  unopenable: number;
  verified_at: number | null;
  verified_kid: string | null;
  finding: SecretVersion['finding'];
};

/** What is kept, whoever handed it over: an engine, or a person by hand (`run` null, `by`) or from a spool file (`uploadedBy`). */
export type Escrowed = Omit<EscrowRequest, 'run' | 'kid'> & {
  run: string | null;
  by: string | null;
  uploadedBy: string | null;
  /** The machine token that it came with; null where a person handed it over. */
  token: string | null;
};

export const findByEid = (sql: SqlStorage, eid: string): VersionRow | null =>
  first<VersionRow>(sql, 'SELECT * FROM secret_versions WHERE eid = ?', eid);

type Place = Pick<Escrowed, 'machine' | 'kind' | 'ref'>;

const placed = (sql: SqlStorage, { machine, kind, ref }: Place) =>
  first<{ id: string; latest_version: number }>(
    sql,
    'SELECT id, latest_version FROM secrets WHERE machine_id = ? AND kind = ? AND ref = ?',
    machine,
    kind,
    refKey(ref),
  );

/** The id of the secret that (machine, kind, ref) names; null where there is none yet. */
export const secretAt = (sql: SqlStorage, place: Place): string | null => placed(sql, place)?.id ?? null;

/** The secret that (machine, kind, ref) names and its next version; a new id where it is the first. */
export function placeFor(sql: SqlStorage, request: Place): { secretId: string; version: number } {
  const row = placed(sql, request);
  return { secretId: row?.id ?? crypto.randomUUID(), version: (row?.latest_version ?? 0) + 1 };
}

export type SecretDay = { day: number; day_versions: string };

/** How many versions of a secret each token has brought today. */
export const versionsToday = (row: SecretDay | null, now: number): Record<string, number> =>
  row?.day === dayOf(now) ? JSON.parse(row.day_versions) : {};

/** Stores one version, in the transaction that recorded it. The receipt is kept with it, for every later resend. */
export function storeVersion(sql: SqlStorage, request: Escrowed, bound: boolean, receipt: Receipt, at: number): void {
  const { token } = request;
  const row = first<{ day: number; day_versions: string }>(
    sql,
    'SELECT day, day_versions FROM secrets WHERE id = ?',
    receipt.secretId,
  );
  const today = versionsToday(row, at);
  if (token !== null) today[token] = (today[token] ?? 0) + 1;
  sql.exec(
    `INSERT INTO secrets (token, day, day_versions, id, machine_id, kind, ref, latest_version)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET latest_version = excluded.latest_version, rotate_due_at = NULL,
       day = excluded.day, day_versions = excluded.day_versions`,
    token,
    dayOf(at),
    JSON.stringify(today),
    receipt.secretId,
    request.machine,
    request.kind,
    refKey(request.ref),
    receipt.version,
  );
  sql.exec(
    `INSERT INTO secret_versions (secret_id, version, eid, run_id, format, bound, kid, sealed, sha256, first_kid,
       first_sha256, escrowed_at, audit_seq, audit_hash, sealed_by, uploaded_by)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    receipt.secretId,
    receipt.version,
    request.eid,
    request.run,
    request.format,
    bound ? 1 : 0,
    receipt.kid,
    request.sealed,
    receipt.sha256,
    receipt.kid,
    receipt.sha256,
    at,
    receipt.auditSeq,
    receipt.auditHash,
    request.by,
    request.uploadedBy,
  );
}

export type SecretRow = Row & {
  id: string;
  machine_id: string;
  kind: SecretKind;
  ref: string;
  latest_version: number;
  last_revealed_at: number | null;
  rotate_due_at: number | null;
};

/** Version metadata without its ciphertext. */
export const publicVersion = (row: Omit<VersionRow, 'sealed'>): SecretVersion => ({
  version: row.version as number,
  kid: row.kid as string,
  format: row.format as SecretVersion['format'],
  bound: row.bound === 1,
  run: row.run_id as string | null,
  by: row.sealed_by as string | null,
  uploadedBy: row.uploaded_by as string | null,
  eid: row.eid as string,
  escrowedAt: row.escrowed_at as number,
  sha256: row.sha256 as string,
  unopenable: row.unopenable === 1,
  verifiedAt: row.verified_at as number | null,
  finding: row.finding as SecretVersion['finding'],
});

/** The secrets of a machine's ids, metadata only: the query itself never selects `sealed`. */
export function secretsOf(sql: SqlStorage, machines: readonly string[]): Secret[] {
  const secrets = all<SecretRow>(
    sql,
    'SELECT * FROM secrets WHERE machine_id IN (SELECT value FROM json_each(?)) ORDER BY kind, ref, machine_id',
    JSON.stringify(machines),
  );
  const versions = all<Omit<VersionRow, 'sealed'> & { escrowed_by: string }>(
    sql,
    `SELECT secret_id, version, eid, run_id, sealed_by, uploaded_by, format, bound, kid, sha256, escrowed_at, unopenable, verified_at,
       finding, principal_name AS escrowed_by
     FROM secret_versions JOIN audit ON audit.seq = audit_seq
     WHERE secret_id IN (SELECT value FROM json_each(?)) ORDER BY secret_id, version DESC`,
    JSON.stringify(secrets.map((secret) => secret.id)),
  );
  return secrets.map((secret) => ({
    id: secret.id,
    machine: secret.machine_id,
    kind: secret.kind,
    ref: JSON.parse(secret.ref),
    lastRevealedAt: secret.last_revealed_at,
    rotateDueAt: secret.rotate_due_at,
    versions: versions
      .filter((version) => version.secret_id === secret.id)
      .map((version) => ({ ...publicVersion(version), escrowedBy: version.escrowed_by })),
  }));
}

/** A version beside its secret: all that a browser holds a ciphertext's header against. */
export type RecordRow = VersionRow & Pick<SecretRow, 'machine_id' | 'kind' | 'ref'>;
export type SealedRecord = Omit<Revealed, 'auditSeq'>;

export const recordOf = (row: RecordRow): SealedRecord => ({
  id: row.secret_id,
  machine: row.machine_id,
  kind: row.kind,
  ref: JSON.parse(row.ref),
  version: publicVersion(row),
  sealed: row.sealed,
});

export const findVersion = (sql: SqlStorage, secret: string, version: number): RecordRow | null =>
  first<RecordRow>(
    sql,
    `SELECT secret_versions.*, machine_id, kind, ref FROM secret_versions JOIN secrets ON secrets.id = secret_id
     WHERE secret_id = ? AND version = ?`,
    secret,
    version,
  );
