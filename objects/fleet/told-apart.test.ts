// Versions sealed by several PCs under one id, or in one run, are told apart, whatever the reports say next: which is
// offered, which mark stands, and whose recovery key it is. Through the API.
import { runInDurableObject } from 'cloudflare:test';
import { beforeEach, describe, expect, it } from 'vitest';
import type { BulkPage } from '../../schema/bulk.ts';
import type { Machine } from '../../schema/machine.ts';
import type { Receipt, SecretKind, SecretList, SecretRef } from '../../schema/secret.ts';
import { pass } from '../../test/support/clock.ts';
import {
  asMachine,
  asPerson,
  bindings,
  emailOf,
  newRun,
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
const inObject = <T>(work: (sql: SqlStorage) => T): Promise<T> =>
  runInDurableObject(bindings.TENANT.getByName(tenant.id), (_object, { storage }) => work(storage.sql));
const shown = async (of = id) => (await asPerson<Machine>(ENGINEER, at(`machines/${of}`))).json;
const secretsOf = async (of = id) => (await asPerson<SecretList>(ENGINEER, at(`machines/${of}/secrets`))).json.secrets;
const offered = async (of = id) =>
  (await secretsOf(of)).flatMap((secret) => secret.offered.map(({ version }) => version)).sort();
const dueAt = async () => (await secretsOf())[0]?.rotateDueAt ?? null;
const reveal = (secret: string) => asPerson(ENGINEER, at(`secrets/${secret}/reveal`), { reason: 'the test' });

type Pc = { run: ReturnType<typeof newRun>; seq: number; facts: Record<string, unknown> };
const pc = (facts: Record<string, unknown> = {}): Pc => ({
  run: { ...newRun(), startedAt: Date.now() },
  seq: 0,
  facts,
});
/** Another PC that goes on with the run of this one, as its disk was imaged with it. */
const cloneOf = (one: Pc, facts: Record<string, unknown>): Pc => ({ run: one.run, seq: one.seq + 100, facts });

async function speaks(one: Pc, event: Record<string, unknown> = {}, protectors?: string[]) {
  pass(MINUTE);
  one.seq++;
  const now = Date.now();
  await asMachine(tenant.token, '/v1/report', {
    machine: { id, ...one.facts },
    run: one.run,
    events: [{ seq: one.seq, at: now, message: `event ${one.seq}`, ...event }],
    ...(protectors === undefined ? {} : { volumes: { readAt: now, list: [{ volume: 'C:', protectors }] } }),
    sentAt: now,
  });
}

async function escrows(
  { run }: Pc,
  how: { machine?: string; kind?: SecretKind; ref?: SecretRef; order?: number } = {},
): Promise<Receipt> {
  pass(MINUTE);
  const { machine = id, ...sealing } = how;
  const body = await sealedSecret(tenant.id, tenant.keyring, machine, { run: run.id, ...sealing });
  return (await asMachine<Receipt>(tenant.token, '/v1/secret', body)).json;
}
const escrowsKey = (one: Pc, protectorId: string, machine = id) =>
  escrows(one, { machine, kind: 'bitlocker_recovery_key', ref: { protectorId, volume: 'C:' } });

/** Versions of a run like one that is there, each sealed a minute later than the one before and revealed by somebody; the last is not. */
const revealedVersions = (secret: string, run: string, count: number) =>
  inObject((sql) => {
    const like = sql
      .exec('SELECT * FROM secret_versions WHERE secret_id = ? ORDER BY version DESC LIMIT 1', secret)
      .one();
    delete like.counts;
    const columns = Object.keys(like);
    for (let i = 1; i <= count + 1; i++) {
      const version = Number(like.version) + i;
      const sealedAt = Number(like.sealed_at) + i * MINUTE;
      const row = { ...like, version, run_id: run, sealed_at: sealedAt, eid: crypto.randomUUID() };
      sql.exec(
        `INSERT INTO secret_versions (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
        ...Object.values<SqlStorageValue>(row),
      );
      if (i <= count) sql.exec('INSERT INTO reveals VALUES (?, ?, ?, ?)', ENGINEER, secret, version, sealedAt);
    }
  });

describe('two PCs under one id that go on with one run', () => {
  it.each([
    ['by what they say', 'serial', 0],
    ['by run, since a third takes turns with them', 'turns', 1],
  ])(
    'have what each of them sealed offered, told apart %s, though the engine’s count would put it in order',
    async (_how, sign, others) => {
      const a = pc({ serial: 'S-1' });
      await speaks(a);
      for (let i = 0; i < others; i++) {
        await speaks(pc({ serial: 'S-1' }));
        await speaks(a);
      }
      await escrows(a, { order: 1 });
      const b = cloneOf(a, { serial: 'S-2' });
      await speaks(b);
      await escrows(b, { order: 2 });
      await speaks(a);
      expect(await shown()).toMatchObject({ attention: ['cloned'], clonedBy: sign });
      expect(await offered()).toEqual([1, 2]);
      const page = await asPerson<BulkPage>(ADMIN, at('ciphertexts/page'), { purpose: 'export' });
      expect(new Set(page.json.items.map((one) => one.pc)).size).toBe(2);
    },
  );

  it('have the mark of what was revealed stand, whichever of them seals', async () => {
    const a = pc({ serial: 'S-1' });
    await speaks(a);
    const { secretId } = await escrows(a);
    const b = cloneOf(a, { serial: 'S-2' });
    await speaks(b);
    await speaks(a);
    await reveal(secretId);
    const due = await dueAt();
    await escrows(b);
    expect([due, await dueAt()]).toEqual([expect.any(Number), due]);
  });

  it('have both offered where the run is of a third, by another id: of the PC that the image was made of', async () => {
    const [a, b, image] = [pc({ serial: 'S-1' }), pc({ serial: 'S-2' }), pc({ serial: 'S-0' })];
    for (const one of [a, b]) await speaks(one);
    const clone = id;
    id = crypto.randomUUID();
    await speaks(image);
    for (const _pc of [a, b]) await escrows(image, { machine: clone });
    expect(await offered(clone)).toEqual([1, 2]);
  });
});

describe('a run under a flagged id', () => {
  let a: Pc;
  let due: number | null;
  beforeEach(async () => {
    a = pc({ serial: 'S-1' });
    await speaks(a);
    await speaks(pc({ serial: 'S-2' }));
    const { secretId } = await escrows(a);
    await reveal(secretId);
    due = await dueAt();
    expect(due).not.toBeNull();
  });

  it.each([
    ['says nothing of its PC yet', true],
    ['has not reported yet', false],
  ])('that %s clears no mark, and does with the report that says which PC it is of', async (_what, reported) => {
    const later = pc();
    if (reported) await speaks(later);
    await escrows(later);
    expect(await dueAt()).toBe(due);
    later.facts = { serial: 'S-1' };
    await speaks(later);
    expect([await offered(), await dueAt()]).toEqual([[2], null]);
  });

  it('that says that it is another PC brings the mark back that it has cleared', async () => {
    const later = pc({ serial: 'S-1' });
    await speaks(later);
    await escrows(later);
    expect(await dueAt()).toBeNull();
    later.facts = { serial: 'S-3' };
    await speaks(later);
    expect([await offered(), await dueAt()]).toEqual([[1, 2], due]);
  });
});

it.each([25, 205])(
  'the mark of one PC stands where %i versions of another were revealed after it: it is not cleared by what was not looked at',
  async (count) => {
    const [a, b] = [pc({ serial: 'S-1' }), pc({ serial: 'S-2' })];
    await speaks(a);
    const { secretId } = await escrows(a);
    await reveal(secretId);
    const due = await dueAt();
    await speaks(b);
    await revealedVersions(secretId, b.run.id, count);
    // They are told apart by run from here on: every mark is settled anew.
    await speaks(a);
    expect(await shown()).toMatchObject({ clonedBy: 'turns' });
    expect([due, await dueAt()]).toEqual([expect.any(Number), due]);
  },
);

describe('a recovery key', () => {
  const ENCRYPTED = { type: 'phase_succeeded', phase: 'bitlocker' };
  const missing = async (of = id) => (await shown(of)).attention.includes('no_recovery_key');

  it('that a clone of an image has sealed with the image’s run is none of the PC that the image was made of', async () => {
    const image = pc({ serial: 'S-0' });
    await speaks(image, ENCRYPTED);
    expect(await missing()).toBe(true);
    await escrowsKey(image, crypto.randomUUID(), crypto.randomUUID());
    await speaks(image);
    expect(await missing()).toBe(true);
    await escrowsKey(image, crypto.randomUUID());
    expect(await missing()).toBe(false);
  });

  it('of one of two PCs under one id is none of the other’s, in runs of their own and in one', async () => {
    const [a, b] = [pc({ serial: 'S-1' }), pc({ serial: 'S-2' })];
    await speaks(a, ENCRYPTED);
    await speaks(b, ENCRYPTED);
    await escrowsKey(a, crypto.randomUUID());
    expect(await missing()).toBe(true);
    await escrowsKey(b, crypto.randomUUID());
    expect(await missing()).toBe(false);
    id = crypto.randomUUID();
    const one = pc({ serial: 'S-1' });
    const two = cloneOf(one, { serial: 'S-2' });
    for (const each of [one, two, one]) await speaks(each, ENCRYPTED);
    await escrowsKey(one, crypto.randomUUID());
    expect(await missing()).toBe(true);
  });

  it('that one PC lists says nothing of the other under its id', async () => {
    const [a, b] = [pc({ serial: 'S-1' }), pc({ serial: 'S-2' })];
    await speaks(a);
    await speaks(b, ENCRYPTED);
    const ofA = crypto.randomUUID();
    await escrowsKey(a, ofA);
    await speaks(a, {}, [ofA]);
    expect(await missing()).toBe(true);
    await escrowsKey(b, crypto.randomUUID());
    expect(await missing()).toBe(false);
    await speaks(a, {}, [crypto.randomUUID()]);
    expect(await missing()).toBe(false);
  });
});
