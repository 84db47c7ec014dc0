import { runInDurableObject } from 'cloudflare:test';
import { expect, it } from 'vitest';
import type { AuditPage } from '../../schema/audit.ts';
import { DEFAULT_SETTINGS } from '../../schema/default-settings.ts';
import type { Settings } from '../../schema/settings.ts';
import { asPerson, bindings, emailOf, seedTenant } from '../../test/workerd-fixtures.ts';

const ADMIN = emailOf('admin');

it('a setting that was stored before others existed goes on, the others with their defaults', async () => {
  const { id } = await seedTenant();
  await asPerson(ADMIN, `/v1/tenants/${id}/overview`);
  await runInDurableObject(bindings.TENANT.getByName(id), (_object, state) => {
    state.storage.sql.exec(`INSERT INTO settings VALUES ('tenant', '{"allowRawRsaOaep":true}')`);
  });
  const { json } = await asPerson<Settings>(emailOf('auditor'), `/v1/tenants/${id}/settings`);
  expect(json).toEqual({ ...DEFAULT_SETTINGS, allowRawRsaOaep: true });
});

it('a change keeps what it does not name, and stands in the audit with what it does', async () => {
  const { id } = await seedTenant();
  const change = { revealBudget: { perMinute: 2, perHour: 4, perDay: 8 }, ticketPattern: 'INC-####' };
  await asPerson(ADMIN, `/v1/tenants/${id}/settings`, change);
  const { json } = await asPerson<Settings>(ADMIN, `/v1/tenants/${id}/settings`, { rotateAfterRevealMs: 0 });
  expect(json).toEqual({ ...DEFAULT_SETTINGS, ...change, rotateAfterRevealMs: 0 });
  const { entries } = (await asPerson<AuditPage>(ADMIN, `/v1/tenants/${id}/audit`)).json;
  expect(entries.slice(-2).map((entry) => entry.detail)).toEqual([
    { ticketPattern: 'INC-####', perMinute: 2, perHour: 4, perDay: 8 },
    { rotateAfterRevealMs: 0 },
  ]);
});
