// What a token, a machine, a run and a secret may bring in a day, in the real object, with small limits that an operator has set.

import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { AuditPage } from '../../schema/audit.ts';
import { DAY_MS } from '../../schema/facts/days.ts';
import type { LimitName, LimitsAnswer, OperatedLimits } from '../../schema/limits.ts';
import type { Machine, Run } from '../../schema/machine.ts';
import type { Problem } from '../../schema/problem.ts';
import type { ReportAnswer } from '../../schema/report.ts';
import type { Receipt } from '../../schema/secret.ts';
import type { IssuedToken } from '../../schema/token.ts';
import {
  asMachine,
  asPerson,
  bindings,
  emailOf,
  event,
  newMachine,
  newRun,
  rowsOf,
  sealedSecret,
  seedReadyTenant,
  seedTenant,
} from '../../test/workerd-fixtures.ts';
import { unfold } from '../fleet/histories.ts';
import { findRow } from '../fleet/machine-rows.ts';

const admin = emailOf('admin');
const OPERATOR = 'operator@example.com';
const stubOf = (id: string) => bindings.TENANT.getByName(id);
const setLimits = async (id: string, limits: Partial<Record<LimitName, number>>) =>
  expect((await asPerson<OperatedLimits>(OPERATOR, `/v1/operator/tenants/${id}/limits`, limits)).status).toBe(200);
const limitsOf = async (id: string) => (await asPerson<LimitsAnswer>(admin, `/v1/tenants/${id}/limits`)).json;
type Sent = Problem & ReportAnswer & { retryAfterSeconds?: number };
const report = (
  token: string,
  machine: ReturnType<typeof newMachine> & { client?: string } = newMachine(),
  run = newRun(),
  events: unknown[] = [event(1)],
) => asMachine<Sent>(token, '/v1/report', { machine, run, events });
const issue = async (id: string) =>
  (await asPerson<IssuedToken>(admin, `/v1/tenants/${id}/tokens`, { label: 'New', expiresAt: null, fingerprint: null }))
    .json.token;

/** What a query of the object's tables finds. */
const rowsIn = (id: string, query: string) =>
  runInDurableObject(stubOf(id), (_object, { storage }) => storage.sql.exec(query).toArray());

/** As if the day had gone by: everything was counted yesterday. */
const nextDay = (id: string) =>
  runInDurableObject(stubOf(id), (_object, { storage: { sql } }) => {
    for (const table of ['machines', 'secrets', 'token_uses']) sql.exec(`UPDATE ${table} SET day = day - 1`);
  }).then(() => evictDurableObject(stubOf(id)));

describe('a machine', () => {
  it('has so many runs a day; the next one is told when to come again, and comes the next day', async () => {
    const { id, token } = await seedTenant();
    await report(token);
    await setLimits(id, { machineRuns: 3 });
    const machine = newMachine();
    const known = newRun();
    expect((await report(token, machine, known)).status).toBe(200);
    for (let i = 0; i < 2; i++) expect((await report(token, machine)).status).toBe(200);
    const refused = await report(token, machine);
    expect(refused.json).toMatchObject({ status: 429, code: 'machine_quota_exceeded' });
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(DAY_MS / 1000);
    // A run that has begun goes on, and so does every other machine.
    expect((await report(token, machine, known, [event(2)])).json.accepted).toBe(1);
    expect((await report(token)).status).toBe(200);
    const near = { limit: 'machineRuns', id: machine.id, used: 4, value: 3 };
    expect((await limitsOf(id)).near).toContainEqual(near);
    // It is reported today, whether or not the object has been awake all the time.
    await evictDurableObject(stubOf(id));
    expect((await limitsOf(id)).near).toContainEqual(near);
    await nextDay(id);
    expect((await report(token, machine)).status).toBe(200);
  });

  it('has so many bytes a day, over an eviction too; its secrets are taken all the same', async () => {
    const { id, token, keyring } = await seedReadyTenant();
    await report(token);
    await setLimits(id, { machineBytes: 100_000 });
    const [machine, run] = [newMachine(), newRun()];
    const big = (seq: number) =>
      report(token, machine, run, [
        event(seq, { data: { a: 'x'.repeat(4_000), b: 'y'.repeat(4_000), c: 'z'.repeat(4_000) } }),
      ]);
    for (let seq = 1; seq <= 8; seq++) expect((await big(seq)).status, String(seq)).toBe(200);
    await evictDurableObject(stubOf(id));
    expect((await big(9)).json.code).toBe('machine_quota_exceeded');
    expect((await asMachine(token, '/v1/secret', await sealedSecret(id, keyring, machine.id))).status).toBe(201);
  });

  it('changes its attributes without end, and its history does not grow: what is beyond is folded into the latest line', async () => {
    const { id, token } = await seedTenant();
    await report(token);
    await setLimits(id, { attributeChanges: 5 });
    const [machine, run] = [newMachine(), newRun()];
    for (let i = 1; i <= 12; i++)
      expect((await report(token, { ...machine, hostname: `PC-${i}` }, run, [event(i)])).json.accepted).toBe(1);
    const { json } = await asPerson<Machine>(admin, `/v1/tenants/${id}/machines/${machine.id}`);
    const hostnames = json.history.filter((line) => line.attribute === 'hostname').map((line) => line.value);
    expect(json.hostname).toBe('PC-12');
    expect(hostnames.length).toBeLessThanOrEqual(6);
    expect(hostnames.at(-1)).toBe('PC-12');
  });
});

describe('the history of a machine', () => {
  const historyOf = async (id: string, machine: string, attribute: string) =>
    (await asPerson<Machine>(admin, `/v1/tenants/${id}/machines/${machine}`)).json.history
      .filter((line) => line.attribute === attribute)
      .map((line) => line.value);
  /** More changes of another kind than a day allows. */
  const flood = async (token: string, machine: ReturnType<typeof newMachine>) => {
    const run = newRun();
    for (let i = 1; i <= 6; i++) await report(token, { ...machine, client: `Client ${i}` }, run, [event(i)]);
  };

  it.each([
    ['on an earlier day', true],
    ['on the same day', false],
  ])(
    'stays what it was %s under a flood, because else a lie takes the place of what was true',
    async (_when, earlier) => {
      const { id, token } = await seedTenant();
      const machine = { ...newMachine(), hostname: 'TRUE-NAME', serial: 'TRUE-SERIAL' };
      await report(token, machine);
      await setLimits(id, { attributeChanges: 5 });
      if (earlier)
        await runInDurableObject(stubOf(id), (_object, { storage: { sql } }) => {
          const row = findRow(sql, machine.id);
          if (row) unfold(sql, row);
          sql.exec('UPDATE machine_attributes SET since_at = since_at - ?', DAY_MS);
        }).then(() => nextDay(id));
      await flood(token, machine);
      for (const lie of ['A', 'B', 'C', 'D'])
        await report(token, { ...machine, hostname: `LIE-${lie}`, serial: `LIE-${lie}` });
      expect((await historyOf(id, machine.id, 'serial'))[0]).toBe('TRUE-SERIAL');
      const hostnames = await historyOf(id, machine.id, 'hostname');
      expect(hostnames[0]).toBe('TRUE-NAME');
      expect(hostnames.at(-1)).toBe('LIE-D');
      expect(hostnames.length).toBeLessThanOrEqual(3);
    },
  );
});

describe('a run', () => {
  it('keeps so many events; what is beyond is rejected by name and passed over, and how the run ends is still heard', async () => {
    const { id, token } = await seedTenant();
    await report(token);
    await setLimits(id, { runEvents: 100 });
    const [machine, run] = [newMachine(), newRun()];
    const some = (from: number, count: number) => Array.from({ length: count }, (_, i) => event(from + i));
    expect((await report(token, machine, run, some(1, 90))).json).toMatchObject({ accepted: 90, nextSeq: 91 });
    const over = await report(token, machine, run, some(91, 20));
    expect(over.json).toMatchObject({ accepted: 10, nextSeq: 111 });
    expect(over.json.rejected.map(({ seq, code }) => [seq, code])).toEqual(
      Array.from({ length: 10 }, (_, i) => [101 + i, 'run_full']),
    );
    const end = await report(token, machine, run, [event(111), event(112, { type: 'run_failed' })]);
    expect(end.json).toMatchObject({ accepted: 1, nextSeq: 113 });
    const { json } = await asPerson<Run>(admin, `/v1/tenants/${id}/runs/${run.id}`);
    expect(json).toMatchObject({ status: 'failed', events: 101 });
  });

  it('counts what it rejects too, because a tombstone is a row like an event', async () => {
    const { id, token } = await seedTenant();
    await report(token);
    await setLimits(id, { runEvents: 100 });
    const [machine, run] = [newMachine(), newRun()];
    const bad = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => ({ seq: from + i, type: 'nonsense' }));
    await report(token, machine, run, bad(1, 100));
    expect((await report(token, machine, run, bad(101, 300))).json.nextSeq).toBe(401);
    expect((await report(token, machine, run, [event(401)])).json.rejected).toMatchObject([{ code: 'run_full' }]);
    const kept = await runInDurableObject(stubOf(id), (_object, { storage: { sql } }) =>
      sql.exec<{ n: number }>('SELECT count(*) AS n FROM tombstones').one(),
    );
    expect(kept.n).toBe(100);
  });
});

describe('a report', () => {
  it('counts as what it leaves, because five hundred tombstones come in six kilobytes', async () => {
    const { id, token } = await seedTenant();
    const bad = Array.from({ length: 500 }, (_, index) => ({ seq: index + 1, type: 'x' }));
    expect((await report(token, newMachine(), newRun(), bad)).json).toMatchObject({ accepted: 0, nextSeq: 501 });
    expect((await limitsOf(id)).tokens[0]?.bytes).toBeGreaterThan(500 * 60);
  });
});

describe('a secret', () => {
  it('gets so many versions a day from one token; another token starts anew, and so does the next day', async () => {
    const { id, token, keyring } = await seedReadyTenant();
    const machine = newMachine();
    await report(token, machine);
    await setLimits(id, { secretVersions: 3 });
    const escrow = async (with_: string) =>
      asMachine<Receipt & Problem>(with_, '/v1/secret', await sealedSecret(id, keyring, machine.id));
    for (let version = 1; version <= 3; version++) expect((await escrow(token)).json.version).toBe(version);
    const refused = await escrow(token);
    expect(refused.json).toMatchObject({ status: 429, code: 'secret_quota_exceeded' });
    expect((await escrow(await issue(id))).json.version).toBe(4);
    expect((await escrow(token)).status).toBe(429);
    await nextDay(id);
    expect((await escrow(token)).json.version).toBe(5);
  });

  it('sent again gets its receipt whatever was used up, because the engine waits for it', async () => {
    const { id, token, keyring } = await seedReadyTenant();
    const machine = newMachine();
    const body = await sealedSecret(id, keyring, machine.id);
    const first = await asMachine<Receipt>(token, '/v1/secret', body);
    await setLimits(id, { secretVersions: 1, machineSecrets: 1 });
    expect((await asMachine<Receipt>(token, '/v1/secret', body)).json).toEqual(first.json);
  });

  it('is one of so many that a machine has from one token, and a new token starts anew', async () => {
    const { id, token, keyring } = await seedReadyTenant();
    const machine = newMachine();
    await report(token, machine);
    await setLimits(id, { machineSecrets: 2 });
    const escrow = async (with_: string, account: string) =>
      (await asMachine<Problem>(with_, '/v1/secret', await sealedSecret(id, keyring, machine.id, { ref: { account } })))
        .status;
    expect([await escrow(token, 'a'), await escrow(token, 'b'), await escrow(token, 'c')]).toEqual([201, 201, 429]);
    // Those that are there still get newer versions.
    expect(await escrow(token, 'a')).toBe(201);
    expect(await escrow(await issue(id), 'c')).toBe(201);
  });
});

describe('a token', () => {
  it('brings so many new machines a day: told of at one number, refused at another, and known ones go on', async () => {
    const { id, token } = await seedTenant();
    const machine = newMachine();
    const webhook = { url: `${bindings.TEST_RECEIVER}/ok/near`, label: 'near', kinds: ['limit_near'] };
    await asPerson(admin, `/v1/tenants/${id}/webhooks`, webhook);
    await report(token, machine);
    await setLimits(id, { tokenMachinesTold: 2, tokenMachines: 4 });
    for (let i = 0; i < 3; i++) expect((await report(token)).status).toBe(200);
    expect((await report(token)).json.code).toBe('token_quota_exceeded');
    expect((await report(token, machine)).status).toBe(200);
    const told = await runInDurableObject(stubOf(id), (_object, { storage: { sql } }) =>
      sql.exec<{ body: string }>('SELECT body FROM deliveries').toArray(),
    );
    expect(told.map(({ body }) => JSON.parse(body).about)).toMatchObject([{ token: 't1', limit: 'tokenMachinesTold' }]);
    expect((await limitsOf(id)).tokens).toMatchObject([{ id: 't1', machines: 4 }]);
    await nextDay(id);
    expect((await report(token)).status).toBe(200);
  });

  it('brings so many bytes a day, its secrets last of all, and no other token pays for it', async () => {
    const { id, token, keyring } = await seedReadyTenant();
    const machine = newMachine();
    await report(token, machine);
    const other = await issue(id);
    await setLimits(id, { tokenBytes: 1_000_000 });
    const big = (run = newRun()) =>
      report(
        token,
        newMachine(),
        run,
        Array.from({ length: 60 }, (_, i) => event(i + 1, { data: { a: 'x'.repeat(3_900) } })),
      );
    for (let i = 0; i < 4; i++) expect((await big()).status).toBe(200);
    expect((await big()).json.code).toBe('token_quota_exceeded');
    expect((await report(other)).status).toBe(200);
    const secret = await asMachine<Problem>(token, '/v1/secret', await sealedSecret(id, keyring, machine.id));
    expect(secret.json.code).toBe('token_quota_exceeded');
    await nextDay(id);
    expect((await big()).status).toBe(200);
  });

  it('asks so often within ten seconds, whatever its requests are', async () => {
    const { id, token } = await seedReadyTenant();
    await asMachine(token, '/v1/tenant/pubkey');
    await setLimits(id, { tokenRequests: 10 });
    let answer = await asMachine<Sent>(token, '/v1/tenant/pubkey');
    // The window may end meanwhile: then it is begun anew.
    for (let i = 0; i < 60 && answer.status !== 429; i++) answer = await asMachine<Sent>(token, '/v1/tenant/pubkey');
    expect(answer.json).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(answer.json.retryAfterSeconds).toBeLessThanOrEqual(10);
  });

  it('that floods costs the record one entry a minute and not a row a request', async () => {
    const { id, token } = await seedTenant();
    const machine = newMachine();
    await report(token, machine);
    await setLimits(id, { machineRuns: 1 });
    expect((await report(token, machine)).status).toBe(429);
    const { written } = await runInDurableObject(stubOf(id), (_object, { storage }) =>
      rowsOf(storage.sql, async () => {
        for (let i = 0; i < 5; i++) expect((await report(token, machine)).status).toBe(429);
      }),
    );
    // One more if a minute begins meanwhile, and the entry with its indexes.
    expect(written).toBeLessThan(10);
    const { entries } = (await asPerson<AuditPage>(admin, `/v1/tenants/${id}/audit?limit=500`)).json;
    expect(entries.filter((entry) => entry.detail.code === 'machine_quota_exceeded').length).toBeLessThan(3);
  });
});

describe('what comes near its limit', () => {
  it('is told of as it stands after an eviction, however much came since it was first near, and costs two rows a day', async () => {
    const { id, token } = await seedTenant();
    await report(token);
    await setLimits(id, { machineRuns: 10 });
    const machine = newMachine();
    for (let i = 0; i < 10; i++) await report(token, machine);
    expect(await rowsIn(id, 'SELECT name, id, used FROM nears')).toEqual([
      { name: 'machineRuns', id: machine.id, used: 8 },
    ]);
    await evictDurableObject(stubOf(id));
    expect((await limitsOf(id)).near).toEqual([{ limit: 'machineRuns', id: machine.id, used: 10, value: 10 }]);
    for (let i = 0; i < 3; i++) await report(token, machine);
    expect(await rowsIn(id, 'SELECT name, id, used FROM nears')).toEqual([
      { name: 'machineRuns', id: machine.id, used: 11 },
    ]);
    await runInDurableObject(stubOf(id), (_object, { storage: { sql } }) => sql.exec('UPDATE nears SET day = day - 1'));
    await evictDurableObject(stubOf(id));
    expect((await limitsOf(id)).near).toEqual([]);
    await report(token, machine);
    expect(await rowsIn(id, 'SELECT count(*) AS days FROM nears')).toEqual([{ days: 1 }]);
  });

  it('is told of for a run’s events, a machine’s changes, live tokens and those issued today, too', async () => {
    const { id, token } = await seedTenant();
    await setLimits(id, { runEvents: 100, attributeChanges: 2, tokens: 2, tokensIssued: 1 });
    const [machine, run] = [newMachine(), newRun()];
    const some = (from: number, count: number) => Array.from({ length: count }, (_, i) => event(from + i));
    await report(token, machine, run, some(1, 80));
    await issue(id);
    for (const hostname of ['A', 'B']) await report(token, { ...machine, hostname }, newRun());
    const { near } = await limitsOf(id);
    expect(near.map(({ limit }) => limit).sort()).toEqual(['attributeChanges', 'runEvents', 'tokens', 'tokensIssued']);
    expect(near).toContainEqual({ limit: 'tokensIssued', id: '', used: 1, value: 1 });
    expect(near).toContainEqual({ limit: 'tokens', id: '', used: 2, value: 2 });
  });

  it('is told to an operator in numbers: the most that any one has used, and of no machine or token which', async () => {
    const { id, token } = await seedTenant();
    await setLimits(id, { machineRuns: 2 });
    const machine = newMachine();
    for (let i = 0; i < 3; i++) await report(token, machine);
    const { json, text } = await asPerson<OperatedLimits>(OPERATOR, `/v1/operator/tenants/${id}/limits`);
    expect(json.used).toMatchObject({ machineRuns: 3, tokens: 1, tokenMachines: 1, storageBytes: json.room.bytes });
    expect(text).not.toContain(machine.id);
    expect(text).not.toContain('t1');
  });
});

it('a limit that is no whole number, as a bent backup may bring one, is none: it would stand in a statement’s text', async () => {
  const { id, token, keyring } = await seedReadyTenant();
  const bent = {
    machineSecrets: '1); DELETE FROM escrow_keys; SELECT count(*) AS brought FROM (SELECT ?, ?',
    machineRuns: 3,
  };
  await runInDurableObject(stubOf(id), (_object, { storage: { sql } }) => {
    sql.exec("INSERT INTO settings VALUES ('limits', ?)", JSON.stringify(bent));
  });
  const { status } = await asMachine<Receipt>(token, '/v1/secret', await sealedSecret(id, keyring, newMachine().id));
  expect([status, await rowsIn(id, 'SELECT count(*) AS kept FROM escrow_keys')]).toEqual([201, [{ kept: 1 }]]);
  expect((await limitsOf(id)).limits).toMatchObject({ machineSecrets: 200, machineRuns: 3 });
});
