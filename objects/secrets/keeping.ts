// A version that is kept: the secret that it belongs to, and its row. Nothing here opens one.
import type { EscrowRequest, Receipt } from '../../schema/secret.ts';
import { refKey } from '../../schema/secret-ref.ts';
import { sameRefKey } from '../../schema/windows-names.ts';
import { STANDS } from '../core/aside.ts';
import { writeRow } from '../core/memory.ts';
import { all, first } from '../core/rows.ts';
import { addHeld } from '../keyring/held.ts';
import { dayOf } from '../limits/limits.ts';
import { versionsToday } from '../tokens/quotas.ts';

/**
 * The input to be kept, whoever handed it over: an engine, or a person by hand (`run` null, `by`) or from a spool file
 * (`uploadedBy`).
 */
export type Escrowed = Omit<EscrowRequest, 'run' | 'kid' | 'sentAt'> & {
  run: string | null;
  /** By how much our clock is ahead of the PC's; null where nobody measured. */
  skewMs: number | null;
  by: string | null;
  uploadedBy: string | null;
  /** The machine token that it came with; null where a person handed it over. */
  token: string | null;
};

type Place = Pick<Escrowed, 'machine' | 'kind' | 'ref'>;

/** How many of a machine's secrets that the walk over names has not reached are looked at. */
const UNNAMED_MAX = 1_000;

type PlacedRow = { id: string; latest_version: number; standing: number; ref: string };

/**
 * The secrets of a machine whose refs name the same thing, in whatever spelling: the one whose latest standing version
 * was brought last comes first, and those that are wholly set aside come last.
 */
function placedAll(sql: SqlStorage, { machine, kind, ref }: Place): PlacedRow[] {
  const same = sameRefKey(ref);
  const columns = `id, latest_version, standing, ref, (SELECT escrowed_at FROM secret_versions INDEXED BY secret_versions_standing
    WHERE secret_id = secrets.id AND ${STANDS} ORDER BY version DESC LIMIT 1) AS brought_at`;
  return all<PlacedRow & { brought_at: number | null }>(
    sql,
    `SELECT ${columns} FROM secrets INDEXED BY secrets_by_same
       WHERE machine_id = ?1 AND kind = ?2 AND same = ?3 AND same IS NOT NULL
     UNION
     SELECT ${columns} FROM (SELECT * FROM secrets INDEXED BY secrets_without_same
       WHERE machine_id = ?1 AND kind = ?2 AND same IS NULL LIMIT ${UNNAMED_MAX}) AS secrets
     UNION
     SELECT ${columns} FROM secrets INDEXED BY secrets_by_machine
       WHERE machine_id = ?1 AND kind = ?2 AND ref = ?4`,
    machine,
    kind,
    same,
    refKey(ref),
  )
    .filter((row) => sameRefKey(JSON.parse(row.ref)) === same)
    .sort((a, b) => (b.brought_at ?? -1) - (a.brought_at ?? -1) || (a.id < b.id ? -1 : 1));
}

/** Where a version goes: its secret, and its number there. `isFirst`: the secret is new with it; `isGained`: none of its versions stands yet. */
export type VersionPlace = { secretId: string; version: number; isFirst: boolean; isGained: boolean };

/** The secret that (machine, kind, ref) names, whatever spelling it was first kept under, and its next version; a new id if it is the first. */
export function placeFor(sql: SqlStorage, request: Place): VersionPlace {
  const [row] = placedAll(sql, request);
  return {
    secretId: row?.id ?? crypto.randomUUID(),
    version: (row?.latest_version ?? 0) + 1,
    isFirst: row === undefined,
    isGained: row?.standing !== 1,
  };
}

/** What is known about a version besides the input: whether its secret is new, its header binds it, when it was sealed and as which PC. */
export type About = { isFirst: boolean; bound: boolean; sealedAt: number | null; hostname: string | null };

/** Stores one version, in the transaction that recorded it. The receipt is kept with it, for every later resend. */
export function storeVersion(sql: SqlStorage, request: Escrowed, about: About, receipt: Receipt, at: number): void {
  const { token } = request;
  const row = about.isFirst
    ? null
    : first<{ day: number; day_versions: string; standing: number }>(
        sql,
        'SELECT day, day_versions, standing FROM secrets WHERE id = ?',
        receipt.secretId,
      );
  const today = versionsToday(row, at);
  // Its index is written again wherever the column is set, also where that changes nothing.
  const stands = row?.standing === 0 ? 'standing = 1,' : '';
  if (token !== null) today[token] = (today[token] ?? 0) + 1;
  writeRow(sql, 'secrets', () =>
    sql.exec(
      `INSERT INTO secrets (same, token, day, day_versions, id, machine_id, kind, ref, latest_version)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET ${stands} latest_version = excluded.latest_version,
       day = excluded.day, day_versions = excluded.day_versions`,
      sameRefKey(request.ref),
      token,
      dayOf(at),
      JSON.stringify(today),
      receipt.secretId,
      request.machine,
      request.kind,
      refKey(request.ref),
      receipt.version,
    ),
  );
  sql.exec(
    `INSERT INTO secret_versions (secret_id, version, eid, run_id, format, bound, kid, sealed, sha256, first_kid,
       first_sha256, escrowed_at, audit_seq, audit_hash, sealed_by, uploaded_by, run_order, skew_ms, sealed_at, hostname)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    receipt.secretId,
    receipt.version,
    request.eid,
    request.run,
    request.format,
    about.bound ? 1 : 0,
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
    request.order ?? null,
    request.skewMs,
    about.sealedAt,
    about.hostname,
  );
  addHeld(sql, receipt.kid, { openable: 1, unopenable: 0 });
}
