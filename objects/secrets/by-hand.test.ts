// Secrets by hand and spool files, through the person routes: what they bind, what they refuse, and that they live like
// any other.
import { beforeEach, describe, expect, it } from 'vitest';
import { isFault } from '../../portal/vault/fault.ts';
import { openSecret } from '../../portal/vault/opener.ts';
import type { AuditPage } from '../../schema/audit.ts';
import type { RunList } from '../../schema/machine.ts';
import type { Problem } from '../../schema/problem.ts';
import type { ReportAnswer } from '../../schema/report.ts';
import type { Receipt, Revealed, SecretList } from '../../schema/secret.ts';
import {
  asMachine,
  asPerson,
  emailOf,
  event,
  handSecret,
  newMachine,
  newRun,
  privateKeysOf,
  resealedItem,
  sealedSecret,
  seedReadyTenant,
  setKeyState,
  startRotation,
  type TestKeyring,
  type TestTenant,
} from '../../test/workerd-fixtures.ts';

const [ADMIN, ENGINEER] = [emailOf('admin'), emailOf('engineer')];
let tenant: TestTenant & { keyring: TestKeyring };
const machine = newMachine();

const at = (path: string) => `/v1/tenants/${tenant.id}/${path}`;
const add = (body: unknown, email = ENGINEER) =>
  asPerson<Receipt & Problem>(email, at(`machines/${machine.id}/secrets`), body);
const sealed = (by = ENGINEER, of = machine.id) => handSecret(tenant.id, tenant.keyring, of, by);
const secretsOf = async (id: string) =>
  (await asPerson<SecretList>(ENGINEER, at(`machines/${id}/secrets`))).json.secrets;
const lastEntry = async () =>
  (await asPerson<AuditPage>(ADMIN, at('audit?limit=500'))).json.entries
    .filter((entry) => entry.action !== 'access.refused')
    .at(-1);

beforeEach(async () => {
  tenant = await seedReadyTenant();
  await asMachine(tenant.token, '/v1/report', { machine, run: newRun(), events: [event(1)] });
});

describe('a secret added by hand', () => {
  it('is kept under the name of who sealed it, on record as by hand, and a resend gets the same receipt', async () => {
    const body = await sealed();
    const [first, again] = [await add(body), await add(body)];
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.json).toEqual(first.json);
    expect(await secretsOf(machine.id)).toMatchObject([
      { kind: 'bios_password', versions: [{ by: ENGINEER, run: null, uploadedBy: null, bound: true }] },
    ]);
    expect(await lastEntry()).toMatchObject({
      action: 'secret.escrowed',
      principal: { kind: 'person', name: ENGINEER },
      detail: { byHand: true, machine: machine.id, bound: true },
    });
  });

  it('is revealed, opened, re-sealed and opened again like any other, because its header says all that is checked', async () => {
    const { secretId } = (await add(await sealed())).json;
    const opened = async () => {
      const { json } = await asPerson<Revealed>(ADMIN, at(`secrets/${secretId}/reveal`), { reason: 'the test' });
      const result = await openSecret(tenant.id, json, await privateKeysOf(tenant.id, tenant.keyring));
      return isFault(result) ? result.message : result.plaintext;
    };
    expect(await opened()).toBe('by-hand-9x');
    await startRotation(tenant.id, tenant.keyring);
    const item = await resealedItem(tenant.id, tenant.keyring, secretId);
    expect((await asPerson(ADMIN, at('rotation/reseal'), { items: [item] })).json).toMatchObject({ resealed: 1 });
    expect(await opened()).toBe('by-hand-9x');
  });

  it('is refused under another person’s name, for another machine, or with a run, because the header binds all three', async () => {
    const asAdmin = await add(await sealed(), ADMIN);
    expect(asAdmin.json).toMatchObject({ code: 'header_mismatch', detail: expect.stringContaining('header.by') });
    const moved = await add(await sealed(ENGINEER, crypto.randomUUID()));
    expect(moved.json).toMatchObject({ code: 'header_mismatch', detail: expect.stringContaining('header.machine') });
    const { kind, eid, ref, sealed: bytes } = await sealedSecret(tenant.id, tenant.keyring, machine.id);
    const engines = await add({ kind, eid, ref, sealed: bytes });
    expect(engines.json).toMatchObject({ code: 'header_mismatch', detail: expect.stringContaining('header.run') });
    expect(await secretsOf(machine.id)).toEqual([]);
  });

  it('is refused under a key that is no longer active, and for a machine nobody knows', async () => {
    const body = await sealed();
    const old = await startRotation(tenant.id, tenant.keyring);
    expect((await add(body)).json).toMatchObject({ status: 409, code: 'kid_not_active' });
    await setKeyState(tenant.id, tenant.keyring, old, 'retired');
    expect((await add(body)).json).toMatchObject({ code: 'kid_not_active' });
    const unknown = crypto.randomUUID();
    const elsewhere = await asPerson(ENGINEER, at(`machines/${unknown}/secrets`), await sealed(ENGINEER, unknown));
    expect(elsewhere.json).toMatchObject({ status: 404, code: 'unknown_machine' });
  });

  it('cannot be sent by an engine, because `by` is a person’s word', async () => {
    const body = { ...(await sealed()), machine: machine.id, run: crypto.randomUUID() };
    expect((await asMachine(tenant.token, '/v1/secret', body)).json).toMatchObject({ code: 'header_mismatch' });
  });
});

describe('a spool file', () => {
  const pc = newMachine();
  const run = newRun();
  const report = (events: unknown[]) =>
    asPerson<ReportAnswer>(ENGINEER, at('spool/report'), { machine: pc, run, events });

  it('is stored as its engine would have sent it, under the name of who uploaded it', async () => {
    expect((await report([event(1), event(2)])).json).toMatchObject({ accepted: 2, nextSeq: 3 });
    expect(await lastEntry()).toMatchObject({
      action: 'spool.uploaded',
      subject: run.id,
      principal: { kind: 'person', name: ENGINEER },
      detail: { machine: pc.id, accepted: 2, rejected: 0 },
    });
    const body = await sealedSecret(tenant.id, tenant.keyring, pc.id, { run: run.id });
    const taken = await asPerson<Receipt>(ENGINEER, at('spool/secret'), body);
    expect(taken.status).toBe(201);
    expect(await lastEntry()).toMatchObject({ action: 'secret.escrowed', detail: { uploaded: true } });
    expect(await secretsOf(pc.id)).toMatchObject([{ versions: [{ run: run.id, by: null, uploadedBy: ENGINEER }] }]);
    const { json } = await asPerson<RunList>(ENGINEER, at(`machines/${pc.id}/runs`));
    expect(json.runs).toMatchObject([{ id: run.id, events: 2, uploadedBy: ENGINEER }]);
  });

  it('changes nothing when it comes twice; once its engine comes online the receipt that it gets is on record, once', async () => {
    const body = await sealedSecret(tenant.id, tenant.keyring, pc.id, { run: run.id });
    await report([event(1), event(2)]);
    const first = (await asPerson<Receipt>(ENGINEER, at('spool/secret'), body)).json;
    const before = await lastEntry();
    expect((await report([event(1), event(2)])).json).toMatchObject({ accepted: 0, duplicates: 2 });
    expect((await asPerson<Receipt>(ENGINEER, at('spool/secret'), body)).json).toEqual(first);
    const online = { machine: pc, run, events: [event(1), event(2)] };
    expect((await asMachine<ReportAnswer>(tenant.token, '/v1/report', online)).json).toMatchObject({ duplicates: 2 });
    expect(await lastEntry()).toEqual(before);
    for (const _ of [1, 2]) expect((await asMachine<Receipt>(tenant.token, '/v1/secret', body)).json).toEqual(first);
    expect(await lastEntry()).toMatchObject({
      seq: (before?.seq ?? 0) + 1,
      action: 'secret.receipted',
      subject: first.secretId,
    });
  });

  it('takes no number out of use by what is wrong in it, because the PC’s own event may still come', async () => {
    expect((await report([event(1), { ...event(2), type: 'nonsense' }])).json).toMatchObject({
      accepted: 1,
      rejected: [{ seq: 2 }],
      nextSeq: 2,
    });
    const online = { machine: pc, run, events: [event(2)] };
    expect((await asMachine<ReportAnswer>(tenant.token, '/v1/report', online)).json).toMatchObject({
      accepted: 1,
      rejected: [],
      nextSeq: 3,
    });
  });

  it('is refused from an auditor, and a plaintext in it is never stored', async () => {
    const body = await sealedSecret(tenant.id, tenant.keyring, pc.id);
    expect((await asPerson(emailOf('auditor'), at('spool/secret'), body)).json).toMatchObject({ code: 'role_forbids' });
    const plain = { ...body, sealed: 'Summer2026!' };
    expect((await asPerson(ENGINEER, at('spool/secret'), plain)).json).toMatchObject({ code: 'not_sealed' });
  });
});
