// What the object lets into a keyring: complete, in order, and never so that something sealed is left without a key.
import { runInDurableObject } from 'cloudflare:test';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeEscrowKey, resealEscrowKey } from '../../portal/vault/escrow-key.ts';
import { newRoot, type Root, sealRoot, signManifest, signStatement, signSuccession } from '../../portal/vault/root.ts';
import { commit, newVaultKey, wrapVaultKey } from '../../portal/vault/vault-key.ts';
import type { AuditPage } from '../../schema/audit.ts';
import type { GrantList } from '../../schema/grant.ts';
import type { Keyring, KeyringWrite, UnlockerChanged } from '../../schema/keyring.ts';
import type { PeopleList } from '../../schema/person.ts';
import type { Problem } from '../../schema/problem.ts';
import { isRefusal } from '../../schema/refusal.ts';
import { type KeyStatement, type Manifest, sha256Hex, verifyStatement } from '../../schema/signed.ts';
import {
  asPerson,
  bindings,
  changedUnlocker,
  drillProof,
  emailOf,
  grantRequest,
  makeKeyring,
  seedTenant,
  startRotation,
  type TestKeyring,
  writeNext,
} from '../../test/workerd-fixtures.ts';
import type { Caller, Person } from '../core/caller.ts';
import { noteDrill, verifyProof } from './unlockers.ts';

let id: string;
let keyring: TestKeyring;
beforeEach(async () => {
  ({ id } = await seedTenant());
  keyring = await makeKeyring(id);
});
const send = async (write: KeyringWrite) =>
  (await asPerson<Problem>(emailOf('admin'), `/v1/tenants/${id}/keyring`, write)).json;
const signed = async (change: (manifest: Manifest) => void): Promise<KeyringWrite> => {
  const manifest = structuredClone(keyring.manifest);
  change(manifest);
  return { ...keyring.write, manifest: await signManifest(keyring.root, manifest) };
};

describe('a first keyring', () => {
  it.each<[string, (write: KeyringWrite) => unknown, string]>([
    ['an unlocker without its half', (write) => write.unlockers.pop(), 'keyring_incomplete'],
    ['an unlocker without a wrap', (write) => write.wraps.pop(), 'keyring_incomplete'],
    ['no escrow key', (write) => write.escrowKeys.pop(), 'keyring_incomplete'],
    [
      'a half that no manifest names',
      (write) => write.unlockers.push({ ...(write.unlockers[0] as never as object), id: crypto.randomUUID() } as never),
      'keyring_incomplete',
    ],
    [
      'another root’s half',
      (write) => {
        write.root = { ...write.root, kid: 'A'.repeat(43) };
      },
      'keyring_invalid',
    ],
    [
      'a kid that is not its key’s',
      (write) => {
        for (const key of write.escrowKeys) key.kid = 'A'.repeat(43);
      },
      'keyring_invalid',
    ],
    [
      'a broken signature',
      (write) => {
        write.manifest = `${write.manifest.slice(0, -6)}AAAAAA`;
      },
      'keyring_invalid',
    ],
    [
      'a statement of another key',
      (write) => {
        for (const key of write.escrowKeys) key.statement = write.manifest;
      },
      'keyring_invalid',
    ],
  ])('with %s is refused, and nothing is kept', async (_what, bend, code) => {
    const write = structuredClone(keyring.write);
    bend(write);
    expect(await send(write)).toMatchObject({ status: 422, code });
    expect(await send(keyring.write)).toMatchObject({ version: 1 });
  });

  it('of another tenant, of version 2, or without anybody who holds both rights is refused', async () => {
    expect(
      await send(
        await signed((manifest) => {
          manifest.tenant = crypto.randomUUID();
        }),
      ),
    ).toMatchObject({ code: 'keyring_invalid' });
    expect(
      await send(
        await signed((manifest) => {
          manifest.version = 2;
        }),
      ),
    ).toMatchObject({ code: 'keyring_conflict' });
    const nobody = await signed((manifest) => {
      for (const unlocker of manifest.unlockers) unlocker.rights = ['reveal'];
    });
    nobody.wraps = nobody.wraps.filter((wrap) => wrap.purpose === 'reveal');
    expect(await send(nobody)).toMatchObject({ code: 'keyring_incomplete' });
  });
});

describe('the next keyring', () => {
  beforeEach(async () => {
    await send(keyring.write);
  });

  it('must follow on the one before', async () => {
    const again = await signed((manifest) => {
      manifest.version = 2;
      manifest.previous = 'f'.repeat(64);
    });
    expect(await send(again)).toMatchObject({ status: 409, code: 'keyring_conflict' });
  });

  it('must be signed by the same root', async () => {
    const other = await makeKeyring(id);
    expect(
      (await writeNext(id, { ...other, write: { ...other.write, manifest: keyring.write.manifest } }, () => {})).json,
    ).toMatchObject({
      code: 'keyring_invalid',
    });
  });

  it('may not forget a kid, nor the vault key that an escrow key is sealed under, because both would lose secrets', async () => {
    const forget = await writeNext(id, keyring, (manifest) => {
      for (const key of manifest.keys) key.kid = 'A'.repeat(43);
    });
    expect(forget.json).toMatchObject({ code: 'keyring_incomplete' });
    const uncommit = await writeNext(id, keyring, (manifest) => {
      manifest.vaultKeys = manifest.vaultKeys.filter((key) => key.purpose === 'admin');
    });
    expect(uncommit.json).toMatchObject({ code: 'keyring_incomplete' });
  });

  it('may not bring a key of an old epoch, of no ancestry, or one that is not active', async () => {
    const next = (keyEpoch: number, previousKid: string | null, state: 'active' | 'retiring') => async () => {
      const key = await makeEscrowKey(id, keyring.root, keyring.reveal, { keyEpoch, previousKid });
      const change = (manifest: Manifest) => {
        for (const one of manifest.keys) if (state === 'active') one.state = 'retiring';
        manifest.keys.push({ kid: key.kid, keyEpoch, state });
      };
      return (await writeNext(id, keyring, change, { escrowKeys: [key] })).json.code;
    };
    expect(await next(1, keyring.kid, 'active')()).toBe('keyring_incomplete');
    expect(await next(2, null, 'active')()).toBe('keyring_incomplete');
    expect(await next(2, keyring.kid, 'retiring')()).toBe('keyring_incomplete');
  });

  it('may not bring an unlocker for somebody else, nor give admin rights to an engineer, because a server-side role is no proof of a person', async () => {
    const engineer = emailOf('engineer');
    const asked = await grantRequest(id, engineer, keyring.root.fingerprint);
    const entry = { ...asked.unlocker, owner: engineer, createdAt: Date.now() };
    const named = (rights: ('reveal' | 'admin')[], owner: string | null = engineer) =>
      writeNext(
        id,
        keyring,
        (manifest) => {
          manifest.unlockers.push({ ...entry, owner, rights });
        },
        { wraps: rights.map((purpose) => wrapOf(purpose, entry)) },
      );
    const wrapOf = (purpose: 'reveal' | 'admin', unlocker: typeof entry) =>
      wrapVaultKey(id, unlocker.id, unlocker.jwk, keyring[purpose]);
    // Nobody has asked: there is no half made by its owner.
    expect((await named(['reveal'])).json).toMatchObject({ code: 'keyring_incomplete' });
    await asPerson(engineer, `/v1/tenants/${id}/grants`, asked);
    expect((await named(['reveal', 'admin'])).json).toMatchObject({ code: 'keyring_invalid' });
    expect((await named(['reveal'], emailOf('auditor'))).json).toMatchObject({ code: 'keyring_invalid' });
    const { status } = await named(['reveal']);
    expect(status).toBe(200);
    // A half that the admin sends along is the admin's, not the person's.
    const forged = await writeNext(id, keyring, () => {}, { unlockers: [asked.half] });
    expect(forged.json).toMatchObject({ code: 'keyring_invalid' });
  });

  it('puts on record which shared ways to unlock were kept when somebody left, and takes no other for one', async () => {
    const [own, recovery] = keyring.manifest.unlockers.map((one) => one.id);
    const leaver = emailOf('engineer');
    const keep = (...unlockers: (string | undefined)[]) =>
      writeNext(id, keyring, () => {}, { kept: { leaver, unlockers: unlockers as string[] } });
    for (const other of [own, crypto.randomUUID()])
      expect((await keep(recovery, other)).json).toMatchObject({ code: 'keyring_invalid' });
    expect((await keep(recovery, recovery)).status).toBe(200);
    const { json } = await asPerson<AuditPage>(emailOf('admin'), `/v1/tenants/${id}/audit?action=unlocker.kept`);
    expect(json.entries).toMatchObject([{ subject: recovery, detail: { kind: 'recovery', leaver } }]);
  });

  it('gives exactly what was asked for in the words, and nothing to a request from before the words named it', async () => {
    const engineer = emailOf('engineer');
    const path = `/v1/tenants/${id}/grants`;
    const asked = await grantRequest(id, engineer, keyring.root.fingerprint);
    // A request for more, or less, than the role gives is not accepted in the first place.
    for (const rights of [['reveal', 'admin'], ['admin'], ['reveal', 'reveal']] as const) {
      const more = { ...asked, unlocker: { ...asked.unlocker, rights } };
      expect((await asPerson<Problem>(engineer, path, more)).json.code).toBe('invalid_body');
    }
    const { rights: _rights, ...earlier } = asked.unlocker;
    expect((await asPerson<Problem>(engineer, path, { ...asked, unlocker: earlier })).json.code).toBe('invalid_body');
    expect((await asPerson(engineer, path, asked)).status).toBe(200);
    expect((await asPerson<GrantList>(engineer, path)).json.grants).toMatchObject([{ rights: ['reveal'] }]);
    const { kind, label, jwk } = asked.unlocker;
    const entry = { id: asked.unlocker.id, kind, label, jwk, owner: engineer, createdAt: Date.now() };
    const give = () =>
      writeNext(
        id,
        keyring,
        (manifest) => {
          manifest.unlockers.push({ ...entry, rights: ['reveal'] });
        },
        { wraps: [wrapVaultKey(id, entry.id, jwk, keyring.reveal)] },
      );
    const named = (rights: string | null) =>
      runInDurableObject(bindings.TENANT.getByName(id), (_, { storage }) => {
        storage.sql.exec('UPDATE grants SET rights = ?', rights);
      });
    await named(null);
    expect((await asPerson<GrantList>(engineer, path)).json.grants).toMatchObject([{ rights: null }]);
    expect((await give()).json).toMatchObject({
      code: 'keyring_invalid',
      detail: 'The request for access is of the earlier form; it has to be asked anew.',
    });
    await named('reveal admin');
    expect((await give()).json).toMatchObject({ code: 'keyring_invalid' });
    await named('reveal');
    expect((await give()).status).toBe(200);
  });
});

describe('what is kept of a keyring', () => {
  beforeEach(async () => {
    await send(keyring.write);
  });

  it('is answered the same where it is sent again, because an answer may be lost', async () => {
    expect(await send(keyring.write)).toMatchObject({ version: 1, fingerprint: keyring.root.fingerprint });
    const { head } = await auditHead();
    expect(head).toBe('keyring.created');
  });

  const auditHead = async () => {
    const { json } = await asPerson<AuditPage>(emailOf('admin'), `/v1/tenants/${id}/audit?limit=500`);
    return { head: json.entries.at(-1)?.action };
  };

  it('is not replaced by other bytes that nobody can tell from garbage: no wrap, no private half, no shared unlocker', async () => {
    const [key] = keyring.write.escrowKeys;
    const [own, recovery] = keyring.write.unlockers;
    const entry = keyring.manifest.unlockers[0];
    const sealedPrivate =
      key && (await resealEscrowKey(id, key.kid, key.sealedPrivate, keyring.reveal, keyring.reveal));
    if (!key || !sealedPrivate || !own || !recovery || !entry) throw new Error('the keyring has its parts');
    const nothing = () => {};
    const wrap = wrapVaultKey(id, entry.id, entry.jwk, keyring.reveal);
    for (const attempt of [
      () => writeNext(id, keyring, nothing, { wraps: [wrap] }),
      () => writeNext(id, keyring, nothing, { escrowKeys: [{ ...key, sealedPrivate }] }),
      () => writeNext(id, keyring, nothing, { unlockers: [recovery] }),
      () =>
        writeNext(
          id,
          { ...keyring, write: { ...keyring.write, root: sealRoot(id, keyring.root, keyring.admin) } },
          nothing,
        ),
    ])
      expect((await attempt()).json).toMatchObject({ code: 'keyring_invalid' });
    expect((await writeNext(id, keyring, nothing)).status).toBe(200);
  });

  it('names the next epochs and no later ones, because epochs that were skipped to their end would leave nobody removable', async () => {
    const far = newVaultKey('reveal', Number.MAX_SAFE_INTEGER);
    const commitment = await commit(id, far);
    const skipped = await writeNext(
      id,
      keyring,
      (manifest) => {
        manifest.vaultKeys.push(commitment);
      },
      { wraps: keyring.manifest.unlockers.map((one) => wrapVaultKey(id, one.id, one.jwk, far)) },
    );
    expect(skipped.json).toMatchObject({ code: 'keyring_invalid' });
    const key = await makeEscrowKey(id, keyring.root, keyring.reveal, { keyEpoch: 1_000, previousKid: keyring.kid });
    const late = await writeNext(
      id,
      keyring,
      (manifest) => {
        for (const one of manifest.keys) one.state = 'retiring';
        manifest.keys.push({ kid: key.kid, keyEpoch: 1_000, state: 'active' });
      },
      { escrowKeys: [key] },
    );
    expect(late.json).toMatchObject({ code: 'keyring_incomplete' });
  });

  it('names owners in lower case only, because what is read back must be what was verified', async () => {
    const loud = await writeNext(id, keyring, (manifest) => {
      for (const one of manifest.unlockers) if (one.owner) one.owner = one.owner.toUpperCase();
    });
    expect(loud.json).toMatchObject({ code: 'keyring_invalid' });
  });

  it('never goes back to a root that another followed, because whoever had to leave may have kept it', async () => {
    const next = await newRoot();
    const replaced = await succeed(keyring.root, next, [keyring.root.fingerprint]);
    expect(replaced).toMatchObject({ version: 2, fingerprint: next.fingerprint });
    expect(await succeed(next, keyring.root, [])).toMatchObject({ code: 'keyring_invalid' });
    const { status } = await asPerson(emailOf('admin'), `/v1/tenants/${id}/keyring`);
    expect(status).toBe(200);
  });

  /** Another root in place of the previous one, as a browser writes it. */
  async function succeed(from: Root, to: Root, overlapping: string[]) {
    const [key] = keyring.write.escrowKeys;
    if (!key) throw new Error('the keyring has a key');
    const { payload } = (await verifyStatement(key.statement)) as { payload: KeyStatement };
    const manifest: Manifest = {
      ...structuredClone(keyring.manifest),
      version: keyring.manifest.version + 1,
      previous: await sha256Hex(keyring.write.manifest),
      ...(overlapping.length > 0 ? { overlapping } : {}),
    };
    const write: KeyringWrite = {
      manifest: await signManifest(to, manifest),
      root: sealRoot(id, to, keyring.admin),
      unlockers: [],
      wraps: [],
      succession: await signSuccession(from, {
        tenant: id,
        from: from.fingerprint,
        to: to.fingerprint,
        createdAt: Date.now(),
      }),
      escrowKeys: [{ ...key, statement: await signStatement(to, payload), oldStatements: [key.statement] }],
    };
    const answer = await send(write);
    if ('version' in answer) {
      keyring.manifest = manifest;
      keyring.write = { ...keyring.write, manifest: write.manifest, escrowKeys: write.escrowKeys };
    }
    return answer;
  }
});

describe('the change of an unlocker', () => {
  const change = (email: string, unlocker: string, body: UnlockerChanged) =>
    asPerson<Problem>(email, `/v1/tenants/${id}/unlockers/${unlocker}/change`, body);
  beforeEach(async () => {
    await send(keyring.write);
  });

  it('must be signed by the unlocker itself, because only who can open the half may replace it', async () => {
    const honest = await changedUnlocker(id, keyring);
    const own = keyring.ids.own;
    const other = await makeKeyring(id);
    // The same ids and hashes, signed by a key that is not the unlocker's.
    const forged = await changedUnlocker(id, { ...other, ids: { ...other.ids } });
    const moved = { half: { ...forged.half, id: own }, change: forged.change };
    expect((await change(emailOf('admin'), own, moved)).json).toMatchObject({ code: 'invalid_body' });
    const swapped = { half: { ...honest.half, sealed: forged.half.sealed }, change: honest.change };
    expect((await change(emailOf('admin'), own, swapped)).json).toMatchObject({ code: 'invalid_body' });
    expect((await change(emailOf('engineer'), own, honest)).json).toMatchObject({ code: 'unknown_unlocker' });
    expect((await change(emailOf('admin'), own, honest)).status).toBe(200);
    // Replayed, it no longer follows on what is kept.
    expect((await change(emailOf('admin'), own, honest)).json).toMatchObject({ code: 'unlocker_conflict' });
  });
});

describe('a drill', () => {
  const drill = (body: unknown, email = emailOf('admin')) =>
    asPerson<Problem>(email, `/v1/tenants/${id}/recovery/${keyring.ids.recovery}/drilled`, body);
  const drills = async () => (await asPerson<Keyring>(emailOf('admin'), `/v1/tenants/${id}/keyring`)).json.drills;
  beforeEach(async () => {
    await send(keyring.write);
  });

  it('is on record only where the recovery set itself has signed, because an admin’s word is no proof that the sheets are there', async () => {
    const elsewhere = crypto.randomUUID();
    const theirs = await drillProof(elsewhere, await makeKeyring(elsewhere));
    const codes = [{}, { proof: 'a.b.c' }, theirs, await drillProof(id, keyring, true)];
    const answers = await Promise.all(codes.map(async (body) => (await drill(body)).json.code));
    expect(answers).toEqual(['invalid_body', 'invalid_body', 'invalid_body', 'not_proven']);
    expect(await drills()).toEqual({});
    expect((await drill(await drillProof(id, keyring))).status).toBe(200);
    expect(Object.keys(await drills())).toEqual([keyring.ids.recovery]);
  });

  it('counts once: the same proof, sent again, moves no date and makes no entry, and an earlier one is refused', async () => {
    const [earlier, later] = [await drillProof(id, keyring), await drillProof(id, keyring)];
    const entries = async () =>
      (await asPerson<AuditPage>(emailOf('admin'), `/v1/tenants/${id}/audit?limit=500&action=recovery.drilled`)).json
        .entries;
    expect((await drill(later)).status).toBe(200);
    const kept = await drills();
    expect((await drill(later)).status).toBe(200);
    expect(await drills()).toEqual(kept);
    expect(await entries()).toHaveLength(1);
    expect((await drill(earlier)).json.code).toBe('not_proven');
    expect(await entries()).toHaveLength(1);
  });

  it('is of now: a proof that was kept, or made ahead, says nothing of today’s sheets', async () => {
    const proven = await drillProof(id, keyring);
    const verified = await verifyProof(id, keyring.ids.recovery, proven);
    if (isRefusal(verified)) throw new Error(verified.detail);
    const caller = {
      tenant: id,
      principal: { kind: 'person', id: 'u0', name: emailOf('admin'), role: 'admin' },
    } as Caller<Person>;
    for (const off of [-3_600_001, 3_600_001])
      expect(
        await runInDurableObject(bindings.TENANT.getByName(id), (_object, state) =>
          noteDrill(state.storage, caller, keyring.ids.recovery, verified, verified.drilledAt + off),
        ),
      ).toMatchObject({ refused: 'not_proven' });
  });
});

describe('a leaver', () => {
  it('who was stripped of every unlocker first still needs a new escrow key, because they may have kept the one of then', async () => {
    await send(keyring.write);
    const engineer = emailOf('engineer');
    const admin = <T>(path: string, body?: unknown) => asPerson<T>(emailOf('admin'), `/v1/tenants/${id}/${path}`, body);
    // The team passphrase is all they had; it goes, with new vault keys, and only then are they removed.
    const { reveal } = keyring;
    const next = newVaultKey('reveal', 2);
    const key = keyring.write.escrowKeys[0];
    const sealedPrivate = key && (await resealEscrowKey(id, key.kid, key.sealedPrivate, reveal, next));
    if (!key || !sealedPrivate) throw new Error('the escrow key moves');
    const kept = keyring.manifest.unlockers.filter((one) => one.owner !== null || one.kind === 'recovery');
    const commitment = await commit(id, next);
    const stripped = await writeNext(
      id,
      keyring,
      (manifest) => {
        manifest.unlockers = kept;
        manifest.vaultKeys = [...manifest.vaultKeys.filter((one) => one.purpose === 'admin'), commitment];
      },
      { escrowKeys: [{ ...key, sealedPrivate }], wraps: kept.map((one) => wrapVaultKey(id, one.id, one.jwk, next)) },
    );
    expect(stripped.json).toMatchObject({ version: 2 });
    const { people } = (await admin<PeopleList>('people')).json;
    const person = people.find((one) => one.email === engineer)?.id;
    expect((await admin(`people/${person}/remove`, {})).status).toBe(200);
    const leaver = async () => (await admin<PeopleList>('people')).json.leavers[0];
    expect(await leaver()).toMatchObject({ unlockersReplaced: true, escrowKeyReplaced: false });
    keyring.reveal = next;
    await startRotation(id, keyring);
    expect(await leaver()).toMatchObject({ unlockersReplaced: true, escrowKeyReplaced: true });
  });
});
