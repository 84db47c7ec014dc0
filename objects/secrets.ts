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
  confirmed_at: number | null;
  confirmed_by: string | null;
};

/** What is kept, whoever handed it over: an engine, or a person by hand (`run` null, `by`) or from a spool file (`uploadedBy`). */
export type Escrowed = Omit<EscrowRequest, 'run' | 'kid'> & {
  run: string | null;
  by: string | null;
  uploadedBy: string | null;
};

/** Whether an engine handed it over itself: what a person brings replaces nothing until an admin has confirmed it (confirming.ts). */
export const isByEngine = ({ by, uploadedBy }: Pick<Escrowed, 'by' | 'uploadedBy'>): boolean =>
  by === null && uploadedBy === null;

/** The same of a row, in SQL: such a version takes the place of those before it. */
export const COUNTS = '(confirmed_at IS NOT NULL OR (sealed_by IS NULL AND uploaded_by IS NULL))';

export const findByEid = (sql: SqlStorage, eid: string): VersionRow | null =>
  first<VersionRow>(sql, 'SELECT * FROM secret_versions WHERE eid = ?', eid);

/** The secret that (machine, kind, ref) names and its next version; a new id where it is the first. */
export function placeFor(
  sql: SqlStorage,
  request: Pick<Escrowed, 'machine' | 'kind' | 'ref'>,
): { secretId: string; version: number } {
  const row = first<{ id: string; latest_version: number }>(
    sql,
    'SELECT id, latest_version FROM secrets WHERE machine_id = ? AND kind = ? AND ref = ?',
    request.machine,
    request.kind,
    refKey(request.ref),
  );
  return { secretId: row?.id ?? crypto.randomUUID(), version: (row?.latest_version ?? 0) + 1 };
}

/** Stores one version, in the transaction that recorded it. The receipt is kept with it, for every later resend. */
export function storeVersion(sql: SqlStorage, request: Escrowed, bound: boolean, receipt: Receipt, at: number): void {
  sql.exec(
    `INSERT INTO secrets (id, machine_id, kind, ref, latest_version) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET latest_version = excluded.latest_version,
       rotate_due_at = CASE WHEN ? THEN NULL ELSE rotate_due_at END`,
    receipt.secretId,
    request.machine,
    request.kind,
    refKey(request.ref),
    receipt.version,
    isByEngine(request) ? 1 : 0,
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
  const versions = all<Omit<VersionRow, 'sealed'> & { escrowed_by: string; confirmed_by: string | null }>(
    sql,
    `SELECT secret_id, version, eid, run_id, sealed_by, uploaded_by, format, bound, kid, sha256, escrowed_at, unopenable, verified_at,
       finding, confirmed_by, principal_name AS escrowed_by
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
      .map((version) => ({
        ...publicVersion(version),
        escrowedBy: version.escrowed_by,
        confirmedBy: version.confirmed_by,
      })),
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
