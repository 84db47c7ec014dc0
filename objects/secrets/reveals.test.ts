// Reveal control: the budget holds exactly, a reason is a ticket where the tenant wants one, and what was revealed is to be rotated.
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AuditPage } from '../../schema/audit.ts';
import type { Machine, MachinePage, Overview } from '../../schema/machine.ts';
import type { RevealedReport } from '../../schema/person.ts';
import type { Problem } from '../../schema/problem.ts';
import type { Confirmed, Receipt, Revealed, SecretList } from '../../schema/secret.ts';
import type { SettingsChange } from '../../schema/settings.ts';
import {
  asMachine,
  asPerson,
  bindings,
  emailOf,
  rowsOf,
  sealedSecret,
  seedReadyTenant,
  type TestKeyring,
  type TestTenant,
} from '../../test/workerd-fixtures.ts';
import { decideBudget, WINDOWS } from './budgets.ts';
import { secretsOf } from './secrets.ts';

let tenant: TestTenant & { keyring: TestKeyring };
let machine: string;
let secret: string;

const [ADMIN, ENGINEER] = [emailOf('admin'), emailOf('engineer')];
const at = (path: string) => `/v1/tenants/${tenant.id}/${path}`;
const inObject = <T>(work: (sql: SqlStorage, state: DurableObjectState) => T | Promise<T>) =>
  runInDurableObject(bindings.TENANT.getByName(tenant.id), (_object, state) => work(state.storage.sql, state));

const escrow = async () =>
  (await asMachine<Receipt>(tenant.token, '/v1/secret', await sealedSecret(tenant.id, tenant.keyring, machine))).json;
const reveal = (email = ENGINEER, reason = 'the test', version?: number) =>
  asPerson<Revealed & Problem>(email, at(`secrets/${secret}/reveal`), { reason, version });
const set = (change: SettingsChange) => asPerson(ADMIN, at('settings'), change);
const overview = async () => (await asPerson<Overview>(ADMIN, at('overview'))).json;
const auditOf = async (action: string) =>
  (await asPerson<AuditPage>(ADMIN, at('audit?limit=500'))).json.entries.filter((entry) => entry.action === action);
const dueAt = async () =>
  (await asPerson<SecretList>(ENGINEER, at(`machines/${machine}/secrets`))).json.secrets[0]?.rotateDueAt;
const seen = async () => (await asPerson<Machine>(ENGINEER, at(`machines/${machine}`))).json;

/** As if the remaining time had passed. */
const ring = async () => {
  await inObject((sql) => {
    sql.exec('UPDATE secrets SET rotate_due_at = 1 WHERE rotate_due_at IS NOT NULL');
    sql.exec('UPDATE due SET at = 1');
  });
  return runDurableObjectAlarm(bindings.TENANT.getByName(tenant.id));
};

beforeEach(async () => {
  tenant = await seedReadyTenant();
  machine = crypto.randomUUID();
  secret = (await escrow()).secretId;
});

it('a list says who revealed a secret last, because another person may know it', async () => {
  const last = async () => {
    const list = await asPerson<SecretList>(ENGINEER, at(`machines/${machine}/secrets`));
    return list.json.secrets[0]?.lastRevealedBy;
  };
  expect(await last()).toBeNull();
  for (const email of [ENGINEER, ADMIN]) {
    await reveal(email);
    // Two within one millisecond would have no order.
    await inObject((sql) => sql.exec('UPDATE reveals SET last_at = last_at - 1000'));
  }
  expect(await last()).toBe(ADMIN);
  await reveal(ENGINEER);
  expect(await last()).toBe(ENGINEER);
});

it('a list finds who revealed a secret last by an index, however many have', async () => {
  await reveal();
  const cost = () => inObject(async (sql) => (await rowsOf(sql, () => secretsOf(sql, [machine], { limit: 50 }))).read);
  const before = await cost();
  await inObject((sql) =>
    sql.exec(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
       INSERT INTO reveals SELECT 'p' || i || '@example.com', ?, 1, i FROM n`,
      secret,
    ),
  );
  // One more is looked at, to know that nothing else is to be sorted.
  expect(await cost()).toBeLessThanOrEqual(before + 1);
});

describe('a budget', () => {
  const drawnBudget = fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }))
    .map(([perMinute, more, still]) => ({ perMinute, perHour: perMinute + more, perDay: perMinute + more + still }));
  const gaps = fc.array(
    fc.oneof(
      fc.integer({ min: 0, max: 40_000 }),
      fc.integer({ min: 0, max: 4_000_000 }),
      fc.integer({ min: 0, max: 90_000_000 }),
      fc.constantFrom(0, 59_999, 60_000, 3_599_999, 3_600_000, 86_399_999, 86_400_000),
    ),
    { minLength: 1, maxLength: 80 },
  );

  it('is never exceeded in any window, whatever the spacing, and names the first moment at which it is open again', () => {
    fc.assert(
      fc.property(drawnBudget, gaps, (budget, spacing) => {
        const made: number[] = [];
        let now = 1_790_000_000_000;
        for (const gap of spacing) {
          now += gap;
          const over = decideBudget(budget, made, now);
          if (over) {
            expect(decideBudget(budget, made, over.nextAt - 1)).not.toBeNull();
            expect(decideBudget(budget, made, over.nextAt)).toBeNull();
          } else made.push(now);
        }
        for (const { lengthMs, limit } of WINDOWS)
          for (const end of made)
            expect(made.filter((one) => one > end - lengthMs && one <= end).length).toBeLessThanOrEqual(budget[limit]);
      }),
    );
  });

  it('refuses nothing that fits, because a budget that is too careful stands between an engineer and a blue screen', () => {
    fc.assert(
      fc.property(drawnBudget, gaps, (budget, spacing) => {
        const made: number[] = [];
        let now = 1_790_000_000_000;
        for (const gap of spacing) {
          now += gap;
          const fits = WINDOWS.every(
            ({ lengthMs, limit }) => made.filter((one) => one > now - lengthMs).length < budget[limit],
          );
          expect(decideBudget(budget, made, now) === null).toBe(fits);
          if (fits) made.push(now);
        }
      }),
    );
  });

  it('holds exactly under reveals at the same time, each person having their own', async () => {
    let total = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 25 }), async (limit, asked) => {
        await inObject((sql) => sql.exec('DELETE FROM reveal_log').toArray());
        await set({ revealBudget: { perMinute: limit, perHour: limit, perDay: limit } });
        const people = [ADMIN, ENGINEER];
        const answers = await Promise.all(
          Array.from({ length: asked }, () => people.map((email) => reveal(email))).flat(),
        );
        const handedOut = answers.filter(({ status }) => status === 200);
        expect(handedOut).toHaveLength(2 * Math.min(limit, asked));
        total += handedOut.length;
        for (const { status, json } of answers)
          if (status !== 200) expect(json).toMatchObject({ status: 429, code: 'reveal_budget_exceeded' });
      }),
      { numRuns: 12 },
    );
    // The chain holds everything that was handed out, and nothing else.
    expect(await auditOf('secret.revealed')).toHaveLength(total);
  });

  it('that is used up says when the next reveal is possible, is on record under a name of its own, and shown to admins', async () => {
    await set({ revealBudget: { perMinute: 1, perHour: 5, perDay: 5 } });
    expect((await reveal()).status).toBe(200);
    const { json, headers } = await reveal();
    expect(json).toMatchObject({
      code: 'reveal_budget_exceeded',
      detail: expect.stringContaining('one secret a minute'),
    });
    expect(json).not.toHaveProperty('sealed');
    expect(json.retryAfterSeconds).toBeGreaterThan(0);
    expect(json.retryAfterSeconds).toBeLessThanOrEqual(60);
    expect(headers.get('retry-after')).toBe(String(json.retryAfterSeconds));
    await reveal();
    // The second one of the minute is counted and gets no entry of its own.
    expect(await auditOf('reveal.budget_exceeded')).toMatchObject([
      { principal: { name: ENGINEER }, subject: secret, outcome: 'refused' },
    ]);
    expect((await overview()).budgetExceeded).toMatchObject([{ email: ENGINEER, at: expect.any(Number) }]);
    await inObject((sql) => sql.exec('UPDATE budget_hits SET at = at - 86400000').toArray());
    expect((await overview()).budgetExceeded).toEqual([]);
  });

  it('forgets what no window reaches any more', async () => {
    await reveal();
    await inObject((sql) => sql.exec('UPDATE reveal_log SET at = at - 86400000').toArray());
    await reveal();
    expect(await inObject((sql) => sql.exec('SELECT count(*) AS n FROM reveal_log').one().n)).toBe(1);
  });
});

describe('a reason', () => {
  it('must begin with a ticket where the tenant says so; else nothing is handed out and nothing is spent', async () => {
    await set({ ticketPattern: 'INC-#####' });
    const { json } = await reveal(ENGINEER, 'because I want to');
    expect(json).toMatchObject({ status: 422, code: 'not_a_ticket', detail: expect.stringContaining('INC-#####') });
    expect(await inObject((sql) => sql.exec('SELECT count(*) AS n FROM reveal_log').one().n)).toBe(0);
    expect((await reveal(ENGINEER, 'INC-00042 blue screen')).status).toBe(200);
    await set({ ticketPattern: null });
    expect((await reveal(ENGINEER, 'because I want to')).status).toBe(200);
  });
});

describe('a revealed secret', () => {
  it('is to be rotated from a day on; a second reveal neither moves the date nor queues it twice', async () => {
    expect(await dueAt()).toBeNull();
    const before = Date.now();
    await reveal();
    const first = await dueAt();
    expect(first).toBeGreaterThanOrEqual(before + 86_400_000);
    await inObject((sql) => sql.exec('UPDATE secrets SET rotate_due_at = rotate_due_at - 1000').toArray());
    await reveal();
    expect(await dueAt()).toBe((first ?? 0) - 1000);
    expect(await seen()).toMatchObject({ toRotate: 0, attention: [] });
  });

  it('comes to attention by the alarm when its day has come, however often the alarm rings', async () => {
    await reveal();
    expect(await ring()).toBe(true);
    expect(await seen()).toMatchObject({ toRotate: 1, attention: ['to_be_rotated'] });
    expect(await overview()).toMatchObject({ toRotate: 1, attention: 1 });
    await inObject(async (sql, state) => {
      sql.exec("INSERT INTO due VALUES ('to_rotate', 1)");
      await state.storage.setAlarm(Date.now() + 60_000);
    });
    await ring();
    expect(await overview()).toMatchObject({ toRotate: 1, attention: 1 });
  });

  it('puts its PC into the list of those with something to rotate, counted once, until a newer version comes', async () => {
    const listed = async (more = '') =>
      (await asPerson<MachinePage>(ENGINEER, at(`machines?toRotate=yes${more}`))).json.machines.map(({ id }) => id);
    await reveal();
    expect([await listed(), (await overview()).rotating]).toEqual([[], 0]);
    await ring();
    for (const more of ['', '&sort=hostname', '&attention=yes']) expect(await listed(more)).toEqual([machine]);
    expect([await listed('&status=failed'), (await overview()).rotating]).toEqual([[], 1]);
    await escrow();
    expect([await listed(), (await overview()).rotating]).toEqual([[], 0]);
  });

  it('asks for the alarm of the next one when the first has rung', async () => {
    await reveal();
    const other = crypto.randomUUID();
    const body = await sealedSecret(tenant.id, tenant.keyring, other);
    const { json } = await asMachine<Receipt>(tenant.token, '/v1/secret', body);
    await asPerson(ENGINEER, at(`secrets/${json.secretId}/reveal`), { reason: 'the test' });
    await inObject((sql) => {
      sql.exec('UPDATE secrets SET rotate_due_at = 1 WHERE id = ?', secret);
      sql.exec("UPDATE due SET at = 1 WHERE what = 'to_rotate'");
    });
    await runDurableObjectAlarm(bindings.TENANT.getByName(tenant.id));
    const [due, row] = await inObject((sql) => [
      sql.exec("SELECT at FROM due WHERE what = 'to_rotate'").one().at,
      sql.exec('SELECT rotate_due_at AS at FROM secrets WHERE id = ?', json.secretId).one().at,
    ]);
    expect(due).toBe(row);
    expect(await overview()).toMatchObject({ toRotate: 1 });
  });

  it('is cleared by its newer version, and not by a reveal of an earlier one', async () => {
    await reveal();
    await ring();
    await escrow();
    expect(await dueAt()).toBeNull();
    expect(await seen()).toMatchObject({ toRotate: 0, attention: [] });
    await reveal(ENGINEER, 'the old one', 1);
    expect(await dueAt()).toBeNull();
  });

  it('is due at once where the delay is 0, and never where it is off', async () => {
    await set({ rotateAfterRevealMs: null });
    await reveal();
    expect(await dueAt()).toBeNull();
    await set({ rotateAfterRevealMs: 0 });
    await reveal();
    expect(await seen()).toMatchObject({ toRotate: 1, attention: ['to_be_rotated'] });
  });

  const upload = async (
    email: string,
    about: Parameters<typeof sealedSecret>[3] = {},
    kind?: 'bitlocker_recovery_key',
  ) => {
    const body = await sealedSecret(tenant.id, tenant.keyring, machine, about);
    const { json } = await asPerson<Receipt>(email, at('spool/secret'), kind ? { ...body, kind } : body);
    return json;
  };
  const confirm = (email: string, id = secret, version = 2) =>
    asPerson<Confirmed & Problem>(email, at(`secrets/${id}/confirm`), { version });
  const addAdmin = async () => {
    const email = 'second@example.com';
    await asPerson(ADMIN, at('people'), { email, role: 'admin' });
    return email;
  };
  const reported = async (person: string) =>
    (await asPerson<RevealedReport>(ADMIN, at(`people/${person}/revealed`))).json.revealed;

  it('stays marked whatever its revealer uploads, until an admin who has no part in it confirms that, on record', async () => {
    const other = await addAdmin();
    await reveal(ADMIN);
    const due = await dueAt();
    expect((await upload(ADMIN)).version).toBe(2);
    expect(await dueAt()).toBe(due);
    await ring();
    expect(await seen()).toMatchObject({ toRotate: 1 });
    expect(await reported('u0')).toMatchObject([
      { version: 1, superseded: false, newer: { secret, version: 2, by: ADMIN, confirmedBy: null } },
    ]);
    for (const email of [ADMIN, ENGINEER, emailOf('auditor')])
      expect((await confirm(email)).status, email).toBeGreaterThan(400);
    expect((await confirm(ADMIN)).json.code).toBe('not_yourself');
    expect(await dueAt()).not.toBeNull();
    expect((await confirm(other)).status).toBe(200);
    expect([await dueAt(), (await seen()).toRotate]).toEqual([null, 0]);
    expect(await reported('u0')).toMatchObject([
      { version: 1, superseded: true, newer: { secret, version: 2, by: ADMIN, confirmedBy: other } },
    ]);
    expect(await auditOf('secret.confirmed')).toMatchObject([
      { subject: secret, principal: { name: other }, detail: { version: 2, broughtBy: ADMIN } },
    ]);
    // Asked again it is the same, and on record once.
    expect((await confirm(other)).status).toBe(200);
    expect(await auditOf('secret.confirmed')).toHaveLength(1);
  });

  it('is not confirmed by its revealer where somebody else uploaded for them, nor by whoever uploaded', async () => {
    const other = await addAdmin();
    await reveal(ADMIN);
    await upload(other);
    expect((await confirm(ADMIN)).json).toMatchObject({
      code: 'not_yourself',
      detail: expect.stringContaining('revealed'),
    });
    expect((await confirm(other)).json).toMatchObject({
      code: 'not_yourself',
      detail: expect.stringContaining('brought'),
    });
    expect(await dueAt()).not.toBeNull();
  });

  it('is marked although something was uploaded beforehand, because that came before anybody looked', async () => {
    await upload(ENGINEER);
    await reveal(ENGINEER, 'the true one', 1);
    expect(await dueAt()).not.toBeNull();
  });

  it('stays marked where the version that is confirmed was itself revealed', async () => {
    await upload(ENGINEER);
    await reveal(ENGINEER, 'the new one', 2);
    expect((await confirm(ADMIN)).status).toBe(200);
    expect(await dueAt()).not.toBeNull();
  });
});
