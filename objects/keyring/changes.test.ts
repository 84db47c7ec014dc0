// What a keyring write replaces is kept until somebody else has opened the replacement, and can be taken back: one
// signed write of noise loses nothing.

import { runInDurableObject } from 'cloudflare:test';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeEscrowKey, openEscrowKey } from '../../portal/vault/escrow-key.ts';
import { isFault } from '../../portal/vault/fault.ts';
import { openSecret } from '../../portal/vault/opener.ts';
import { sealBytes } from '../../portal/vault/sealed-bytes.ts';
import { commit, newVaultKey, wrapVaultKey } from '../../portal/vault/vault-key.ts';
import type { AuditPage } from '../../schema/audit.ts';
import { DESTROY_AFTER_MS } from '../../schema/facts/days.ts';
import type { Keyring, KeyringChange, KeyringWrite, ManifestPage } from '../../schema/keyring.ts';
import type { Member } from '../../schema/person.ts';
import type { Problem } from '../../schema/problem.ts';
import type { Rotation } from '../../schema/rotation.ts';
import type { Receipt, Revealed } from '../../schema/secret.ts';
import type { Manifest, VaultPurpose } from '../../schema/signed.ts';
import {
  accessToken,
  asMachine,
  asPerson,
  bindings,
  emailOf,
  grantRequest,
  openedWord,
  PORTAL,
  privateKeysOf,
  request,
  sealedSecret,
  seedReadyTenant,
  setKeyState,
  startRotation,
  type TestKeyring,
  type TestTenant,
  writeNext,
} from '../../test/workerd-fixtures.ts';
import { onlyAdminsSession } from './changes.ts';

const ADMIN = emailOf('admin');
const SECOND = 'second.admin@example.com';
let tenant: TestTenant & { keyring: TestKeyring };
/** The second admin's own unlocker. */
let second: string;
let secret: string;

const at = (path: string) => `/v1/tenants/${tenant.id}/${path}`;
const keyringOf = async (email = ADMIN) => (await asPerson<Keyring>(email, at('keyring'))).json;
const changesOf = async (): Promise<KeyringChange[]> => (await keyringOf()).changes ?? [];
const auditOf = async (action: string) =>
  (await asPerson<AuditPage>(ADMIN, at(`audit?limit=500&action=${action}`))).json.entries;
const undo = async (wanted: Partial<{ change: number; version: number }> = {}) => {
  const { version, changes } = await keyringOf();
  const change = changes?.at(-1)?.change ?? 1;
  return asPerson<Problem>(SECOND, at('keyring/undo'), { change, version, reason: 'nobody can unlock', ...wanted });
};
const inObject = <T>(act: (sql: SqlStorage, instance: { alarm(): Promise<void> }) => T) =>
  runInDurableObject(bindings.TENANT.getByName(tenant.id), (instance, { storage }) =>
    act(storage.sql, instance as unknown as { alarm(): Promise<void> }),
  );
const held = () => inObject((sql) => sql.exec('SELECT row FROM kept_rows WHERE row IS NOT NULL').toArray());

/** The word of the second admin's unlocker that the keyring opens as the tests have it. */
const say = async (
  email = SECOND,
  unlocker = second,
  keyring: Pick<TestKeyring, 'manifest' | 'write'> = tenant.keyring,
) => {
  const half = (await keyringOf(email)).unlockers.find((one) => one.id === unlocker);
  const opened = half && (await openedWord(tenant.id, keyring, half));
  return asPerson<Problem>(email, at(`unlockers/${unlocker}/opened`), { opened });
};

beforeEach(async () => {
  tenant = await seedReadyTenant();
  await bindings.INDEX_DB.prepare('INSERT INTO users (id,tenant_id,email,role) VALUES (?, ?, ?, ?)')
    .bind('second', tenant.id, SECOND, 'admin')
    .run();
  const { id, keyring } = tenant;
  const asked = await grantRequest(id, SECOND, keyring.root.fingerprint, 'admin');
  await asPerson(SECOND, at('grants'), asked);
  second = asked.unlocker.id;
  const { kind, label, jwk } = asked.unlocker;
  const granted = { id: second, kind, label, jwk, owner: SECOND, rights: ['reveal' as const, 'admin' as const] };
  const { status } = await writeNext(
    id,
    keyring,
    (next) => {
      next.unlockers.push({ ...granted, createdAt: 1 });
    },
    { wraps: [wrapVaultKey(id, second, jwk, keyring.reveal), wrapVaultKey(id, second, jwk, keyring.admin)] },
  );
  expect(status).toBe(200);
  const body = await sealedSecret(id, keyring, crypto.randomUUID(), { plaintext: 'precious' });
  secret = (await asMachine<Receipt>(tenant.token, '/v1/secret', body)).json.secretId;
});

/**
 * Every half and wrap in the keyring is replaced by noise under new vault keys, as only a holder of the root can.
 * `more` bends it further.
 */
async function noise(more: Partial<KeyringWrite> = {}, rotated = false): Promise<void> {
  const { id, keyring } = tenant;
  const [reveal, admin] = [newVaultKey('reveal', 2), newVaultKey('admin', 2)];
  const random = () => crypto.getRandomValues(new Uint8Array(32));
  const sealed = () => sealBytes(random(), ['noise'], random());
  const wraps = keyring.manifest.unlockers.flatMap(({ id: unlocker, jwk, rights }) =>
    [reveal, admin]
      .filter((vault) => rights.includes(vault.purpose))
      .map((vault) => wrapVaultKey(id, unlocker, jwk, { ...vault, key: random() })),
  );
  const old = keyring.write.escrowKeys.map((key) => ({
    ...key,
    sealedPrivate: { kid: key.kid, vaultEpoch: 2, sealed: sealed() },
  }));
  const keyEpoch = keyring.manifest.keys.length + 1;
  const made = rotated ? [await makeEscrowKey(id, keyring.root, reveal, { keyEpoch, previousKid: keyring.kid })] : [];
  const fresh = made.map((key) => ({ ...key, sealedPrivate: { ...key.sealedPrivate, sealed: sealed() } }));
  const commitments = [await commit(id, reveal), await commit(id, admin)];
  const before = structuredClone(keyring);
  const root = { kid: keyring.root.fingerprint, vaultEpoch: 2, sealed: sealed() };
  keyring.write = { ...keyring.write, root };
  const { status, json } = await writeNext(
    id,
    keyring,
    (next) => {
      next.vaultKeys = commitments;
      for (const key of fresh) {
        for (const one of next.keys) if (one.state === 'active') one.state = 'retiring';
        next.keys.push({ kid: key.kid, keyEpoch, state: 'active' });
      }
    },
    { escrowKeys: [...old, ...fresh], wraps, ...more },
  );
  expect([status, json.detail]).toEqual([200, undefined]);
  /** As it was: what the tests' browsers hold. */
  tenant.keyring = before;
}

/** The secret opens with the keys that the keyring holds under the first vault key. */
async function opens(): Promise<boolean> {
  const { json } = await asPerson<Revealed>(ADMIN, at(`secrets/${secret}/reveal`), { reason: 'look' });
  const { escrowKeys } = await keyringOf();
  const keys = new Map<string, CryptoKey>();
  for (const { kid, sealedPrivate } of escrowKeys) {
    const key = await openEscrowKey(tenant.id, kid, sealedPrivate, tenant.keyring.reveal);
    if (key) keys.set(kid, key);
  }
  const opened = await openSecret(tenant.id, json, keys);
  return !isFault(opened) && opened.plaintext === 'precious';
}

describe('one signed write of noise', () => {
  it('loses nothing: what it replaced is kept, and another admin takes it back, on record', async () => {
    const before = await keyringOf();
    await noise();
    expect(await opens()).toBe(false);
    const [change] = (await changesOf()).slice(-1);
    expect(change).toMatchObject({ from: 2, version: 3, by: ADMIN, replaces: true });
    expect((await undo()).json).toMatchObject({ version: 2, fingerprint: before.fingerprint });
    const { changes: _now, ...now } = await keyringOf();
    const { changes: _then, ...then } = before;
    expect(now).toEqual(then);
    expect(await opens()).toBe(true);
    expect((await auditOf('keyring.undone'))[0]).toMatchObject({
      subject: before.fingerprint,
      principal: { name: SECOND },
      detail: { version: 2, instead: 3, reason: 'nobody can unlock' },
    });
  });

  it('hands out what it replaced by no route', async () => {
    const { unlockers, wraps, escrowKeys } = await keyringOf();
    await noise();
    const texts: string[] = [];
    for (const path of ['keyring', 'rotation', 'grants', 'audit?limit=500', 'people', 'overview', 'settings'])
      texts.push((await asPerson(SECOND, at(path))).text);
    for (const sealed of [...wraps.map((wrap) => wrap.jwe), ...escrowKeys.map((key) => key.sealedPrivate.sealed)])
      expect(texts.some((text) => text.includes(sealed))).toBe(false);
    expect(unlockers).not.toEqual([]);
  });

  it('that began a new escrow key is taken back with it: what was sealed meanwhile is kept, and comes forth with the change', async () => {
    const before = tenant.keyring.kid;
    await noise({}, true);
    const { escrowKeys, changes, version } = await keyringOf();
    const fresh = escrowKeys.find((key) => key.kid !== before);
    if (!fresh) throw new Error('the noise has begun a new key');
    const keyring = { ...tenant.keyring, kid: fresh.kid, write: { ...tenant.keyring.write, escrowKeys: [fresh] } };
    const body = await sealedSecret(tenant.id, keyring, crypto.randomUUID());
    const { json: meanwhile } = await asMachine<Receipt>(tenant.token, '/v1/secret', body);
    expect((await undo()).status).toBe(200);
    expect((await asPerson<Rotation>(ADMIN, at('rotation'))).json).toMatchObject({
      keys: [{ kid: before, state: 'active', remaining: 0 }],
      remaining: 0,
    });
    expect(await opens()).toBe(true);
    const path = at(`secrets/${meanwhile.secretId}/reveal`);
    const { json } = await asPerson<Revealed>(ADMIN, path, { reason: 'look' });
    expect(json).toMatchObject({ sealed: body.sealed, version: { unopenable: true } });
    // An undo can be undone: what it replaced is kept as well.
    expect((await undo()).json).toMatchObject({ version });
    expect((await keyringOf()).escrowKeys).toEqual(escrowKeys);
    expect(changes).not.toEqual([]);
  });

  it('is taken back though further changes came after it', async () => {
    const before = await keyringOf();
    await noise();
    const [change] = (await changesOf()).slice(-1);
    tenant.keyring = { ...tenant.keyring, manifest: { ...tenant.keyring.manifest, version: 3 } };
    await inObject((sql) => sql.exec("UPDATE unlockers SET drilled_at = 1 WHERE kind = 'recovery'"));
    expect((await undo()).status).toBe(200);
    expect((await undo()).status).toBe(200);
    expect((await undo({ change: change?.change ?? 0 })).json).toMatchObject({ version: 2 });
    expect((await keyringOf()).manifest).toBe(before.manifest);
  });

  it('is not taken back by somebody who has not seen what stands now, nor by an engineer', async () => {
    await noise();
    expect((await undo({ version: 2 })).json.code).toBe('keyring_conflict');
    expect((await undo({ change: 99 })).json.code).toBe('nothing_replaced');
    const [change] = (await changesOf()).slice(-1);
    const wanted = { change: change?.change, version: 3, reason: 'I say so' };
    expect((await asPerson(emailOf('engineer'), at('keyring/undo'), wanted)).json.code).toBe('role_forbids');
    expect((await keyringOf(emailOf('engineer'))).changes).toEqual([]);
  });
});

describe('many changes by one person', () => {
  const limited = (keyringBytes: number) =>
    asPerson('operator@example.com', `/v1/operator/tenants/${tenant.id}/limits`, { keyringBytes });
  const write = () => writeNext(tenant.id, tenant.keyring, () => {});

  it('are refused once what they replaced weighs too much, until another admin has unlocked; the way back stays open', async () => {
    expect((await limited(1_000_000)).status).toBe(200);
    const before = { ...tenant.keyring };
    let writes = 0;
    let answer = await write();
    for (; answer.status === 200 && writes < 30; writes++) answer = await write();
    expect(answer.json).toMatchObject({ code: 'rate_limited', detail: expect.stringContaining('another admin') });
    expect(writes).toBeGreaterThan(10);
    // Whose changes they are not goes on, and so does the way back, even their own.
    const { version, changes } = await keyringOf();
    const oldest = changes?.find(({ from }) => from === before.manifest.version)?.change ?? 0;
    const own = await asPerson<Problem>(ADMIN, at('keyring/undo'), { change: oldest, version, reason: 'too many' });
    expect(own.json).toMatchObject({ version: before.manifest.version });
    tenant.keyring = before;
    expect((await write()).json.code).toBe('rate_limited');
    expect((await say()).status).toBe(200);
    expect((await write()).status).toBe(200);
  });

  it('put back nothing that is no part of a keyring, whatever a bent backup has put among what is kept', async () => {
    await write();
    const person = { id: 'stranger', email: 'stranger@example.com', role: 'admin', removed_at: null, version: 1 };
    await inObject((sql) =>
      sql.exec(
        'INSERT INTO kept_rows SELECT max(place), ?, ?, ? FROM keyring_changes',
        'people',
        JSON.stringify(['people', person.id]),
        JSON.stringify(person),
      ),
    );
    expect((await undo()).status).toBe(200);
    expect(await inObject((sql) => sql.exec("SELECT 1 FROM people WHERE id = 'stranger'").toArray())).toEqual([]);
  });

  it('are taken back to the letter with whatever they made and took away, and so is the taking back', async () => {
    const before = await keyringOf();
    const [first] = (await changesOf()).slice(-1);
    for (let writes = 0; writes < 5; writes++) await write();
    const after = await keyringOf();
    const oldest = (await changesOf()).find(({ change }) => change > (first?.change ?? 0))?.change;
    const line = async () => inObject((sql) => sql.exec('SELECT * FROM manifests ORDER BY version').toArray());
    const long = await line();
    expect((await undo({ change: oldest })).json).toMatchObject({ version: before.version });
    expect(await line()).toEqual(long.slice(0, -5));
    expect({ ...(await keyringOf()), changes: [] }).toEqual({ ...before, changes: [] });
    expect((await undo()).json).toMatchObject({ version: after.version });
    expect(await line()).toEqual(long);
    expect({ ...(await keyringOf()), changes: [] }).toEqual({ ...after, changes: [] });
  });
});

/** An honest write that replaces something: the team passphrase goes, with new vault keys for everybody. */
async function replaceTeam(): Promise<void> {
  const { id, keyring } = tenant;
  const team = keyring.manifest.unlockers.find((one) => one.owner === null && one.kind !== 'recovery')?.id;
  const kept = keyring.manifest.unlockers.filter((one) => one.id !== team);
  const reveal = newVaultKey('reveal', 2);
  const { resealEscrowKey } = await import('../../portal/vault/escrow-key.ts');
  const escrowKeys = await Promise.all(
    keyring.write.escrowKeys.map(async (key) => {
      const sealedPrivate = await resealEscrowKey(id, key.kid, key.sealedPrivate, keyring.reveal, reveal);
      if (!sealedPrivate) throw new Error('it opens');
      return { ...key, sealedPrivate };
    }),
  );
  const commitment = await commit(id, reveal);
  const { status } = await writeNext(
    id,
    keyring,
    (next) => {
      next.unlockers = kept;
      next.vaultKeys = [commitment, ...next.vaultKeys.filter((one) => one.purpose === 'admin')];
    },
    { escrowKeys, wraps: kept.map(({ id: unlocker, jwk }) => wrapVaultKey(id, unlocker, jwk, reveal)) },
  );
  expect(status).toBe(200);
  keyring.reveal = reveal;
  keyring.write.escrowKeys = escrowKeys;
}

describe('the manifests from a version on', () => {
  const page = async (from: number) =>
    (await asPerson<ManifestPage>(emailOf('auditor'), at(`keyring/manifests?from=${from}`))).json;

  it('begin with that one and go on to the newest, as they were written', async () => {
    const { manifest } = await keyringOf();
    expect(await page(2)).toEqual({ manifests: [manifest], next: null });
    expect((await page(1)).manifests).toHaveLength(2);
    expect(await page(3)).toEqual({ manifests: [], next: null });
  });

  it('come in pages of at most 1 MiB, because a keyring may be large and old', async () => {
    await inObject((sql) => {
      for (let version = 3; version <= 9; version++)
        sql.exec('INSERT INTO manifests VALUES (?, ?, ?, 1, ?)', version, `${version}`.padEnd(400_000, '.'), '-', '-');
    });
    const versions: number[] = [];
    for (let next: number | null = 3; next !== null; ) {
      const { manifests, next: after }: ManifestPage = await page(next);
      expect(manifests.join('').length).toBeLessThanOrEqual(1024 * 1024);
      versions.push(...manifests.map((one) => Number.parseInt(one, 10)));
      next = after;
    }
    expect(versions).toEqual([3, 4, 5, 6, 7, 8, 9]);
  });
});

describe('a line that a person takes', () => {
  it('is put on record, because a browser that is made to follow another keyring is what a liar wants', async () => {
    const line = { version: 1, signed: 'a'.repeat(64), insteadVersion: 2, instead: 'b'.repeat(64) };
    expect((await asPerson(emailOf('engineer'), at('keyring/line'), line)).status).toBe(200);
    expect((await auditOf('keyring.line_taken'))[0]).toMatchObject({
      principal: { name: emailOf('engineer') },
      detail: line,
    });
  });
});

describe('what a change replaced', () => {
  it('goes at once when another admin’s unlocker has signed that every key opens', async () => {
    await replaceTeam();
    expect(await held()).not.toEqual([]);
    expect((await say()).status).toBe(200);
    expect(await held()).toEqual([]);
    expect(await changesOf()).toEqual([]);
    expect((await undo()).json.code).toBe('nothing_replaced');
    expect((await auditOf('keyring.opened'))[0]).toMatchObject({ subject: second, detail: { version: 3 } });
  });

  it('does not go by the word of whoever made the change, because noise may spare its maker', async () => {
    await replaceTeam();
    expect((await say(ADMIN, tenant.keyring.ids.own)).status).toBe(200);
    expect((await changesOf()).at(-1)).toMatchObject({ replaces: true });
    expect((await undo()).status).toBe(200);
  });

  it('does not go by a word for another keyring, by another key, for another’s unlocker or of a part of the keys', async () => {
    const before = { manifest: tenant.keyring.manifest, write: tenant.keyring.write };
    await replaceTeam();
    expect((await say(SECOND, second, before)).json.code).toBe('keyring_conflict');
    const { ids, write } = tenant.keyring;
    const own = write.unlockers.find((half) => half.id === ids.own);
    const theirs = own && (await openedWord(tenant.id, tenant.keyring, own));
    const send = (unlocker: string, opened: unknown) =>
      asPerson<Problem>(SECOND, at(`unlockers/${unlocker}/opened`), { opened });
    expect((await send(ids.own, theirs)).json.code).toBe('unknown_unlocker');
    expect((await send(second, theirs)).json.code).toBe('invalid_body');
    expect(await held()).not.toEqual([]);
  });

  describe('by an only admin', () => {
    /** Any sign-in that is not over. */
    const FIRST = Math.floor(Date.now() / 1000) + 3_600;
    beforeEach(async () => {
      tenant = await seedReadyTenant();
      await replaceTeam();
    });
    /** The change was made in a session that ends then. */
    const madeIn = (endsAt: number) =>
      inObject((sql) =>
        sql.exec('UPDATE keyring_changes SET session_ends_at = ? WHERE session_ends_at IS NOT NULL', endsAt * 1000),
      );
    const asAdminIn = async <T>(exp: number, path: string, body?: unknown) =>
      request<T>(
        body === undefined ? 'GET' : 'POST',
        at(path),
        {
          'cf-access-jwt-assertion': await accessToken(ADMIN, { claims: { exp } }),
          ...(body === undefined ? {} : { 'content-type': 'application/json', origin: PORTAL }),
        },
        body === undefined ? undefined : JSON.stringify(body),
      );
    const sayIn = async (exp: number) => {
      const { own } = tenant.keyring.ids;
      const half = (await keyringOf()).unlockers.find((one) => one.id === own);
      const opened = half && (await openedWord(tenant.id, tenant.keyring, half));
      return (await asAdminIn<Problem>(exp, `unlockers/${own}/opened`, { opened })).status;
    };
    const waitsFor = async (exp: number) =>
      (await asAdminIn<Keyring>(exp, 'keyring')).json.changes?.map((one) => one.waitsFor);

    it('goes by their own word from another session, because there is nobody else to wait for', async () => {
      await madeIn(FIRST);
      expect(await waitsFor(FIRST)).toEqual(['your_next_sign_in']);
      expect(await sayIn(FIRST)).toBe(200);
      expect(await held()).not.toEqual([]);
      expect(await waitsFor(FIRST + 60)).toEqual(['you']);
      expect(await sayIn(FIRST + 60)).toBe(200);
      expect(await held()).toEqual([]);
      expect((await auditOf('keyring.opened')).map((one) => one.detail.changes).toSorted()).toEqual([0, 1]);
    });

    it('waits for another person all the same, where there was one when it was made, or is one now', async () => {
      await madeIn(FIRST);
      const add = { email: SECOND, role: 'admin' };
      const { json: person } = await asPerson<Member>(ADMIN, at('people'), add);
      expect(await waitsFor(FIRST + 60)).toEqual(['another_admin']);
      expect(await sayIn(FIRST + 60)).toBe(200);
      expect(await held()).not.toEqual([]);
      // A person who was taken away is waited for all the same, or an attacker would take them away first.
      expect((await asPerson(ADMIN, at(`people/${person.id}/remove`), {})).status).toBe(200);
      expect(await waitsFor(FIRST + 60)).toEqual(['another_admin']);
      await inObject((sql) => sql.exec('UPDATE leavers SET started_at = started_at - ?', 31 * 24 * 3600 * 1000));
      expect(await waitsFor(FIRST + 60)).toEqual(['you']);
    });

    it('goes by nobody’s own word while an earlier one of theirs waits for another person, which could then not be undone alone', async () => {
      await inObject((sql) => sql.exec('UPDATE keyring_changes SET session_ends_at = NULL'));
      expect((await writeNext(tenant.id, tenant.keyring, () => {})).status).toBe(200);
      await madeIn(FIRST);
      expect(await waitsFor(FIRST + 60)).toEqual(['another_admin', 'another_admin']);
      expect(await sayIn(FIRST + 60)).toBe(200);
      expect(await held()).not.toEqual([]);
      expect((await changesOf()).length).toBe(2);
    });

    it('waits for another person where one had a way to unlock with admin rights, also one that the change took away', async () => {
      const { id, keyring } = tenant;
      const asked = await grantRequest(id, emailOf('engineer'), keyring.root.fingerprint, 'admin');
      const alone = (manifests: Pick<Manifest, 'unlockers'>[]) =>
        inObject((sql) =>
          onlyAdminsSession(
            sql,
            { principal: { kind: 'person', id: 'u0', name: ADMIN, role: 'admin' }, sessionEndsAt: FIRST },
            manifests as Manifest[],
            Date.now(),
          ),
        );
      const owned = (owner: string, rights: VaultPurpose[]) => ({
        unlockers: [...keyring.manifest.unlockers, { ...asked.unlocker, owner, rights, createdAt: 1 }],
      });
      expect(await alone([keyring.manifest])).toBe(FIRST);
      expect(await alone([keyring.manifest, owned(emailOf('engineer'), ['reveal'])])).toBe(FIRST);
      expect(await alone([keyring.manifest, owned(ADMIN, ['reveal', 'admin'])])).toBe(FIRST);
      expect(await alone([owned(emailOf('engineer'), ['reveal', 'admin']), keyring.manifest])).toBeNull();
      expect(await alone([keyring.manifest, owned(emailOf('engineer'), ['reveal', 'admin'])])).toBeNull();
    });

    it('that was made before sessions were kept goes by another person’s word alone, or by the thirty days', async () => {
      await inObject((sql) => sql.exec('UPDATE keyring_changes SET session_ends_at = NULL'));
      expect(await waitsFor(FIRST)).toEqual(['another_admin']);
      expect(await sayIn(FIRST)).toBe(200);
      expect(await held()).not.toEqual([]);
    });
  });

  it('goes after thirty days, whoever has opened what', async () => {
    await replaceTeam();
    const pass = (ms: number) =>
      inObject(async (sql, instance) => {
        sql.exec('UPDATE keyring_changes SET at = at - ?', ms);
        sql.exec("UPDATE due SET at = 1 WHERE what = 'kept_keys'");
        await instance.alarm();
      });
    await pass(29 * 24 * 3600 * 1000);
    expect(await held()).not.toEqual([]);
    await pass(1.1 * 24 * 3600 * 1000);
    expect(await held()).toEqual([]);
    expect((await undo()).json.code).toBe('nothing_replaced');
  });

  it('holds up a destruction, which cannot be taken back and comes alone', async () => {
    const old = await startRotation(tenant.id, tenant.keyring);
    const { json: left } = await asPerson<Revealed>(ADMIN, at(`secrets/${secret}/reveal`), { reason: 'look' });
    expect(left.version.kid).toBe(old);
    await inObject((sql) => sql.exec('DELETE FROM secret_versions; DELETE FROM held'));
    expect((await setKeyState(tenant.id, tenant.keyring, old, 'retired')).status).toBe(200);
    await inObject((sql) => sql.exec('UPDATE escrow_keys SET retired_at = retired_at - ?', DESTROY_AFTER_MS));
    await replaceTeam();
    const destroy = () => setKeyState(tenant.id, tenant.keyring, old, 'destroyed');
    expect((await destroy()).json.code).toBe('not_proven');
    expect((await say()).status).toBe(200);
    const withMore = await writeNext(tenant.id, tenant.keyring, (next) => {
      for (const one of next.keys) if (one.kid === old) one.state = 'destroyed';
      next.unlockers = next.unlockers.filter((one) => one.id !== second);
    });
    expect(withMore.json.code).toBe('keyring_invalid');
    expect((await destroy()).status).toBe(200);
    expect(await changesOf()).toEqual([]);
    expect((await privateKeysOf(tenant.id, tenant.keyring)).size).toBe(2);
  });
});

describe('a great many changes', () => {
  /** Of others, and one of the second admin's own, the oldest of all. */
  const many = (changes: number) =>
    inObject((sql) => {
      sql.exec('UPDATE keyring_changes SET held = 0');
      for (let i = 0; i < changes; i++) {
        const person = i === 0 ? 'second' : 'u9';
        sql.exec(
          `INSERT INTO keyring_changes (from_version, to_version, person, by, at, held, replaces) VALUES (1, 2, ?, 'x', ?, 1, 1)`,
          person,
          Date.now(),
        );
        const place = sql.exec('SELECT max(place) AS place FROM keyring_changes').one().place;
        sql.exec(`INSERT INTO kept_rows VALUES (?, 'wraps', '["wraps","x","reveal",1]', NULL)`, place);
      }
    });
  const heldBy = (person: string) =>
    inObject((sql) => sql.exec('SELECT 1 FROM keyring_changes WHERE held = 1 AND person = ?', person).toArray().length);

  it('are let go of at one word, the newest at once and the rest by the alarm; the way back past them is gone with the first', async () => {
    await many(180);
    expect((await say()).status).toBe(200);
    expect(await heldBy('u9')).toBe(129);
    const { changes } = await keyringOf(SECOND);
    expect(changes).toEqual([]);
    for (let turn = 0; turn < 4; turn++) await inObject((_sql, instance) => instance.alarm());
    expect([await heldBy('u9'), await heldBy('second')]).toEqual([0, 1]);
    expect((await auditOf('keyring.opened')).at(-1)?.detail).toMatchObject({ changes: 50, more: true });
  });
});
