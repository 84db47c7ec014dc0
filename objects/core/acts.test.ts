// An act that has a name is done once under it: whoever asks again is told so, and nothing counts twice.
import { runInDurableObject } from 'cloudflare:test';
import { expect, it } from 'vitest';
import { signManifest } from '../../portal/vault/root.ts';
import type { AuditPage } from '../../schema/audit.ts';
import { DAY_MS } from '../../schema/facts/days.ts';
import type { TenantCreated } from '../../schema/operator.ts';
import type { Problem } from '../../schema/problem.ts';
import type { Receipt, Revealed } from '../../schema/secret.ts';
import { sha256Hex } from '../../schema/signed.ts';
import type { IssuedToken, TokenList } from '../../schema/token.ts';
import { faultyIndex } from '../../test/support/faulty-index.ts';
import {
  asMachine,
  asPerson,
  bindings,
  emailOf,
  event,
  inStorage,
  newMachine,
  newRun,
  sealedSecret,
  seedReadyTenant,
} from '../../test/workerd-fixtures.ts';

const admin = emailOf('admin');
const OPERATOR = 'operator@example.com';
const TOKEN = { label: 'Bench', expiresAt: null, fingerprint: null };
const name = () => crypto.randomUUID();
const issue = <T = Problem>(id: string, act: string, email = admin) =>
  asPerson<T>(email, `/v1/tenants/${id}/tokens?act=${act}`, TOKEN);
const tokensOf = async (id: string) =>
  (await asPerson<TokenList>(admin, `/v1/tenants/${id}/tokens`)).json.tokens.filter(({ label }) => label === 'Bench');
const recorded = async (id: string, action: string) =>
  (await asPerson<AuditPage>(admin, `/v1/tenants/${id}/audit?action=${action}&limit=500`)).json.entries.length;

it('a token is issued once however often its act is asked for, one after the other or at the same time', async () => {
  const { id } = await seedReadyTenant();
  const act = name();
  const answers = await Promise.all([issue(id, act), issue(id, act), issue(id, act)]);
  answers.push(await issue(id, act));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
  expect(answers.filter(({ json }) => json.code === 'done_already')).toHaveLength(3);
  expect(await tokensOf(id)).toHaveLength(1);
  expect(await recorded(id, 'token.issued')).toBe(1);
});

it('a reveal counts once, and the second is told that it is on record and hands out nothing', async () => {
  const { id, token, keyring } = await seedReadyTenant();
  const machine = newMachine();
  await asMachine(token, '/v1/report', { machine, run: newRun(), events: [event(1)] });
  const { secretId } = (await asMachine<Receipt>(token, '/v1/secret', await sealedSecret(id, keyring, machine.id)))
    .json;
  const reveal = <T>(act: string) =>
    asPerson<T>(admin, `/v1/tenants/${id}/secrets/${secretId}/reveal?act=${act}`, { reason: 'locked out' });
  const act = name();
  expect((await reveal<Revealed>(act)).json.sealed).toEqual(expect.any(String));
  const again = await reveal<Problem>(act);
  expect([again.status, again.json.code]).toEqual([409, 'done_already']);
  expect(await recorded(id, 'secret.revealed')).toBe(1);
  expect((await reveal<Revealed>(name())).status).toBe(200);
  expect(await recorded(id, 'secret.revealed')).toBe(2);
});

it('is each person’s own name, and one that does something in several steps is not stopped by its first', async () => {
  const { id } = await seedReadyTenant();
  await asPerson(admin, `/v1/tenants/${id}/people`, { email: 'second@example.com', role: 'admin' });
  const act = name();
  expect((await issue(id, act)).status).toBe(201);
  expect((await issue(id, act, 'second@example.com')).status).toBe(201);
  const [first] = await tokensOf(id);
  const rotation = `/v1/tenants/${id}/tokens/${first?.id}/rotate?act=${name()}`;
  expect((await asPerson<IssuedToken>(admin, rotation, { overlapMs: DAY_MS, fingerprint: null })).status).toBe(201);
  const again = await asPerson<Problem>(admin, rotation, { overlapMs: DAY_MS, fingerprint: null });
  expect([again.status, again.json.code]).toEqual([409, 'done_already']);
  expect(await recorded(id, 'token.rotated')).toBe(1);
});

it('what was refused or taken back may be asked for under the same name', async () => {
  const { id } = await seedReadyTenant();
  const act = name();
  const stub = bindings.TENANT.getByName(id);
  const faults = await runInDurableObject(stub, (object) => {
    const faulty = faultyIndex(bindings.INDEX_DB);
    Reflect.set(object, 'env', { ...bindings, INDEX_DB: faulty.index });
    return faulty;
  });
  faults.writes = 'down';
  expect((await issue(id, act)).json.code).toBe('index_unreachable');
  faults.writes = 'well';
  expect((await issue<IssuedToken>(id, act)).json.token).toMatch(/^tok_/);
  const wrong = `/v1/tenants/${id}/people?act=${name()}`;
  expect((await asPerson(admin, wrong, { email: admin, role: 'auditor' })).status).toBe(409);
  expect((await asPerson(admin, wrong, { email: 'new@example.com', role: 'auditor' })).status).toBe(201);
});

it('a keyring that was only looked at before its write was refused may be written under the same name', async () => {
  const { id, keyring } = await seedReadyTenant();
  const path = `/v1/tenants/${id}/keyring?act=${name()}`;
  const previous = await sha256Hex(keyring.write.manifest);
  const write = async (version: number) => {
    const manifest = await signManifest(keyring.root, { ...keyring.manifest, version, previous });
    const body = { manifest, root: keyring.write.root, escrowKeys: [], unlockers: [], wraps: [] };
    return (await asPerson(admin, path, body)).json.code;
  };
  const { version } = keyring.manifest;
  expect(await write(version + 2)).toBe('keyring_conflict');
  expect(await write(version + 1)).toBeUndefined();
  expect(await write(version + 1)).toBe('done_already');
});

it('a tenant that an operator creates is the same one when its act is asked for again', async () => {
  const act = name();
  const wanted = { name: 'Harbour', firstAdmin: 'first@harbour.example' };
  const create = () => asPerson<TenantCreated>(OPERATOR, `/v1/operator/tenants?act=${act}`, wanted);
  const [made, again] = [await create(), await create()];
  expect([made.status, again.status]).toEqual([201, 200]);
  expect(again.json).toEqual(made.json);
});

it('a name is forgotten after a day, with the next act of anybody, because a leaver does none', async () => {
  const { id } = await seedReadyTenant();
  await asPerson(admin, `/v1/tenants/${id}/people`, { email: 'leaver@example.com', role: 'admin' });
  expect((await issue(id, name(), 'leaver@example.com')).status).toBe(201);
  await inStorage(id, (sql) => sql.exec('UPDATE acts SET at = at - ?', DAY_MS + 1));
  const latest = name();
  await issue(id, latest);
  expect(await inStorage(id, (sql) => sql.exec('SELECT act FROM acts').toArray())).toEqual([{ act: latest }]);
});

it('something else than a UUID is no name', async () => {
  const { id } = await seedReadyTenant();
  const { status, json } = await issue(id, 'again');
  expect([status, json.code]).toEqual([422, 'invalid_query']);
  expect(await tokensOf(id)).toEqual([]);
});
