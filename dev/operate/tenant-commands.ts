// An operator's acts on tenants from a script: on the index only, from which the tenants' objects take over.
import { randomUUID } from 'node:crypto';
import type { EngineFile } from '../../schema/engine-file.ts';
import { newToken } from '../stand/demo-data.ts';
import { ask, type Place } from './index-by-wrangler.ts';
import { sql } from './sql.ts';

export type Created = { id: string; name: string; firstAdmin: { id: string; email: string } };
export type Listed = { id: string; name: string; status: string; createdAt: number; people: number; tokens: number };
export type TenantRow = { id: string; name: string; status: string };
export type Issued = {
  id: string;
  tenant: string;
  label: string;
  expiresAt: number | null;
  configuration: EngineFile;
};

const unknown = (id: string) => new Error(`There is no tenant with the id ${id}; "list" shows all.`);

/** Makes a tenant with its first admin; repeated with the same id, name and admin it answers the same and makes nothing. */
export async function create(place: Place, wanted: { id: string; name: string; admin: string }): Promise<Created> {
  const { id, name, admin } = wanted;
  const [, , rows = []] = await ask(place, [
    sql`INSERT INTO tenants (id, name) VALUES (${id}, ${name}) ON CONFLICT (id) DO NOTHING`,
    sql`INSERT INTO users (id, tenant_id, email, role)
      SELECT ${randomUUID()}, id, ${admin}, 'admin' FROM tenants WHERE id = ${id} AND name = ${name}
        AND NOT EXISTS (SELECT 1 FROM users WHERE tenant_id = ${id})
        AND NOT EXISTS (SELECT 1 FROM api_tokens WHERE tenant_id = ${id})`,
    sql`SELECT tenants.name, users.id AS person FROM tenants LEFT JOIN users
      ON tenant_id = tenants.id AND email = ${admin} AND role = 'admin' AND users.status = 'active' WHERE tenants.id = ${id}`,
  ]);
  const [row] = rows;
  if (row?.name !== name || typeof row.person !== 'string')
    throw new Error(`A tenant with the id ${id} exists already, under another name or with other people.`);
  return { id, name, firstAdmin: { id: row.person, email: admin } };
}

/** Every tenant by name, with the index's own facts; the operator page adds what each object counts. */
export async function list(place: Place): Promise<Listed[]> {
  const [rows = []] = await ask(place, [
    sql`SELECT id, name, status, created_at AS createdAt,
      (SELECT count(*) FROM users WHERE tenant_id = tenants.id AND status = 'active') AS people,
      (SELECT count(*) FROM api_tokens WHERE tenant_id = tenants.id AND revoked_at IS NULL
        AND (expires_at IS NULL OR expires_at > unixepoch() * 1000)) AS tokens
      FROM tenants ORDER BY name COLLATE NOCASE, id`,
  ]);
  return rows as Listed[];
}

/** Suspends or resumes. The version tells the tenant's object that this word is newer than its own. */
export async function setStatus(place: Place, id: string, status: 'active' | 'suspended'): Promise<TenantRow> {
  const [, rows = []] = await ask(place, [
    sql`UPDATE tenants SET status = ${status}, version = version + 1 WHERE id = ${id} AND status <> ${status}`,
    sql`SELECT id, name, status FROM tenants WHERE id = ${id}`,
  ]);
  const [row] = rows;
  if (!row) throw unknown(id);
  return row as TenantRow;
}

/** Issues a machine token; only its salted hash is kept. `expiresAt` in ms since the epoch, or null. */
export async function issueToken(
  place: Place,
  wanted: { tenant: string; label: string; expiresAt: number | null } & Omit<EngineFile, 'token'>,
): Promise<Issued> {
  const { tenant, label, expiresAt, apiOrigin, fingerprint, minEpoch } = wanted;
  const { token, prefix, hash, salt } = newToken();
  const id = randomUUID();
  const [rows = []] = await ask(place, [
    sql`INSERT INTO api_tokens (id, tenant_id, token_prefix, token_hash, token_salt, label, expires_at)
      SELECT ${id}, id, ${prefix}, ${hash}, ${salt}, ${label}, ${expiresAt} FROM tenants WHERE id = ${tenant} RETURNING id`,
  ]);
  if (rows.length === 0) throw unknown(tenant);
  return { id, tenant, label, expiresAt, configuration: { apiOrigin, token, fingerprint, minEpoch } };
}
