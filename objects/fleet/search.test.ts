// Search: what a person types finds the machine, whatever its punctuation; the results follow every change, and a
// restore.
import { runInDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { SearchQuery, type SearchResult } from '../../schema/machine.ts';
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
import { matchOf, ROWS_READ_MAX, search } from './search.ts';
import { beginFilling, fillSearch } from './search-lines.ts';

let tenant: TestTenant & { keyring: TestKeyring };
const protectorId = '1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d';
let pc: ReturnType<typeof newMachine> & { serial?: string; client?: string };

const report = (machine: typeof pc, run = newRun()) =>
  asMachine(tenant.token, '/v1/report', { machine, run, events: [event(1)] });
const ask = (q: string) =>
  asPerson<SearchResult>(emailOf('engineer'), `/v1/tenants/${tenant.id}/search?q=${encodeURIComponent(q)}`);
const found = async (q: string) =>
  (await ask(q)).json.matches.map(({ machine, field, keyId }) => ({ id: machine.id, field, keyId }));
const act = (machine: string, what: string, body: unknown = {}) =>
  asPerson(emailOf('engineer'), `/v1/tenants/${tenant.id}/machines/${machine}/${what}`, body);
const escrowKey = async () =>
  asMachine(
    tenant.token,
    '/v1/secret',
    await sealedSecret(tenant.id, tenant.keyring, pc.id, {
      kind: 'bitlocker_recovery_key',
      ref: { protectorId, volume: 'C:' },
    }),
  );

beforeEach(async () => {
  tenant = await seedReadyTenant();
  pc = { ...newMachine(), hostname: 'ACM-LT-0142', serial: '5CD"12*4(XYZ', client: 'Müller & Söhne' };
  await report(pc);
});

it('finds PCs that were enrolled while all lines are made anew, each by its own line', async () => {
  const inObject = (work: (storage: DurableObjectStorage) => void) =>
    runInDurableObject(bindings.TENANT.getByName(tenant.id), (_object, { storage }) => work(storage));
  await inObject((storage) => {
    storage.sql.exec('DELETE FROM search');
    storage.transactionSync(() => beginFilling(storage, 1, 0));
  });
  const [one, other] = [
    { ...newMachine(), hostname: 'NEW-ONE' },
    { ...newMachine(), hostname: 'NEW-OTHER' },
  ];
  await report(one);
  await report(other);
  await inObject((storage) => {
    while (walkAt(storage.sql, 'search') !== null) storage.transactionSync(() => fillSearch(storage, 0));
  });
  const names = async (q: string) => (await ask(q)).json.matches.map(({ machine }) => machine.hostname);
  expect([await names('new-one'), await names('new-other'), await names('ACM-LT')]).toEqual([
    ['NEW-ONE'],
    ['NEW-OTHER'],
    ['ACM-LT-0142'],
  ]);
});

describe('a search', () => {
  it('finds by a part of what an engine reports, in letters of either case, whatever its punctuation', async () => {
    for (const [q, field] of [
      ['LT-01', 'hostname'],
      ['acm-lt', 'hostname'],
      ['cd"12*4(x', 'serial'],
      ['MÜLLER & s', 'client'],
    ] as const)
      expect(await found(q)).toEqual([{ id: pc.id, field, keyId: null }]);
  });

  it('finds a recovery key by what a locked PC shows, as people type it, also when the machine is archived', async () => {
    await escrowKey();
    await act(pc.id, 'archive');
    const typed = ['1A2B3C4D', '{1A2B3C4D', `{${protectorId.toUpperCase()}}`, protectorId.replaceAll('-', '')];
    for (const q of [...typed, '1a2b3c4d 5e6f', '1A2B-3C4D', '3c4d-5e'])
      expect(await found(q)).toEqual([{ id: pc.id, field: 'recovery_key', keyId: protectorId }]);
    expect((await ask('1A2B3C4D')).json).toMatchObject({ more: false, matches: [{ machine: { shelf: 'archived' } }] });
  });

  it('finds what is merged as the machine that is kept, once, and by itself again when that is undone', async () => {
    const kept = { ...newMachine(), hostname: 'NEW-LT-0142' };
    await report(kept);
    await escrowKey();
    await act(pc.id, 'merge', { into: kept.id });
    expect((await found('LT-0142')).map((one) => one.id)).toEqual([kept.id]);
    expect(await found('1a2b3c4d')).toEqual([{ id: kept.id, field: 'recovery_key', keyId: protectorId }]);
    await act(pc.id, 'unmerge');
    expect((await found('1a2b3c4d')).map((one) => one.id)).toEqual([pc.id]);
  });

  it('follows the rename phase: the new hostname is found, the old one is not', async () => {
    await report({ ...pc, hostname: 'DESK-77' });
    expect([(await found('desk-77')).length, (await found('LT-0142')).length]).toEqual([1, 0]);
  });

  it('finds by two characters what begins with them, and nothing that only holds them', async () => {
    const other = { ...newMachine(), hostname: 'XACM-1', serial: 'MU5CD', client: 'Zweimüller' };
    await report(other);
    for (const [q, field] of [
      ['ac', 'hostname'],
      ['AC', 'hostname'],
      ['5c', 'serial'],
      ['Mü', 'client'],
    ] as const)
      expect((await found(q)).filter((one) => one.id === pc.id)).toEqual([{ id: pc.id, field, keyId: null }]);
    expect((await found('mu')).map(({ id, field }) => [id, field])).toEqual(
      expect.arrayContaining([
        [pc.id, 'client'],
        [other.id, 'serial'],
      ]),
    );
    for (const q of ['cm', 'lt', 'we', '%_', '"1', 'e\u0301\u0301']) expect(await found(q), q).toEqual([]);
    // Two digits are no beginning of a key's id: a screenful of them would be found.
    await escrowKey();
    expect(await found('1a')).toEqual([]);
  });

  it('says that there are more where more begin so than are looked for, and that there are none where all were', async () => {
    const names = (count: number) =>
      Array.from({ length: count }, (_, index) => `qz${String.fromCodePoint(0x4e00 + index)}`);
    const searched = (count: number) =>
      runInDurableObject(bindings.TENANT.getByName(tenant.id), (_object, { storage: { sql } }) => {
        sql.exec("DELETE FROM search WHERE hostname LIKE 'qz%'");
        sql.exec(
          'INSERT INTO search (rowid, machine, hostname) SELECT 1000 + key, ?, value FROM json_each(?)',
          pc.id,
          JSON.stringify(names(count)),
        );
        const { matches, more, further } = search(sql, 'qz');
        return [matches.length, more, further];
      });
    expect(await searched(128)).toEqual([1, false, 0]);
    expect(await searched(129)).toEqual([1, true, null]);
  });

  it('finds a name and a client of two characters, which have no trigram, in the usual spellings', async () => {
    const short = { ...newMachine(), hostname: 'K9', serial: 'S', client: 'BP' };
    await report(short);
    for (const [q, field] of [
      ['k9', 'hostname'],
      ['bp', 'client'],
      [' BP ', 'client'],
    ] as const)
      expect(await found(q)).toEqual([{ id: short.id, field, keyId: null }]);
    await act(short.id, 'archive');
    expect(await found('Bp')).toEqual([{ id: short.id, field: 'client', keyId: null }]);
  });

  it('needs two characters, and is for members only', async () => {
    expect((await ask('a ')).json).toMatchObject({ status: 422, code: 'invalid_query' });
    const path = `/v1/tenants/${tenant.id}/search?q=acm`;
    expect((await asPerson('stranger@example.com', path)).status).toBe(403);
  });

  it('says that there are more than fifty', async () => {
    for (let i = 0; i < 51; i++) await report({ ...newMachine(), hostname: `mass-${i}` });
    const { json } = await ask('mass-');
    expect([json.matches.length, json.more, json.further]).toEqual([50, true, 1]);
  });

  it('says how many more there are as far as they are counted, and never that there are none beyond', async () => {
    for (let i = 0; i < ROWS_READ_MAX / 2; i++) await report({ ...newMachine(), hostname: `mass-${i}` });
    expect((await ask('mass-')).json).toMatchObject({ more: true, further: null });
    expect((await ask('mass-1')).json).toMatchObject({ more: false, further: 0 });
    await runInDurableObject(bindings.TENANT.getByName(tenant.id), (_object, { storage: { sql } }) => {
      sql.exec(
        `INSERT INTO search (machine, hostname) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
         SELECT ?, 'crowd-' || i FROM n`,
        pc.id,
      );
    });
    expect((await ask('crowd-')).json).toMatchObject({ more: true, further: null });
  });

  it('finds a name in whatever spelling: composed or not, dotted or not, pasted with marks that nobody sees', async () => {
    const istanbul = { ...newMachine(), hostname: 'PC-\u0130STANBUL', client: 'Zu\u0308rcher Kantonalbank' };
    await report(istanbul);
    for (const q of [
      'istanbul',
      '\u0130stanbul',
      'ISTANBUL',
      'Z\u00fcrcher',
      'zurcher',
      '\u202apc\u2013istanbul\u202c',
    ])
      expect(
        (await found(q)).map(({ id }) => id),
        q,
      ).toEqual([istanbul.id]);
  });

  it('finds a key id with any dashes and invisible marks of where it was copied from', async () => {
    await escrowKey();
    for (const q of [protectorId.replaceAll('-', '\u2013'), `\ufeff{${protectorId}}`, '1a2b3c4d\u22125e6f'])
      expect(
        (await found(q)).map(({ keyId }) => keyId),
        q,
      ).toEqual([protectorId]);
  });

  it('takes any text whatever, because people paste what is on their screen', async () => {
    const pasted = fc
      .string({ unit: 'binary', minLength: 3, maxLength: 20 })
      .filter((q) => SearchQuery.safeParse({ q }).success);
    await runInDurableObject(bindings.TENANT.getByName(tenant.id), (_object, { storage: { sql } }) => {
      fc.assert(
        fc.property(pasted, (text) => void search(sql, text)),
        { numRuns: 300 },
      );
      for (const text of ['"', '***', 'NEAR(', 'a AND', 'keys:x', '{hostname}:pc']) search(sql, text);
    });
    expect(matchOf('a"b OR c')).toBe('"a""b or c"');
  });
});
