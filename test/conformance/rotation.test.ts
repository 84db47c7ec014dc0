// Rotation in real workerd: the life of an escrow key, a rotation of 200 secrets, and one that is killed after every single step.

import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { beforeEach, describe, expect, it } from 'vitest';
import { BULK_READS_A_DAY } from '../../objects/secrets/bulk.ts';
import { type RotationCalls, rotate } from '../../portal/src/keyring/rotation.ts';
import { sweep } from '../../portal/src/secrets/sweep.ts';
import { isFault } from '../../portal/vault/fault.ts';
import { openBytesOf, openSecret } from '../../portal/vault/opener.ts';
import { resealSecret, sealTo } from '../../portal/vault/resealer.ts';
import type { AuditPage } from '../../schema/audit.ts';
import type { BulkPage, BulkPageRequest, Verified } from '../../schema/bulk.ts';
import { DAY_MS, DESTROY_AFTER_MS } from '../../schema/facts/days.ts';
import type { Problem } from '../../schema/problem.ts';
import type {
  ResealAnswer,
  Resealed,
  Restored,
  Rotation,
  RotationPage,
  RotationPageRequest,
} from '../../schema/rotation.ts';
import type { Receipt, Revealed } from '../../schema/secret.ts';
import { sha256Hex } from '../../schema/signed.ts';
import {
  asMachine,
  asPerson,
  bindings,
  emailOf,
  forgetReveals,
  privateKeysOf,
  resealedItem,
  sealedSecret,
  seedReadyTenant,
  setKeyState,
  startRotation,
  type TestKeyring,
  type TestTenant,
} from '../workerd-fixtures.ts';

const ADMIN = emailOf('admin');
let tenant: TestTenant & { keyring: TestKeyring };
beforeEach(async () => {
  tenant = await seedReadyTenant();
});

const at = (path: string) => `/v1/tenants/${tenant.id}/${path}`;
const stub = () => bindings.TENANT.getByName(tenant.id);
const rotation = async () => (await asPerson<Rotation>(ADMIN, at('rotation'))).json;
const keyNamed = async (kid: string) => (await rotation()).keys.find((key) => key.kid === kid);
const auditOf = async () => (await asPerson<AuditPage>(ADMIN, at('audit?limit=500'))).json.entries;

const escrow = async (plaintext: string, kid = tenant.keyring.kid) => {
  const body = await sealedSecret(tenant.id, keyringAt(kid), crypto.randomUUID(), { plaintext });
  return { body, receipt: (await asMachine<Receipt & Problem>(tenant.token, '/v1/secret', body)).json };
};

/** The keyring as seen by an engine that still has this kid cached. */
const keyringAt = (kid: string): TestKeyring => ({
  ...tenant.keyring,
  kid,
  write: { ...tenant.keyring.write, escrowKeys: tenant.keyring.write.escrowKeys.filter((key) => key.kid === kid) },
});

async function throws<T>(answer: Promise<{ status: number; json: T }>): Promise<T> {
  const { status, json } = await answer;
  if (status >= 300) throw new Error(`answered ${status}: ${(json as Problem).code}`);
  return json;
}

/** Hands as an unlocked admin's browser has them. */
async function calls(): Promise<RotationCalls> {
  const keys = await privateKeysOf(tenant.id, tenant.keyring);
  const active = tenant.keyring.write.escrowKeys.find((key) => key.kid === tenant.keyring.kid);
  if (!active) throw new Error('the keyring has an active key');
  const to = await sealTo(active.kid, active.jwk);
  return {
    page: (request: RotationPageRequest) => throws(asPerson<RotationPage>(ADMIN, at('rotation/page'), request)),
    upload: (items: Resealed[]) => throws(asPerson<ResealAnswer>(ADMIN, at('rotation/reseal'), { items })),
    reseal: async (item: Revealed) => {
      const resealed = await resealSecret(tenant.id, item, keys, to);
      return isFault(resealed) ? resealed : { ok: true, resealed };
    },
  };
}

const never = new AbortController().signal;

/** An admin's browser opens everything once and keeps its findings. */
async function runSweep() {
  const keys = await privateKeysOf(tenant.id, tenant.keyring);
  const page = (request: BulkPageRequest) => throws(asPerson<BulkPage>(ADMIN, at('ciphertexts/page'), request));
  const keep = (items: Verified[], id: string) =>
    throws(asPerson(ADMIN, at('ciphertexts/findings'), { items, sweep: id }));
  const check = async (item: Revealed) => {
    const opened = await openSecret(tenant.id, item, keys);
    return { ok: true as const, finding: isFault(opened) ? ('does_not_open' as const) : ('sound' as const) };
  };
  return sweep({ page, keep, check }, () => {}, never);
}

const ninetyDays = (kid: string) =>
  runInDurableObject(stub(), (_object, state) => {
    state.storage.sql.exec('UPDATE escrow_keys SET retired_at = retired_at - ? WHERE kid = ?', DESTROY_AFTER_MS, kid);
  });

/** The same secret with its header bent, sealed anew to the active key. */
async function withHeader(sealed: string, bent: Record<string, unknown>): Promise<string> {
  const header = JSON.parse(Buffer.from(sealed.split('.')[0] ?? '', 'base64url').toString());
  const { machine, eid, run, ref } = header;
  const made = await sealedSecret(tenant.id, tenant.keyring, machine, {
    run,
    ref,
    header: { ...header, eid, ...bent },
  });
  return made.sealed;
}
const runRotation = async () => rotate(await calls(), () => {}, never);

/** Opens every version there is with the keys the keyring holds now, and answers the plaintexts by secret. */
async function openAll(receipts: readonly Receipt[]): Promise<Map<string, string>> {
  const keys = await privateKeysOf(tenant.id, tenant.keyring);
  const plaintexts = new Map<string, string>();
  for (const { secretId, version } of receipts) {
    await forgetReveals(tenant.id);
    const { json } = await asPerson<Revealed>(ADMIN, at(`secrets/${secretId}/reveal`), { reason: 'the test', version });
    const opened = await openSecret(tenant.id, json, keys);
    if (isFault(opened)) throw new Error(opened.message);
    expect(json.version.kid).toBe(tenant.keyring.kid);
    plaintexts.set(secretId, opened.plaintext);
  }
  return plaintexts;
}

describe('an escrow key', () => {
  it('goes from active to retiring, retired and destroyed, and every secret still opens', async () => {
    const first = await escrow('one');
    const old = await startRotation(tenant.id, tenant.keyring);
    expect(await keyNamed(old)).toMatchObject({ state: 'retiring', remaining: 1, secrets: 1 });
    const late = await escrow('late, by an engine that has the old key cached', old);
    const fresh = await escrow('fresh');
    expect((await setKeyState(tenant.id, tenant.keyring, old, 'retired')).json).toMatchObject({
      code: 'rotation_unfinished',
    });
    expect(await runRotation()).toMatchObject({ resealed: 2, leftBehind: [], stopped: false });
    expect((await setKeyState(tenant.id, tenant.keyring, old, 'retired')).status).toBe(200);
    expect(await keyNamed(old)).toMatchObject({
      state: 'retired',
      remaining: 0,
      secrets: 0,
      retiredAt: expect.any(Number),
    });

    // An engine may come back with the old key after weeks: accepted, and queued for re-sealing.
    const weeksLater = await escrow('weeks later', old);
    expect(await keyNamed(old)).toMatchObject({ state: 'retired', remaining: 1 });
    const destroy = (id?: string) => setKeyState(tenant.id, tenant.keyring, old, 'destroyed', id);
    expect((await destroy()).json).toMatchObject({ status: 409, code: 'too_early' });
    await runInDurableObject(stub(), (_object, state) => {
      state.storage.sql.exec('UPDATE escrow_keys SET retired_at = retired_at - ? WHERE kid = ?', DESTROY_AFTER_MS, old);
    });
    expect((await destroy()).json).toMatchObject({ status: 409, code: 'rotation_unfinished' });
    await runRotation();
    // Re-sealed is not enough: until each has been opened, the old ciphertext may be all there is.
    expect((await destroy()).json).toMatchObject({ status: 409, code: 'not_proven' });
    const { id } = await runSweep();
    // Another person's sweep is only that person's word.
    expect((await destroy(crypto.randomUUID())).json).toMatchObject({ status: 409, code: 'not_proven' });
    expect((await destroy(id)).status).toBe(200);
    expect(await keyNamed(old)).toMatchObject({ state: 'destroyed', destroyedAt: expect.any(Number), madeBy: ADMIN });

    const receipts = [first, late, fresh, weeksLater].map(({ receipt }) => receipt);
    expect([...(await openAll(receipts)).values()]).toEqual([
      'one',
      'late, by an engine that has the old key cached',
      'fresh',
      'weeks later',
    ]);
    // A resend gets its first receipt for ever; a new secret under the destroyed key is told to be made anew.
    expect((await asMachine<Receipt>(tenant.token, '/v1/secret', first.body)).json).toEqual(first.receipt);
    expect((await escrow('too late', old)).receipt).toMatchObject({ status: 409, code: 'kid_destroyed' });
    expect((await setKeyState(tenant.id, tenant.keyring, old, 'active')).status).toBe(422);
    const actions = (await auditOf()).map((entry) => entry.action);
    for (const action of ['key.rotated', 'key.retired', 'key.destroyed', 'secrets.read_in_bulk', 'secrets.resealed'])
      expect(actions).toContain(action);
  });

  it('is not destroyed without having been retired, nor made active again', async () => {
    const old = await startRotation(tenant.id, tenant.keyring);
    expect((await setKeyState(tenant.id, tenant.keyring, old, 'destroyed')).json).toMatchObject({
      code: 'keyring_invalid',
    });
    expect((await setKeyState(tenant.id, tenant.keyring, tenant.keyring.kid, 'retired')).status).toBe(422);
  });
});

describe('re-sealing', () => {
  it('keeps the header, adds its source, and refuses whatever else differs', async () => {
    const { body } = await escrow('p');
    await startRotation(tenant.id, tenant.keyring);
    const { page, reseal, upload } = await calls();
    const { items, activeKid } = await page({ after: null, limit: 50 });
    const result = await reseal(items[0] as Revealed, activeKid);
    if (!result.ok) throw new Error(result.message);
    const header = (sealed: string) => JSON.parse(Buffer.from(sealed.split('.')[0] ?? '', 'base64url').toString());
    const { kid: _old, ...before } = header(body.sealed);
    const { kid, src, ...after } = header(result.resealed.sealed);
    expect([after, kid, src]).toEqual([before, tenant.keyring.kid, result.resealed.fromSha256]);

    const tampered = await sealedSecret(tenant.id, tenant.keyring, body.machine, { header: { src } });
    const older = await withHeader(result.resealed.sealed, { iat: 1 });
    await expect(upload([{ ...result.resealed, sealed: older }])).rejects.toThrow('header_mismatch');
    await expect(upload([{ ...result.resealed, sealed: tampered.sealed }])).rejects.toThrow('header_mismatch');
    await expect(upload([{ ...result.resealed, sealed: body.sealed }])).rejects.toThrow('header_mismatch');
    expect(await upload([result.resealed])).toEqual({ resealed: 1, passedOver: 0 });
    // Sent again, as after a lost answer: somebody has done it, which is as good.
    expect(await upload([result.resealed])).toEqual({ resealed: 0, passedOver: 1 });
  });

  it('keeps the PC that the header names, and takes neither another nor none in its place', async () => {
    const pc = { hostname: 'ACM-LT-0142', serial: '5CD1234XYZ' };
    const machine = crypto.randomUUID();
    const body = await sealedSecret(tenant.id, tenant.keyring, machine, {
      plaintext: 'p',
      iat: 1_790_000_000,
      header: { pc },
    });
    const { json: receipt } = await asMachine<Receipt>(tenant.token, '/v1/secret', body);
    await startRotation(tenant.id, tenant.keyring);
    const { page, reseal, upload } = await calls();
    const { items, activeKid } = await page({ after: null, limit: 50 });
    const result = await reseal(items[0] as Revealed, activeKid);
    if (!result.ok) throw new Error(result.message);
    for (const bent of [undefined, { ...pc, serial: 'OTHER' }, { ...pc, hostname: 'OTHER' }]) {
      const sealed = await withHeader(result.resealed.sealed, { pc: bent });
      await expect(upload([{ ...result.resealed, sealed }])).rejects.toThrow('header_mismatch');
    }
    expect(await upload([result.resealed])).toEqual({ resealed: 1, passedOver: 0 });
    const { json } = await asPerson<Revealed>(ADMIN, at(`secrets/${receipt.secretId}/reveal`), { reason: 'see' });
    const opened = await openSecret(tenant.id, json, await privateKeysOf(tenant.id, tenant.keyring));
    expect(opened).toMatchObject({ plaintext: 'p', pc, sealedAt: 1_790_000_000_000 });
  });

  it('takes nothing in the place of what is under the active key, because the role alone would then be enough to replace every secret by garbage', async () => {
    const { receipt } = await escrow('p');
    const { upload } = await calls();
    const item = await resealedItem(tenant.id, tenant.keyring, receipt.secretId);
    expect(await upload([item])).toEqual({ resealed: 0, passedOver: 1 });
    expect((await openAll([receipt])).get(receipt.secretId)).toBe('p');
  });

  it('takes along the largest secret that was taken, though its header grows', async () => {
    const largest = 'x'.repeat(11_470);
    const { body, receipt } = await escrow(largest);
    expect(body.sealed.length).toBeGreaterThan(16_300);
    expect(body.sealed.length).toBeLessThanOrEqual(16_384);
    await startRotation(tenant.id, tenant.keyring);
    expect(await runRotation()).toMatchObject({ resealed: 1, leftBehind: [] });
    expect((await openAll([receipt])).get(receipt.secretId)).toBe(largest);
  });

  it('takes along what is not text, byte for byte', async () => {
    const key = tenant.keyring.write.escrowKeys[0];
    await asPerson(ADMIN, at('settings'), { allowRawRsaOaep: true });
    const rsa = { name: 'RSA-OAEP', hash: 'SHA-256' };
    const publicKey = await crypto.subtle.importKey('jwk', key?.jwk as JsonWebKey, rsa, false, ['encrypt']);
    const latin1 = new Uint8Array([0x70, 0xe4, 0xdf, 0xff]);
    const body = {
      ...(await sealedSecret(tenant.id, tenant.keyring, crypto.randomUUID())),
      format: 'rsa-oaep-256',
      kid: tenant.keyring.kid,
      sealed: Buffer.from(await crypto.subtle.encrypt(rsa, publicKey, latin1)).toString('base64'),
    };
    const { json: receipt } = await asMachine<Receipt>(tenant.token, '/v1/secret', body);
    await startRotation(tenant.id, tenant.keyring);
    expect(await runRotation()).toMatchObject({ resealed: 1, leftBehind: [] });
    const { json } = await asPerson<Revealed>(ADMIN, at(`secrets/${receipt.secretId}/reveal`), { reason: 'see' });
    const opened = await openBytesOf(tenant.id, json, await privateKeysOf(tenant.id, tenant.keyring));
    expect(opened).toMatchObject({ bytes: latin1 });
  });

  it('can be undone while the old key lives: what a garbage ciphertext took the place of is put back, and goes along again', async () => {
    const { body, receipt } = await escrow('precious');
    const old = await startRotation(tenant.id, tenant.keyring);
    const { page, reseal, upload } = await calls();
    const result = await reseal((await page({ after: null, limit: 50 })).items[0] as Revealed, tenant.keyring.kid);
    if (!result.ok) throw new Error(result.message);
    // Somebody with an admin's session and no key: well-formed, and opened by nothing.
    const garbage = `${result.resealed.sealed.slice(0, -6)}AAAAAA`;
    expect(await upload([{ ...result.resealed, sealed: garbage }])).toEqual({ resealed: 1, passedOver: 0 });
    expect((await setKeyState(tenant.id, tenant.keyring, old, 'retired')).status).toBe(200);
    await ninetyDays(old);
    expect((await setKeyState(tenant.id, tenant.keyring, old, 'destroyed')).json.code).toBe('not_proven');
    const { id: seen, unsound } = await runSweep();
    expect(unsound).toMatchObject([{ item: { id: receipt.secretId }, finding: 'does_not_open' }]);
    expect((await setKeyState(tenant.id, tenant.keyring, old, 'destroyed', seen)).json.code).toBe('not_proven');

    const restore = () =>
      asPerson<Problem>(ADMIN, at('rotation/restore'), { secret: receipt.secretId, version: 1, reason: 'garbage' });
    expect((await restore()).json).toMatchObject({ secret: receipt.secretId, kid: old });
    expect((await restore()).json).toMatchObject({ code: 'nothing_replaced' });
    const { json } = await asPerson<Revealed>(ADMIN, at(`secrets/${receipt.secretId}/reveal`), { reason: 'look' });
    expect(json).toMatchObject({ sealed: body.sealed, version: { kid: old } });
    expect(await runRotation()).toMatchObject({ resealed: 1, leftBehind: [] });
    expect((await openAll([receipt])).get(receipt.secretId)).toBe('precious');
    const { id } = await runSweep();
    expect((await setKeyState(tenant.id, tenant.keyring, old, 'destroyed', id)).status).toBe(200);
  });

  it('keeps a raw ciphertext unbound for ever', async () => {
    const key = tenant.keyring.write.escrowKeys[0];
    await asPerson(ADMIN, at('settings'), { allowRawRsaOaep: true });
    const rsa = { name: 'RSA-OAEP', hash: 'SHA-256' };
    const publicKey = await crypto.subtle.importKey('jwk', key?.jwk as JsonWebKey, rsa, false, ['encrypt']);
    const bytes = await crypto.subtle.encrypt(rsa, publicKey, new TextEncoder().encode('raw'));
    const body = {
      ...(await sealedSecret(tenant.id, tenant.keyring, crypto.randomUUID())),
      format: 'rsa-oaep-256',
      kid: tenant.keyring.kid,
      sealed: Buffer.from(bytes).toString('base64'),
    };
    const { json: receipt } = await asMachine<Receipt>(tenant.token, '/v1/secret', body);
    await startRotation(tenant.id, tenant.keyring);
    await runRotation();
    const { json } = await asPerson<Revealed>(ADMIN, at(`secrets/${receipt.secretId}/reveal`), { reason: 'see' });
    expect(json.version).toMatchObject({ format: 'jwe', bound: false, kid: tenant.keyring.kid });
    expect((await openAll([receipt])).get(receipt.secretId)).toBe('raw');
  });

  it('names what does not open, which blocks until an admin marks it; its ciphertext stays', async () => {
    const good = await escrow('good');
    const bad = await escrow('bad');
    const damage = `${bad.body.sealed.slice(0, -6)}AAAAAA`;
    await runInDurableObject(stub(), (_object, state) => {
      state.storage.sql.exec('UPDATE secret_versions SET sealed = ? WHERE secret_id = ?', damage, bad.receipt.secretId);
    });
    const old = await startRotation(tenant.id, tenant.keyring);
    const done = await runRotation();
    expect(done).toMatchObject({ resealed: 1, leftBehind: [{ item: { id: bad.receipt.secretId } }] });
    const retire = () => setKeyState(tenant.id, tenant.keyring, old, 'retired');
    expect((await retire()).json.code).toBe('rotation_unfinished');
    await runSweep();
    const mark = (secret: string) =>
      asPerson<Problem>(ADMIN, at('rotation/unopenable'), { secret, version: 1, reason: 'damaged in transit' });
    expect((await mark(good.receipt.secretId)).json).toMatchObject({ code: 'not_left_behind' });
    expect((await mark(bad.receipt.secretId)).status).toBe(200);
    expect((await retire()).status).toBe(200);
    expect(await keyNamed(old)).toMatchObject({ remaining: 0, unopenable: 1 });
    expect((await auditOf()).find((entry) => entry.action === 'secret.marked_unopenable')).toMatchObject({
      subject: bad.receipt.secretId,
      detail: { kid: old, reason: 'damaged in transit' },
    });
    await runInDurableObject(stub(), (_object, state) => {
      state.storage.sql.exec('UPDATE escrow_keys SET retired_at = 0 WHERE kid = ?', old);
    });
    // A secret that is given up is lost with its key: the person who destroys the key has confirmed that after the
    // mark.
    expect((await setKeyState(tenant.id, tenant.keyring, old, 'destroyed')).json.code).toBe('not_proven');
    const { id } = await runSweep();
    expect((await setKeyState(tenant.id, tenant.keyring, old, 'destroyed', id)).status).toBe(200);
    const { json } = await asPerson<Revealed>(ADMIN, at(`secrets/${bad.receipt.secretId}/reveal`), { reason: 'look' });
    expect(json).toMatchObject({ sealed: damage, version: { unopenable: true, kid: old } });
  });

  it('hands out ciphertext in bulk to admins only, lists the ids on record, and keeps to a budget', async () => {
    const { receipt } = await escrow('p');
    await startRotation(tenant.id, tenant.keyring);
    for (const role of ['engineer', 'auditor'] as const)
      expect((await asPerson(emailOf(role), at('rotation/page'), {})).json.code).toBe('role_forbids');
    const { page } = await calls();
    expect((await page({ after: null, limit: 50 })).items).toHaveLength(1);
    expect((await auditOf()).find((entry) => entry.action === 'secrets.read_in_bulk')?.detail).toEqual({
      purpose: 'rotation',
      count: 1,
      ids: `${receipt.secretId}/1`,
    });
    await runInDurableObject(stub(), (_object, state) => {
      state.storage.sql.exec('UPDATE bulk_reads SET ciphertexts = ?', BULK_READS_A_DAY);
    });
    const { status, json, headers } = await asPerson(ADMIN, at('rotation/page'), { after: null, limit: 50 });
    expect([status, json.code]).toEqual([429, 'bulk_budget_exceeded']);
    const secondsLeft = Math.ceil((DAY_MS - (Date.now() % DAY_MS)) / 1000);
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(secondsLeft);
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(DAY_MS / 1000);
  });
});

describe('a destruction', () => {
  const SECOND = 'second.admin@example.com';
  let old: string;
  let secret: string;
  let body: Awaited<ReturnType<typeof escrow>>['body'];
  /** The re-sealed ciphertext, and the same with its tag bent: well-formed, and opened by nothing. */
  let good: Resealed;
  let garbage: Resealed;
  const as = <T>(email: string, path: string, what: object) => throws(asPerson<T>(email, at(path), what));
  /** All that another admin's session can do without any key. */
  const restore = (sha256?: string) =>
    as<Restored>(SECOND, 'rotation/restore', { secret, version: 1, reason: 'so they say', sha256 });
  const resealGarbage = () => as<ResealAnswer>(SECOND, 'rotation/reseal', { items: [garbage] });
  const report = async (finding: 'sound' | 'does_not_open', sweep?: string) => {
    const { json } = await asPerson<Revealed>(ADMIN, at(`secrets/${secret}/reveal`), { reason: 'look' });
    const { kid, sha256 } = json.version;
    return as(SECOND, 'ciphertexts/findings', { items: [{ secret, version: 1, kid, sha256, finding }], sweep });
  };
  const mark = () => as(SECOND, 'rotation/unopenable', { secret, version: 1, reason: 'so they say' });
  const beginSweep = (sweep: string) => as(SECOND, 'ciphertexts/page', { purpose: 'health', sweep });
  const destroy = async (sweep: string) =>
    (await setKeyState(tenant.id, tenant.keyring, old, 'destroyed', sweep)).json.code ?? 'taken';

  beforeEach(async () => {
    await bindings.INDEX_DB.prepare('INSERT INTO users (id,tenant_id,email,role) VALUES (?, ?, ?, ?)')
      .bind('second', tenant.id, SECOND, 'admin')
      .run();
    const made = await escrow('precious');
    body = made.body;
    secret = made.receipt.secretId;
    old = await startRotation(tenant.id, tenant.keyring);
    const { page, reseal, upload } = await calls();
    const result = await reseal((await page({ after: null, limit: 50 })).items[0] as Revealed, tenant.keyring.kid);
    if (!result.ok) throw new Error(result.message);
    good = result.resealed;
    garbage = { ...good, sealed: `${good.sealed.slice(0, -6)}AAAAAA` };
    await upload([good]);
    expect((await setKeyState(tenant.id, tenant.keyring, old, 'retired')).status).toBe(200);
    await ninetyDays(old);
  });

  it('is taken after a sweep that still holds', async () => {
    expect(await destroy((await runSweep()).id)).toBe('taken');
  });

  it.each<[string, () => Promise<unknown>]>([
    ['put back and re-sealed as garbage', () => restore().then(resealGarbage)],
    [
      'put back, re-sealed as garbage and called sound',
      () =>
        restore()
          .then(resealGarbage)
          .then(() => report('sound')),
    ],
    [
      'put back, re-sealed as garbage and called sound by a sweep of their own',
      async () => {
        const own = crypto.randomUUID();
        await restore();
        await resealGarbage();
        await beginSweep(own);
        await report('sound', own);
      },
    ],
    [
      'put back, called closed and given up',
      () =>
        restore()
          .then(() => report('does_not_open'))
          .then(mark),
    ],
    ['called sound', () => report('sound')],
    ['called closed', () => report('does_not_open')],
  ])('is refused where the secret was meanwhile %s, because the sweep no longer says what is', async (_, meanwhile) => {
    const { id } = await runSweep();
    await meanwhile();
    expect(await destroy(id)).toMatch(/^(not_proven|rotation_unfinished)$/);
    const { json } = await asPerson<Revealed>(ADMIN, at(`secrets/${secret}/reveal`), { reason: 'look' });
    // Whatever has taken its place, the version that opens is there, or can be put back.
    if (json.sealed !== good.sealed && json.sealed !== body.sealed) await restore();
    // A mark that was wrong goes with the sweep that opens it, and the rotation takes it along again.
    await runSweep();
    await runRotation();
    const again = await runSweep();
    expect(again.unsound).toEqual([]);
    expect((await openAll([{ secretId: secret, version: 1 } as Receipt])).get(secret)).toBe('precious');
  });

  it('is refused where it was touched while the sweep was under way, though the sweep looked again', async () => {
    const id = crypto.randomUUID();
    const keep = (items: unknown) => as(ADMIN, 'ciphertexts/findings', { items, sweep: id });
    const { items } = await as<BulkPage>(ADMIN, 'ciphertexts/page', { purpose: 'health', sweep: id });
    const { kid, sha256 } = (items[0] as Revealed).version;
    const found = [{ secret, version: 1, kid, sha256, finding: 'sound' }];
    await report('does_not_open');
    await keep(found);
    expect(await destroy(id)).toBe('not_proven');
    expect(await destroy((await runSweep()).id)).toBe('taken');
  });

  it('does not take another’s sweep for one’s own, nor a finding sent under it', async () => {
    const { id } = await runSweep();
    await report('sound', id);
    expect(await destroy(id)).toBe('not_proven');
    const theirs = crypto.randomUUID();
    await beginSweep(theirs);
    await report('sound', theirs);
    expect(await destroy(theirs)).toBe('not_proven');
  });

  it('leaves what a restore has put aside within reach, because it may be the only good copy', async () => {
    await restore();
    await resealGarbage();
    expect(await restore(await sha256Hex(good.sealed))).toMatchObject({ kid: tenant.keyring.kid });
    const { json } = await asPerson<Revealed>(ADMIN, at(`secrets/${secret}/reveal`), { reason: 'look' });
    expect(json.sealed).toBe(good.sealed);
  });
});

describe('a secret that was given up', () => {
  it('and opens after all is no longer given up, because a mark that is wrong would lose it with its key', async () => {
    const { receipt } = await escrow('precious');
    const old = await startRotation(tenant.id, tenant.keyring);
    const secret = receipt.secretId;
    const mark = () => asPerson<Problem>(ADMIN, at('rotation/unopenable'), { secret, version: 1, reason: 'a slip' });
    // Nobody has found that it does not open.
    expect((await mark()).json).toMatchObject({ code: 'not_left_behind' });
    const { kid, sha256 } = { kid: old, sha256: receipt.sha256 };
    const lie = { items: [{ secret, version: 1, kid, sha256, finding: 'does_not_open' }] };
    await asPerson(ADMIN, at('ciphertexts/findings'), lie);
    expect((await mark()).status).toBe(200);
    expect(await keyNamed(old)).toMatchObject({ remaining: 0, unopenable: 1 });
    await runSweep();
    expect(await keyNamed(old)).toMatchObject({ remaining: 1, unopenable: 0 });
    expect((await auditOf()).map((entry) => entry.action)).toContain('secret.marked_openable');
  });
});

describe('a rotation', () => {
  const escrowed = async (count: number) => {
    const made = await Promise.all(Array.from({ length: count }, (_, index) => escrow(`plaintext ${index}`)));
    return {
      plaintexts: new Map(made.map(({ receipt }, index) => [receipt.secretId, `plaintext ${index}`])),
      receipts: made.map(({ receipt }) => receipt),
    };
  };

  it('of 200 secrets goes through four full pages, and each of them opens under the new key', async () => {
    const { plaintexts, receipts } = await escrowed(200);
    await startRotation(tenant.id, tenant.keyring);
    const progress: number[] = [];
    await rotate(await calls(), (resealed) => progress.push(resealed), never);
    expect(progress).toEqual([50, 100, 150, 200]);
    expect(await rotation()).toMatchObject({ remaining: 0, total: 200 });
    expect(await openAll(receipts)).toEqual(plaintexts);
  });

  it('killed after every single step and taken up again, always ends with all of them under the new key, each once', async () => {
    const { plaintexts, receipts } = await escrowed(20);
    // Four full pages of five and the rest that ends it: five reads and four uploads at least, each lost before or after its commit.
    for (let step = 0; step < 9; step++)
      for (const when of ['before', 'after'] as const) {
        const old = await startRotation(tenant.id, tenant.keyring);
        const whole = await calls();
        let count = 0;
        const killed =
          <A, R>(call: (argument: A) => Promise<R>) =>
          async (argument: A): Promise<R> => {
            const dies = count++ === step;
            if (dies && when === 'before') throw new Error('the tab was closed');
            const answer = await call(argument);
            if (dies) throw new Error('the answer was lost');
            return answer;
          };
        const mortal: RotationCalls = {
          ...whole,
          page: killed((request) => whole.page({ ...request, limit: 5 })),
          upload: killed(whole.upload),
        };
        await expect(rotate(mortal, () => {}, never)).rejects.toThrow(/tab was closed|answer was lost/);
        await evictDurableObject(stub());
        // Meanwhile an engine escrows under the key it has cached.
        const meanwhile = await escrow(`meanwhile ${step} ${when}`, old);
        plaintexts.set(meanwhile.receipt.secretId, `meanwhile ${step} ${when}`);
        receipts.push(meanwhile.receipt);
        await runRotation();
        expect((await setKeyState(tenant.id, tenant.keyring, old, 'retired')).status).toBe(200);
        expect(await rotation()).toMatchObject({ remaining: 0, total: receipts.length });
      }
    expect(await openAll(receipts)).toEqual(plaintexts);
  });
});
