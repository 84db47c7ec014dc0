// How often a person may act, and how much of a thing a tenant may have, in the real object with small limits.
import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { LimitName } from '../../schema/limits.ts';
import type { Problem } from '../../schema/problem.ts';
import type { IssuedToken } from '../../schema/token.ts';
import type { WebhookMade } from '../../schema/webhook.ts';
import {
  asMachine,
  asPerson,
  bindings,
  emailOf,
  event,
  handSecret,
  newMachine,
  newRun,
  seedReadyTenant,
  seedTenant,
} from '../../test/workerd-fixtures.ts';
import { RunningExports } from '../audit/running-exports.ts';

const admin = emailOf('admin');
const engineer = emailOf('engineer');
const OPERATOR = 'operator@example.com';
const setLimits = async (id: string, limits: Partial<Record<LimitName, number>>) =>
  expect((await asPerson(OPERATOR, `/v1/operator/tenants/${id}/limits`, limits)).status).toBe(200);
const person = (id: string, email: string, path: string, body: unknown) =>
  asPerson<Problem>(email, `/v1/tenants/${id}/${path}`, body);

/** Acts until that is too often. The minute may end meanwhile: then it is begun anew. */
async function tooOften(limit: number, act: () => Promise<{ status: number; json: Problem }>) {
  for (let i = 0; i < 4 * limit; i++) {
    const answer = await act();
    if (answer.status === 429) return answer.json;
    expect([200, 201]).toContain(answer.status);
  }
  throw new Error('it was never too often');
}

describe('a person', () => {
  it('archives, merges, asks, sets and uploads so often a minute, all together, and nobody else pays for it', async () => {
    const { id, token } = await seedReadyTenant();
    const machine = newMachine();
    await asMachine(token, '/v1/report', { machine, run: newRun(), events: [event(1)] });
    await setLimits(id, { personActs: 10 });
    const acts = [
      () => person(id, engineer, `machines/${machine.id}/archive`, {}),
      () => person(id, engineer, `machines/${machine.id}/restore`, {}),
      () => person(id, engineer, 'spool/report', { machine, run: newRun(), events: [event(1)] }),
    ];
    let turn = 0;
    const refused = await tooOften(10, () => (acts[turn++ % acts.length] as (typeof acts)[0])());
    expect(refused).toMatchObject({ code: 'rate_limited', retryAfterSeconds: expect.any(Number) });
    expect((await person(id, admin, `machines/${machine.id}/archive`, {})).status).toBe(200);
    expect((await asPerson(engineer, `/v1/tenants/${id}/machines`)).status).toBe(200);
  });

  it('takes lines, adds secrets by hand and exports so often a minute, since each leaves rows that nothing takes away', async () => {
    const { id, token, keyring } = await seedReadyTenant();
    const machine = newMachine();
    await asMachine(token, '/v1/report', { machine, run: newRun(), events: [event(1)] });
    await setLimits(id, { personActs: 10 });
    const line = { version: 1, signed: 'a'.repeat(64), insteadVersion: 1, instead: 'b'.repeat(64) };
    const byHand = async () =>
      person(id, engineer, `machines/${machine.id}/secrets`, await handSecret(id, keyring, machine.id, engineer));
    const acts = [() => person(id, engineer, 'keyring/line', line), byHand];
    let turn = 0;
    expect((await tooOften(10, () => (acts[turn++ % acts.length] as (typeof acts)[0])())).code).toBe('rate_limited');
    const exported = () => person(id, emailOf('auditor'), 'audit/export', { format: 'ndjson' });
    expect((await tooOften(10, exported)).code).toBe('rate_limited');
  });

  it('brings so many bytes a day, secrets last of all, because a script of theirs could fill the tenant as a token could', async () => {
    const { id, keyring } = await seedReadyTenant();
    await setLimits(id, { personBytes: 1_000_000 });
    const text = 'x'.repeat(4_000);
    const events = Array.from({ length: 50 }, (_, index) => event(index + 1, { data: { a: text, b: text, c: text } }));
    const machine = newMachine();
    const upload = () => person(id, engineer, 'spool/report', { machine, run: newRun(), events });
    expect((await upload()).status).toBe(200);
    expect((await upload()).json).toMatchObject({ code: 'rate_limited', detail: expect.stringContaining('a day') });
    const byHand = async () =>
      person(id, engineer, `machines/${machine.id}/secrets`, await handSecret(id, keyring, machine.id, engineer));
    expect((await byHand()).json.code).toBe('rate_limited');
    expect((await person(id, admin, 'spool/report', { machine, run: newRun(), events: [event(1)] })).status).toBe(200);
  });

  it('tests webhooks so often a minute, since each test is a request to somebody', async () => {
    const { id } = await seedTenant();
    const webhook = { url: `${bindings.TEST_RECEIVER}/ok/pace`, label: 'pace', kinds: ['key_destroyed'] };
    const made = await asPerson<WebhookMade>(admin, `/v1/tenants/${id}/webhooks`, webhook);
    const test = () => person(id, admin, `webhooks/${made.json.webhook.id}/test`, {});
    expect((await tooOften(6, test)).code).toBe('rate_limited');
  });
});

describe('a tenant', () => {
  it('has so many live tokens; one that is revoked makes place', async () => {
    const { id } = await seedTenant();
    await asPerson(admin, `/v1/tenants/${id}/tokens`);
    await setLimits(id, { tokens: 2 });
    const issue = () => person(id, admin, 'tokens', { label: 'New', expiresAt: null, fingerprint: null });
    expect((await issue()).status).toBe(201);
    expect((await issue()).json).toMatchObject({ status: 409, code: 'too_many_tokens' });
    await person(id, admin, 'tokens/t1/revoke', {});
    expect((await issue()).status).toBe(201);
  });

  it('issues so many tokens a day, since each stays in the index that all tenants share, revoked or not', async () => {
    const { id } = await seedTenant();
    await setLimits(id, { tokensIssued: 2 });
    const issue = () =>
      asPerson<IssuedToken & Problem>(admin, `/v1/tenants/${id}/tokens`, {
        label: 'New',
        expiresAt: null,
        fingerprint: null,
      });
    for (let issued = 0; issued < 2; issued++) {
      const { json } = await issue();
      expect((await person(id, admin, `tokens/${json.id}/revoke`, {})).status).toBe(200);
    }
    const refused = (await issue()).json;
    expect(refused).toMatchObject({ code: 'too_many_tokens', retryAfterSeconds: expect.any(Number) });
    expect((await person(id, admin, 'tokens/t1/rotate', {})).json.code).toBe('too_many_tokens');
    expect((await person(id, admin, 'tokens/t1/revoke', {})).status).toBe(200);
  });

  it('merges so many ids into one PC', async () => {
    const { id, token } = await seedTenant();
    const ids = [newMachine(), newMachine(), newMachine()];
    for (const machine of ids) await asMachine(token, '/v1/report', { machine, run: newRun(), events: [event(1)] });
    await setLimits(id, { family: 2 });
    const [into, one, two] = ids.map((machine) => machine.id);
    expect((await person(id, engineer, `machines/${one}/merge`, { into })).status).toBe(200);
    expect((await person(id, engineer, `machines/${two}/merge`, { into })).json.code).toBe('merge_conflict');
    await person(id, engineer, `machines/${one}/unmerge`, {});
    expect((await person(id, engineer, `machines/${two}/merge`, { into })).status).toBe(200);
  });

  it('keeps so many notices waiting; the oldest gives its place to what has just happened', async () => {
    const { id } = await seedTenant();
    const webhook = { url: `${bindings.TEST_RECEIVER}/ok/queue`, label: 'queue', kinds: ['key_destroyed'] };
    const { webhook: made } = (await asPerson<WebhookMade>(admin, `/v1/tenants/${id}/webhooks`, webhook)).json;
    await person(id, admin, `webhooks/${made.id}/pause`, { paused: true });
    await setLimits(id, { queuedNotices: 10, webhookTests: 60 });
    for (let i = 0; i < 14; i++) await person(id, admin, `webhooks/${made.id}/test`, {});
    const states = await runInDurableObject(bindings.TENANT.getByName(id), (_object, { storage: { sql } }) =>
      sql.exec<{ state: string }>('SELECT state FROM deliveries ORDER BY place').toArray(),
    );
    expect(states.map(({ state }) => state)).toEqual([...Array(4).fill('given_up'), ...Array(10).fill('waiting')]);
  });

  it('exports its audit once at a time, until the file is whole or nobody takes it any more', () => {
    const exports = new RunningExports();
    exports.begin('first', 1_000, 0);
    expect(exports.refuses(1, 1)).toMatchObject({ refused: 'export_running' });
    exports.asked('first', 500, 20_000);
    expect(exports.refuses(1, 40_000)).not.toBeNull();
    expect(exports.refuses(1, 50_000)).toBeNull();
    exports.begin('second', 1_000, 50_000);
    exports.asked('another page', null, 50_001);
    expect(exports.refuses(1, 50_002)).not.toBeNull();
    exports.asked('second', 1_000, 50_003);
    expect(exports.refuses(1, 50_004)).toBeNull();
  });

  it('says so where a second export is asked for beside the first', async () => {
    const { id } = await seedTenant();
    await asPerson(admin, `/v1/tenants/${id}/overview`);
    await runInDurableObject(bindings.TENANT.getByName(id), (object) => {
      const caller = (requestId: string) => ({
        tenant: id,
        principal: { kind: 'person' as const, id: 'u0', name: admin, role: 'admin' as const },
        requestId,
        ip: null,
        userAgent: null,
      });
      expect(object.exportAudit(caller('a'), { format: 'ndjson' })).toMatchObject({ seq: expect.any(Number) });
      expect(object.exportAudit(caller('b'), { format: 'ndjson' })).toMatchObject({ refused: 'export_running' });
      object.auditPage(caller('a'), { order: 'oldest', limit: 500 });
      expect(object.exportAudit(caller('b'), { format: 'ndjson' })).toMatchObject({ seq: expect.any(Number) });
    });
  });
});
