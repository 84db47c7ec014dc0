// Which version of a secret is current, through the API: in whatever order versions arrive, whichever way, and under
// whichever id of the PC.
import { runInDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AuditPage } from '../../schema/audit.ts';
import type { BulkPage } from '../../schema/bulk.ts';
import type { Machine } from '../../schema/machine.ts';
import type { RevealedReport } from '../../schema/person.ts';
import type { Problem } from '../../schema/problem.ts';
import type { MarkCleared, Receipt, Revealed, Secret, SecretKind, SecretList, SecretRef } from '../../schema/secret.ts';
import { pass } from '../../test/support/clock.ts';
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
import { walkAt } from '../core/walks.ts';

type Sealing = NonNullable<Parameters<typeof sealedSecret>[3]>;
type Body = Awaited<ReturnType<typeof sealedSecret>>;

const [ADMIN, ENGINEER, OTHER] = [emailOf('admin'), emailOf('engineer'), 'second@example.com'];
const [HOUR, DAY] = [3_600, 86_400];
let tenant: TestTenant & { keyring: TestKeyring };
let machine: string;

const at = (path: string) => `/v1/tenants/${tenant.id}/${path}`;
const inObject = <T>(work: (sql: SqlStorage, state: DurableObjectState) => T | Promise<T>) =>
  runInDurableObject(bindings.TENANT.getByName(tenant.id), (_object, state) => work(state.storage.sql, state));
const nowSeconds = () => Math.floor(Date.now() / 1000);

const seal = (how: Sealing = {}, of = machine): Promise<Body> => sealedSecret(tenant.id, tenant.keyring, of, how);
const send = async (body: Body): Promise<Receipt> => (await asMachine<Receipt>(tenant.token, '/v1/secret', body)).json;
const carry = async (body: Body, by = ENGINEER): Promise<Receipt> =>
  (await asPerson<Receipt>(by, at('spool/secret'), body)).json;
const secretsOf = async (of = machine): Promise<Secret[]> =>
  (await asPerson<SecretList>(ENGINEER, at(`machines/${of}/secrets`))).json.secrets;
const offered = async (of = machine): Promise<string[]> =>
  (await secretsOf(of)).flatMap((secret) => secret.offered.map(({ eid }) => eid));
const reveal = async (secret: string, version?: number, by = ENGINEER) =>
  (await asPerson<Revealed & Problem>(by, at(`secrets/${secret}/reveal`), { reason: 'the test', version })).json;
const dueAt = async (secret: string, of = machine) =>
  (await secretsOf(of)).find(({ id }) => id === secret)?.rotateDueAt ?? null;
const attention = async (of = machine) => (await asPerson<Machine>(ENGINEER, at(`machines/${of}`))).json.attention;
const auditOf = async (action: string) =>
  (await asPerson<AuditPage>(ADMIN, at('audit?limit=500'))).json.entries.filter((entry) => entry.action === action);
const addAdmin = () => asPerson(ADMIN, at('people'), { email: OTHER, role: 'admin' });

beforeEach(async () => {
  tenant = await seedReadyTenant();
  machine = crypto.randomUUID();
  // Days pass before anything is sealed: the key was already there yesterday.
  pass(3 * DAY * 1000);
});

describe('of two runs', () => {
  it('today’s password stays what is revealed when yesterday’s comes in a file, and its mark stays', async () => {
    const yesterday = await seal({ iat: nowSeconds() - DAY });
    const today = await seal();
    const { secretId } = await send(today);
    await reveal(secretId);
    const due = await dueAt(secretId);
    expect(due).not.toBeNull();
    expect((await carry(yesterday)).version).toBe(2);
    expect(await offered()).toEqual([today.eid]);
    expect(await dueAt(secretId)).toBe(due);
    expect((await reveal(secretId)).version.eid).toBe(today.eid);
    // The same holds when the PC itself sends it late.
    await send(yesterday);
    expect(await offered()).toEqual([today.eid]);
    expect(await dueAt(secretId)).toBe(due);
  });

  it('the same is current in whatever order they arrive', async () => {
    const instants = [1, 2, 3, 4, 5].map((count) => nowSeconds() - count * HOUR);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(instants, { minLength: 5 }), async (arriving) => {
        machine = crypto.randomUUID();
        for (const iat of arriving) await send(await seal({ iat }));
        const [secret] = await secretsOf();
        expect(secret?.offered.map(({ sealedAt }) => sealedAt)).toEqual([(instants[0] ?? 0) * 1000]);
      }),
      { numRuns: 12 },
    );
  });

  it('a clock that is hours behind is moved by what is measured at sending, and only there', async () => {
    const slow = nowSeconds() - 5 * HOUR;
    const before = await seal({ iat: nowSeconds() - HOUR });
    await send(before);
    const after = await seal({ iat: slow, sentAt: slow * 1000 });
    await send(after);
    expect(await offered()).toEqual([after.eid]);
    // A carried version has no such word: nobody knows how long its file was under way.
    const carried = await seal({ iat: slow - HOUR, sentAt: slow * 1000 });
    await carry(carried);
    expect(await offered()).toEqual([after.eid]);
  });
});

describe('within one run', () => {
  it('the engine’s count decides: a password that was never applied comes late and takes nobody’s place', async () => {
    const run = crypto.randomUUID();
    // By a clock that was set back in between.
    const tried = await seal({ run, order: 1, iat: nowSeconds() });
    const applied = await seal({ run, order: 2, iat: nowSeconds() - HOUR });
    await send(applied);
    await send(tried);
    expect(await offered()).toEqual([applied.eid]);
    const [secret] = await secretsOf();
    expect(secret?.versions.map(({ version, order }) => [version, order])).toEqual([
      [2, 1],
      [1, 2],
    ]);
  });
});

describe('of unknown order', () => {
  it('a version takes nobody’s place and is hidden behind nobody, until an admin who has revealed neither confirms it', async () => {
    await addAdmin();
    const sound = await seal({ iat: nowSeconds() - HOUR, header: { pc: { hostname: 'DESKTOP-1', serial: null } } });
    const { secretId } = await send(sound);
    await reveal(secretId, 1, ADMIN);
    // Ten years behind: before the key was there.
    const odd = await seal({ iat: nowSeconds() - 3_650 * DAY });
    await send(odd);
    expect((await offered()).toSorted()).toEqual([sound.eid, odd.eid].toSorted());
    const [secret] = await secretsOf();
    expect(secret?.offered).toMatchObject([
      { version: 1, hostname: 'DESKTOP-1', run: sound.run, by: null, uploadedBy: null },
      { version: 2, sealedAt: null },
    ]);
    expect(await dueAt(secretId)).not.toBeNull();
    const confirm = (by: string) => asPerson<Problem>(by, at(`secrets/${secretId}/confirm`), { version: 2 });
    expect((await confirm(ADMIN)).json.code).toBe('not_yourself');
    expect((await confirm(OTHER)).status).toBe(200);
    expect(await offered()).toEqual([odd.eid]);
    expect(await dueAt(secretId)).toBeNull();
    expect(await auditOf('secret.confirmed')).toMatchObject([
      { principal: { name: OTHER }, detail: { broughtBy: 'engine' } },
    ]);
  });

  it('is raw RSA-OAEP, which says nothing of when it was sealed', async () => {
    await asPerson(ADMIN, at('settings'), { allowRawRsaOaep: true });
    const { kid } = tenant.keyring;
    for (const byte of ['A', 'B']) {
      const { machine: of, run, kind, ref } = await seal();
      const named = { machine: of, run, kind, ref, eid: crypto.randomUUID(), format: 'rsa-oaep-256', kid };
      await asMachine(tenant.token, '/v1/secret', { ...named, sealed: byte.repeat(512) });
    }
    const [secret] = await secretsOf();
    expect(secret?.offered).toHaveLength(2);
  });
});

describe('what a person brought', () => {
  it('counts once the PC’s engine gets the receipt for it, on record, once', async () => {
    const old = await seal({ iat: nowSeconds() - DAY });
    const { secretId } = await send(old);
    await reveal(secretId);
    const fresh = await seal();
    await carry(fresh);
    expect((await offered()).toSorted()).toEqual([old.eid, fresh.eid].toSorted());
    expect(await dueAt(secretId)).not.toBeNull();
    for (const _ of [1, 2]) expect((await send(fresh)).version).toBe(2);
    expect(await offered()).toEqual([fresh.eid]);
    expect(await dueAt(secretId)).toBeNull();
    expect(await auditOf('secret.receipted')).toMatchObject([{ subject: secretId, detail: { broughtBy: ENGINEER } }]);
  });
});

describe('under two ids of one PC', () => {
  it('a board swap leaves one password current, the mark of the old one goes with the merge and comes back with its undoing', async () => {
    const board = crypto.randomUUID();
    const old = await seal({ iat: nowSeconds() - HOUR });
    const { secretId } = await send(old);
    await reveal(secretId);
    const fresh = await seal({}, board);
    const now = await send(fresh);
    expect([await offered(), await offered(board)]).toEqual([[old.eid], [fresh.eid]]);
    expect((await asPerson(ADMIN, at(`machines/${machine}/merge`), { into: board })).status).toBe(200);
    expect(await offered(board)).toEqual([fresh.eid]);
    expect(await dueAt(secretId, board)).toBeNull();
    const reported = async () => (await asPerson<RevealedReport>(ADMIN, at('people/u1/revealed'))).json.revealed;
    expect(await reported()).toMatchObject([{ secret: secretId, superseded: true, newer: { secret: now.secretId } }]);
    expect((await asPerson(ENGINEER, at(`machines/${machine}/unmerge`), {})).status).toBe(200);
    expect(await offered()).toEqual([old.eid]);
    expect(await dueAt(secretId)).not.toBeNull();
    expect(await reported()).toMatchObject([{ secret: secretId, superseded: false }]);
  });

  it('keeps the mark where its revealer made the merge, before or after, until somebody else makes it or says that it was rotated', async () => {
    const other = crypto.randomUUID();
    const { secretId } = await send(await seal({ iat: nowSeconds() - HOUR }));
    await send(await seal({}, other));
    const merge = (email: string) => asPerson(email, at(`machines/${machine}/merge`), { into: other });
    const unmerge = () => asPerson(ADMIN, at(`machines/${machine}/unmerge`), {});
    const reported = async () => (await asPerson<RevealedReport>(ADMIN, at('people/u1/revealed'))).json.revealed;
    // Before: the one that is revealed seems to be superseded already.
    await merge(ENGINEER);
    await reveal(secretId);
    expect(await dueAt(secretId, other)).not.toBeNull();
    expect(await reported()).toMatchObject([{ secret: secretId, superseded: false }]);
    // After, and when the other PC seals again.
    await unmerge();
    await merge(ENGINEER);
    await send(await seal({}, other));
    expect(await dueAt(secretId, other)).not.toBeNull();
    await unmerge();
    await merge(ADMIN);
    expect(await dueAt(secretId, other)).toBeNull();
    expect(await reported()).toMatchObject([{ secret: secretId, superseded: true }]);
  });
});

const KEY: SecretKind = 'bitlocker_recovery_key';
const protector = (volume = 'C:', run?: string): Sealing & { ref: SecretRef & { protectorId: string } } => ({
  kind: KEY,
  ref: { protectorId: crypto.randomUUID(), volume },
  ...(run === undefined ? {} : { run }),
});
type Volumes = { volume: string; protectors: string[] }[];
let seq = 0;
const reportOf = (run: ReturnType<typeof newRun>, list: Volumes | null, more: Record<string, unknown> = {}) => ({
  machine: { ...newMachine(), id: machine },
  run,
  ...(list === null ? {} : { volumes: { readAt: Date.now(), list } }),
  events: [event(++seq, more)],
});
const report = (...told: Parameters<typeof reportOf>) => asMachine(tenant.token, '/v1/report', reportOf(...told));

describe('a recovery key', () => {
  it('is not superseded by a second protector, but by one that is there once the PC lists its volume without it', async () => {
    const [first, second] = [protector(), protector()];
    const { secretId } = await send(await seal(first));
    await reveal(secretId);
    await send(await seal(second));
    expect(await offered()).toHaveLength(2);
    expect(await dueAt(secretId)).not.toBeNull();
    pass(1000);
    const list = [{ volume: 'c:\\', protectors: [second.ref.protectorId] }];
    // A version that a person carried could say anything.
    expect((await asPerson(ENGINEER, at('spool/report'), reportOf(newRun(), list))).status).toBe(200);
    expect(await offered()).toHaveLength(2);
    expect((await report(newRun(), list)).status).toBe(200);
    const secrets = await secretsOf();
    const of = ({ ref }: { ref: { protectorId: string } }) =>
      secrets.find((one) => 'protectorId' in one.ref && one.ref.protectorId === ref.protectorId);
    expect(of(second)).toMatchObject({ goneAt: null, offered: [{ version: 1 }] });
    expect(of(first)).toMatchObject({ goneAt: expect.any(Number), offered: [], rotateDueAt: null });
    const exported = await asPerson<BulkPage>(ADMIN, at('ciphertexts/page'), { purpose: 'export' });
    expect(exported.json.items.filter(({ goneAt }) => (goneAt ?? null) !== null).map(({ id }) => id)).toEqual([
      secretId,
    ]);
  });

  it('is in force at the instant at which the PC last found it on its volume, even if it was sealed after that; the PC is told nothing of it', async () => {
    const [held, other] = [protector(), crypto.randomUUID()];
    const listing = (...protectors: string[]) => report(newRun(), [{ volume: 'C:', protectors }]);
    const inForceAt = async () => (await secretsOf())[0]?.inForceAt;
    const first = await listing(held.ref.protectorId);
    await send(await seal(held));
    const at1 = await inForceAt();
    expect(at1).toEqual(expect.any(Number));
    pass(1000);
    const same = await listing(held.ref.protectorId, other);
    expect(await inForceAt()).toBeGreaterThan(Number(at1));
    expect(await attention()).not.toContain('no_recovery_key');
    pass(1000);
    const gone = await listing(other);
    expect((await secretsOf())[0]).toMatchObject({ inForceAt: null, goneAt: expect.any(Number) });
    expect(await attention()).toContain('no_recovery_key');
    // A PC in the wrong hands learns from no answer what is held.
    const answers = [first, same, gone].map(({ status, json }) => ({
      status,
      json: { ...(json as object), nextSeq: 0 },
    }));
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  it('is still offered where none of those that are there is held, because it may be what the PC asks for', async () => {
    await send(await seal(protector()));
    pass(1000);
    await report(newRun(), [{ volume: 'C:', protectors: [crypto.randomUUID()] }]);
    expect(await offered()).toHaveLength(1);
  });

  it('of an engine that lists nothing loses its mark on an admin’s word, not its revealer’s, on record', async () => {
    await addAdmin();
    const { secretId } = await send(await seal(protector()));
    await reveal(secretId, 1, ADMIN);
    await send(await seal(protector()));
    const say = (by: string) =>
      asPerson<MarkCleared & Problem>(by, at(`secrets/${secretId}/rotated`), { reason: 'seen with manage-bde' });
    expect((await say(ENGINEER)).json.code).toBe('role_forbids');
    expect((await say(ADMIN)).json.code).toBe('not_yourself');
    expect(await dueAt(secretId)).not.toBeNull();
    expect((await say(OTHER)).json.rotated.by).toBe(OTHER);
    expect(await dueAt(secretId)).toBeNull();
    expect((await asPerson<RevealedReport>(ADMIN, at('people/u0/revealed'))).json.revealed).toMatchObject([
      { secret: secretId, superseded: true, rotatedBy: OTHER },
    ]);
    expect((await say(OTHER)).status).toBe(200);
    expect(await auditOf('secret.said_rotated')).toMatchObject([{ subject: secretId, principal: { name: OTHER } }]);
    // Revealed again, it is to be rotated again.
    await reveal(secretId);
    expect(await dueAt(secretId)).not.toBeNull();
  });
});

describe('encrypted and not escrowed', () => {
  const started = (run: ReturnType<typeof newRun>) => report(run, null, { type: 'run_started' });
  const ended = (run: ReturnType<typeof newRun>, list: Volumes | null = null) =>
    report(run, list, { type: 'run_succeeded' });
  const at0 = (plan: string[]) => ({ ...newRun(), startedAt: Date.now(), phases: plan });
  beforeEach(() => {
    seq = 0;
  });

  it.each([
    ['no BitLocker phase', ['apps'], null],
    ['a phase of another name', ['disk_protection'], null],
    ['a key of E: only', ['bitlocker'], 'E:'],
  ])('is a PC that was set up anew by a run with %s', async (_what, plan, volume) => {
    const first = at0(['bitlocker']);
    await started(first);
    await send(await seal(protector('C:', first.id)));
    await ended(first);
    expect(await attention()).toEqual([]);
    pass(HOUR * 1000);
    const second = at0(plan);
    seq = 0;
    await started(second);
    if (volume !== null) await send(await seal(protector(volume, second.id)));
    expect(await attention()).toEqual([]);
    await ended(second);
    expect(await attention()).toEqual(['no_recovery_key']);
    // Neither the beginning of the next run nor a late key of the previous run takes it away.
    pass(HOUR * 1000);
    const third = at0(plan);
    seq = 0;
    await started(third);
    expect(await attention()).toEqual(['no_recovery_key']);
    await send(await seal({ ...protector('C:', first.id), iat: nowSeconds() - 2 * HOUR }));
    expect(await attention()).toEqual(['no_recovery_key']);
    await send(await seal(protector('C:', third.id)));
    expect(await attention()).toEqual([]);
  });

  it('is no PC that was never encrypted, nor one that lists no protector, nor one whose key is there still', async () => {
    await ended(at0(['apps']));
    expect(await attention()).toEqual([]);
    const kept = protector();
    await send(await seal(kept));
    seq = 0;
    pass(HOUR * 1000);
    const again = at0(['apps']);
    await ended(again);
    expect(await attention()).toEqual(['no_recovery_key']);
    pass(1000);
    await report(again, [{ volume: 'C:', protectors: [kept.ref.protectorId] }]);
    expect(await attention()).toEqual([]);
    pass(1000);
    await report(again, [{ volume: 'C:', protectors: [crypto.randomUUID()] }]);
    expect(await attention()).toEqual(['no_recovery_key']);
    pass(1000);
    await report(again, [{ volume: 'C:', protectors: [] }]);
    expect(await attention()).toEqual([]);
  });
});

describe('what was held before instants were kept', () => {
  it('is dated by the alarm, a slice at a time, from what its header says', async () => {
    const iats = [3, 2, 1].map((count) => nowSeconds() - count * HOUR);
    for (const iat of iats.toReversed()) await send(await seal({ iat }));
    const dated = await offered();
    expect(dated).toHaveLength(1);
    await inObject((sql) => {
      sql.exec('UPDATE secret_versions SET sealed_at = NULL');
      sql.exec('INSERT INTO walks VALUES (\'dating\', \'["versions","",0]\')');
      sql.exec("INSERT INTO due VALUES ('dating', 0)");
    });
    expect(await offered()).toHaveLength(3);
    await runInDurableObject(bindings.TENANT.getByName(tenant.id), async (object, { storage }) => {
      while (walkAt(storage.sql, 'dating') !== null) await (object as unknown as { alarm(): Promise<void> }).alarm();
    });
    expect(await offered()).toEqual(dated);
  });
});
