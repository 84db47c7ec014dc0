// The log: every request of every route leaves one line of the Worker's, and as many of the objects' as it asked them. Each is valid by
// the schema, and none holds what must stay out.
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LogLine, type ObjectLine, type RequestLine } from '../schema/log.ts';
import {
  accessToken,
  asMachine,
  asPerson,
  bindings,
  emailOf,
  event,
  newMachine,
  newRun,
  PORTAL,
  request,
  sealedSecret,
  seedReadyTenant,
  seedTenant,
} from '../test/workerd-fixtures.ts';
import { routes } from './routes.ts';

const written: string[] = [];
beforeEach(() => {
  for (const level of ['log', 'error'] as const)
    vi.spyOn(console, level).mockImplementation((line) => void written.push(String(line)));
});
afterEach(() => {
  vi.restoreAllMocks();
  written.length = 0;
});
const lines = (): LogLine[] => written.map((line) => LogLine.parse(JSON.parse(line)));
const requests = () => lines().filter((line) => line.event === 'request');
const calls = () => lines().filter((line) => line.event === 'object');

/** What one request left in the log. */
async function leaves(ask: () => Promise<unknown>): Promise<{ line: RequestLine; calls: ObjectLine[] }> {
  written.length = 0;
  await ask();
  const [line, ...more] = requests();
  if (!line || more.length > 0) throw new Error(`there are ${requests().length} request lines`);
  return { line, calls: calls() };
}

describe('a request', () => {
  it('leaves one line, and one for each time an object was asked, joined by its id: on every route, whatever comes of it', async () => {
    const tenant = await seedReadyTenant();
    const ids: Record<string, string> = { tenant: tenant.id };
    const person = await accessToken(emailOf('admin'));
    const operator = await accessToken('operator@example.com');
    for (const route of routes) {
      const path = route.path.replaceAll(/:(\w+)/g, (_, name: string) => ids[name] ?? 'someone-else-s');
      const headers: Record<string, string> =
        route.who === 'machine'
          ? { authorization: `Bearer ${tenant.token}` }
          : { 'cf-access-jwt-assertion': route.who === 'operator' ? operator : person, origin: PORTAL };
      // The last two end what the others need.
      if (/\/(suspend|restore)$/.test(route.path)) continue;
      const ask = () =>
        request(
          route.method,
          path,
          { ...headers, 'content-type': 'application/json' },
          route.method === 'POST' ? '{"hostname":"CANARY-PC","reason":"canary reason"}' : undefined,
        );
      const { line, calls } = await leaves(ask);
      const name = `${route.method} ${route.path}`;
      expect([line.method, line.route], name).toEqual([route.method, route.path]);
      expect(calls.length, name).toBe(line.objectCalls);
      // A page of tenants asks each of them; the file of an export is pulled page by page.
      if (route.path !== '/v1/operator/tenants') expect(calls.length, name).toBeLessThanOrEqual(1);
      for (const call of calls) {
        expect(call, name).toMatchObject({ requestId: line.requestId, failed: false });
        if (line.tenant) expect(call, name).toMatchObject({ tenant: line.tenant, principalId: line.principalId });
      }
      // A refusal of the object's own is the request's.
      if (calls.length === 1 && calls[0]?.code) expect(calls[0].code, name).toBe(line.code);
      for (const secret of [
        tenant.token,
        person,
        operator,
        emailOf('admin'),
        'operator@',
        'CANARY',
        'canary',
        'api.example',
      ])
        expect(written.join('\n'), `${name}: ${secret.slice(0, 6)}`).not.toContain(secret);
    }
  });

  it('names no token, email, reason, ciphertext, hostname, URL or query where all of it goes well', async () => {
    const { id, token, keyring } = await seedReadyTenant();
    const machine = { ...newMachine(), hostname: 'CANARY-PC', serial: 'CANARY-SERIAL' };
    const body = await sealedSecret(id, keyring, machine.id, { ref: { account: 'canary-account' } });
    written.length = 0;
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
      expect(written.join('\n')).not.toContain(secret);
    expect(written.join('\n')).not.toMatch(/canary/i);
  });

  it('counts the rows that SQLite counts: of a further report one for each event, one for its run and one for its machine', async () => {
    const { id, token } = await seedTenant();
    const [machine, run] = [newMachine(), newRun()];
    const report = (from: number, count: number) =>
      leaves(() =>
        asMachine(token, '/v1/report', {
          ...{ machine, run },
          events: Array.from({ length: count }, (_, index) => event(from + index)),
        }),
      );
    await report(1, 1);
    expect((await report(2, 100)).calls).toMatchObject([{ call: 'report', rowsWritten: 102 }]);
    expect((await report(102, 7)).calls).toMatchObject([{ rowsWritten: 9 }]);
    // A resend has nothing to write: what is there is read and compared.
    const again = (await report(102, 7)).calls[0];
    expect(again?.rowsWritten).toBeLessThanOrEqual(2);
    expect(again?.rowsRead).toBeGreaterThanOrEqual(7);
    const { calls } = await leaves(() => asPerson(emailOf('admin'), `/v1/tenants/${id}/runs/${run.id}/events`));
    expect(calls).toMatchObject([{ call: 'events', rowsWritten: 0 }]);
    expect(calls[0]?.rowsRead).toBeGreaterThanOrEqual(108);
  });

  it('keeps the counts of calls apart that are under way at the same time', async () => {
    const { id, token } = await seedTenant();
    const [machine, run] = [newMachine(), newRun()];
    await asMachine(token, '/v1/report', { machine, run, events: [event(1)] });
    written.length = 0;
    // A list of people waits for D1 while the reports come in.
    await Promise.all([
      asPerson(emailOf('admin'), `/v1/tenants/${id}/people`),
      ...[10, 20, 30].map((seq) =>
        asMachine(token, '/v1/report', { machine, run, events: Array.from({ length: 5 }, (_, i) => event(seq + i)) }),
      ),
    ]);
    const reports = calls().filter((line) => line.call === 'report');
    expect(reports.map((line) => line.rowsWritten)).toEqual([7, 7, 7]);
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
    expect(lines().filter((one) => one.event === 'fault')).toMatchObject([{ requestId: line.requestId, tenant: id }]);
    expect(written.join('\n')).not.toContain('canary');
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
    written.length = 0;
    await runDurableObjectAlarm(stub);
    expect(lines()).toMatchObject([{ event: 'alarm', tenant: id, due: ['head'], retry: 0, failed: false }]);
    expect(lines()[0]).toMatchObject({ alarmId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect((lines()[0] as { rowsWritten: number }).rowsWritten).toBeGreaterThanOrEqual(2);
  });
});
