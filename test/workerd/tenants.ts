// For tests in workerd. A tenant with people and a token in D1, and one whose first-time set-up has been done.
import { createHash, randomBytes } from 'node:crypto';
import { makeKeyring, type TestKeyring } from './keyrings.ts';
import { asPerson, bindings, emailOf } from './requests.ts';

export type TestTenant = { id: string; token: string };

/** A tenant as the set-up guide's three INSERTs make it, with admin, engineer and auditor. */
export async function seedTenant(name = 'Acme MSP'): Promise<TestTenant> {
  const id = crypto.randomUUID();
  const token = `tok_${randomBytes(24).toString('base64url')}`;
  const salt = randomBytes(8).toString('hex');
  const hash = createHash('sha256').update(`${salt}:${token}`).digest('hex');
  const db = bindings.INDEX_DB;
  await db.batch([
    db.prepare('INSERT INTO tenants (id,name) VALUES (?, ?)').bind(id, name),
    ...(['admin', 'engineer', 'auditor'] as const).map((role, index) =>
      db
        .prepare('INSERT INTO users (id,tenant_id,email,role) VALUES (?, ?, ?, ?)')
        .bind(`u${index}`, id, emailOf(role), role),
    ),
    db
      .prepare(
        'INSERT INTO api_tokens (id,tenant_id,token_prefix,token_hash,token_salt,label) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .bind('t1', id, token.slice(0, 8), hash, salt, 'engine'),
  ]);
  return { id, token };
}

/** Seeds a tenant and does its set-up through the API. */
export async function seedReadyTenant(): Promise<TestTenant & { keyring: TestKeyring }> {
  const tenant = await seedTenant();
  const keyring = await makeKeyring(tenant.id);
  const { status } = await asPerson(emailOf('admin'), `/v1/tenants/${tenant.id}/keyring`, keyring.write);
  if (status !== 200) throw new Error(`set-up answered ${status}`);
  return { ...tenant, keyring };
}
