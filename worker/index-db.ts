// The look-ups in D1, the global index: which tenant, whose token, who is a member. Reads only; each is one query.
import { Role } from '../schema/person.ts';

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

/** Every token with this prefix: four random characters may well collide among many tenants. */
export async function tokensByPrefix(index: D1Database, prefix: string): Promise<TokenRow[]> {
  const { results } = await index
    .prepare(
      `SELECT api_tokens.id, label, tenant_id AS tenant, tenants.status AS tenantStatus, token_prefix AS prefix,
         token_hash AS hash, token_salt AS salt, api_tokens.created_at AS createdAt, expires_at AS expiresAt,
         revoked_at AS revokedAt, api_tokens.version
       FROM api_tokens JOIN tenants ON tenants.id = tenant_id WHERE token_prefix = ?`,
    )
    .bind(prefix)
    .all<TokenRow>();
  return results;
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

/** A person's memberships, never cached: whoever is removed is out with their next request. */
export async function membershipsOf(index: D1Database, email: string): Promise<MemberRow[]> {
  const { results } = await index
    .prepare(
      `SELECT users.id, tenant_id AS tenant, tenants.name AS tenantName, tenants.status AS tenantStatus,
         audit_seq AS auditSeq, audit_hash AS auditHash, role
       FROM users JOIN tenants ON tenants.id = tenant_id
       WHERE email = ? AND users.status = 'active' ORDER BY tenants.name, tenants.id`,
    )
    .bind(email)
    .all<MemberRow>();
  return results.map((row) => ({ ...row, role: Role.parse(row.role) }));
}

/** A tenant's id as the index has it, whatever its status; null where there is none. */
export async function tenantById(index: D1Database, id: string): Promise<string | null> {
  const row = await index.prepare('SELECT id FROM tenants WHERE id = ?').bind(id).first<{ id: string }>();
  return row?.id ?? null;
}

/** Does D1 answer? For `/health`. */
export async function indexAnswers(index: D1Database): Promise<boolean> {
  try {
    await index.prepare('SELECT 1').first();
    return true;
  } catch {
    return false;
  }
}
