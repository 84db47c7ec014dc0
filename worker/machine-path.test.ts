// The machine path through the whole Worker: tokens, public key, reports, escrow.
import { beforeEach, describe, expect, it } from 'vitest';
import type { PublicKeyAnswer } from '../schema/keyring.ts';
import type { Run } from '../schema/machine.ts';
import type { EventPage, ReportAnswer } from '../schema/report.ts';
import type { Receipt } from '../schema/secret.ts';
import { verifyStatement } from '../schema/signed.ts';
import {
  asMachine,
  asPerson,
  bindings,
  emailOf,
  event,
  newMachine,
  newRun,
  request,
  sealedSecret,
  seedReadyTenant,
  seedTenant,
  type TestKeyring,
  type TestTenant,
} from '../test/workerd-fixtures.ts';
import { forgetTokens } from './authenticate/machine.ts';

describe('a machine token', () => {
  it('is refused as missing, unknown, expired or revoked, each with its own code, so that an engineer knows what to do', async () => {
    const { token } = await seedTenant();
    expect((await asMachine('', '/v1/tenant/pubkey')).json).toMatchObject({ status: 401, code: 'missing_token' });
    const other = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
    expect((await asMachine(other, '/v1/tenant/pubkey')).json).toMatchObject({ status: 401, code: 'invalid_token' });
    await bindings.INDEX_DB.exec('UPDATE api_tokens SET expires_at = 1');
    expect((await asMachine(token, '/v1/tenant/pubkey')).json).toMatchObject({ status: 401, code: 'token_expired' });
    await bindings.INDEX_DB.exec('UPDATE api_tokens SET expires_at = NULL, revoked_at = 1');
    const revoked = await asMachine(token, '/v1/tenant/pubkey');
    expect(revoked.json).toMatchObject({ status: 401, code: 'token_revoked' });
    expect(JSON.stringify(revoked.json)).not.toContain(token);
  });

  it('works among others with the same prefix, because four characters collide', async () => {
    const [a, b] = [await seedTenant('A'), await seedTenant('B')];
    const prefix = a.token.slice(0, 8);
    await bindings.INDEX_DB.prepare('UPDATE api_tokens SET token_prefix = ? WHERE tenant_id = ?')
      .bind(prefix, b.id)
      .run();
    expect((await asMachine(a.token, '/v1/tenant/pubkey')).json.code).toBe('no_tenant_key');
  });

  it('of a suspended tenant answers 403, so that engines keep their spool', async () => {
    const { token } = await seedTenant();
    await bindings.INDEX_DB.exec("UPDATE tenants SET status = 'suspended'");
    expect((await asMachine(token, '/v1/tenant/pubkey')).json).toMatchObject({ status: 403, code: 'tenant_suspended' });
  });

  it('is kept in the isolate once verified, so that ingest needs no D1 query', async () => {
    const { token } = await seedTenant();
    expect((await asMachine(token, '/v1/tenant/pubkey')).status).toBe(409);
    await bindings.INDEX_DB.exec('DELETE FROM api_tokens');
    expect((await asMachine(token, '/v1/tenant/pubkey')).status).toBe(409);
    forgetTokens();
    expect((await asMachine(token, '/v1/tenant/pubkey')).status).toBe(401);
  });
});

describe('the public key', () => {
  it('is 409 no_tenant_key before set-up, then the JWK itself with the root’s statement', async () => {
    const tenant = await seedTenant();
    expect((await asMachine(tenant.token, '/v1/tenant/pubkey')).json).toMatchObject({
      status: 409,
      code: 'no_tenant_key',
    });
    const ready = await seedReadyTenant();
    const { status, json } = await asMachine<PublicKeyAnswer>(ready.token, '/v1/tenant/pubkey');
    expect(status).toBe(200);
    expect(json).toMatchObject({ kty: 'RSA', kid: ready.keyring.kid, alg: 'RSA-OAEP-256', use: 'enc' });
    const statement = await verifyStatement(json.statements[0] ?? '');
    expect(statement).toMatchObject({ ok: true, root: ready.keyring.root.fingerprint, payload: { kid: json.kid } });
  });
});

describe('a report', () => {
  let tenant: TestTenant;
  const machine = newMachine();
  const run = newRun();
  const report = (events: unknown[]) => asMachine<ReportAnswer>(tenant.token, '/v1/report', { machine, run, events });
  beforeEach(async () => {
    tenant = await seedTenant();
  });

  it('is accepted before set-up, and a resend of it changes nothing', async () => {
    const batch = [event(1, { type: 'run_started' }), event(2), event(3)];
    expect((await report(batch)).json).toEqual({ accepted: 3, duplicates: 0, rejected: [], nextSeq: 4 });
    expect((await report(batch)).json).toEqual({ accepted: 0, duplicates: 3, rejected: [], nextSeq: 4 });
  });

  it('keeps the good events of a batch with a bad one, and passes the bad one’s seq', async () => {
    const { json } = await report([event(1), event(2, { type: 'nonsense' }), event(3)]);
    expect(json).toMatchObject({
      accepted: 2,
      nextSeq: 4,
      rejected: [{ index: 1, seq: 2, code: 'invalid_event', field: 'type' }],
    });
    expect((await report([event(2)])).json).toMatchObject({
      accepted: 0,
      rejected: [{ seq: 2, code: 'seq_rejected' }],
    });
  });

  it('says where to go on when a batch is missing: nextSeq is the first gap', async () => {
    expect((await report([event(1), event(4)])).json.nextSeq).toBe(2);
    expect((await report([event(2), event(3)])).json.nextSeq).toBe(5);
  });

  it('keeps the first content under a seq and flags the second, because an event is immutable', async () => {
    await report([event(1)]);
    expect((await report([event(1, { message: 'other' })])).json.rejected).toMatchObject([
      { seq: 1, code: 'seq_conflict' },
    ]);
    const { json } = await asPerson<{ attention: string[] }>(
      emailOf('engineer'),
      `/v1/tenants/${tenant.id}/machines/${machine.id}`,
    );
    expect(json.attention).toContain('seq_conflict');
  });

  it('may be NDJSON, where a truncated last line costs only itself', async () => {
    const lines = [JSON.stringify({ machine, run }), JSON.stringify(event(1)), JSON.stringify(event(2)).slice(0, -4)];
    const { json } = await asMachine<ReportAnswer>(
      tenant.token,
      '/v1/report',
      lines.join('\n'),
      'application/x-ndjson',
    );
    expect(json).toMatchObject({
      accepted: 1,
      nextSeq: 2,
      rejected: [{ index: 1, seq: null, code: 'malformed_json' }],
    });
  });

  it.each([
    ['a body that is not JSON', '{', 400, 'malformed_json', undefined],
    ['no events', { machine, run, events: [] }, 422, 'invalid_body', 'events'],
    [
      'an upper-case machine id',
      { machine: { ...machine, id: machine.id.toUpperCase() }, run, events: [event(1)] },
      422,
      'invalid_body',
      'machine.id',
    ],
    [
      '501 events',
      { machine, run, events: Array.from({ length: 501 }, (_, i) => event(i + 1)) },
      422,
      'too_many_events',
      undefined,
    ],
    ['more than 1 MiB', ' '.repeat(1024 * 1024 + 1), 413, 'body_too_large', undefined],
  ])('with %s is a problem that names the field', async (_what, body, status, code, field) => {
    const { json } = await asMachine(tenant.token, '/v1/report', body);
    expect(json).toMatchObject({ status, code });
    if (field) expect(json.errors?.[0]?.field).toBe(field);
  });

  it('with another content type is 415', async () => {
    expect((await asMachine(tenant.token, '/v1/report', '{}', 'text/plain')).status).toBe(415);
  });

  it('is kept with text cleaned and cut, and says so, because a lost end of a phase is a phase that never ends', async () => {
    const odd = [
      event(1, { type: 'phase_started', phase: 'apps', message: 'line 1\r\nline 2' }),
      event(2, { type: 'phase_succeeded', phase: 'apps', message: '' }),
      event(3, { message: 'x'.repeat(5_000), data: { nested: { a: 1 } } }),
      event(4, { at: 'soon' }),
    ];
    const sentAt = Date.now();
    for (const accepted of [4, 0])
      expect((await report(odd)).json).toMatchObject({ accepted, duplicates: 4 - accepted, rejected: [], nextSeq: 5 });
    const path = `/v1/tenants/${tenant.id}/runs/${run.id}`;
    const { json } = await asPerson<EventPage>(emailOf('engineer'), `${path}/events`);
    expect(json.events.map((one) => one.mended)).toEqual([undefined, ['message'], ['message', 'data'], ['at']]);
    expect(json.events[0]?.message).toBe('line 1\nline 2');
    // Roughly when it came, by the server's clock.
    const { at = 0, receivedAt = 0 } = json.events[3] ?? {};
    expect(at).toBeLessThanOrEqual(receivedAt);
    expect(at).toBeGreaterThan(sentAt);
    expect((await asPerson<Run>(emailOf('engineer'), path)).json.phases).toMatchObject([
      ...['preflight', 'bitlocker', 'validation'].map((name) => ({ name, state: 'pending' })),
      { name: 'apps', state: 'succeeded' },
    ]);
  });

  it('of a PC whose attributes are null, empty or odd is kept, also from 5.1, which makes one value of a list of one', async () => {
    const told = { ...machine, serial: null, model: '', client: 7, hostname: 'PC\0' };
    const body = { machine: told, run: { ...run, phases: 'apps', engineVersion: null }, events: event(1) };
    expect((await asMachine(tenant.token, '/v1/report', body)).json).toMatchObject({ accepted: 1 });
    const { json } = await asPerson(emailOf('engineer'), `/v1/tenants/${tenant.id}/machines/${machine.id}`);
    expect(json).toMatchObject({ hostname: 'PC\ufffd', serial: null, model: null, client: '7' });
  });

  it('that Windows PowerShell sends in Latin-1, as it does unless it is told, loses a letter and says so, but no event', async () => {
    const text = JSON.stringify({ machine, run, events: [event(1, { message: 'Büro' }), event(2)] });
    const headers = { authorization: `Bearer ${tenant.token}`, 'content-type': 'application/json' };
    const body = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    expect((await request('POST', '/v1/report', headers, body)).json).toMatchObject({ accepted: 2, rejected: [] });
    const { json } = await asPerson<EventPage>(emailOf('engineer'), `/v1/tenants/${tenant.id}/runs/${run.id}/events`);
    expect(json.events.map((one) => [one.message, one.mended])).toEqual([
      ['B\ufffdro', ['message']],
      ['event 2', undefined],
    ]);
  });

  it('in the place of an event that its engine has lost gives way to it, and is no conflict with what is here', async () => {
    const lost = (seq: number) => event(seq, { level: 'warning', message: 'lost', mended: ['lost'] });
    expect((await report([event(1), lost(2), event(3)])).json).toMatchObject({ accepted: 3, nextSeq: 4 });
    const real = event(2, { type: 'phase_started', phase: 'apps', level: 'error' });
    expect((await report([real, lost(1), lost(2)])).json).toMatchObject({ accepted: 1, duplicates: 2, rejected: [] });
    expect((await report([real])).json).toMatchObject({ accepted: 0, duplicates: 1 });
    const { json } = await asPerson<Run>(emailOf('engineer'), `/v1/tenants/${tenant.id}/runs/${run.id}`);
    expect(json).toMatchObject({ events: 3, warnings: 0, errors: 1 });
    const page = await asPerson<EventPage>(emailOf('engineer'), `/v1/tenants/${tenant.id}/runs/${run.id}/events`);
    expect(page.json.events.map((one) => [one.seq, one.type])).toEqual([
      [1, 'message'],
      [2, 'phase_started'],
      [3, 'message'],
    ]);
  });

  it('for a run of another machine is refused, because a run belongs to one machine', async () => {
    await report([event(1)]);
    const body = { machine: { ...newMachine(), serial: 'OF-ANOTHER' }, run, events: [event(2)] };
    expect((await asMachine(tenant.token, '/v1/report', body)).json).toMatchObject({
      status: 409,
      code: 'run_conflict',
    });
  });
});

describe('escrow', () => {
  let tenant: TestTenant & { keyring: TestKeyring };
  const machine = crypto.randomUUID();
  beforeEach(async () => {
    tenant = await seedReadyTenant();
  });
  const escrow = (body: unknown) => asMachine<Receipt & { code?: string }>(tenant.token, '/v1/secret', body);

  it('takes a clone’s own secret, although the run it names is the PC’s that the image was made of', async () => {
    const run = newRun();
    await asMachine(tenant.token, '/v1/report', { machine: newMachine(), run, events: [event(1)] });
    const body = await sealedSecret(tenant.id, tenant.keyring, machine, { run: run.id });
    expect((await escrow({ ...body, kid: null, format: null })).status).toBe(201);
  });

  it('answers 201 with a receipt, and a resend the same receipt, so that a lost answer costs nothing', async () => {
    const body = await sealedSecret(tenant.id, tenant.keyring, machine);
    const first = await escrow(body);
    expect(first.status).toBe(201);
    expect(first.json).toMatchObject({ version: 1, kid: tenant.keyring.kid });
    const again = await escrow(body);
    expect([again.status, again.json]).toEqual([200, first.json]);
  });

  it('adds a version for a new eid and never overwrites', async () => {
    const first = await escrow(await sealedSecret(tenant.id, tenant.keyring, machine));
    const second = await escrow(await sealedSecret(tenant.id, tenant.keyring, machine));
    expect(second.json).toMatchObject({ secretId: first.json.secretId, version: 2 });
  });

  it('refuses the same eid for another ciphertext', async () => {
    const body = await sealedSecret(tenant.id, tenant.keyring, machine);
    await escrow(body);
    const other = await sealedSecret(tenant.id, tenant.keyring, machine, { header: { eid: body.eid } });
    expect((await escrow({ ...other, eid: body.eid })).json).toMatchObject({ status: 409, code: 'eid_conflict' });
  });

  it.each([
    ['machine', { machine: crypto.randomUUID() }],
    ['run', { run: crypto.randomUUID() }],
    ['eid', { eid: crypto.randomUUID() }],
    ['ref', { ref: { account: 'Guest' } }],
  ])(
    'refuses a body whose %s differs from the sealed header, because the header is what binds it',
    async (field, change) => {
      const body = { ...(await sealedSecret(tenant.id, tenant.keyring, machine)), ...change };
      const { json } = await escrow(body);
      expect(json).toMatchObject({
        status: 422,
        code: 'header_mismatch',
        errors: [{ field: `sealed.header.${field}` }],
      });
    },
  );

  it('refuses another tenant’s header and an unknown kid', async () => {
    const elsewhere = await sealedSecret(crypto.randomUUID(), tenant.keyring, machine);
    expect((await escrow(elsewhere)).json.code).toBe('header_mismatch');
    const kid = 'A'.repeat(43);
    const unknown = await sealedSecret(tenant.id, { ...tenant.keyring, kid }, machine);
    expect((await escrow(unknown)).json.code).toBe('unknown_kid');
  });

  it('never stores a plaintext sent by mistake, and does not echo it', async () => {
    const body = { ...(await sealedSecret(tenant.id, tenant.keyring, machine)), sealed: 'hunter2-hunter2' };
    const { json } = await escrow(body);
    expect(json).toMatchObject({ status: 422, code: 'not_sealed' });
    expect(JSON.stringify(json)).not.toContain('hunter2');
  });

  it('takes raw RSA-OAEP only where the tenant allows it, and keeps it as not bound', async () => {
    const key = await crypto.subtle.importKey(
      'jwk',
      tenant.keyring.write.escrowKeys[0]?.jwk as JsonWebKey,
      { name: 'RSA-OAEP', hash: 'SHA-256' },
      false,
      ['encrypt'],
    );
    const bytes = await crypto.subtle.encrypt({ name: 'RSA-OAEP' }, key, new TextEncoder().encode('kq7-Vm2'));
    const raw = {
      ...(await sealedSecret(tenant.id, tenant.keyring, machine)),
      format: 'rsa-oaep-256',
      kid: tenant.keyring.kid,
      sealed: Buffer.from(bytes).toString('base64'),
    };
    expect((await escrow(raw)).json.code).toBe('raw_not_allowed');
    await asPerson(emailOf('admin'), `/v1/tenants/${tenant.id}/settings`, { allowRawRsaOaep: true });
    expect((await escrow(raw)).status).toBe(201);
    const { json } = await asPerson<{ secrets: { versions: { bound: boolean }[] }[] }>(
      emailOf('engineer'),
      `/v1/tenants/${tenant.id}/machines/${machine}/secrets`,
    );
    expect(json.secrets[0]?.versions[0]?.bound).toBe(false);
    expect((await escrow({ ...raw, eid: crypto.randomUUID(), sealed: 'c2hvcnQ=' })).json.code).toBe('not_sealed');
  });

  it('keeps a secret of a machine that never reported, because losing it is the one thing that must not happen', async () => {
    await escrow(await sealedSecret(tenant.id, tenant.keyring, machine));
    const { json } = await asPerson<{ hostname: null; secrets: number }>(
      emailOf('engineer'),
      `/v1/tenants/${tenant.id}/machines/${machine}`,
    );
    expect(json).toMatchObject({ hostname: null, secrets: 1, run: null });
  });
});
