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
  inStorage,
  nextReport,
  type Pc,
  pc,
  rowsOf,
  sealedSecret,
  seedReadyTenant,
  type TestKeyring,
  type TestTenant,
} from '../../test/workerd-fixtures.ts';
import { lookForClones } from './clone-signs.ts';

const [ADMIN, ENGINEER] = [emailOf('admin'), emailOf('engineer')];
const MINUTE = 60_000;
let tenant: TestTenant & { keyring: TestKeyring };
let id: string;

beforeEach(async () => {
  tenant = await seedReadyTenant();
  id = crypto.randomUUID();
});

const at = (path: string) => `/v1/tenants/${tenant.id}/${path}`;
const inObject = <T>(work: (sql: SqlStorage) => T) => inStorage(tenant.id, work);
const shown = async (of = id) => (await asPerson<Machine>(ENGINEER, at(`machines/${of}`))).json;
const secretsOf = async (of = id) => (await asPerson<SecretList>(ENGINEER, at(`machines/${of}/secrets`))).json.secrets;
const offered = async (of = id) =>
  (await secretsOf(of)).flatMap((secret) => secret.offered.map(({ version }) => version)).sort();
const dueAt = async () => (await secretsOf())[0]?.rotateDueAt ?? null;
const reveal = (secret: string) => asPerson(ENGINEER, at(`secrets/${secret}/reveal`), { reason: 'the test' });

const moves = (machine: string, how: 'merge' | 'unmerge', body: unknown = {}) =>
  asPerson(ENGINEER, at(`machines/${machine}/${how}`), body);

/** Another PC that goes on with the run of this one, as its disk was imaged with it. */
const cloneOf = (one: Pc, facts: Record<string, unknown>): Pc => ({ ...one, seq: one.seq + 100, facts });

async function speaks(one: Pc, event: Record<string, unknown> = {}, protectors?: string[]) {
  const report = nextReport(one, id, event);
  const list = protectors && [{ volume: 'C:', protectors }];
  await asMachine(tenant.token, '/v1/report', { ...report, volumes: list && { readAt: report.sentAt, list } });
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
      sql.exec('UPDATE secrets SET latest_version = ? WHERE id = ?', version, secret);
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

  it('that says that it is another PC brings the mark back that it has cleared, however many secrets another id of the PC holds', async () => {
    const kept = crypto.randomUUID();
    await escrows(a, { machine: kept, kind: 'other', ref: { label: 'a secret' } });
    await inObject((sql) =>
      sql.exec(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
         INSERT INTO secrets (id, machine_id, kind, ref, same, latest_version)
         SELECT 'many' || i, ?, 'other', json_object('label', i), json_array(i), 1 FROM n`,
        kept,
      ),
    );
    await moves(id, 'merge', { into: kept });
    const later = pc({ serial: 'S-1' });
    await speaks(later);
    await escrows(later);
    expect(await dueAt()).toBeNull();
    later.facts = { serial: 'S-3' };
    await speaks(later);
    expect([await offered(), await dueAt()]).toEqual([[1, 2], due]);
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

describe('what was superseded, and was revealed before', () => {
  const [other, serials] = ['b0000000-0000-4000-8000-000000000001', ['S-8', 'S-9']];
  const speakUnder = async (machine: string, pcs: Pc[]) => {
    const before = id;
    id = machine;
    for (const one of pcs) await speaks(one);
    id = before;
  };

  it('is offered and marked again once an id is merged that several PCs have: nothing of one is another’s heir', async () => {
    const [a, b] = [pc({ serial: 'S-1' }), pc()];
    await speaks(a);
    const { secretId } = await escrows(a);
    await reveal(secretId);
    const due = await dueAt();
    await speaks(b);
    await escrows(b);
    expect([due, await offered(), await dueAt()]).toEqual([expect.any(Number), [2], null]);
    await speakUnder(
      other,
      serials.map((serial) => pc({ serial })),
    );
    await moves(other, 'merge', { into: id });
    expect([await offered(), await dueAt()]).toEqual([[1, 2], due]);
  });

  it('is so from the start where its run has not reported, which may do so under another id', async () => {
    for (const serial of serials) await speaks(pc({ serial }));
    const image = pc({ serial: 'S-0' });
    const { secretId } = await escrows(image);
    await reveal(secretId);
    const due = await dueAt();
    await escrows(image);
    expect([due, await offered(), await dueAt()]).toEqual([expect.any(Number), [1, 2], due]);
    await speakUnder(other, [image]);
    expect([await offered(), await dueAt()]).toEqual([[1, 2], due]);
  });

  it('is superseded once its run reports under this id, whatever it says of its PC', async () => {
    for (const serial of serials) await speaks(pc({ serial }));
    const one = pc();
    const { secretId } = await escrows(one);
    await reveal(secretId);
    await escrows(one);
    await speaks(one);
    expect([await offered(), await dueAt()]).toEqual([[2], null]);
  });

  it('is so too once the id is taken out again under which its run was the PC’s own', async () => {
    for (const serial of serials) await speaks(pc({ serial }));
    const image = pc({ serial: 'S-0' });
    await speakUnder(other, [image]);
    const { secretId } = await escrows(image);
    await reveal(secretId);
    await escrows(image);
    const due = await dueAt();
    expect([due, await offered()]).toEqual([expect.any(Number), [1, 2]]);
    await moves(other, 'merge', { into: id });
    expect([await offered(), await dueAt()]).toEqual([[2], null]);
    await moves(other, 'unmerge');
    expect([await offered(), await dueAt()]).toEqual([[1, 2], due]);
  });
});

it.each([
  ['serial', 'a run that has brought nothing', null],
  ['turns', 'a run that has brought nothing', null],
  ['turns', 'a run that now says which PC it is of, since they are told apart by run', 1],
])('the marks of an id that is flagged by %s are not settled again for %s', async (sign, _what, heardAt) => {
  const [a, b] = [pc({ serial: 'S-1' }), pc({ serial: 'S-2' })];
  await speaks(a);
  const { secretId } = await escrows(a);
  await reveal(secretId);
  await speaks(b);
  if (sign === 'turns') await speaks(a);
  await revealedVersions(secretId, b.run.id, 100);
  const heard = { machine: { id, serial: 'S-3' }, run: crypto.randomUUID(), heardAt, clock: null };
  const { read } = await runInDurableObject(bindings.TENANT.getByName(tenant.id), (_object, { storage }) =>
    rowsOf(storage.sql, () => lookForClones(storage, heard, Date.now())),
  );
  expect((await shown()).clonedBy).toBe(sign);
  expect(read).toBeLessThan(100);
});

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

  it('is found among any number that a clone of the image has sealed in the same run under other ids', async () => {
    const [a, b] = [pc({ serial: 'S-1' }), pc({ serial: 'S-2' })];
    await speaks(a);
    await speaks(b, ENCRYPTED);
    await escrowsKey(b, crypto.randomUUID());
    await inObject((sql) => {
      for (let i = 0; i < 150; i++)
        sql.exec('INSERT INTO run_keys VALUES (?, ?, 1)', b.run.id, `00000000-${crypto.randomUUID().slice(9)}`);
    });
    await speaks(b);
    expect(await missing()).toBe(false);
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

describe('PCs under an id that many share', () => {
  it('are told apart by their runs, though nothing else has shown that they are several: no password hides another, no list ends another’s key', async () => {
    id = '12345678-1234-5678-1234-567812345678';
    const [one, two] = [pc({ hostname: 'ONE' }), pc({ hostname: 'TWO' })];
    await speaks(one);
    const password = await escrows(one);
    const key = crypto.randomUUID();
    await escrowsKey(one, key);
    await reveal(password.secretId);
    await speaks(one, { type: 'run_succeeded' });
    await speaks(two);
    const later = await escrows(two);
    const keyOfTwo = crypto.randomUUID();
    await escrowsKey(two, keyOfTwo);
    await speaks(two, {}, [keyOfTwo]);
    expect((await shown()).attention).toContain('shared_id');
    const secrets = await secretsOf();
    const passwords = secrets.find(({ kind }) => kind === 'local_admin_password');
    expect(passwords?.offered.map(({ version }) => version).sort()).toEqual([password.version, later.version]);
    expect(passwords?.rotateDueAt).not.toBeNull();
    const keys = secrets.filter(({ kind }) => kind === 'bitlocker_recovery_key');
    expect(keys.map(({ offered: of, goneAt }) => [of.length, goneAt])).toEqual([
      [1, null],
      [1, null],
    ]);
  });
});

describe('a list of a PC’s protectors', () => {
  const keyOf = async (protector: string) =>
    (await secretsOf()).find(({ ref }) => 'protectorId' in ref && ref.protectorId === protector);

  it('says nothing of a key that may have been sealed after it, within the second that its header has', async () => {
    const one = pc();
    await speaks(one);
    const [old, fresh] = [crypto.randomUUID(), crypto.randomUUID()];
    await escrowsKey(one, old);
    // The list is of the beginning of a second, and the key is sealed within it.
    pass(60_000);
    pass(1_300 - (Date.now() % 1_000));
    one.seq++;
    const now = Date.now();
    const list = [{ volume: 'C:', protectors: [old] }];
    await asMachine(tenant.token, '/v1/report', {
      machine: { id },
      run: one.run,
      events: [{ seq: one.seq, at: now, message: 'listed' }],
      sentAt: now,
      volumes: { readAt: now, list },
    });
    pass(200);
    const body = await sealedSecret(tenant.id, tenant.keyring, id, {
      run: one.run.id,
      kind: 'bitlocker_recovery_key',
      ref: { protectorId: fresh, volume: 'C:' },
    });
    await asMachine(tenant.token, '/v1/secret', body);
    expect(await keyOf(fresh)).toMatchObject({ goneAt: null, offered: [{ version: 1 }] });
  });

  it('that has a revealed key again which an earlier one had not marks it again', async () => {
    const one = pc();
    await speaks(one);
    const [first, second] = [crypto.randomUUID(), crypto.randomUUID()];
    const { secretId } = await escrowsKey(one, first);
    await escrowsKey(one, second);
    await speaks(one, {}, [first, second]);
    await reveal(secretId);
    await speaks(one, {}, [second]);
    expect(await keyOf(first)).toMatchObject({ rotateDueAt: null, offered: [] });
    await speaks(one, {}, [first, second]);
    expect(await keyOf(first)).toMatchObject({ offered: [{ version: 1 }] });
    expect((await keyOf(first))?.rotateDueAt).not.toBeNull();
    // Until an admin says that it is rotated: then no list brings it back.
    await inObject((sql) => {
      sql.exec('UPDATE secrets SET rotated_at = ?, rotate_due_at = NULL WHERE id = ?', Date.now(), secretId);
    });
    await speaks(one, {}, [second]);
    await speaks(one, {}, [first, second]);
    expect((await keyOf(first))?.rotateDueAt).toBeNull();
  });
});
