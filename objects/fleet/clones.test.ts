// Several PCs under one id, through the API: what shows it, what is offered meanwhile, and how it ends. And the marks that a person acknowledges.
import { evictDurableObject } from 'cloudflare:test';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AuditPage } from '../../schema/audit.ts';
import type { BulkPage } from '../../schema/bulk.ts';
import type { Acknowledged, HistoryPage, Machine, Run } from '../../schema/machine.ts';
import type { Problem } from '../../schema/problem.ts';
import type { ReportAnswer } from '../../schema/report.ts';
import type { Receipt, Secret, SecretList } from '../../schema/secret.ts';
import { pass } from '../../test/support/clock.ts';
import {
  asMachine,
  asPerson,
  bindings,
  emailOf,
  inStorage,
  nextReport,
  type Pc,
  pc,
  sealedSecret,
  seedReadyTenant,
  type TestKeyring,
  type TestTenant,
} from '../../test/workerd-fixtures.ts';

const [ADMIN, ENGINEER] = [emailOf('admin'), emailOf('engineer')];
const MINUTE = 60_000;
let tenant: TestTenant & { keyring: TestKeyring };
let id: string;

beforeEach(async () => {
  tenant = await seedReadyTenant();
  id = crypto.randomUUID();
});

const at = (path: string) => `/v1/tenants/${tenant.id}/${path}`;
const inObject = <T>(work: (sql: SqlStorage) => T) => inStorage(tenant.id, work);
const get = async <T>(path: string) => (await asPerson<T>(ENGINEER, at(path))).json;
const auditOf = async (path: string) => (await asPerson<AuditPage>(ADMIN, at(path))).json;
const shown = (of = id) => get<Machine>(`machines/${of}`);
const attention = async (of = id) => (await shown(of)).attention;
const runOf = (run: string) => get<Run>(`runs/${run}`);

/** What its engine sends as it happens. */
const speaks = (one: Pc, event: Record<string, unknown> = {}, of = id) =>
  asMachine<ReportAnswer & Problem>(tenant.token, '/v1/report', nextReport(one, of, event));

/** A password that a PC's run has sealed. */
async function escrows(one: Pc, plaintext: string) {
  const body = await sealedSecret(tenant.id, tenant.keyring, id, { run: one.run.id, plaintext });
  return (await asMachine<Receipt>(tenant.token, '/v1/secret', body)).json;
}
const secretsOf = async (of = id): Promise<Secret[]> => (await get<SecretList>(`machines/${of}/secrets`)).secrets;
const offeredRuns = async (of = id) =>
  (await secretsOf(of)).flatMap(({ offered }) => offered.map(({ run }) => run)).sort();
const acknowledge = (mark: string, of: string, by = ENGINEER) =>
  asPerson<Acknowledged & Problem>(by, at(`machines/${id}/acknowledge`), { mark, of });
const seen = async (mark: string) => {
  const of = (await shown()).marks.find((one) => one.mark === mark)?.of ?? 'none';
  return acknowledge(mark, of);
};

describe('two PCs under one id', () => {
  it.each<[string, number | null]>([
    ['as their engines measure their clocks', 0],
    ['whose clocks are a day behind', 86_400_000],
    ['whose engines say nothing of their clocks', null],
  ])('are noticed when their live runs take turns, %s, and neither run is left for the other', async (_how, offMs) => {
    const [a, b] = [pc({ hostname: 'A' }, offMs), pc({ hostname: 'B' }, offMs)];
    await speaks(a);
    await speaks(b);
    expect(await attention()).toEqual([]);
    await speaks(a);
    expect(await shown()).toMatchObject({ attention: ['cloned'], clonedBy: 'turns' });
    await speaks(b);
    expect([(await runOf(a.run.id)).status, (await runOf(b.run.id)).status]).toEqual(['running', 'running']);
    // A third is not abandoned either; one that has been silent for hours is, as always.
    const c = pc();
    await speaks(c);
    expect((await runOf(a.run.id)).status).toBe('running');
    pass(4 * 3_600_000);
    await speaks(pc());
    expect((await runOf(a.run.id)).status).toBe('abandoned');
  });

  it('are not one PC whose engine sends a line of before its next run began: that is late, and no turn', async () => {
    const one = pc();
    await speaks(one);
    const late = { seq: 7, at: Date.now(), message: 'kept back' };
    pass(20_000);
    const next = pc();
    await speaks(next);
    const body = { machine: { id }, run: one.run, events: [late], sentAt: Date.now() };
    expect((await asMachine<ReportAnswer>(tenant.token, '/v1/report', body)).json.accepted).toBe(1);
    await speaks(next);
    expect(await attention()).toEqual([]);
    expect((await runOf(next.run.id)).status).toBe('running');
  });

  it('that a person said are one have no mark again by what the earlier run says once more', async () => {
    const [a, b] = [pc({ serial: 'S-1' }), pc({ serial: 'S-2' })];
    await speaks(a);
    await speaks(b);
    await seen('cloned');
    expect(await attention()).toEqual([]);
    for (let seq = 20; seq < 22; seq++) {
      const events = [{ seq, at: a.run.startedAt + 1, message: 'kept back' }];
      const body = { machine: { id, serial: 'S-1' }, run: a.run, events, sentAt: Date.now() };
      expect((await asMachine<ReportAnswer>(tenant.token, '/v1/report', body)).json.accepted).toBe(1);
      expect(await attention()).toEqual([]);
    }
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['serial', { serial: '5CD1234XYZ' }, { serial: '5CD9999ABC' }],
    ['model', { model: 'EliteBook 840' }, { model: 'OptiPlex 7010' }],
  ])('are noticed with the first report of a run that has another real %s', async (sign, first, second) => {
    const [a, b] = [pc(first), pc(second)];
    await speaks(a);
    await speaks(b);
    expect(await shown()).toMatchObject({ attention: ['cloned'], clonedBy: sign });
    expect((await runOf(a.run.id)).status).toBe('running');
  });

  it('are noticed in one run, as of an image, once what it says of its PC goes to and fro', async () => {
    const [a, b] = [pc({ serial: 'S-1' }), pc({ serial: 'S-2' })];
    b.run = a.run;
    await speaks(a);
    b.seq = 10;
    await speaks(b);
    expect(await attention()).toEqual(['serial_changed']);
    await speaks(a);
    expect(await attention()).toEqual(['cloned']);
  });

  it('have what each of them sealed offered, and the dialog tells whose it may be', async () => {
    const [a, b] = [pc({ hostname: 'A', serial: 'S-1' }), pc({ hostname: 'B', serial: 'S-2' })];
    await speaks(a);
    await escrows(a, 'of A, at first');
    await escrows(a, 'of A');
    await speaks(b);
    await escrows(b, 'of B');
    const [secret] = await secretsOf();
    expect(secret?.offered.map(({ run, hostname, serial }) => [run, hostname, serial])).toEqual([
      [b.run.id, 'B', 'S-2'],
      [a.run.id, 'A', 'S-1'],
    ]);
    // Another run of the one PC replaces what that PC had, and nothing else.
    const later = pc({ hostname: 'A', serial: 's-1 ' });
    await speaks(later);
    await escrows(later, 'of A, later');
    expect(await offeredRuns()).toEqual([b.run.id, later.run.id].sort());
    // The exit bundle says so too: it is read where nobody can ask.
    const page = await asPerson<BulkPage>(ADMIN, at('ciphertexts/page'), { purpose: 'export' });
    expect(new Set(page.json.items.map((one) => one.pc)).size).toBe(2);
  });

  it('are told apart by run where they say the same of themselves', async () => {
    const [a, b] = [pc({ serial: 'SAME' }), pc({ serial: 'SAME' })];
    await speaks(a);
    await escrows(a, 'of A');
    await speaks(b);
    await escrows(b, 'of B');
    expect(await offeredRuns()).toEqual([b.run.id]);
    await speaks(a);
    expect(await offeredRuns()).toEqual([a.run.id, b.run.id].sort());
  });

  it('have the mark of what was revealed of the one stand, whatever the other seals', async () => {
    const [a, b] = [pc(), pc()];
    await speaks(a);
    const { secretId } = await escrows(a, 'of A');
    await asPerson(ENGINEER, at(`secrets/${secretId}/reveal`), { reason: 'the test' });
    const due = (await secretsOf())[0]?.rotateDueAt;
    await speaks(b);
    await escrows(b, 'of B');
    expect((await secretsOf())[0]?.rotateDueAt).toBeNull();
    await speaks(a);
    expect((await secretsOf())[0]?.rotateDueAt).toBe(due);
    await escrows(b, 'of B again');
    expect((await secretsOf())[0]?.rotateDueAt).toBe(due);
    await escrows(a, 'of A again');
    expect((await secretsOf())[0]?.rotateDueAt).toBeNull();
  });

  it('have the one’s list of its volume take no key of the other’s away', async () => {
    const [a, b] = [pc({ serial: 'S-1' }), pc({ serial: 'S-2' })];
    await speaks(a);
    await speaks(b);
    const keyOf = async (one: Pc, protectorId: string) => {
      const ref = { protectorId, volume: 'C:' };
      const how = { kind: 'bitlocker_recovery_key', ref, run: one.run.id } as const;
      await asMachine(tenant.token, '/v1/secret', await sealedSecret(tenant.id, tenant.keyring, id, how));
    };
    const [ofA, ofB] = [crypto.randomUUID(), crypto.randomUUID()];
    await keyOf(a, ofA);
    await keyOf(b, ofB);
    pass(MINUTE);
    b.seq++;
    const now = Date.now();
    await asMachine(tenant.token, '/v1/report', {
      machine: { id, ...b.facts },
      run: b.run,
      events: [{ seq: b.seq, at: now, message: 'x' }],
      volumes: { readAt: now, list: [{ volume: 'C:', protectors: [ofB] }] },
      sentAt: now,
    });
    expect((await secretsOf()).map(({ goneAt, offered }) => [goneAt, offered.length])).toEqual([
      [null, 1],
      [null, 1],
    ]);
  });
});

describe('one PC', () => {
  it('may be renamed within a run and between runs, be told its serial number late, and in other letters', async () => {
    const first = pc({ hostname: 'DESKTOP-1', serial: 'To be filled by O.E.M.', model: 'System Product Name' });
    await speaks(first);
    first.facts = { hostname: 'WS-1', serial: '5cd1234xyz', model: 'EliteBook 840' };
    await speaks(first);
    const second = pc({ hostname: 'WS-2', serial: ' 5CD1234XYZ', model: 'EliteBook  840' });
    await speaks(second);
    await speaks(second);
    expect(await attention()).toEqual([]);
    expect((await runOf(first.run.id)).status).toBe('abandoned');
  });

  it('may send what an earlier run had kept back after its later run began: that is late, and no turn', async () => {
    const [earlier, later] = [pc(), pc()];
    await speaks(earlier);
    pass(60 * MINUTE);
    await speaks(later);
    earlier.seq++;
    const now = Date.now();
    const late = { seq: earlier.seq, at: now - 50 * MINUTE, message: 'kept back' };
    await asMachine(tenant.token, '/v1/report', { machine: { id }, run: earlier.run, events: [late], sentAt: now });
    await speaks(later);
    expect(await attention()).toEqual([]);
    // Nor is it where a person brings it.
    earlier.seq++;
    const brought = { seq: earlier.seq, at: Date.now(), message: 'brought' };
    await asPerson(ENGINEER, at('spool/report'), { machine: { id }, run: earlier.run, events: [brought] });
    expect(await attention()).toEqual([]);
    expect((await runOf(earlier.run.id)).status).toBe('abandoned');
  });

  it('says a person, on record: its versions are in one order again, and it is marked anew when another reports', async () => {
    const [a, b] = [pc({ serial: 'OLD-BOARD' }), pc({ serial: 'NEW-BOARD' })];
    await speaks(a);
    await escrows(a, 'before');
    await speaks(b);
    await escrows(b, 'after');
    expect((await offeredRuns()).length).toBe(2);
    await evictDurableObject(bindings.TENANT.getByName(tenant.id));
    expect((await seen('cloned')).json).toMatchObject({ machine: id, mark: 'cloned', attention: [] });
    expect(await offeredRuns()).toEqual([b.run.id]);
    await speaks(b);
    expect(await attention()).toEqual([]);
    await speaks(pc({ serial: 'A-THIRD' }));
    expect(await attention()).toEqual(['cloned']);
    const { entries } = await auditOf(`audit?machine=${id}&action=machine.acknowledged`);
    expect(entries.map(({ principal, detail }) => [principal.name, detail.mark])).toEqual([[ENGINEER, 'cloned']]);
  });
});

describe('the runs under a flagged id', () => {
  it('are left as ever once a person says that it is one PC: one of them is at work', async () => {
    const [a, b] = [pc(), pc()];
    await speaks(a);
    await speaks(b);
    await speaks(a);
    expect([(await runOf(a.run.id)).status, (await runOf(b.run.id)).status]).toEqual(['running', 'running']);
    expect((await seen('cloned')).status).toBe(200);
    expect([(await runOf(a.run.id)).status, (await runOf(b.run.id)).status]).toEqual(['abandoned', 'running']);
  });

  it('are none at work for ever, because one that is no longer looked at is left and not taken up again', async () => {
    const [a, b] = [pc({ serial: 'S-1' }), pc({ serial: 'S-2' })];
    await speaks(a);
    await speaks(b);
    for (let more = 0; more < 19; more++) await speaks(pc());
    await speaks(a);
    expect((await runOf(a.run.id)).status).toBe('abandoned');
    await speaks(b);
    await speaks(pc());
    expect((await runOf(b.run.id)).status).toBe('abandoned');
  });
});

describe('an id that an admin has split', () => {
  const splitAs = (by: string, of: string) => asPerson<Acknowledged & Problem>(by, at(`machines/${id}/split`), { of });

  it('is refused by name to engines that can take another, and what each PC sealed stays beside the others', async () => {
    const [a, b] = [pc({ serial: 'SAME' }), pc({ serial: 'SAME' })];
    await speaks(a);
    await escrows(a, 'of A');
    await speaks(b);
    await escrows(b, 'of B');
    await speaks(a);
    const of = (await shown()).marks[0]?.of ?? '';
    expect((await splitAs(ENGINEER, of)).json).toMatchObject({ code: 'role_forbids' });
    expect((await splitAs(ADMIN, 'another')).json).toMatchObject({ code: 'mark_changed' });
    expect((await splitAs(ADMIN, of)).json).toMatchObject({ machine: id, attention: [] });
    expect((await splitAs(ADMIN, of)).status).toBe(200);
    await evictDurableObject(bindings.TENANT.getByName(tenant.id));
    const { entries } = await auditOf(`audit?machine=${id}&action=machine.split`);
    expect(entries.map(({ detail }) => detail.sign)).toEqual(['turns']);
    // The runs under way go on; new ones are told, where their engine can act on it.
    for (const one of [a, b]) expect((await speaks(one)).status).toBe(200);
    const next = pc({ serial: 'SAME', takesOtherId: true });
    expect((await speaks(next)).json).toMatchObject({ status: 422, code: 'shared_machine_id' });
    const sealed = await sealedSecret(tenant.id, tenant.keyring, id, { run: next.run.id });
    const asked = { ...sealed, takesOtherId: true };
    expect((await asMachine<Problem>(tenant.token, '/v1/secret', asked)).json.code).toBe('shared_machine_id');
    const old = pc({ serial: 'SAME' });
    await speaks(old);
    await escrows(old, 'of an older engine');
    expect(await offeredRuns()).toEqual([a.run.id, b.run.id, old.run.id].sort());
    expect(await shown()).toMatchObject({ attention: [], split: { by: ADMIN, of } });
    expect((await runOf(a.run.id)).status).toBe('running');
    // It was one after all.
    expect((await acknowledge('cloned', of)).json).toMatchObject({ code: 'role_forbids' });
    expect((await acknowledge('cloned', of, ADMIN)).status).toBe(200);
    expect(await shown()).toMatchObject({ split: null, clonedBy: null });
    expect(await offeredRuns()).toEqual([old.run.id]);
    expect((await speaks(pc({ serial: 'SAME', takesOtherId: true }))).status).toBe(200);
  });
});

describe('three hundred reports by turns', () => {
  const rowsOf = (table: string) => inObject((sql) => sql.exec(`SELECT * FROM ${table}`).toArray().length);
  const some = (name: string) => pc({ hostname: name, serial: `S-${name}`, model: `M-${name}` });

  it('of two runs leave a handful of lines in the history', async () => {
    const [a, b] = [some('A'), some('B')];
    for (let i = 0; i < 150; i++) for (const one of [a, b]) await speaks(one);
    const { history } = await get<HistoryPage>(`machines/${id}/history`);
    expect(history.length).toBe(6);
    expect([await rowsOf('machine_attributes'), await rowsOf('runs'), await rowsOf('acknowledged')]).toEqual([6, 2, 0]);
    expect(await attention()).toEqual(['cloned']);
  });

  it('of one run, as of an image, leave a line for each value, with how often it was so and since when last', async () => {
    const [a, b] = [some('A'), some('B')];
    b.run = a.run;
    b.seq = 1_000;
    for (let i = 0; i < 150; i++) for (const one of [a, b]) await speaks(one);
    const { history } = await get<HistoryPage>(`machines/${id}/history`);
    const names = history.filter(({ attribute }) => attribute === 'hostname');
    expect(names.map(({ value, times }) => [value, times])).toEqual([
      ['B', 150],
      ['A', 150],
    ]);
    expect(names.every(({ sinceAt, lastAt }) => (lastAt ?? 0) > sinceAt)).toBe(true);
    expect([history.length, await rowsOf('machine_attributes'), await rowsOf('runs')]).toEqual([6, 6, 1]);
  });
});

describe('a run that goes on under another id', () => {
  const other = crypto.randomUUID();

  it('is taken where its PC is the same by its serial number, marked until the two are merged, and goes on', async () => {
    const one = pc({ serial: '5CD1234XYZ' });
    await speaks(one);
    expect((await speaks(one, {}, other)).json).toMatchObject({ accepted: 1, nextSeq: 3 });
    expect((await speaks(one, { type: 'run_succeeded' }, other)).json).toMatchObject({ accepted: 1 });
    expect(await runOf(one.run.id)).toMatchObject({ machine: id, status: 'succeeded', events: 3 });
    expect(await shown()).toMatchObject({ attention: ['id_changed'], marks: [{ mark: 'id_changed', of: other }] });
    await speaks(pc({ serial: '5CD1234XYZ' }), {}, other);
    await asPerson(ENGINEER, at(`machines/${id}/merge`), { into: other });
    expect(await attention(other)).toEqual([]);
    await asPerson(ENGINEER, at(`machines/${id}/unmerge`), {});
    expect(await attention()).toEqual(['id_changed']);
  });

  it('is claimed by the first token that says so, by name, until somebody has looked: a second claim hides it from nobody', async () => {
    const one = pc({ serial: '5CD1234XYZ' });
    await speaks(one);
    await speaks(one, {}, other);
    const second = crypto.randomUUID();
    await speaks(one, {}, second);
    const [mark] = (await shown()).marks;
    expect(mark).toEqual({ mark: 'id_changed', of: other, by: 'engine' });
    expect((await seen('id_changed')).json.attention).toEqual([]);
    await speaks(one, {}, other);
    expect(await attention()).toEqual([]);
    await speaks(one, {}, second);
    expect((await shown()).marks).toMatchObject([{ mark: 'id_changed', of: second }]);
  });

  it('is claimed of each id of its PC by itself: none that is acknowledged, or merged, hides another, nor comes back with it', async () => {
    const ids = [id, crypto.randomUUID(), crypto.randomUUID()];
    const claimed = ['7', 'f', '0'].map((digit) => `${digit}0000000-0000-4000-8000-000000000001`);
    const pcs = ids.map(() => pc({ serial: '5CD1234XYZ' }));
    const speakUnder = async (under: string[]) => {
      for (const [i, one] of pcs.entries()) await speaks(one, {}, under[i]);
    };
    const claims = async () => (await shown()).marks.map(({ mark, of }) => [mark, of]);
    const merge = (alias: string) => asPerson(ENGINEER, at(`machines/${alias}/merge`), { into: id });
    await speakUnder(ids);
    for (const alias of ids.slice(1)) await merge(alias);
    await speakUnder(claimed);
    expect(await claims()).toEqual([['id_changed', claimed[0]]]);
    const told: unknown[] = [];
    for (const _claim of claimed) {
      told.push((await shown()).marks[0]?.of);
      await seen('id_changed');
    }
    expect([told.sort(), await claims()]).toEqual([claimed.toSorted(), []]);
    expect((await acknowledge('id_changed', claimed[1] ?? '')).status).toBe(200);
    await speakUnder(claimed);
    expect(await claims()).toEqual([]);
    const [stranger = '', theirs = ''] = ['f', '0'].map((digit) => `${digit}1000000-0000-4000-8000-000000000001`);
    await speaks(pc(), {}, stranger);
    await speakUnder([id, stranger, theirs]);
    await merge(stranger);
    expect(await claims()).toEqual([['id_changed', theirs]]);
  });

  it('is taken where the other id is the same in the other byte order', async () => {
    const one = pc();
    id = '01020304-0506-0708-090a-0b0c0d0e0f11';
    await speaks(one);
    expect((await speaks(one, {}, '04030201-0605-0807-090a-0b0c0d0e0f11')).json).toMatchObject({ accepted: 1 });
  });

  it.each([
    ['another serial number', { serial: 'S-2' }],
    ['none', {}],
    ['one that stands in for it', { serial: 'Default string' }],
  ])('is refused where it has %s: an image is cloned with a run in its spool', async (_what, facts) => {
    const one = pc({ serial: '5CD1234XYZ' });
    await speaks(one);
    one.facts = facts;
    expect((await speaks(one, {}, other)).json).toMatchObject({ status: 409, code: 'run_conflict' });
    expect(await attention()).toEqual([]);
  });
});

describe('a mark', () => {
  it('of a failed run is gone once it is acknowledged, also for who asks twice, and comes back with the next that fails', async () => {
    await speaks(pc(), { type: 'run_failed' });
    const [mark] = (await shown()).marks;
    expect(mark?.mark).toBe('run_failed');
    expect((await seen('run_failed')).json.attention).toEqual([]);
    expect((await acknowledge('run_failed', mark?.of ?? '')).status).toBe(200);
    const { entries } = await auditOf(`audit?machine=${id}&action=machine.acknowledged`);
    expect(entries.length).toBe(1);
    await speaks(pc(), { type: 'run_failed' });
    expect(await attention()).toEqual(['run_failed']);
  });

  it('of before it was kept what a mark is of is taken away all the same', async () => {
    await speaks(pc(), { type: 'run_failed' });
    await inObject((sql) => sql.exec("UPDATE machines SET occurrences = '{}'").toArray());
    expect((await shown()).marks).toEqual([{ mark: 'run_failed', of: '' }]);
    expect((await acknowledge('run_failed', '')).json.attention).toEqual([]);
    await speaks(pc(), { type: 'run_failed' });
    expect(await attention()).toEqual(['run_failed']);
  });

  it('that is of something else by now is not taken away unseen', async () => {
    await speaks(pc(), { type: 'run_failed' });
    const [mark] = (await shown()).marks;
    await speaks(pc(), { type: 'run_failed' });
    expect((await acknowledge('run_failed', mark?.of ?? '')).json).toMatchObject({ status: 409, code: 'mark_changed' });
    expect((await acknowledge('stalled', '')).json).toMatchObject({ code: 'mark_changed' });
    expect((await acknowledge('to_be_rotated', '')).json).toMatchObject({ code: 'invalid_body' });
    expect(await attention()).toEqual(['run_failed']);
  });

  it('of an event that came twice, a changed serial, an odd name or a shared id comes back with the next one', async () => {
    id = '03000200-0400-0500-0006-000700080009';
    const one = pc({ hostname: '4711', serial: 'S-1' });
    await speaks(one);
    one.facts = { hostname: '4711', serial: 'S-2' };
    await speaks(one);
    one.seq--;
    await speaks(one, { message: 'another' });
    const marks = ['serial_changed', 'seq_conflict', 'shared_id', 'odd_hostname'];
    expect(await attention()).toEqual(marks);
    for (const mark of marks) expect((await seen(mark)).status).toBe(200);
    await speaks(one);
    expect(await attention()).toEqual([]);
    one.seq--;
    one.facts = { hostname: '4712', serial: 'S-2' };
    await speaks(one, { message: 'yet another' });
    expect(await attention()).toEqual(['seq_conflict']);
    await speaks(one);
    expect(await attention()).toEqual(['seq_conflict', 'odd_hostname']);
  });

  it('is for engineers to acknowledge, and on the machine that is kept', async () => {
    await speaks(pc(), { type: 'run_failed' });
    expect((await acknowledge('run_failed', '', emailOf('auditor'))).json).toMatchObject({ code: 'role_forbids' });
    const kept = crypto.randomUUID();
    await speaks(pc(), {}, kept);
    await asPerson(ENGINEER, at(`machines/${id}/merge`), { into: kept });
    expect((await acknowledge('run_failed', '')).json).toMatchObject({ code: 'merge_conflict' });
  });
});
