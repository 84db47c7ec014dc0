// Names and ids from outside: ids that many PCs have, serials that are none, refs in several spellings, and what was kept before all this.
import { runInDurableObject } from 'cloudflare:test';
import { beforeEach, describe, expect, it } from 'vitest';
import { isFault } from '../../portal/vault/fault.ts';
import { openSecret } from '../../portal/vault/opener.ts';
import { resealSecret, sealTo } from '../../portal/vault/resealer.ts';
import type { Machine, SearchResult } from '../../schema/machine.ts';
import type { Receipt, Revealed, SecretList, SecretRef } from '../../schema/secret.ts';
import {
  asMachine,
  asPerson,
  bindings,
  emailOf,
  event,
  newMachine,
  newRun,
  privateKeysOf,
  sealedSecret,
  seedReadyTenant,
  type TestKeyring,
  type TestTenant,
} from '../../test/workerd-fixtures.ts';
import { walkAt } from '../core/walks.ts';
import { beginNames, walkNames } from './names.ts';

const SHARED = '03000200-0400-0500-0006-000700080009';
const protectorId = '1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d';
let tenant: TestTenant & { keyring: TestKeyring };
let pc: ReturnType<typeof newMachine>;

beforeEach(async () => {
  tenant = await seedReadyTenant();
  pc = newMachine();
});

const report = (machine: Record<string, unknown>, run = newRun()) =>
  asMachine(tenant.token, '/v1/report', { machine, run, events: [event(1)] });
const get = async <T>(path: string) =>
  (await asPerson<T>(emailOf('engineer'), `/v1/tenants/${tenant.id}/${path}`)).json;
const shown = (id = pc.id) => get<Machine>(`machines/${id}`);
const listed = async (id = pc.id) => (await get<SecretList>(`machines/${id}/secrets`)).secrets;
const escrow = async (ref: SecretRef, more: Record<string, unknown> = {}, machine = pc.id, secondsAgo = 0) => {
  const kind = 'account' in ref ? 'local_admin_password' : 'bitlocker_recovery_key';
  const iat = Math.floor(Date.now() / 1000) - secondsAgo;
  const how = { kind, ref, iat, plaintext: JSON.stringify(ref) } as const;
  const body = await sealedSecret(tenant.id, tenant.keyring, machine, how);
  return asMachine<Receipt>(tenant.token, '/v1/secret', { ...body, ...more });
};
const reveal = (secret: string, version: number) =>
  asPerson<Revealed>(emailOf('engineer'), `/v1/tenants/${tenant.id}/secrets/${secret}/reveal`, {
    reason: 'to see',
    version,
  });
const inObject = <T>(act: (storage: DurableObjectStorage) => T): Promise<T> =>
  runInDurableObject(bindings.TENANT.getByName(tenant.id), (_object, { storage }) => act(storage));
/** Walks over all that is kept, as after the upgrade that brought the rules. */
const walkAll = () =>
  inObject((storage) => {
    beginNames(storage, Date.now());
    while (walkAt(storage.sql, 'names') !== null) storage.transactionSync(() => walkNames(storage, Date.now()));
  });

describe('an id that many PCs have', () => {
  it('is refused by name to an engine that can take another, before anything of it is kept', async () => {
    const refused = await report({ ...pc, id: SHARED, takesOtherId: true });
    expect(refused.json).toMatchObject({ status: 422, code: 'shared_machine_id' });
    expect((await escrow({ account: 'Administrator' }, { takesOtherId: true }, SHARED)).json).toMatchObject({
      code: 'shared_machine_id',
    });
    expect(await shown(SHARED)).toMatchObject({ code: 'unknown_machine' });
  });

  it('is taken from an engine that cannot, since a secret that is refused is lost, and its machine is flagged', async () => {
    expect((await report({ ...pc, id: SHARED })).status).toBe(200);
    expect((await escrow({ account: 'Administrator' }, {}, SHARED)).status).toBe(201);
    expect((await shown(SHARED)).attention).toEqual(['shared_id']);
    // The same holds where the engine could change its id, but its run is known under that one: an id never changes
    // within a run.
    const run = newRun();
    await report({ ...pc, id: SHARED }, run);
    expect((await report({ ...pc, id: SHARED, takesOtherId: true }, run)).status).toBe(200);
  });

  it('is taken out of a file that a person brings, whatever the file says: nothing in it can be sealed anew', async () => {
    const machine = { ...pc, id: SHARED, takesOtherId: true };
    const bring = (what: string, body: unknown) =>
      asPerson(emailOf('engineer'), `/v1/tenants/${tenant.id}/spool/${what}`, body);
    const secret = await sealedSecret(tenant.id, tenant.keyring, SHARED);
    expect((await bring('secret', { ...secret, takesOtherId: true })).status).toBe(201);
    expect((await bring('report', { machine, run: newRun(), events: [event(1)] })).status).toBe(200);
    expect((await shown(SHARED)).attention).toEqual(['shared_id']);
  });

  it('flags the machine that it was merged into, and no other', async () => {
    await report({ ...pc, id: SHARED });
    await report(pc);
    expect((await shown()).attention).toEqual([]);
    await asPerson(emailOf('engineer'), `/v1/tenants/${tenant.id}/machines/${SHARED}/merge`, { into: pc.id });
    expect((await shown()).attention).toEqual(['shared_id']);
  });
});

describe('a serial number', () => {
  it('that firmware has left in is none, and a real one after it is no change of serial', async () => {
    await report({ ...pc, serial: 'To Be Filled By O.E.M.' });
    expect((await shown()).serial).toBeNull();
    await report({ ...pc, serial: '5CD1234XYZ' });
    await report({ ...pc, serial: 'Default string' });
    await report({ ...pc, serial: '5cd1234xyz' });
    expect(await shown()).toMatchObject({ serial: '5cd1234xyz', attention: [] });
    const run = newRun();
    await report(pc, run);
    // Within one run it is a new board; of another run, it is a sign of another PC (clones.test.ts).
    await asMachine(tenant.token, '/v1/report', { machine: { ...pc, serial: 'OTHER-7' }, run, events: [event(2)] });
    expect((await shown()).attention).toEqual(['serial_changed']);
  });
});

describe('a host name', () => {
  it('that Windows lets no PC have is kept as it came, and flagged until there is another', async () => {
    const hostname = 'RECEPTION-\u202e10-CP-SECNANIF';
    await report({ ...pc, hostname });
    expect(await shown()).toMatchObject({ hostname, attention: ['odd_hostname'] });
    await report(pc);
    expect((await shown()).attention).toEqual([]);
  });
});

describe('a ref in another spelling', () => {
  it('is the next version of the same secret, under the spelling that came first', async () => {
    const receipts = [];
    for (const account of ['Administrator', 'administrator', '.\\Administrator', 'ADMINISTRATOR '])
      receipts.push((await escrow({ account })).json);
    expect(receipts.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
    expect(new Set(receipts.map(({ secretId }) => secretId)).size).toBe(1);
    for (const volume of ['C:', 'c:', 'C', 'C:\\']) await escrow({ protectorId, volume });
    expect((await listed()).map(({ ref, versions }) => [ref, versions.length])).toEqual([
      [{ protectorId, volume: 'C:' }, 4],
      [{ account: 'Administrator' }, 4],
    ]);
    expect((await shown()).secrets).toBe(2);
  });

  it('opens and is re-sealed with the header that it was sealed with: nothing that was signed is rewritten', async () => {
    await escrow({ account: 'Administrator' });
    const { json } = await escrow({ account: '.\\administrator' });
    const revealed = (await reveal(json.secretId, 2)).json;
    const keys = await privateKeysOf(tenant.id, tenant.keyring);
    const opened = await openSecret(tenant.id, revealed, keys);
    expect(isFault(opened) ? opened : opened.plaintext).toBe('{"account":".\\\\administrator"}');
    const [key] = tenant.keyring.write.escrowKeys;
    if (!key) throw new Error('the keyring has a key');
    const resealed = await resealSecret(tenant.id, revealed, keys, await sealTo(key.kid, key.jwk));
    if (isFault(resealed)) throw new Error(resealed.message);
    const [head = ''] = resealed.sealed.split('.');
    expect(JSON.parse(Buffer.from(head, 'base64url').toString()).ref).toEqual({ account: '.\\administrator' });
  });

  it('finds what was kept before, also before the walk has come to it', async () => {
    const first = (await escrow({ account: 'Administrator' })).json;
    await inObject(({ sql }) => sql.exec('UPDATE secrets SET same = NULL'));
    const second = (await escrow({ account: 'administrator' })).json;
    expect([second.secretId, second.version]).toEqual([first.secretId, 2]);
  });

  it('goes on with the one that was brought last, where two were kept apart before, and clears the mark of the other', async () => {
    const one = (await escrow({ account: 'Administrator' }, {}, pc.id, 60)).json;
    // As it was kept before spellings were compared.
    const other = (await escrow({ account: 'Somebody' }, {}, pc.id, 30)).json;
    for (const { secretId } of [one, other]) await reveal(secretId, 1);
    await inObject(({ sql }) => {
      sql.exec(`UPDATE secrets SET ref = '{"account":"administrator"}' WHERE id = ?`, other.secretId);
      sql.exec('UPDATE secrets SET same = NULL');
      sql.exec('UPDATE secret_versions SET escrowed_at = escrowed_at - 60000 WHERE secret_id = ?', one.secretId);
    });
    await walkAll();
    const next = (await escrow({ account: 'ADMINISTRATOR' })).json;
    expect([next.secretId, next.version]).toEqual([other.secretId, 2]);
    expect((await listed()).map(({ rotateDueAt }) => rotateDueAt)).toEqual([null, null]);
    // Each receipt still holds: its secret and version are unchanged.
    const versions = Object.fromEntries((await listed()).map(({ id, versions }) => [id, versions.length]));
    expect(versions).toEqual({ [one.secretId]: 1, [other.secretId]: 2 });
  });
});

describe('the walk over what was kept before', () => {
  it('names every secret, takes placeholder serials away, flags, and has everything found; again, it changes nothing', async () => {
    await report({ ...pc, id: SHARED });
    await report({ ...pc, hostname: 'Zürich-1' });
    await escrow({ account: 'Administrator' });
    await inObject(({ sql }) => {
      sql.exec("UPDATE machines SET attention = '[]', serial = 'Default string' WHERE id = ?", SHARED);
      sql.exec("UPDATE search SET hostname = 'Zürich-1' WHERE machine = ?", pc.id);
      sql.exec('UPDATE secrets SET same = NULL');
    });
    await walkAll();
    const state = () =>
      inObject(({ sql }) => ({
        unnamed: sql.exec('SELECT count(*) AS n FROM secrets WHERE same IS NULL').one().n,
        machines: sql.exec('SELECT id, serial, attention FROM machines ORDER BY id').toArray(),
      }));
    const after = await state();
    expect(after.unnamed).toBe(0);
    expect(after.machines).toContainEqual({ id: SHARED, serial: null, attention: '["shared_id"]' });
    expect((await get<SearchResult>('search?q=zurich')).matches.map(({ machine }) => machine.id)).toEqual([pc.id]);
    await walkAll();
    expect(await state()).toEqual(after);
  });
});
