// Which id the reference engine reports and seals under, and what it does when a server knows more shared ones than it does.
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readSealed } from '../schema/jwe.ts';
import { SHARED_UUIDS } from '../schema/shared-ids.ts';
import { Engine, type EngineOptions } from './client.ts';
import { type Fault, newEscrowKey, newFolder, newRoot, publicKeyAnswer, startServer, stateKey } from './fixtures.ts';
import { Spool } from './spool.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const REF = { account: 'Administrator' };
const shared: Fault = { refuse: 'shared_machine_id' };
const machine = { id: crypto.randomUUID(), hostname: 'PC-1' };
const run = { id: crypto.randomUUID(), startedAt: 0, phases: ['preflight'] };
let answer: unknown;
let server: Awaited<ReturnType<typeof startServer>>;
let spoolDir: string;

beforeAll(async () => {
  const [root, key] = await Promise.all([newRoot(), newEscrowKey()]);
  answer = publicKeyAnswer(key, [await stateKey(root, 'acme', key.kid)]);
});
beforeEach(async () => {
  server = await startServer(() => answer);
  spoolDir = newFolder();
});
afterEach(() => server.close());

const engine = (more: Partial<EngineOptions> = {}) =>
  new Engine({
    apiOrigin: server.origin,
    token: 'tok_secret',
    spoolDir,
    machine,
    sleep: async () => {},
    random: () => 0.5,
    ...more,
  });
const sealedFor = () =>
  [...server.secrets.values()].map(({ sealed }) => {
    const read = readSealed(sealed);
    return read.ok ? read.header.machine : read.message;
  });
const spooledFor = () => new Spool(spoolDir).run(run.id)?.envelope.machine.id;

describe('a PC whose firmware has an id of many', () => {
  it('reports and seals under a random one instead, the same after a restart, and when the firmware is mended', async () => {
    for (const { value } of SHARED_UUIDS) {
      spoolDir = newFolder();
      const one = engine({ machine: { ...machine, id: value } });
      expect(one.machineId).toMatch(UUID);
      expect(one.machineId).not.toBe(value);
      expect(engine({ machine: { ...machine, id: value } }).machineId).toBe(one.machineId);
      expect(engine().machineId).toBe(one.machineId);
    }
    const one = engine({ machine: { ...machine, id: SHARED_UUIDS[0]?.value ?? '' } });
    one.startRun(run);
    expect((await one.escrow(run.id, 'local_admin_password', REF, 'x')).ok).toBe(true);
    expect([spooledFor(), ...sealedFor()]).toEqual([one.machineId, one.machineId]);
    one.describe(run, { ...machine, id: SHARED_UUIDS[0]?.value ?? '', hostname: 'RENAMED' });
    expect(spooledFor()).toBe(one.machineId);
  });

  it('has no serial number where firmware has left something in its place', () => {
    engine({ machine: { ...machine, serial: 'To be filled by O.E.M.' } }).startRun(run);
    expect(new Spool(spoolDir).run(run.id)?.envelope.machine).toEqual(machine);
    engine({ machine: { ...machine, serial: '5CD1234XYZ' } }).startRun(run);
    expect(new Spool(spoolDir).run(run.id)?.envelope.machine.serial).toBe('5CD1234XYZ');
  });
});

describe('a server that knows more shared ids', () => {
  it('has the secret sealed anew for another id and taken, and the run reported under that', async () => {
    const one = engine();
    one.startRun(run);
    one.event(run.id, { message: 'first' });
    server.faults.push('none', shared);
    expect((await one.escrow(run.id, 'local_admin_password', REF, 'x')).ok).toBe(true);
    expect(one.machineId).not.toBe(machine.id);
    expect(sealedFor()).toEqual([one.machineId]);
    expect(new Spool(spoolDir).secrets()).toEqual([]);
    expect(await one.flush()).toMatchObject({ ok: true, sent: 1 });
    expect([spooledFor(), engine().machineId]).toEqual([one.machineId, one.machineId]);
  });

  it('has a run that it has not heard of reported under another id', async () => {
    const one = engine();
    one.startRun(run);
    one.event(run.id, { message: 'first' });
    server.faults.push(shared);
    expect(await one.flush()).toMatchObject({ ok: true, sent: 1 });
    expect(spooledFor()).toBe(one.machineId);
    expect(one.machineId).not.toBe(machine.id);
  });

  it('has every such run in the spool reported under the one other id, those that were read before it was made too', async () => {
    const sent: string[] = [];
    const one = engine({
      fetch: (url, init) => {
        sent.push(JSON.parse(String(init?.body).split('\n')[0] ?? '').machine.id);
        return fetch(url, init);
      },
    });
    for (const id of [run.id, crypto.randomUUID(), crypto.randomUUID()]) {
      one.startRun({ ...run, id });
      one.event(id, { message: 'first' });
    }
    server.faults.push(shared);
    expect(await one.flush()).toMatchObject({ ok: true, sent: 3 });
    expect(sent).toEqual([machine.id, one.machineId, one.machineId, one.machineId]);
  });

  it('is not told that another id would do where a secret of the run is sealed to this one already', async () => {
    const one = engine();
    one.startRun(run);
    one.event(run.id, { message: 'first' });
    server.faults.push('none', ...Array<number>(6).fill(503));
    expect(await one.escrow(run.id, 'local_admin_password', REF, 'x')).toMatchObject({ code: 'offline' });
    server.faults.push('none', shared);
    expect(await one.flush()).toMatchObject({ ok: true, receipts: 1, setAside: 1 });
    expect([one.machineId, ...sealedFor()]).toEqual([machine.id, machine.id]);
  });
});
