// An object or an index that does not answer: whoever asks is told to come again and when, and nothing is lost or done twice.
import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../schema/problem.ts';
import type { ReportAnswer } from '../../schema/report.ts';
import { faultyIndex } from '../../test/support/faulty-index.ts';
import { watchLog } from '../../test/support/log-watch.ts';
import { until } from '../../test/support/until.ts';
import { contractFault } from '../../test/workerd/contract.ts';
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
  sealedSecret,
  seedReadyTenant,
} from '../../test/workerd-fixtures.ts';
import { forgetTokens } from '../authenticate/machine.ts';
import worker from '../index.ts';
import type { Bindings } from './env.ts';

const OPERATOR = 'operator@example.com';

/** What the platform puts on its own exceptions, each with what a line of the log calls it. */
const ENDINGS = [
  ['has too many requests waiting', { overloaded: true }, 'overloaded'],
  ['was reset because its storage was too slow', { overloaded: true, durableObjectReset: true }, 'overloaded'],
  ['is on another machine now', { retryable: true, remote: true }, 'disconnected'],
] as const;

/** Every tenant's object is there and does what it is asked, unless `before`, and each call ends in this exception. */
function ending(error: Error, before: boolean): Bindings {
  const stubs = bindings.TENANT;
  const failing = (id: string) =>
    new Proxy(stubs.getByName(id), {
      get:
        (stub, name) =>
        async (...given: unknown[]) => {
          if (!before)
            await (stub as unknown as Record<PropertyKey, (...given: unknown[]) => unknown>)[name]?.(...given);
          throw error;
        },
    });
  const TENANT = new Proxy(stubs, {
    get: (all, name) => (name === 'getByName' ? failing : Reflect.get(all, name)),
  });
  return { ...bindings, TENANT };
}

type Asked = { method: 'GET' | 'POST'; path: string; headers: Record<string, string>; body?: unknown };

/** A refusal's problem, held against the route's row; null for a success. */
async function ask(env: Bindings, { method, path, headers, body }: Asked): Promise<Problem | null> {
  const request = new Request(`https://api.example.com${path}`, {
    method,
    headers,
    body: body ? JSON.stringify(body) : null,
  });
  const response = await worker.fetch(request as Parameters<typeof worker.fetch>[0], env);
  if (response.status < 400) {
    response.webSocket?.accept();
    response.webSocket?.close();
    await response.body?.cancel();
    return null;
  }
  const problem = (await response.json()) as Problem;
  expect(contractFault(method, path, response, problem)).toBeNull();
  expect(response.headers.get('retry-after')).toBe(problem.retryAfterSeconds?.toString() ?? null);
  return problem;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const person = async (email: string): Promise<Record<string, string>> => ({
  ...JSON_TYPE,
  'cf-access-jwt-assertion': await accessToken(email),
  origin: PORTAL,
});

/** One request of each kind: an engine's and a person's, readings and acts, a socket's, an operator's; and one that its role forbids. */
async function everyKind(): Promise<{ id: string; token: string; asked: Asked[]; forbidden: Asked }> {
  const { id, token, keyring } = await seedReadyTenant();
  const engine = { ...JSON_TYPE, authorization: `Bearer ${token}` };
  const [admin, engineer, operator] = [
    await person(emailOf('admin')),
    await person(emailOf('engineer')),
    await person(OPERATOR),
  ];
  const machine = newMachine();
  const report = { machine, run: newRun(), events: [event(1)] };
  const tenant = `/v1/tenants/${id}`;
  return {
    id,
    token,
    forbidden: { method: 'POST', path: `${tenant}/settings`, headers: engineer, body: { allowRawRsaOaep: true } },
    asked: [
      { method: 'GET', path: '/v1/tenant/pubkey', headers: engine },
      { method: 'POST', path: '/v1/report', headers: engine, body: report },
      { method: 'POST', path: '/v1/secret', headers: engine, body: await sealedSecret(id, keyring, machine.id) },
      { method: 'GET', path: `${tenant}/machines`, headers: admin },
      { method: 'POST', path: `${tenant}/settings`, headers: admin, body: { allowRawRsaOaep: true } },
      { method: 'POST', path: `${tenant}/audit/export`, headers: admin, body: { format: 'ndjson' } },
      { method: 'GET', path: `${tenant}/live`, headers: { ...admin, upgrade: 'websocket' } },
      { method: 'GET', path: `/v1/operator/tenants/${id}/inspect`, headers: operator },
      { method: 'POST', path: `/v1/operator/tenants/${id}/limits`, headers: operator, body: { tokenRequests: 500 } },
    ],
  };
}

describe('an object that does not answer', () => {
  it.each(ENDINGS)(
    'because it %s is 503 with Retry-After for every kind of request, and no defect',
    async (_how, marks, what) => {
      const { id, asked, forbidden } = await everyKind();
      const log = watchLog();
      // What a role may not do is on record, and is not refused without that.
      for (const one of [...asked, forbidden]) {
        log.written.length = 0;
        const problem = await ask(ending(Object.assign(new Error('The platform’s words'), marks), true), one);
        const later = { status: 503, code: 'tenant_unreachable', retryAfterSeconds: 10 };
        expect(problem, `${one.method} ${one.path}`).toMatchObject(later);
        const said = log.lines().filter((line) => line.event !== 'request');
        expect(said).toMatchObject([{ event: 'object-unreachable', tenant: id, what, requestId: problem?.requestId }]);
      }
    },
  );

  it('because it is reset beneath a call is 503 too, and the log has the words, since a defect may reset one', async () => {
    const { id } = await everyKind();
    const stub = bindings.TENANT.getByName(id);
    const faults = await runInDurableObject(stub, (object) => {
      const faulty = faultyIndex(bindings.INDEX_DB);
      faulty.writes = 'held';
      Reflect.set(object, 'env', { ...bindings, INDEX_DB: faulty.index });
      return faulty;
    });
    const log = watchLog();
    const body = { email: 'new@example.com', role: 'engineer' };
    const asked = {
      method: 'POST',
      path: `/v1/tenants/${id}/people`,
      headers: await person(emailOf('admin')),
      body,
    } as const;
    const answer = ask(bindings, asked);
    await until(() => expect(faults.asked).toBe(1));
    const reset = runInDurableObject(stub, (_object, state) => state.abort('a deploy'));
    await expect(reset).rejects.toThrow('a deploy');
    const problem = await answer;
    expect(problem).toMatchObject({ status: 503, code: 'tenant_unreachable', retryAfterSeconds: 10 });
    const said = log.lines().filter((line) => line.event === 'fault');
    expect(said).toMatchObject([
      { tenant: id, requestId: problem?.requestId, stack: expect.stringContaining('a deploy') },
    ]);
  });

  it('but ends in an exception of our own code is a defect: 500, and a fault in the log', async () => {
    const { asked } = await everyKind();
    const log = watchLog();
    for (const one of asked) {
      log.written.length = 0;
      const problem = await ask(ending(Object.assign(new Error('ours'), { remote: true }), true), one);
      expect(problem, `${one.method} ${one.path}`).toMatchObject({ status: 500, code: 'internal_error' });
      expect(log.lines().map((line) => line.event)).toEqual(['fault', 'request']);
    }
  });

  it('may have done what it was asked: an engine that sends it again finds it stored once', async () => {
    const { token, asked } = await everyKind();
    const report = asked.find(({ path }) => path === '/v1/report');
    if (!report) throw new Error('there is a report');
    watchLog();
    const lost = await ask(ending(Object.assign(new Error('lost'), { retryable: true }), false), report);
    expect(lost?.code).toBe('tenant_unreachable');
    const again = await asMachine<ReportAnswer>(token, '/v1/report', report.body);
    expect(again.json).toMatchObject({ accepted: 0, duplicates: 1 });
  });
});

describe('an index that does not answer', () => {
  it.each(['tenants', 'users', 'api_tokens'])(
    'for want of its table %s is 503 with Retry-After, and afterwards all is as before',
    async (table) => {
      const { id, token, asked } = await everyKind();
      const log = watchLog();
      await bindings.INDEX_DB.exec(`ALTER TABLE ${table} RENAME TO away`);
      forgetTokens();
      const refused: Problem[] = [];
      for (const one of asked) {
        log.written.length = 0;
        const problem = await ask(bindings, one);
        // Whoever asks and is looked up in another table is answered.
        if (problem === null) continue;
        refused.push(problem);
        const faults = log.lines().filter((line) => line.event === 'fault');
        expect(faults).toMatchObject([
          { stack: expect.stringContaining('no such table'), requestId: problem.requestId },
        ]);
      }
      expect(refused.length).toBeGreaterThan(1);
      for (const problem of refused)
        expect(problem).toMatchObject({ status: 503, code: 'index_unreachable', retryAfterSeconds: 15 });
      await bindings.INDEX_DB.exec(`ALTER TABLE away RENAME TO ${table}`);
      expect((await asMachine(token, '/v1/tenant/pubkey')).status).toBe(200);
      expect((await asPerson(emailOf('admin'), `/v1/tenants/${id}/machines`)).status).toBe(200);
    },
  );
});
