// What an operator is told about an object's health: the numbers are right, and nothing of the tenant's own is among
// them.
import { runInDurableObject } from 'cloudflare:test';
import { expect, it } from 'vitest';
import type { Inspection } from '../../schema/inspection.ts';
import type { Receipt } from '../../schema/secret.ts';
import {
  asMachine,
  asPerson,
  bindings,
  emailOf,
  event,
  newMachine,
  newRun,
  sealedSecret,
  seedReadyTenant,
  seedTenant,
  startRotation,
} from '../../test/workerd-fixtures.ts';

const OPERATOR = 'operator@example.com';
const inspect = (id: string) => asPerson<Inspection>(OPERATOR, `/v1/operator/tenants/${id}/inspect`);

it('tells queues, dates and states of an object, and no name, hostname, email, label, reason or ciphertext of its tenant', async () => {
  const { id, token, keyring } = await seedReadyTenant();
  const machine = { ...newMachine(), hostname: 'CANARY-PC', serial: 'CANARY-SERIAL' };
  const run = newRun();
  await asMachine(token, '/v1/report', { machine, run, events: [event(1, { message: 'canary message' })] });
  const body = await sealedSecret(id, keyring, machine.id, { ref: { account: 'canary-account' } });
  const secret = (await asMachine<Receipt>(token, '/v1/secret', body)).json.secretId;
  const reason = { reason: 'canary reason' };
  await asPerson(emailOf('engineer'), `/v1/tenants/${id}/secrets/${secret}/reveal`, reason);
  const webhook = { url: `${bindings.TEST_RECEIVER}/ok/canary`, label: 'canary webhook', kinds: ['key_destroyed'] };
  await asPerson(emailOf('admin'), `/v1/tenants/${id}/webhooks`, webhook);
  await startRotation(id, keyring);

  const { status, json, text } = await inspect(id);
  expect(status).toBe(200);
  expect(json).toMatchObject({
    tenant: id,
    status: 'active',
    liveSockets: 0,
    initializedAt: expect.any(Number),
    counts: { machines: 1, secrets: 1, webhooks: 1, pausedWebhooks: 0, auditEntries: expect.any(Number) },
    queues: { outbox: 0, outboxTriesMax: 0, deliveries: 0, oldestDeliveryAt: null, toReseal: 1 },
    keys: { state: 'rotating', active: 1, retiring: 1, retired: 0, destroyed: 0 },
    backup: { on: true, lastDoneAt: null, lastFault: null },
    restore: { running: false, chunksDone: 0 },
  });
  expect(json.schema.ran).toBe(json.schema.known);
  expect(json.storageBytes).toBeGreaterThan(10_000);
  // The one alarm is set for the first of what is due.
  expect(json.due.length).toBeGreaterThan(0);
  expect(json.alarmAt).toBe(json.due[0]?.at);
  for (const own of [token, body.sealed, machine.id, run.id, secret, keyring.kid, 'eyJ', '@', 'Acme', 'EliteBook'])
    expect(text).not.toContain(own);
  expect(text).not.toMatch(/canary/i);
});

it('inspects a tenant that is suspended, or was never asked before, and creates none that is not there', async () => {
  const { id } = await seedTenant();
  const { json } = await inspect(id);
  expect(json.counts).toMatchObject({ machines: 0, secrets: 0, auditEntries: 1 });
  expect(json.alarmAt).toBe(json.due[0]?.at);
  await asPerson(OPERATOR, `/v1/operator/tenants/${id}/suspend`, { reason: 'unpaid' });
  expect((await inspect(id)).json.status).toBe('suspended');
  const missing = crypto.randomUUID();
  expect((await inspect(missing)).json).toMatchObject({ status: 404, code: 'unknown_tenant' });
  const tables = await runInDurableObject(bindings.TENANT.getByName(missing), (_object, { storage }) =>
    storage.sql.exec("SELECT count(*) AS n FROM sqlite_master WHERE name = 'identity'").one(),
  );
  expect(tables.n).toBe(0);
});
