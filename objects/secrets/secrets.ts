// Secrets and their versions as they are kept: ciphertext with its receipt, never overwritten. Nothing here opens one.
import type {
  ListedVersion,
  Revealed,
  Secret,
  SecretKind,
  SecretList,
  SecretsQuery,
  SecretVersion,
  VersionPage,
  VersionsQuery,
} from '../../schema/secret.ts';
import { keyIdStart } from '../../schema/typed-text.ts';
import { asideWith, IS_ASIDE, STANDS } from '../core/aside.ts';
import { all, first } from '../core/rows.ts';
import { pcOf, type SecretFacts, secretFactsOf } from '../fleet/secret-facts.ts';

/** How many versions of each secret its list shows; how many there are is its `count`. */
const VERSIONS_SHOWN = 10;
/** How many versions are offered at most; a PC that has more of unknown order is a flood. */
const OFFERED_MAX = 10;

export type VersionRow = {
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
  run_order: number | null;
  /** By how much our clock was ahead of the PC's when it was sent; null: nobody measured. */
  skew_ms: number | null;
  /** When it was sealed, by our clock; if nobody can say, when an admin said that the PC has it; otherwise null. */
  sealed_at: number | null;
  hostname: string | null;
  /** When its PC's engine got the receipt for a version that a person had brought. */
  receipted_at: number | null;
  counts: number;
  aside: string | null;
};

/** The latest version that stands, whoever brought it; null where all are set aside. */
export const latestStanding = (sql: SqlStorage, id: string): number | null =>
  first<{ version: number }>(
    sql,
    `SELECT version FROM secret_versions INDEXED BY secret_versions_standing
     WHERE secret_id = ? AND ${STANDS} ORDER BY version DESC LIMIT 1`,
    id,
  )?.version ?? null;

export const findByEid = (sql: SqlStorage, eid: string): VersionRow | null =>
  first<VersionRow>(sql, 'SELECT * FROM secret_versions WHERE eid = ?', eid);

export type SecretRow = {
  id: string;
  machine_id: string;
  kind: SecretKind;
  ref: string;
  latest_version: number;
  last_revealed_at: number | null;
  rotate_due_at: number | null;
  /** The same, while a version under another id of the PC has replaced the revealed one. */
  parked_due_at: number | null;
  rotated_at: number | null;
  rotated_by: string | null;
  /** How many of its versions are set aside, and whether any other is left. */
  apart: number;
  standing: number;
};

/** Version metadata without its ciphertext. */
export const publicVersion = (row: Omit<VersionRow, 'sealed'>): SecretVersion => ({
  version: row.version,
  kid: row.kid,
  format: row.format,
  bound: row.bound === 1,
  run: row.run_id,
  by: row.sealed_by,
  uploadedBy: row.uploaded_by,
  eid: row.eid,
  escrowedAt: row.escrowed_at,
  order: row.run_order,
  sealedAt: row.sealed_at,
  hostname: row.hostname,
  counts: row.counts === 1,
  sha256: row.sha256,
  unopenable: row.unopenable === 1,
  verifiedAt: row.verified_at,
  finding: row.finding,
  ...(row.aside === null ? {} : { setAside: true }),
});

/** The columns selected of a version: never `sealed`. */
const LISTED = `secret_id, version, eid, run_id, sealed_by, uploaded_by, format, bound, kid, sha256, escrowed_at, unopenable, verified_at,
  finding, confirmed_by, run_order, sealed_at, hostname, counts, aside, principal_name AS escrowed_by,
  coalesce((SELECT pc_serial FROM runs WHERE runs.id = secret_versions.run_id),
    (SELECT serial FROM run_pcs WHERE run_pcs.run_id = secret_versions.run_id)) AS serial`;

const OF = {
  standing: `secret_versions INDEXED BY secret_versions_standing CROSS JOIN audit ON audit.seq = audit_seq WHERE ${STANDS}`,
  aside: `secret_versions INDEXED BY secret_versions_aside CROSS JOIN audit ON audit.seq = audit_seq WHERE ${IS_ASIDE}`,
};

type ListedRow = Omit<VersionRow, 'sealed'> & {
  escrowed_by: string;
  confirmed_by: string | null;
  serial: string | null;
  aside: string | null;
};

const listedVersion = (sql: SqlStorage, row: ListedRow): ListedVersion => ({
  ...publicVersion(row),
  escrowedBy: row.escrowed_by,
  confirmedBy: row.confirmed_by,
  serial: row.serial,
  aside: asideWith(sql, row.aside),
});

/**
 * The versions of one secret that stand, or those set aside, metadata only; including those that a list of secrets does
 * not show.
 */
export function versionsOf(
  sql: SqlStorage,
  secret: string,
  { order, after, limit, aside }: VersionsQuery,
): VersionPage {
  const newest = order === 'newest';
  const rows = all<ListedRow>(
    sql,
    `SELECT ${LISTED} FROM ${OF[aside === 'yes' ? 'aside' : 'standing']} AND secret_id = ? AND version ${newest ? '<' : '>'} ?
     ORDER BY version ${newest ? 'DESC' : 'ASC'} LIMIT ?`,
    secret,
    after ?? (newest ? Number.MAX_SAFE_INTEGER : 0),
    limit + 1,
  );
  const versions = rows.slice(0, limit).map((row) => listedVersion(sql, row));
  return { versions, next: rows.length > limit ? (versions.at(-1)?.version ?? null) : null };
}

type Placed = Pick<SecretRow, 'id' | 'machine_id' | 'kind' | 'ref'>;

/**
 * The first member of a ref as `refKey` writes it: a prefix of an account, a label or a key id is a prefix of the
 * whole.
 */
const REF_BEGINS: Record<SecretKind, string> = {
  local_admin_password: '{"account":"',
  bitlocker_recovery_key: '{"protectorId":"',
  bios_password: '{"label":"',
  other: '{"label":"',
};

/** Sorts after every character that a text may go on with. */
const BEYOND = '\u{10ffff}';

/** The next secrets of one id, off its index. */
function placesFrom(
  sql: SqlStorage,
  machine: string,
  { kind, starts, aside }: SecretsQuery,
  after: Placed | null,
  limit: number,
) {
  const wanted = kind === 'bitlocker_recovery_key' && starts !== undefined ? (keyIdStart(starts) ?? starts) : starts;
  const text = JSON.stringify(wanted ?? '').slice(1, -1);
  const begins = kind === undefined ? '' : starts === undefined ? '{' : REF_BEGINS[kind] + text;
  const low = after ?? { kind: kind ?? '', ref: begins, machine_id: '' };
  return all<Placed>(
    sql,
    `SELECT id, machine_id, kind, ref FROM secrets INDEXED BY ${aside === 'yes' ? 'secrets_apart' : 'secrets_standing'}
     WHERE machine_id = ? AND ${aside === 'yes' ? 'apart > 0' : 'standing = 1'} AND (kind, ref) ${after && machine <= after.machine_id ? '>' : '>='} (?, ?)
       ${kind === undefined ? '' : 'AND kind = ? AND ref >= ? AND ref < ?'}
     ORDER BY kind, ref LIMIT ?`,
    machine,
    low.kind,
    low.ref,
    ...(kind === undefined ? [] : [kind, begins, begins + BEYOND]),
    limit,
  );
}

/** In the order of SQLite, which compares bytes: of UTF-8, as of code points. */
const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const inOrder = (a: Placed, b: Placed): number =>
  compare(a.kind, b.kind) || compare(a.ref, b.ref) || compare(a.machine_id, b.machine_id);

/**
 * A page of the secrets of a machine's ids, metadata only. Each id is asked by itself, so that the index gives its next
 * without a sort. Null for a cursor that we did not make.
 */
export function secretsOf(sql: SqlStorage, machines: readonly string[], query: SecretsQuery): SecretList | null {
  const { limit } = query;
  const pc = pcOf(sql, machines[0] ?? '');
  const after = query.after === undefined ? null : findSecret(sql, query.after);
  if (query.after !== undefined && after === null) return null;
  const places = machines
    .flatMap((machine) => placesFrom(sql, machine, query, after, limit + 1))
    .sort(inOrder)
    .slice(0, limit + 1);
  const secrets = places
    .slice(0, limit)
    .map((place) =>
      query.aside === 'yes'
        ? listedSecret(sql, place, APART, 'yes')
        : listedSecret(sql, place, secretFactsOf(sql, pc, place)),
    );
  return { secrets, next: places.length > limit ? (secrets.at(-1)?.id ?? null) : null };
}

export const findSecret = (sql: SqlStorage, id: string): SecretRow | null =>
  first<SecretRow>(sql, 'SELECT * FROM secrets WHERE id = ?', id);

export function requireSecret(sql: SqlStorage, id: string): SecretRow {
  const secret = findSecret(sql, id);
  if (!secret) throw new Error('a secret is never deleted');
  return secret;
}

/** Some versions of one secret as a list shows them, in the order in which they are named. */
const listed = (sql: SqlStorage, secret: string, versions: readonly number[]): ListedVersion[] =>
  versions.flatMap((version) =>
    all<ListedRow>(
      sql,
      `SELECT ${LISTED} FROM secret_versions CROSS JOIN audit ON audit.seq = audit_seq WHERE secret_id = ? AND version = ?`,
      secret,
      version,
    ).map((row) => listedVersion(sql, row)),
  );

/** Nothing that was set aside is offered. */
const APART: Pick<SecretFacts, 'offered' | 'goneAt' | 'inForceAt'> = { offered: [], goneAt: null, inForceAt: null };

const lastRevealer = (sql: SqlStorage, secret: string): string | null =>
  first<{ email: string }>(
    sql,
    'SELECT email FROM reveals INDEXED BY reveals_by_last WHERE secret_id = ? ORDER BY last_at DESC LIMIT 1',
    secret,
  )?.email ?? null;

function listedSecret(
  sql: SqlStorage,
  { id }: Placed,
  { offered, goneAt, inForceAt }: Pick<SecretFacts, 'offered' | 'goneAt' | 'inForceAt'>,
  aside?: SecretsQuery['aside'],
): Secret {
  const secret = requireSecret(sql, id);
  const own = offered.filter((one) => one.secret === id).map(({ version }) => version);
  return {
    id: secret.id,
    machine: secret.machine_id,
    kind: secret.kind,
    ref: JSON.parse(secret.ref),
    lastRevealedAt: secret.last_revealed_at,
    lastRevealedBy: secret.last_revealed_at === null ? null : lastRevealer(sql, id),
    rotateDueAt: secret.rotate_due_at,
    rotated:
      secret.rotated_at === null || secret.rotated_by === null
        ? null
        : { at: secret.rotated_at, by: secret.rotated_by },
    goneAt,
    inForceAt,
    offered: listed(sql, id, own.slice(0, OFFERED_MAX)),
    moreOffered: own.length > OFFERED_MAX,
    count: aside === 'yes' ? secret.apart : secret.latest_version - secret.apart,
    versions: versionsOf(sql, id, { order: 'newest', limit: VERSIONS_SHOWN, aside }).versions,
  };
}

/** A version beside its secret: all that a browser checks a ciphertext's header against. */
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
