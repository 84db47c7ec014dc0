// Archived and merged machines: out of the list and the counters, never out of reach; both histories kept; undone without loss.
import { beforeEach, describe, expect, it } from 'vitest';
import type { AuditPage } from '../../schema/audit.ts';
import type { Machine, MachineMoved, MachinePage, Overview, RunList } from '../../schema/machine.ts';
import type { Problem } from '../../schema/problem.ts';
import type { Receipt, Revealed, SecretList } from '../../schema/secret.ts';
import {
  asMachine,
  asPerson,
  emailOf,
  event,
  newMachine,
  newRun,
  sealedSecret,
  seedReadyTenant,
  type TestKeyring,
  type TestTenant,
} from '../../test/workerd-fixtures.ts';

const [ADMIN, ENGINEER] = [emailOf('admin'), emailOf('engineer')];
let tenant: TestTenant & { keyring: TestKeyring };
let pc: ReturnType<typeof newMachine>;

const at = (path: string) => `/v1/tenants/${tenant.id}/${path}`;
const get = async <T>(path: string) => (await asPerson<T>(ENGINEER, at(path))).json;
const act = (machine: string, what: string, body: unknown = {}) =>
  asPerson<MachineMoved & Problem>(ENGINEER, at(`machines/${machine}/${what}`), body);
const overview = () => get<Overview>('overview');
const listed = async (query = '') => (await get<MachinePage>(`machines${query}`)).machines.map((one) => one.id);
const actions = async () =>
  (await asPerson<AuditPage>(ADMIN, at('audit?limit=500'))).json.entries
    .map((entry) => entry.action)
    .filter((action) => action.startsWith('machine.') && action !== 'machine.enrolled');
const report = (machine: ReturnType<typeof newMachine>, run: ReturnType<typeof newRun>, events: unknown[]) =>
  asMachine(tenant.token, '/v1/report', { machine, run, events });
const escrow = async (machine: string) => {
  const body = await sealedSecret(tenant.id, tenant.keyring, machine);
  return (await asMachine<Receipt>(tenant.token, '/v1/secret', body)).json.secretId;
};
const failed = (seq: number) => event(seq, { type: 'run_failed', level: 'error' });

beforeEach(async () => {
  tenant = await seedReadyTenant();
  pc = newMachine();
});

describe('an archived machine', () => {
  it('leaves the list and the counters, is found by the filter, and keeps secrets that can be revealed', async () => {
    await report(pc, newRun(), [failed(1)]);
    const secret = await escrow(pc.id);
    expect(await overview()).toMatchObject({ machines: 1, attention: 1, archived: 0, secrets: 1, runs: { failed: 1 } });
    expect((await act(pc.id, 'archive')).json).toMatchObject({ shelf: 'archived' });
    expect(await overview()).toMatchObject({ machines: 0, attention: 0, archived: 1, secrets: 1, runs: { failed: 0 } });
    expect(await listed()).toEqual([]);
    expect(await listed('?status=failed')).toEqual([]);
    expect(await listed('?shelf=archived')).toEqual([pc.id]);
    expect(await get<Machine>(`machines/${pc.id}`)).toMatchObject({ shelf: 'archived', archivedBy: ENGINEER });
    const revealed = await asPerson<Revealed>(ENGINEER, at(`secrets/${secret}/reveal`), { reason: 'the test' });
    expect(revealed.json.machine).toBe(pc.id);
    expect((await act(pc.id, 'restore')).json).toMatchObject({ shelf: 'fleet' });
    expect(await overview()).toMatchObject({ machines: 1, attention: 1, archived: 0, secrets: 1, runs: { failed: 1 } });
    expect(await actions()).toEqual(['machine.archived', 'machine.restored']);
  });

  it('is archived and restored once, however often it is asked', async () => {
    await report(pc, newRun(), [event(1)]);
    for (const what of ['archive', 'archive', 'restore', 'restore']) expect((await act(pc.id, what)).status).toBe(200);
    expect(await overview()).toMatchObject({ machines: 1, archived: 0 });
    expect(await actions()).toEqual(['machine.archived', 'machine.restored']);
  });

  it.each([
    ['a report', () => report(pc, newRun(), [event(1)])],
    ['an escrow', () => escrow(pc.id)],
  ])('comes back by itself with %s, on record as its machine’s doing', async (_what, send) => {
    await report(pc, newRun(), [event(1)]);
    await act(pc.id, 'archive');
    await send();
    expect(await get<Machine>(`machines/${pc.id}`)).toMatchObject({ shelf: 'fleet', archivedAt: null });
    const { entries } = (await asPerson<AuditPage>(ADMIN, at('audit?limit=500'))).json;
    expect(entries.find((entry) => entry.action === 'machine.restored')).toMatchObject({
      principal: { kind: 'machine' },
    });
    expect(await overview()).toMatchObject({ machines: 1, archived: 0 });
  });

  it('does not come back by a resend, because that says nothing new of the PC', async () => {
    const run = newRun();
    await report(pc, run, [event(1)]);
    await act(pc.id, 'archive');
    await report(pc, run, [event(1)]);
    expect(await listed('?shelf=archived')).toEqual([pc.id]);
  });
});

describe('two ids of one PC', () => {
  let twin: ReturnType<typeof newMachine>;
  const [early, late] = [newRun(), newRun()];
  beforeEach(async () => {
    twin = { ...newMachine(), hostname: 'ACM-LT-0142-OLD', serial: 'OLD-SERIAL' };
    await report(twin, early, [failed(1)]);
    await report(pc, late, [event(1, { type: 'run_succeeded' })]);
  });

  it('are one machine with both histories, each line under the id it came from', async () => {
    const [own, other] = [await escrow(pc.id), await escrow(twin.id)];
    expect((await act(twin.id, 'merge', { into: pc.id })).json).toMatchObject({ shelf: 'merged', mergedInto: pc.id });
    expect(await overview()).toMatchObject({ machines: 1, secrets: 2, runs: { succeeded: 1, failed: 0 } });
    expect(await listed()).toEqual([pc.id]);
    const kept = await get<Machine>(`machines/${pc.id}`);
    expect(kept).toMatchObject({ secrets: 2, merged: [{ id: twin.id, hostname: twin.hostname, mergedBy: ENGINEER }] });
    expect(kept.history.filter((one) => one.attribute === 'serial').map((one) => [one.machine, one.value])).toEqual(
      expect.arrayContaining([
        [twin.id, 'OLD-SERIAL'],
        [pc.id, pc.serial],
      ]),
    );
    const { runs } = await get<RunList>(`machines/${pc.id}/runs`);
    expect(runs.map((run) => [run.id, run.machine])).toEqual([
      [late.id, pc.id],
      [early.id, twin.id],
    ]);
    const { secrets } = await get<SecretList>(`machines/${pc.id}/secrets`);
    expect(new Map(secrets.map((one) => [one.id, one.machine]))).toEqual(
      new Map([
        [own, pc.id],
        [other, twin.id],
      ]),
    );
    expect(await get<Machine>(`machines/${twin.id}`)).toMatchObject({ mergedInto: pc.id, shelf: 'merged' });
  });

  it('go on reporting each under its own id, and what is new shows with the one that is kept', async () => {
    await act(twin.id, 'merge', { into: pc.id });
    const latest = newRun();
    await report(twin, latest, [failed(1)]);
    await escrow(twin.id);
    expect(await get<Machine>(`machines/${pc.id}`)).toMatchObject({
      secrets: 1,
      attention: ['run_failed'],
      run: { id: latest.id, status: 'failed' },
    });
    expect(await overview()).toMatchObject({
      machines: 1,
      secrets: 1,
      attention: 1,
      runs: { failed: 1, succeeded: 0 },
    });
  });

  it('are two again when the merge is undone, with every counter as before', async () => {
    await escrow(twin.id);
    const before = await overview();
    await act(twin.id, 'merge', { into: pc.id });
    expect((await act(twin.id, 'unmerge')).json).toMatchObject({ shelf: 'fleet', mergedInto: null });
    expect(await overview()).toEqual(before);
    expect(await get<Machine>(`machines/${pc.id}`)).toMatchObject({ secrets: 0, merged: [], run: { id: late.id } });
    expect(await get<Machine>(`machines/${twin.id}`)).toMatchObject({ secrets: 1, run: { id: early.id } });
    expect(await actions()).toEqual(['machine.merged', 'machine.unmerged']);
  });

  it('of which the kept one is archived come back when the other one reports', async () => {
    await act(twin.id, 'merge', { into: pc.id });
    await act(pc.id, 'archive');
    expect(await overview()).toMatchObject({ machines: 0, archived: 1 });
    await report(twin, newRun(), [event(1)]);
    expect(await listed()).toEqual([pc.id]);
  });

  it('of which the merged one was archived before go back to where they were', async () => {
    await act(twin.id, 'archive');
    await act(twin.id, 'merge', { into: pc.id });
    expect(await listed('?shelf=archived')).toEqual([]);
    expect((await act(twin.id, 'unmerge')).json).toMatchObject({ shelf: 'archived' });
    expect(await overview()).toMatchObject({ machines: 1, archived: 1 });
  });

  it('never make a chain, a cycle, or an alias of themselves or of another tenant’s machine', async () => {
    const third = newMachine();
    await report(third, newRun(), [event(1)]);
    const refused = async (machine: string, into: string) => (await act(machine, 'merge', { into })).json.code;
    expect(await refused(pc.id, pc.id)).toBe('merge_conflict');
    expect((await act(twin.id, 'merge', { into: pc.id })).status).toBe(200);
    expect((await act(twin.id, 'merge', { into: pc.id })).status).toBe(200);
    expect(await refused(pc.id, twin.id)).toBe('merge_conflict');
    expect(await refused(third.id, twin.id)).toBe('merge_conflict');
    expect(await refused(pc.id, third.id)).toBe('merge_conflict');
    expect(await refused(twin.id, third.id)).toBe('merge_conflict');
    expect((await act(twin.id, 'archive')).json.code).toBe('merge_conflict');
    expect((await act(third.id, 'merge', { into: pc.id })).status).toBe(200);
    const foreign = await seedReadyTenant();
    const away = newMachine();
    await asMachine(foreign.token, '/v1/report', { machine: away, run: newRun(), events: [event(1)] });
    expect(await refused(away.id, pc.id)).toBe('unknown_machine');
    expect((await actions()).filter((action) => action === 'machine.merged')).toHaveLength(2);
  });
});
