// The look-ups in D1, the global index: which tenant, whose token, who is a member. Each is one query, and throws `IndexFailure` where D1
// fails. Nothing is written here but a new tenant's row, without which there is no object that could write it.
import type { TenantStatus } from '../../schema/operator.ts';
import { Role } from '../../schema/role.ts';
import { IndexFailure } from './unanswered.ts';

/** The rows of one statement. Throws `IndexFailure` whatever D1 says: without the index the Worker knows nobody. */
async function rowsOf<Row>(statement: D1PreparedStatement): Promise<Row[]> {
  try {
    return (await statement.all<Row>()).results;
  } catch (cause) {
    throw new IndexFailure('the index did not answer', { cause });
  }
}

export type TokenRow = {
  id: string;
  label: string;
  tenant: string;
  tenantStatus: 'active' | 'suspended';
  prefix: string;
  hash: string;
  salt: string;
  createdAt: number;
  expiresAt: number | null;
  revokedAt: number | null;
  version: number;
};

/** Every token with this prefix: four random characters can collide among many tenants. */
export async function tokensByPrefix(index: D1Database, prefix: string): Promise<TokenRow[]> {
  return rowsOf<TokenRow>(
    index
      .prepare(
        `SELECT api_tokens.id, label, tenant_id AS tenant, tenants.status AS tenantStatus, token_prefix AS prefix,
           token_hash AS hash, token_salt AS salt, api_tokens.created_at AS createdAt, expires_at AS expiresAt,
           revoked_at AS revokedAt, api_tokens.version
         FROM api_tokens JOIN tenants ON tenants.id = tenant_id WHERE token_prefix = ?`,
      )
      .bind(prefix),
  );
}

/** The prefixes of all tokens, each once, no more than `limit`: a walk of only the column's index. */
export async function tokenPrefixes(index: D1Database, limit: number): Promise<string[]> {
  const statement = index.prepare('SELECT DISTINCT token_prefix AS prefix FROM api_tokens LIMIT ?').bind(limit);
  return (await rowsOf<{ prefix: string }>(statement)).map((row) => row.prefix);
}

export type MemberRow = {
  id: string;
  tenant: string;
  tenantName: string;
  tenantStatus: 'active' | 'suspended';
  /** The head of the tenant's audit chain as its object last told it; 0 and blank before that. */
  auditSeq: number;
  auditHash: string;
  role: Role;
};

/** How many of their tenants a person is shown; for any further one they need the address. */
const MEMBERSHIPS_MAX = 1_000;

/** A person's memberships, or the one in one tenant, never cached: a removed person is out with their next request. */
export async function membershipsOf(index: D1Database, email: string, tenant?: string): Promise<MemberRow[]> {
  const rows = await rowsOf<MemberRow>(
    index
      .prepare(
        `SELECT users.id, tenant_id AS tenant, tenants.name AS tenantName, tenants.status AS tenantStatus,
           audit_seq AS auditSeq, audit_hash AS auditHash, role
         FROM (SELECT id, tenant_id, role FROM users
           WHERE email = ? ${tenant === undefined ? '' : 'AND tenant_id = ?'} AND status = 'active' LIMIT ?) AS users
         JOIN tenants ON tenants.id = tenant_id ORDER BY tenants.name, tenants.id`,
      )
      .bind(email, ...(tenant === undefined ? [] : [tenant]), MEMBERSHIPS_MAX),
  );
  return rows.map((row) => ({ ...row, role: Role.parse(row.role) }));
}

export type TenantRow = { id: string; name: string; status: TenantStatus; createdAt: number; version: number };
const TENANT = 'SELECT id, name, status, created_at AS createdAt, version FROM tenants';

export const findTenant = async (index: D1Database, id: string): Promise<TenantRow | null> =>
  (await rowsOf<TenantRow>(index.prepare(`${TENANT} WHERE id = ?`).bind(id)))[0] ?? null;

const IN_ORDER = 'ORDER BY name COLLATE NOCASE, id LIMIT';

/**
 * The next tenants by name (case-blind) and id, after a place in that order. After a place, tenants of the same name
 * are asked for separately: the index leads to a name, and to an id within one, but not to both at once.
 */
export async function tenantsAfter(
  index: D1Database,
  place: readonly [name: string, id: string] | null,
  limit: number,
): Promise<TenantRow[]> {
  const statement =
    place === null
      ? index.prepare(`${TENANT} ${IN_ORDER} ?`).bind(limit)
      : index
          .prepare(
            `SELECT * FROM (${TENANT} WHERE name COLLATE NOCASE = ?1 AND id > ?2 ORDER BY id LIMIT ?3)
             UNION ALL SELECT * FROM (${TENANT} WHERE name COLLATE NOCASE > ?1 ${IN_ORDER} ?3) ${IN_ORDER} ?3`,
          )
          .bind(...place, limit);
  return rowsOf<TenantRow>(statement);
}

/** Writes a new tenant's row, or finds the existing one. */
export async function ensureTenant(index: D1Database, id: string, name: string): Promise<TenantRow> {
  await rowsOf(
    index.prepare('INSERT INTO tenants (id, name) VALUES (?, ?) ON CONFLICT (id) DO NOTHING').bind(id, name),
  );
  const row = await findTenant(index, id);
  if (!row) throw new Error('a tenant’s row is there once it is written');
  return row;
}

/** Whether D1 answers and has its tables, for `/health`: one whose migrations were forgotten answers too. */
export async function indexAnswers(index: D1Database): Promise<boolean> {
  try {
    await index.prepare('SELECT 1 FROM tenants LIMIT 1').first();
    return true;
  } catch {
    return false;
  }
}
