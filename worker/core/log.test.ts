// The log: the contents of the lines of requests that go well or break, of alarms and of live sockets. The walk shows
// that every route leaves its lines, each valid by the schema and free of secrets
// (test/conformance/route-walk.test.ts).
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ObjectLine, RequestLine } from '../../schema/log.ts';
import { type LogWatch, watchLog } from '../../test/support/log-watch.ts';
import { until } from '../../test/support/until.ts';
import {
  asMachine,
  asPerson,
  bindings,
  emailOf,
  event,
  mustListen,
  newMachine,
  newRun,
  sealedSecret,
  seedReadyTenant,
  seedTenant,
} from '../../test/workerd-fixtures.ts';

let log: LogWatch;
beforeEach(() => {
  log = watchLog();
});
const requests = () => log.lines().filter((line) => line.event === 'request');
const calls = () => log.lines().filter((line) => line.event === 'object');

/** The lines that one request left in the log. */
async function leaves(ask: () => Promise<unknown>): Promise<{ line: RequestLine; calls: ObjectLine[] }> {
  log.written.length = 0;
  await ask();
  const [line, ...more] = requests();
  if (!line || more.length > 0) throw new Error(`there are ${requests().length} request lines`);
  return { line, calls: calls() };
}

describe('a request', () => {
  it('names no token, email, reason, ciphertext, hostname, URL or query where all of it goes well', async () => {
    const { id, token, keyring } = await seedReadyTenant();
    const machine = { ...newMachine(), hostname: 'CANARY-PC', serial: 'CANARY-SERIAL' };
    const body = await sealedSecret(id, keyring, machine.id, { ref: { account: 'canary-account' } });
    log.written.length = 0;
    await asMachine(token, '/v1/report', { machine, run: newRun(), events: [event(1, { message: 'canary message' })] });
    const { json } = await asMachine<{ secretId: string }>(token, '/v1/secret', body);
    const reason = { reason: 'canary 4711' };
    await asPerson(emailOf('engineer'), `/v1/tenants/${id}/secrets/${json.secretId}/reveal`, reason);
    await asPerson(emailOf('admin'), `/v1/tenants/${id}/machines?q=canary-query`);
    await asPerson(emailOf('admin'), `/v1/tenants/${id}/audit/export`, { format: 'ndjson' });
    expect(requests().map((line) => line.status)).toEqual([200, 201, 200, expect.any(Number), 200]);
    expect(calls().map((line) => line.call)).toEqual(
      expect.arrayContaining(['report', 'escrow', 'reveal', 'exportAudit', 'auditPage']),
    );
    for (const secret of [token, body.sealed, 'eyJ', emailOf('engineer'), emailOf('admin')])
      expect(log.written.join('\n')).not.toContain(secret);
    expect(log.written.join('\n')).not.toMatch(/canary/i);
  });

  it('counts the rows that SQLite counts: of a further report one for its run, and one more for events that have no room in it', async () => {
    const { id, token } = await seedTenant();
    const [machine, run] = [newMachine(), newRun()];
    const report = (from: number, count: number) =>
      leaves(() =>
        asMachine(token, '/v1/report', {
          machine,
          run,
          events: Array.from({ length: count }, (_, index) => event(from + index)),
        }),
      );
    await report(1, 1);
    expect((await report(2, 7)).calls).toMatchObject([{ call: 'report', rowsWritten: 1 }]);
    expect((await report(9, 93)).calls[0]?.rowsWritten).toBeLessThanOrEqual(2);
    expect((await report(102, 7)).calls).toMatchObject([{ rowsWritten: 1 }]);
    // A resend has nothing to write.
    expect((await report(102, 7)).calls).toMatchObject([{ rowsWritten: 0 }]);
    const look = () => asPerson(emailOf('admin'), `/v1/tenants/${id}/runs/${run.id}/events`);
    // That a person was here is noted once an hour.
    expect((await leaves(look)).calls).toMatchObject([{ call: 'events', rowsWritten: 1 }]);
    const { calls } = await leaves(look);
    expect(calls).toMatchObject([{ call: 'events', rowsWritten: 0 }]);
    expect(calls[0]?.rowsRead).toBeGreaterThanOrEqual(1);
  });

  it('keeps the counts of calls apart that are under way at the same time', async () => {
    const { id, token } = await seedTenant();
    const pcs = [0, 1, 2].map(() => ({ machine: newMachine(), run: newRun() }));
    const report = (place: number, seq: number) =>
      asMachine(token, '/v1/report', { ...pcs[place], events: [event(seq)] });
    for (const place of [0, 1]) await report(place, 1);
    log.written.length = 0;
    // A list of people waits for D1 while the reports come in.
    await Promise.all([
      asPerson(emailOf('admin'), `/v1/tenants/${id}/people`),
      // One PC sends the same again, one goes on, and one is new.
      report(0, 1),
      report(1, 2),
      report(2, 1),
    ]);
    const reports = calls().filter((line) => line.call === 'report');
    expect(reports.map((line) => line.rowsWritten).sort((a, b) => a - b)).toEqual([0, 1, 12]);
  });

  it('leaves its lines where something breaks, with the route, and a fault whose stack quotes nothing', async () => {
    const { id, token } = await seedTenant();
    await asMachine(token, '/v1/report', { machine: newMachine(), run: newRun(), events: [event(1)] });
    await runInDurableObject(bindings.TENANT.getByName(id), (_object, { storage }) => {
      storage.sql.exec("INSERT INTO settings VALUES ('tenant', 'canary, not JSON')");
    });
    const { line, calls: made } = await leaves(() => asPerson(emailOf('admin'), `/v1/tenants/${id}/settings`));
    expect(line).toMatchObject({
      status: 500,
      code: 'internal_error',
      route: '/v1/tenants/:tenant/settings',
      tenant: id,
    });
    expect(made).toMatchObject([{ call: 'settings', failed: true }]);
    expect(log.lines().filter((one) => one.event === 'fault')).toMatchObject([
      { requestId: line.requestId, tenant: id },
    ]);
    expect(log.written.join('\n')).not.toContain('canary');
  });
});

describe('a live socket', () => {
  it('leaves a line when it opens and one when it closes, with the close code and the request that opened it', async () => {
    const { id } = await seedTenant();
    const { line, calls } = await leaves(async () => {
      (await mustListen(emailOf('engineer'), id)).leave();
      await until(() => expect(log.lines().filter((one) => one.event === 'socket')).toHaveLength(2));
    });
    expect(line).toMatchObject({ route: '/v1/tenants/:tenant/live', status: 101, objectCalls: 1 });
    expect(calls).toMatchObject([{ call: 'live', requestId: line.requestId }]);
    const { requestId } = line;
    expect(log.lines().filter((one) => one.event === 'socket')).toMatchObject([
      { what: 'opened', requestId, tenant: id, principalId: line.principalId, closeCode: null, sockets: 1 },
      { what: 'closed', requestId, tenant: id, principalId: line.principalId, closeCode: 1000, sockets: 0 },
    ]);
  });
});

describe('an alarm', () => {
  it('leaves one line with an id of its own, what was due and what that cost', async () => {
    const { id, token } = await seedTenant();
    await asMachine(token, '/v1/report', { machine: newMachine(), run: newRun(), events: [event(1)] });
    const stub = bindings.TENANT.getByName(id);
    await runInDurableObject(stub, (_object, { storage }) => {
      storage.sql.exec("UPDATE due SET at = 1 WHERE what = 'head'");
    });
    log.written.length = 0;
    await runDurableObjectAlarm(stub);
    expect(log.lines()).toMatchObject([{ event: 'alarm', tenant: id, due: ['head'], retry: 0, failed: false }]);
    expect(log.lines()[0]).toMatchObject({ alarmId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect((log.lines()[0] as { rowsWritten: number }).rowsWritten).toBeGreaterThanOrEqual(2);
  });
});
