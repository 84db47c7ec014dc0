// The rows of D1, the global index, that a tenant's object reads and writes: its tokens, its people, its own status. Every write is idempotent and
// bears a version: an older one that arrives late, or the same one again, changes nothing.
import { DAY_MS } from '../../schema/facts/days.ts';
import type { TenantStatus } from '../../schema/operator.ts';
import type { Role } from '../../schema/person.ts';

export type IndexedToken = {
  id: string;
  label: string;
  prefix: string;
  hash: string;
  salt: string;
  createdAt: number;
  expiresAt: number | null;
  revokedAt: number | null;
  version: number;
};

/** How many rows of a kind are read of the index. If it has that many, nothing is concluded from absence. */
const ROWS_MAX = 5_000;
export const isWhole = (rows: readonly unknown[]): boolean => rows.length < ROWS_MAX;

/** The tenant's tokens in the index. */
export async function indexedTokens(index: D1Database, tenant: string): Promise<IndexedToken[]> {
  const { results } = await index
    .prepare(
      `SELECT id, label, token_prefix AS prefix, token_hash AS hash, token_salt AS salt, created_at AS createdAt,
         expires_at AS expiresAt, revoked_at AS revokedAt, version FROM api_tokens WHERE tenant_id = ? LIMIT ?`,
    )
    .bind(tenant, ROWS_MAX)
    .all<IndexedToken>();
  return results;
}

export type IndexedPerson = { id: string; email: string; role: Role; status: 'active' | 'removed'; version: number };

/**
 * `again`: nothing has changed; the row is put out in case the index has lost it, and gives way to any row in its
 * place.
 */
type PersonOut = IndexedPerson & { again?: true };

/** The tenant's people in the index, including those who were removed there. */
export async function indexedPeople(index: D1Database, tenant: string): Promise<IndexedPerson[]> {
  const { results } = await index
    .prepare('SELECT id, lower(email) AS email, role, status, version FROM users WHERE tenant_id = ? LIMIT ?')
    .bind(tenant, ROWS_MAX)
    .all<IndexedPerson>();
  return results;
}

/** The tenant's row. `version` grows with every change of the status that the object or our tools make, and with nothing else. */
export type IndexedTenant = { status: TenantStatus; version: number };

export const indexedTenant = (index: D1Database, tenant: string): Promise<IndexedTenant | null> =>
  index.prepare('SELECT status, version FROM tenants WHERE id = ?').bind(tenant).first<IndexedTenant>();

/** How far the index says a tenant's chain reaches; seq 0: it was told of none yet. */
export type IndexedHead = { seq: number; hash: string };

export const indexedHead = (index: D1Database, tenant: string): Promise<IndexedHead | null> =>
  index
    .prepare('SELECT audit_seq AS seq, audit_hash AS hash FROM tenants WHERE id = ?')
    .bind(tenant)
    .first<IndexedHead>();

/** Makes the statements of one change, which run together. */
type Writer<Row> = (index: D1Database, tenant: string, row: Row) => D1PreparedStatement[];

/**
 * A revocation is never taken back, not even one made by SQL; and an id that SQL gave to another token is left alone.
 */
const writeToken: Writer<IndexedToken> = (index, tenant, row) => [
  index
    .prepare(
      `INSERT INTO api_tokens
         (tenant_id, id, label, token_prefix, token_hash, token_salt, created_at, expires_at, revoked_at, version)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (tenant_id, id) DO UPDATE SET expires_at = excluded.expires_at,
         revoked_at = coalesce(api_tokens.revoked_at, excluded.revoked_at), version = excluded.version
       WHERE excluded.version > api_tokens.version AND excluded.token_hash = api_tokens.token_hash`,
    )
    .bind(
      tenant,
      row.id,
      row.label,
      row.prefix,
      row.hash,
      row.salt,
      row.createdAt,
      row.expiresAt,
      row.revokedAt,
      row.version,
    ),
];

/** An address is one person of the tenant: a member takes the place of a row that SQL made for the same one under another id. */
const writePerson: Writer<PersonOut> = (index, tenant, { id, email, role, status, version, again }) => [
  ...(status === 'active' && !again
    ? [index.prepare('DELETE FROM users WHERE tenant_id = ? AND email = ? AND id <> ?').bind(tenant, email, id)]
    : []),
  index
    .prepare(
      `INSERT INTO users (tenant_id, id, email, role, status, version) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (tenant_id, id) DO UPDATE SET role = excluded.role, status = excluded.status, version = excluded.version
         WHERE excluded.version > users.version
       ON CONFLICT DO NOTHING`,
    )
    .bind(tenant, id, email, role, status, version),
];

const writeTenant: Writer<IndexedTenant & { id: string }> = (index, tenant, { status, version }) => [
  index
    .prepare('UPDATE tenants SET status = ?, version = ? WHERE id = ? AND version < ?')
    .bind(status, version, tenant, version),
];

/** One kept backup, as the index vouches for it. */
export type IndexedBackup = { id: string; version: number; at: number; sha256: string };
/** Kept as long as the bucket keeps a manifest, and bounded, because an admin may ask for many. */
const BACKUPS_KEPT_MS = 30 * DAY_MS;
const BACKUPS_MAX = 400;

/** The hashes of manifests that the index vouches for, by their instant; null where it does not know the tenant. */
export async function indexedBackups(index: D1Database, tenant: string): Promise<ReadonlyMap<number, string> | null> {
  const row = await index.prepare('SELECT backups FROM tenants WHERE id = ?').bind(tenant).first<{ backups: string }>();
  return (
    row &&
    new Map(Object.entries(JSON.parse(row.backups) as Record<string, string>).map(([at, hash]) => [Number(at), hash]))
  );
}

/** Writing it again changes nothing; an instant that already has a hash keeps it. */
const writeBackup: Writer<IndexedBackup> = (index, tenant, { at, sha256 }) => [
  index
    .prepare(
      `UPDATE tenants SET backups = (SELECT json_group_object(key, value) FROM (
         SELECT key, value FROM json_each(json_insert(backups, '$."' || ?1 || '"', ?2))
         WHERE CAST(key AS INTEGER) > ?3 ORDER BY CAST(key AS INTEGER) DESC LIMIT ?4)) WHERE id = ?5`,
    )
    .bind(String(at), sha256, at - BACKUPS_KEPT_MS, BACKUPS_MAX, tenant),
];

/** The rows that go into the index through the outbox, by their names there. A new kind of row is a line here. */
export const WRITERS = { token: writeToken, person: writePerson, tenant: writeTenant, backup: writeBackup } as const;

export type What = keyof typeof WRITERS;
export type RowOf<W extends What> = (typeof WRITERS)[W] extends Writer<infer Row> ? Row : never;
