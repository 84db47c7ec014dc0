// The stand's demo tenant: made at first start by the same three INSERTs as the set-up guide, with secrets of its own.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export type DemoPerson = { email: string; role: string };
export type DemoData = { tenant: string; name: string; token: string; people: DemoPerson[] };

export const OPERATOR_EMAIL = 'operator@example.com';

const PEOPLE: DemoPerson[] = [
  { email: 'admin@example.com', role: 'admin' },
  { email: 'engineer@example.com', role: 'engineer' },
  { email: 'auditor@example.com', role: 'auditor' },
];

/** A machine token and the part that the index keeps (design §5). */
export function newToken(): { token: string; prefix: string; salt: string; hash: string } {
  const token = `tok_${randomBytes(24).toString('base64url')}`;
  const salt = randomBytes(8).toString('hex');
  return {
    token,
    prefix: token.slice(0, 8),
    salt,
    hash: createHash('sha256').update(`${salt}:${token}`).digest('hex'),
  };
}

/** A tenant with people and one token, as SQL statements with their values. */
export function tenantInserts(
  tenant: string,
  name: string,
  people: readonly DemoPerson[],
  token: ReturnType<typeof newToken>,
) {
  return [
    { sql: 'INSERT INTO tenants (id,name) VALUES (?,?)', values: [tenant, name] },
    ...people.map(({ email, role }) => ({
      sql: 'INSERT INTO users (id,tenant_id,email,role) VALUES (?,?,?,?)',
      values: [randomUUID(), tenant, email, role],
    })),
    {
      sql: 'INSERT INTO api_tokens (id,tenant_id,token_prefix,token_hash,token_salt,label) VALUES (?,?,?,?,?,?)',
      values: [randomUUID(), tenant, token.prefix, token.hash, token.salt, 'Demo fleet'],
    },
  ];
}

/** Reads the demo tenant, or makes it at first start. Its token is kept beside the stand's state, readable by its owner only. */
export async function ensureDemoData(db: D1Database, file: string): Promise<DemoData> {
  if (existsSync(file)) {
    const known = JSON.parse(readFileSync(file, 'utf8')) as DemoData;
    if (await db.prepare('SELECT 1 FROM tenants WHERE id = ?').bind(known.tenant).first()) return known;
  }
  const token = newToken();
  const data: DemoData = { tenant: randomUUID(), name: 'Acme MSP', token: token.token, people: PEOPLE };
  const inserts = tenantInserts(data.tenant, data.name, PEOPLE, token);
  await db.batch(inserts.map(({ sql, values }) => db.prepare(sql).bind(...values)));
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(data, null, 2), { mode: 0o600 });
  return data;
}
