// What a call costs in statements and in rows written, indexes included: docs/storage.md says the same. Rows written
// are nine tenths of what running this costs, and statements most of the time that a small report takes.
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { Receipt } from '../schema/secret.ts';
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
} from '../test/workerd-fixtures.ts';
import { allDue, schedule } from './core/alarms.ts';

const stubOf = (id: string) => bindings.TENANT.getByName(id);
const costOf = (id: string, act: () => Promise<unknown>) =>
  runInDurableObject(stubOf(id), (_object, { storage }) => rowsOf(storage.sql, act));

/** The statements that it runs. */
const statementsOf = (id: string, act: () => Promise<unknown>) =>
  runInDurableObject(stubOf(id), async (_object, { storage: { sql } }) => {
    const { exec } = sql;
    const texts: string[] = [];
    sql.exec = ((query: string, ...bindings: unknown[]) => {
      texts.push(query);
      return exec.call(sql, query, ...bindings);
    }) as typeof sql.exec;
    try {
      await act();
    } finally {
      sql.exec = exec;
    }
    return texts;
  });

/** A PC as an engine describes it, with every attribute that there is. */
const newPc = () => ({
  ...newMachine(),
  hostname: `PC-${crypto.randomUUID().slice(0, 8)}`,
  serial: crypto.randomUUID().slice(0, 10),
  manufacturer: 'HP',
  osVersion: '10.0.26100',
  client: 'Acme',
});

/** A report as the PC makes it: `sentAt` lets it be heard as it happens. */
const reportOf = (machine: ReturnType<typeof newPc>, run: ReturnType<typeof newRun>, from: number, count: number) => {
  const sentAt = Date.now();
  const events = Array.from({ length: count }, (_, index) => event(from + index, { at: sentAt }));
  return { machine, run, events, sentAt };
};

/** A tenant at work: what is written once a minute, or once in the object's life, is written. */
async function seedAtWork() {
  const tenant = await seedReadyTenant();
  const report = async (...of: Parameters<typeof reportOf>) => {
    const { status } = await asMachine(tenant.token, '/v1/report', reportOf(...of));
    expect(status).toBe(200);
  };
  await report(newPc(), newRun(), 1, 1);
  return { ...tenant, report };
}

describe('what a report costs', () => {
  it('is one statement and one row, that of its run, where its run and its machine are known', async () => {
    const { id, report } = await seedAtWork();
    const [pc, run] = [newPc(), newRun()];
    await report(pc, run, 1, 10);
    const texts = await statementsOf(id, () => report(pc, run, 11, 10));
    expect(texts.map((text) => text.split(' SET')[0])).toEqual(['UPDATE runs']);
    const { statements, written } = await costOf(id, () => report(pc, run, 21, 10));
    expect([statements, written]).toEqual([1, 1]);
  });

  it('plans no statement anew, as SQLite does each time where the number after LIMIT is bound', async () => {
    const { id, token, keyring, report } = await seedAtWork();
    const [pc, run] = [newPc(), newRun()];
    await report(pc, run, 1, 10);
    const secret = await sealedSecret(id, keyring, pc.id);
    const texts = await statementsOf(id, async () => {
      await report(pc, run, 11, 10);
      expect((await asMachine(token, '/v1/secret', secret)).status).toBe(201);
    });
    expect(texts.length).toBeGreaterThan(0);
    expect(texts.filter((text) => /LIMIT\s+\?/.test(text))).toEqual([]);
  });

  it('is no more where other PCs report in between, since what is remembered of one is not lost with another', async () => {
    const { id, token, keyring, report } = await seedAtWork();
    const [pc, run] = [newPc(), newRun()];
    await report(pc, run, 1, 10);
    const other = newPc();
    await report(other, newRun(), 1, 10);
    await asMachine(token, '/v1/secret', await sealedSecret(id, keyring, other.id));
    const { statements, written } = await costOf(id, () => report(pc, run, 11, 10));
    expect(statements).toBeLessThanOrEqual(5);
    expect(written).toBe(1);
  });

  it('is at most thirteen statements and fifteen rows, where it is the first of a PC', async () => {
    const { id, report } = await seedAtWork();
    const { statements, written } = await costOf(id, () => report(newPc(), newRun(), 1, 1));
    expect(statements).toBeLessThanOrEqual(13);
    expect(written).toBeLessThanOrEqual(15);
  });

  it('is seven rows, where its run ends, and eleven, where a further run of its PC begins', async () => {
    const { id, token, report } = await seedAtWork();
    const [pc, run] = [newPc(), newRun()];
    await report(pc, run, 1, 10);
    const at = Date.now();
    const events = [event(11, { at, type: 'run_succeeded' })];
    const end = await costOf(id, () => asMachine(token, '/v1/report', { machine: pc, run, events, sentAt: at }));
    expect(end.written).toBe(7);
    expect((await costOf(id, () => report(pc, newRun(), 1, 1))).written).toBe(11);
  });

  it('is nothing written, where all of it was sent before', async () => {
    const { id, token } = await seedAtWork();
    const sent = reportOf(newPc(), newRun(), 1, 10);
    await asMachine(token, '/v1/report', sent);
    expect((await costOf(id, () => asMachine(token, '/v1/report', sent))).written).toBe(0);
  });
});

describe('what a secret costs', () => {
  /** A PC that has reported, and its two secrets as its engine seals them. */
  async function seedSealed() {
    const { id, token, keyring, report } = await seedAtWork();
    const [pc, run] = [newPc(), newRun()];
    await report(pc, run, 1, 10);
    const key = { kind: 'bitlocker_recovery_key', ref: { protectorId: crypto.randomUUID(), volume: 'C:' } } as const;
    const sealed = [
      await sealedSecret(id, keyring, pc.id, { run: run.id }),
      await sealedSecret(id, keyring, pc.id, { run: run.id, ...key }),
    ];
    const escrow = async (one: (typeof sealed)[number] | undefined) => {
      const { status, json } = await asMachine<Receipt>(token, '/v1/secret', one);
      expect(status).toBe(201);
      return json.secretId;
    };
    // What is the tenant's is known from now on, such as its key.
    await escrow(await sealedSecret(id, keyring, crypto.randomUUID()));
    const reveal = async (secret: string) => {
      const path = `/v1/tenants/${id}/secrets/${secret}/reveal`;
      expect((await asPerson(emailOf('engineer'), path, { reason: 'INC-4711' })).status).toBe(200);
    };
    return { id, sealed, escrow, reveal };
  }

  it('is at most nine statements where it is a password, and eleven where it is a recovery key', async () => {
    const { id, sealed, escrow } = await seedSealed();
    const [password, key] = sealed;
    expect((await costOf(id, () => escrow(password))).statements).toBeLessThanOrEqual(9);
    expect((await costOf(id, () => escrow(key))).statements).toBeLessThanOrEqual(11);
  });

  it('is at most eleven statements where it is revealed, and nine where it has been before', async () => {
    const { id, sealed, escrow, reveal } = await seedSealed();
    const [password, key] = [await escrow(sealed[0]), await escrow(sealed[1])];
    await reveal(key);
    expect((await costOf(id, () => reveal(password))).statements).toBeLessThanOrEqual(11);
    await reveal(password);
    expect((await costOf(id, () => reveal(password))).statements).toBeLessThanOrEqual(9);
  });
});

describe('an idle object', () => {
  /** Lets the alarm come until nothing is due any more within the minute. */
  async function untilIdle(id: string) {
    for (let turns = 0; turns < 50; turns++) {
      const next = await runInDurableObject(stubOf(id), (_object, { storage: { sql } }) => {
        const [first] = allDue(sql);
        if (first === undefined || first.at > Date.now() + 60_000) return null;
        sql.exec('UPDATE due SET at = 0 WHERE what = ?', first.what);
        return first.what;
      });
      if (next === null) return;
      await runDurableObjectAlarm(stubOf(id));
    }
    throw new Error('something is always due');
  }

  it('writes nothing in a minute, and nothing for those who look on', async () => {
    const { id, report } = await seedAtWork();
    await report(newPc(), newRun(), 1, 10);
    await untilIdle(id);
    const look = () => asPerson(emailOf('engineer'), `/v1/tenants/${id}/machines`);
    await look();
    expect((await costOf(id, look)).written).toBe(0);
    await untilIdle(id);
  });

  it('sets its alarm where the instant changes, and else never', async () => {
    const { id, report } = await seedAtWork();
    const [pc, run] = [newPc(), newRun()];
    await report(pc, run, 1, 1);
    const { usual, scheduled } = await runInDurableObject(stubOf(id), async (_object, { storage }) => {
      const instants: number[] = [];
      const setAlarm = storage.setAlarm.bind(storage);
      storage.setAlarm = (at) => {
        instants.push(Number(at));
        return setAlarm(at);
      };
      for (let seq = 2; seq < 6; seq++) await report(pc, run, seq, 1);
      const usual = instants.splice(0);
      const next = allDue(storage.sql)[0]?.at ?? Number.NaN;
      schedule(storage, 'search', next - 1_000);
      schedule(storage, 'search', next - 500);
      schedule(storage, 'names', next - 1_000);
      const fail = () =>
        storage.transactionSync(() => {
          schedule(storage, 'search', next - 2_000);
          throw new Error('undone');
        });
      expect(fail).toThrow('undone');
      schedule(storage, 'search', next - 2_000);
      storage.setAlarm = setAlarm;
      return { usual, scheduled: instants.map((at) => at - next) };
    });
    expect(usual).toEqual([]);
    // The second was undone with its transaction, and nothing is believed of it.
    expect(scheduled).toEqual([-1_000, -2_000, -2_000]);
  });

  it('sets it anew once it has come, for what is left', async () => {
    const { id } = await seedAtWork();
    await runInDurableObject(stubOf(id), (_object, { storage: { sql } }) => {
      sql.exec("INSERT INTO due VALUES ('search', 0)");
    });
    expect(await runDurableObjectAlarm(stubOf(id))).toBe(true);
    const { alarmAt, next } = await runInDurableObject(stubOf(id), async (_object, { storage }) => ({
      alarmAt: await storage.getAlarm(),
      next: allDue(storage.sql)[0]?.at,
    }));
    expect(alarmAt).toBe(next);
  });
});
