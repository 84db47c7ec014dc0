// One object, many calls at once: nothing forks, repeats or is stored twice, and a revoked token is out.
import { describe, expect, it } from 'vitest';
import type { AuditPage } from '../schema/audit.ts';
import type { Problem } from '../schema/problem.ts';
import type { ReportAnswer } from '../schema/report.ts';
import type { Receipt, SecretList } from '../schema/secret.ts';
import {
  asMachine,
  asPerson,
  emailOf,
  event,
  makeKeyring,
  newMachine,
  newRun,
  sealedSecret,
  seedReadyTenant,
  seedTenant,
} from '../test/workerd-fixtures.ts';

const times = <T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));
const auditOf = async (id: string) =>
  (await asPerson<AuditPage>(emailOf('auditor'), `/v1/tenants/${id}/audit?limit=500`)).json.entries;

describe('at the same time', () => {
  it('40 escrows of one password get 40 versions, one audit entry each, in one chain', async () => {
    const { id, token, keyring } = await seedReadyTenant();
    const machine = crypto.randomUUID();
    const bodies = await times(40, () => sealedSecret(id, keyring, machine));
    const receipts = await Promise.all(bodies.map((body) => asMachine<Receipt>(token, '/v1/secret', body)));
    const versions = receipts.map(({ json }) => json.version).sort((a, b) => a - b);
    expect(versions).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    const entries = await auditOf(id);
    expect(entries.map((entry) => entry.seq)).toEqual(entries.map((_, index) => index + 1));
    for (const [index, entry] of entries.entries())
      if (index > 0) expect(entry.previousHash).toBe(entries[index - 1]?.hash);
    for (const { json } of receipts) expect(entries[json.auditSeq - 1]?.hash).toBe(json.auditHash);
  });

  it('20 resends of one escrow make one version and get one receipt', async () => {
    const { id, token, keyring } = await seedReadyTenant();
    const body = await sealedSecret(id, keyring, crypto.randomUUID());
    const answers = await times(20, () => asMachine<Receipt>(token, '/v1/secret', body));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(answers.map(({ json }) => JSON.stringify(json))).size).toBe(1);
    const { json } = await asPerson<SecretList>(
      emailOf('engineer'),
      `/v1/tenants/${id}/machines/${body.machine}/secrets`,
    );
    expect(json.secrets[0]?.versions).toHaveLength(1);
  });

  it('20 overlapping reports store every (run, seq) once, and the run counts what is stored', async () => {
    const { id, token } = await seedTenant();
    const [machine, run] = [newMachine(), newRun()];
    const answers = await times(20, (index) => {
      const events = Array.from({ length: 10 }, (_, offset) => event(index * 5 + offset + 1));
      return asMachine<ReportAnswer>(token, '/v1/report', { machine, run, events });
    });
    expect(answers.reduce((sum, { json }) => sum + json.accepted, 0)).toBe(105);
    expect(answers.reduce((sum, { json }) => sum + json.duplicates, 0)).toBe(95);
    expect(Math.max(...answers.map(({ json }) => json.nextSeq))).toBe(106);
    const { json } = await asPerson<{ events: number }>(emailOf('engineer'), `/v1/tenants/${id}/runs/${run.id}`);
    expect(json.events).toBe(105);
  });

  it('of five admins who set up exactly one wins, and every other is told so', async () => {
    const { id } = await seedTenant();
    const keyrings = await times(5, () => makeKeyring(id));
    const answers = await Promise.all(
      keyrings.map(({ write }) => asPerson<Problem>(emailOf('admin'), `/v1/tenants/${id}/keyring`, write)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { json } of answers.filter(({ status }) => status !== 200))
      expect(json).toMatchObject({ code: 'keyring_conflict', detail: expect.stringContaining('Another admin') });
  });
});

describe('a token revoked through the object', () => {
  it('is refused at once although this isolate has it cached, and reports in flight are whole or not at all', async () => {
    const { id, token } = await seedReadyTenant();
    const [machine, run] = [newMachine(), newRun()];
    const report = (seq: number) =>
      asMachine<ReportAnswer & { code?: string }>(token, '/v1/report', { machine, run, events: [event(seq)] });
    expect((await report(1)).status).toBe(200);
    const [answers, revoked] = await Promise.all([
      times(30, (index) => report(index + 2)),
      asPerson<{ id: string }>(emailOf('admin'), `/v1/tenants/${id}/tokens/t1/revoke`, {}),
    ]);
    expect(revoked.json).toMatchObject({ id: 't1' });
    const kept = answers.filter(({ status }) => status === 200);
    for (const answer of answers.filter(({ status }) => status !== 200)) expect(answer.json.code).toBe('token_revoked');
    const { json } = await asPerson<{ events: number }>(emailOf('engineer'), `/v1/tenants/${id}/runs/${run.id}`);
    expect(json.events).toBe(kept.length + 1);
    expect((await report(99)).json).toMatchObject({ status: 401, code: 'token_revoked' });
  });
});
