// What a revoked token brought, set aside by one act: kept, listed apart, revealed like anything else, counted nowhere; and brought back whole.
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AsideActed, Brought } from '../../schema/aside.ts';
import type { AuditPage } from '../../schema/audit.ts';
import type { Activity, Machine, MachinePage, Overview, RunList } from '../../schema/machine.ts';
import type { Problem } from '../../schema/problem.ts';
import type { Receipt, Revealed, SecretList, VersionPage } from '../../schema/secret.ts';
import type { IssuedToken, TokenList } from '../../schema/token.ts';
import {
  asMachine,
  asPerson,
  bindings,
  emailOf,
  event,
  newMachine,
  newRun,
  sealedSecret,
  seedReadyTenant,
  type TestKeyring,
  type TestTenant,
} from '../../test/workerd-fixtures.ts';
import { isWanted } from './set-aside.ts';

const [ADMIN, ENGINEER] = [emailOf('admin'), emailOf('engineer')];
type World = TestTenant & { keyring: TestKeyring };
let tenant: World;
/** The token of somebody who should not have had it. */
let bad: { id: string; token: string };
let pc: ReturnType<typeof newMachine>;

const at = (path: string) => `/v1/tenants/${tenant.id}/${path}`;
const get = async <T>(path: string, email = ENGINEER) => (await asPerson<T>(email, at(path))).json;
const act = async <T = AsideActed>(token: string, what: 'revoke' | 'set-aside' | 'bring-back', body: unknown = {}) =>
  asPerson<T>(ADMIN, at(`tokens/${token}/${what}`), body);
const report = (token: string, machine = pc, run = newRun(), events: unknown[] = [event(1)]) =>
  asMachine(token, '/v1/report', { machine, run, events });
const escrow = async (token: string, machine = pc.id, how: Parameters<typeof sealedSecret>[3] = {}) =>
  (await asMachine<Receipt>(token, '/v1/secret', await sealedSecret(tenant.id, tenant.keyring, machine, how))).json;
const secretsOf = async (machine = pc.id, query = '') =>
  (await get<SecretList>(`machines/${machine}/secrets${query}`)).secrets;
const versionsOf = async (machine = pc.id, query = '') =>
  (await secretsOf(machine, query)).map(({ versions }) => versions.map(({ version }) => version));
const fleet = async (query = '') => (await get<MachinePage>(`machines${query}`)).machines.map(({ id }) => id).sort();
const aside = async () => (await get<TokenList>('tokens', ADMIN)).tokens.find(({ id }) => id === bad.id)?.aside;

const stub = () => bindings.TENANT.getByName(tenant.id);
/** What a query of the object's tables finds. */
const rowsIn = (query: string) =>
  runInDurableObject(stub(), (_object, { storage }) => storage.sql.exec(query).toArray());

/** The alarm rings until everything due at once is done. */
async function workOff(): Promise<number> {
  let rang = 0;
  while ((await rowsIn("SELECT 1 FROM due WHERE what = 'aside'")).length > 0) {
    await runInDurableObject(stub(), (_object, { storage }) => storage.setAlarm(Date.now()));
    await runDurableObjectAlarm(stub());
    rang++;
  }
  return rang;
}
async function setAside(since: number | null = null): Promise<void> {
  await act(bad.id, 'revoke');
  expect((await act(bad.id, 'set-aside', { since })).status).toBe(200);
  await workOff();
}

/** Every row of what is counted and kept, except the audit, the day's counts and the alarm's tasks. */
const everything = async () => ({
  secrets: await rowsIn('SELECT id, apart, standing, latest_version, rotate_due_at FROM secrets ORDER BY id'),
  versions: await rowsIn('SELECT * FROM secret_versions ORDER BY secret_id, version'),
  runs: await rowsIn('SELECT * FROM runs ORDER BY id'),
  machines: await rowsIn(
    'SELECT id, shelf, run_id, run_status, secrets, own_secrets, own_keys, attention, to_rotate FROM machines ORDER BY id',
  ),
  counters: await rowsIn("SELECT * FROM counters WHERE value <> 0 AND name NOT IN ('last_report_at') ORDER BY name"),
  hours: await rowsIn('SELECT * FROM hours WHERE started + succeeded + failed > 0 ORDER BY at'),
});

beforeEach(async () => {
  tenant = await seedReadyTenant();
  pc = newMachine();
  const wanted = { label: 'Lost stick', expiresAt: null, fingerprint: null };
  const { json } = await asPerson<IssuedToken>(ADMIN, at('tokens'), wanted);
  bad = { id: json.id, token: json.token };
});

describe('what a revoked token brought', () => {
  it('takes the place of nothing: the version before it is the current one again, and each list has its own', async () => {
    const { secretId } = await escrow(tenant.token);
    for (let i = 0; i < 3; i++) await escrow(bad.token);
    await escrow(tenant.token);
    await escrow(bad.token);
    expect(await versionsOf()).toEqual([[6, 5, 4, 3, 2, 1]]);
    await setAside();
    expect(await versionsOf()).toEqual([[5, 1]]);
    expect(await versionsOf(pc.id, '?aside=yes')).toEqual([[6, 4, 3, 2]]);
    expect((await secretsOf()).map(({ count }) => count)).toEqual([2]);
    expect((await secretsOf(pc.id, '?aside=yes')).map(({ count }) => count)).toEqual([4]);
    const page = await get<VersionPage>(`secrets/${secretId}/versions?aside=yes&order=oldest&limit=2`);
    expect(page).toMatchObject({ versions: [{ version: 2 }, { version: 3 }], next: 3 });
    expect(page.versions[0]?.aside).toEqual({ token: bad.id, label: 'Lost stick' });
    expect((await get<VersionPage>(`secrets/${secretId}/versions`)).versions.map(({ aside }) => aside)).toEqual([
      null,
      null,
    ]);
    const reveal = (body: object) =>
      asPerson<Revealed>(ENGINEER, at(`secrets/${secretId}/reveal`), { reason: 'the test', ...body });
    expect((await reveal({})).json.version.version).toBe(5);
    // Kept: a person who needs it all the same names it, on record.
    expect((await reveal({ version: 6 })).json.version.version).toBe(6);
    // The next one is numbered on, and is current.
    expect((await escrow(tenant.token)).version).toBe(7);
    expect(await versionsOf()).toEqual([[7, 5, 1]]);
  });

  it('counts nowhere: runs, secrets, activity and machines are as if it had never come, and it all comes back as it was', async () => {
    const only = newMachine();
    const run = newRun();
    await report(tenant.token, pc, run);
    await escrow(tenant.token);
    await report(tenant.token, newMachine());
    const before = await everything();
    const overview = await get<Overview>('overview');
    const own = { protectorId: crypto.randomUUID(), volume: 'C:' };
    // A later run: the true one seems to be left.
    const later = { ...newRun(), startedAt: run.startedAt + 1 };
    await report(bad.token, pc, later, [event(1, { type: 'run_failed', level: 'error' })]);
    await escrow(bad.token);
    await escrow(bad.token, pc.id, { ref: { account: 'forged' } });
    await report(bad.token, only);
    await escrow(bad.token, only.id, { kind: 'bitlocker_recovery_key', ref: own });
    const forged = await everything();
    expect(await get<Overview>('overview')).toMatchObject({ machines: 3, attention: 1, secrets: 3 });

    await setAside();
    expect(await get<Overview>('overview')).toEqual({ ...overview, aside: 1, room: expect.anything() });
    const after = await everything();
    for (const what of ['counters', 'hours'] as const)
      expect(
        after[what].filter(({ name }) => name !== 'aside'),
        what,
      ).toEqual(before[what]);
    expect(after.machines.filter(({ id }) => id !== only.id)).toEqual(before.machines);
    expect(await fleet()).not.toContain(only.id);
    expect(await fleet('?shelf=aside')).toEqual([only.id]);
    expect(await get<Machine>(`machines/${only.id}`)).toMatchObject({ shelf: 'aside', someAside: true, secrets: 0 });
    expect((await get<RunList>(`machines/${pc.id}/runs`)).runs).toHaveLength(1);
    const { runs } = await get<RunList>(`machines/${pc.id}/runs?aside=yes`);
    expect(runs).toMatchObject([{ status: 'failed', aside: { token: bad.id } }]);
    expect((await secretsOf()).map(({ ref }) => ref)).not.toContainEqual({ account: 'forged' });
    expect((await secretsOf(pc.id, '?aside=yes')).map(({ ref }) => ref)).toContainEqual({ account: 'forged' });
    expect((await get<Activity>('activity')).hours.reduce((sum, { failed }) => sum + failed, 0)).toBe(0);
    expect(await aside()).toMatchObject({ state: 'set_aside', since: null, by: ADMIN, runs: 2, versions: 3 });

    expect((await act(bad.id, 'bring-back')).json.aside).toMatchObject({ state: 'bringing_back' });
    await workOff();
    expect(await everything()).toEqual(forged);
    expect(await aside()).toBeNull();
  });

  it('gives a machine back to the fleet when another token speaks of it, and a run that it goes on with counts again', async () => {
    const run = newRun();
    await report(bad.token, pc, run);
    await setAside();
    expect(await fleet()).toEqual([]);
    await report(tenant.token, pc, run, [event(2)]);
    expect(await fleet()).toEqual([pc.id]);
    expect((await get<RunList>(`machines/${pc.id}/runs`)).runs).toMatchObject([{ id: run.id, aside: null }]);
    expect(await aside()).toMatchObject({ runs: 0 });
    // There is nothing for the act that brings back to change.
    await act(bad.id, 'bring-back');
    await workOff();
    expect(await get<Overview>('overview')).toMatchObject({ machines: 1, aside: 0 });
  });

  it('leaves a run alone in which somebody else has a part, because it is not only its word', async () => {
    const run = newRun();
    await report(tenant.token, pc, run);
    await report(bad.token, pc, run, [event(2)]);
    await setAside();
    expect((await get<RunList>(`machines/${pc.id}/runs`)).runs).toHaveLength(1);
    expect(await fleet()).toEqual([pc.id]);
  });

  it('does not come back into the fleet by a report of which nothing is kept', async () => {
    const run = newRun();
    await report(bad.token, pc, run);
    await setAside();
    const { json } = await report(tenant.token, pc, run, [{ ...event(1), message: 'another word' }]);
    expect(json).toMatchObject({ accepted: 0, rejected: [{ code: 'seq_conflict' }] });
    expect(await fleet()).toEqual([]);
    await report(tenant.token, pc, run, [event(2)]);
    expect(await fleet()).toEqual([pc.id]);
  });

  it('is set aside from an instant on where only that is asked for, and another instant is another act', async () => {
    await escrow(bad.token);
    const since = Date.now();
    await escrow(bad.token);
    await setAside(since);
    expect(await versionsOf()).toEqual([[1]]);
    await act(bad.id, 'set-aside', { since: null });
    await workOff();
    expect(await versionsOf()).toEqual([]);
    expect(await versionsOf(pc.id, '?aside=yes')).toEqual([[2, 1]]);
    await act(bad.id, 'set-aside', { since });
    await workOff();
    expect(await versionsOf()).toEqual([[1]]);
  });

  it('holds nothing against the PC: its day begins anew', async () => {
    await asPerson('operator@example.com', `/v1/operator/tenants/${tenant.id}/limits`, { machineRuns: 2 });
    for (let i = 0; i < 2; i++) await report(bad.token);
    expect((await report(tenant.token)).json.code).toBe('machine_quota_exceeded');
    await setAside();
    expect((await report(tenant.token)).status).toBe(200);
  });
});

describe('a mark that a forged version had cleared', () => {
  beforeEach(() => asPerson(ADMIN, at('settings'), { rotateAfterRevealMs: 0 }));
  const reveal = (secret: string) => asPerson(ENGINEER, at(`secrets/${secret}/reveal`), { reason: 'the test' });
  const dueOf = async () => (await secretsOf()).map(({ rotateDueAt }) => rotateDueAt !== null);

  it('is back with the secret, and goes again with the version', async () => {
    const { secretId } = await escrow(tenant.token);
    await reveal(secretId);
    await escrow(bad.token);
    expect(await dueOf()).toEqual([false]);
    await setAside();
    expect(await dueOf()).toEqual([true]);
    expect(await get<Overview>('overview')).toMatchObject({ toRotate: 1, attention: 1 });
    await act(bad.id, 'bring-back');
    await workOff();
    expect(await dueOf()).toEqual([false]);
    expect(await get<Overview>('overview')).toMatchObject({ toRotate: 0, attention: 0 });
  });

  it('is back on a key that a forged list had called gone, unless the PC itself has listed another since', async () => {
    const key = () =>
      ({ kind: 'bitlocker_recovery_key', ref: { protectorId: crypto.randomUUID(), volume: 'C:' } }) as const;
    const list = (token: string, { ref }: ReturnType<typeof key>) =>
      asMachine(token, '/v1/report', {
        machine: pc,
        run: newRun(),
        events: [event(1)],
        volumes: { readAt: Date.now(), list: [{ volume: 'C:', protectors: [ref.protectorId] }] },
      });
    const [forged, fresh] = [key(), key()];
    const { secretId } = await escrow(tenant.token, pc.id, key());
    await reveal(secretId);
    await escrow(bad.token, pc.id, forged);
    expect(await get<Overview>('overview')).toMatchObject({ toRotate: 1 });
    await list(bad.token, forged);
    expect(await get<Overview>('overview')).toMatchObject({ toRotate: 0 });
    await setAside();
    expect(await get<Overview>('overview')).toMatchObject({ toRotate: 1 });
    await act(bad.id, 'bring-back');
    await workOff();
    expect(await get<Overview>('overview')).toMatchObject({ toRotate: 0 });
    await escrow(tenant.token, pc.id, fresh);
    await list(tenant.token, fresh);
    await act(bad.id, 'set-aside', { since: null });
    await workOff();
    expect(await get<Overview>('overview')).toMatchObject({ toRotate: 0 });
  });
});

describe('the act', () => {
  it('is an admin’s, only with a revoked token, on record once, and asked again it answers how far it has come', async () => {
    await escrow(bad.token);
    expect((await act<Problem>(bad.id, 'set-aside', { since: null })).json.code).toBe('token_not_revoked');
    expect((await act<Problem>('nobody', 'set-aside', { since: null })).json.code).toBe('unknown_token');
    await act(bad.id, 'revoke');
    const refused = await asPerson<Problem>(ENGINEER, at(`tokens/${bad.id}/set-aside`), { since: null });
    expect(refused.json.code).toBe('role_forbids');
    for (let i = 0; i < 2; i++) await act(bad.id, 'set-aside', { since: null });
    await workOff();
    expect((await act(bad.id, 'set-aside', { since: null })).json.aside).toMatchObject({
      state: 'set_aside',
      versions: 1,
    });
    for (let i = 0; i < 2; i++) await act(bad.id, 'bring-back');
    await workOff();
    expect((await act(bad.id, 'bring-back')).json.aside).toBeNull();
    const { entries } = await get<AuditPage>('audit?limit=500', ADMIN);
    const acts = entries.filter(({ subject, outcome }) => subject === bad.id && outcome === 'done');
    expect(acts.map(({ action }) => action)).toEqual([
      'token.issued',
      'token.revoked',
      'token.set_aside',
      'token.brought_back',
    ]);
    expect(acts.at(-1)?.detail).toEqual({ runs: 0, versions: 1 });
  });

  it('is one act for thousands of rows: worked off a slice an alarm, its progress shown, stopped and turned back halfway', async () => {
    const { secretId } = await escrow(tenant.token);
    await escrow(bad.token);
    const MANY = 1_000;
    await runInDurableObject(stub(), (_object, { storage: { sql } }) => {
      sql.exec(
        `WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
         INSERT INTO secret_versions (secret_id, version, eid, format, bound, kid, sealed, sha256, first_kid, first_sha256,
           escrowed_at, audit_seq, audit_hash)
         SELECT secret_id, i, 'e' || i, format, bound, kid, sealed, sha256, first_kid, first_sha256, escrowed_at, audit_seq, audit_hash
         FROM n, secret_versions WHERE secret_id = ? AND version = 2`,
        MANY,
        secretId,
      );
      sql.exec('UPDATE secrets SET latest_version = ? WHERE id = ?', MANY, secretId);
    });
    const counted = await get<Brought>(`tokens/${bad.id}/brought`, ADMIN);
    expect(counted).toEqual({ runs: 0, versions: 0, machines: 0, next: 'versions//0' });
    expect(await get<Brought>(`tokens/${bad.id}/brought?after=${counted.next}`, ADMIN)).toMatchObject({
      versions: MANY - 1,
    });
    await act(bad.id, 'revoke');
    await act(bad.id, 'set-aside', { since: null });
    for (let i = 0; i < 3; i++) {
      await runInDurableObject(stub(), (_object, { storage }) => storage.setAlarm(Date.now()));
      await runDurableObjectAlarm(stub());
    }
    const halfway = await aside();
    expect(halfway).toMatchObject({ state: 'setting_aside', versions: expect.any(Number) });
    expect(halfway?.versions).toBeGreaterThan(0);
    expect(halfway?.versions).toBeLessThan(MANY - 1);
    await act(bad.id, 'bring-back');
    await workOff();
    expect(await aside()).toBeNull();
    expect((await secretsOf()).map(({ count }) => count)).toEqual([MANY]);
    await act(bad.id, 'set-aside', { since: null });
    expect(await workOff()).toBeGreaterThan(3);
    expect(await aside()).toMatchObject({ state: 'set_aside', versions: MANY - 1 });
    expect(await versionsOf()).toEqual([[1]]);
  });

  it('says how much it is before it is done: runs, versions, and the machines that the token was the first to name', async () => {
    await report(tenant.token);
    await report(bad.token);
    await escrow(bad.token);
    await report(bad.token, newMachine());
    const sum = { runs: 0, versions: 0, machines: 0 };
    for (let after: string | null = ''; after !== null; ) {
      const page: Brought = await get<Brought>(`tokens/${bad.id}/brought${after && `?after=${after}`}`, ADMIN);
      for (const name of ['runs', 'versions', 'machines'] as const) sum[name] += page[name];
      after = page.next;
    }
    expect(sum).toEqual({ runs: 2, versions: 1, machines: 1 });
  });

  it('wants what came since, and nothing while it is being taken back', () => {
    expect(isWanted({ back: 0, since: null }, 5)).toBe(true);
    expect(isWanted({ back: 0, since: 6 }, 5)).toBe(false);
    expect(isWanted({ back: 0, since: 5 }, 5)).toBe(true);
    expect(isWanted({ back: 1, since: null }, 5)).toBe(false);
  });
});
