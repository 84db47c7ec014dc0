// A server that lies about the keyring: each lie is refused by its own code, and nothing is opened or signed on its word. Lies about
// ciphertexts are in hostile-ciphertexts.test.ts; what people see of all this is in test/end-to-end/hostile.test.ts.

import { wordlist } from '@scure/bip39/wordlists/english.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { RIGHTS_OF } from '../../schema/facts/roles.ts';
import type { Grant, GrantRequest } from '../../schema/grant.ts';
import { thumbprint } from '../../schema/jwk.ts';
import type { EscrowKey, Keyring, SealedUnlocker } from '../../schema/keyring.ts';
import type { Revealed } from '../../schema/secret.ts';
import {
  type ManifestUnlocker,
  sha256Hex,
  signedSha256,
  type VaultPurpose,
  verifyManifest,
} from '../../schema/signed.ts';
import type { KeyringAct, SeenManifest, SetUpDraft, UnlockInput, VaultFaultCode } from './contract.ts';
import {
  ADMIN,
  bent,
  keyringAfter,
  keyringOf,
  listed,
  makeTenant,
  must,
  PASSPHRASE,
  PRF,
  passkeyKdf,
  sealedRecord,
  TEAM_PASSPHRASE,
  TENANT,
  twinOf,
  unlockerAt,
  unlockInput,
} from './fixtures.ts';
import { requestGrant } from './grant.ts';
import { Keeper } from './keeper.ts';
import { newRoot, type Root, signManifest, signStatement, signSuccession } from './root.ts';
import { draftSetUp } from './set-up.ts';
import { grantWords, successionWords } from './spoken-words.ts';
import { openTrustedRoot, trustKeyring } from './trust.ts';

const OTHER_TENANT = 'another-tenant';
const password = { kind: 'local_admin_password', ref: { account: 'Administrator' }, plaintext: 'kq7-Vm2_ünï' } as const;

let draft: SetUpDraft;
/** A true keyring: the admin's passphrase, the recovery code, the team passphrase, a passkey. */
let first: Keyring;
/** The same after a rotation of the escrow key, which is unfinished; and after a succession of the root. */
let rotated: Keyring;
let succeeded: Keyring;
/** Keys that the liar has made for itself, under the same tenant's name. */
let evil: SetUpDraft;
let evilRoot: Root;
let root: Root;
/** Sealed to the first escrow key. */
let record: Revealed;
let passkey = '';

/** Unlocks with the recovery code, which has both rights and is quick. */
const input = (keyring: Keyring, more: Partial<UnlockInput> = {}): UnlockInput => ({
  ...unlockInput(keyring, unlockerAt(draft.write, 1), draft.recoveryCode),
  ...more,
});
const act = async (before: UnlockInput, what: KeyringAct): Promise<Keyring> =>
  keyringAfter(before.keyring, must(await new Keeper().draft(before, what)).write);

beforeAll(async () => {
  draft = await makeTenant();
  evil = must(await draftSetUp({ tenant: TENANT, email: ADMIN, passphrase: PASSPHRASE, teamPassphrase: null }));
  evilRoot = await newRoot();
  const added = { act: 'add_passkey', email: ADMIN, label: 'Passkey', kdf: passkeyKdf(), prf: PRF } as const;
  first = await act(input(keyringOf(draft)), added);
  passkey = first.unlockers.at(-1)?.id ?? '';
  rotated = await act(input(first), { act: 'rotate' });
  succeeded = await act(input(first, { unlocker: unlockerAt(draft.write, 0), secret: PASSPHRASE }), {
    act: 'replace_root',
  });
  root = must(await openTrustedRoot(must(await trustKeyring(input(first))), first));
  record = await sealedRecord(first, password);
});

/** Every way in that uses the keys, and the one that only uses an unlocker. */
const KEY_DOORS = {
  unlock: (keeper: Keeper, to: UnlockInput) => keeper.unlock(to),
  drill: (keeper: Keeper, to: UnlockInput) => keeper.drill(to),
  draft: (keeper: Keeper, to: UnlockInput) => keeper.draft(to, { act: 'rotate' }),
  beginBundle: (keeper: Keeper, to: UnlockInput) => keeper.beginBundle({ ...to, name: 'Acme' }),
  beginReseal: (keeper: Keeper, to: UnlockInput) => keeper.beginReseal(to, to.keyring.escrowKeys.at(-1)?.kid ?? ''),
};
const DOORS = {
  ...KEY_DOORS,
  draftPassphraseChange: (keeper: Keeper, to: UnlockInput) =>
    keeper.draftPassphraseChange({ ...to, passphrase: 'another one entirely' }),
};

/** Only a fault: no write, no line, no ciphertext, no key. */
const justThe = (code: VaultFaultCode) => ({ ok: false, code, message: expect.any(String) });

/**
 * The same, with the facts that the person may compare with an admin: a keyring that does not follow on the one seen is
 * refused.
 */
const offTheLine = async (code: VaultFaultCode, { keyring, seen }: UnlockInput) => {
  const signed = await verifyManifest(keyring.manifest);
  if (!signed.ok || !seen) throw new Error('the keyring verifies, and one was seen');
  const { version } = signed.payload;
  const line = { fingerprint: signed.root, version, signed: await signedSha256(keyring.manifest), instead: seen };
  return { ...justThe(code), line };
};

async function nothingIsOpen(keeper: Keeper): Promise<void> {
  expect(await keeper.state()).toEqual({ state: 'locked' });
  expect(await keeper.open(record)).toEqual(justThe('locked'));
  expect(await keeper.reseal(record, record.version.kid)).toEqual(justThe('locked'));
  expect(await keeper.bundlePart(crypto.randomUUID(), { kind: 'machines', machines: [] })).toEqual(justThe('locked'));
}

/** Each door answers with just this fault, and opens nothing. */
async function expectShut(to: UnlockInput, refusal: object, doors: Partial<typeof DOORS> = DOORS): Promise<void> {
  for (const [door, enter] of Object.entries(doors)) {
    const keeper = new Keeper();
    expect(await enter(keeper, to), door).toEqual(refusal);
    await nothingIsOpen(keeper);
  }
}

describe('a keyring that nobody bent', () => {
  it('opens by every door, so that what is refused below is refused for the lie alone', async () => {
    for (const [door, enter] of Object.entries(DOORS))
      for (const keyring of [first, rotated])
        expect(await enter(new Keeper(), input(keyring)), door).toMatchObject({ ok: true });
    const keeper = new Keeper();
    await keeper.unlock(input(rotated));
    expect(await keeper.open(record)).toMatchObject({ ok: true, plaintext: password.plaintext });
    await keeper.lock();
  });
});

describe('a hostile server’s keyring', () => {
  it('cannot be its own, because the unlocker holds the pin', async () => {
    const own = bent(first, (keyring) => {
      keyring.manifest = evil.write.manifest;
    });
    await expectShut(input(own), justThe('keyring_untrusted'));
  });

  it('cannot be an older one than this browser has seen', async () => {
    const seen = { version: 3, sha256: await sha256Hex(rotated.manifest), fingerprint: draft.fingerprint };
    const told = input(first, { seen });
    await expectShut(told, await offTheLine('keyring_rolled_back', told));
  });

  it('cannot be a second one of the version that this browser has seen', async () => {
    const seen = { version: 3, sha256: 'f'.repeat(64), fingerprint: draft.fingerprint };
    const told = input(rotated, { seen });
    await expectShut(told, await offTheLine('keyring_rolled_back', told));
  });

  it('cannot bend its text and have this browser call the true one another, because only what is signed is remembered', async () => {
    const bent = twinOf(rotated.manifest);
    const told = await new Keeper().drill(input({ ...rotated, manifest: bent }));
    if (!told.ok) throw new Error(told.message);
    expect(await sha256Hex(bent)).not.toBe(await sha256Hex(rotated.manifest));
    expect(await new Keeper().drill(input(rotated, { seen: told.seen }))).toMatchObject({ ok: true, seen: told.seen });
  });

  it('is compared with what a browser remembers in the old form once, and remembered in the new one', async () => {
    const seen = { version: 3, sha256: await sha256Hex(rotated.manifest), fingerprint: draft.fingerprint };
    const signed = await signedSha256(rotated.manifest);
    expect(await new Keeper().drill(input(rotated, { seen }))).toMatchObject({
      ok: true,
      seen: { version: 3, signed, fingerprint: draft.fingerprint },
    });
    const twin = { ...rotated, manifest: twinOf(rotated.manifest) };
    const old = input(twin, { seen });
    await expectShut(old, await offTheLine('keyring_rolled_back', old));
    const other = { version: 3, signed: 'f'.repeat(64), fingerprint: draft.fingerprint };
    const told = input(rotated, { seen: other });
    await expectShut(told, await offTheLine('keyring_rolled_back', told));
  });

  it('cannot lower the KDF for offline guessing, nor inflate it to hang the browser', async () => {
    for (const m of [1024, 4 * 1_048_576]) {
      const keyring = bent(first, ({ unlockers }) => {
        for (const { kdf } of unlockers) if (kdf.name === 'argon2id') kdf.m = m;
      });
      const own = { unlocker: unlockerAt(draft.write, 0), secret: PASSPHRASE };
      await expectShut(input(keyring, own), justThe('weak_kdf'));
    }
  });

  it('cannot swap an escrow key, because its kid is the thumbprint and the root states it', async () => {
    const keyring = bent(first, (one) => {
      one.escrowKeys = evil.write.escrowKeys;
    });
    await expectShut(input(keyring), justThe('keyring_untrusted'), KEY_DOORS);
  });

  it('cannot swap the public half alone, because re-sealing would seal to whoever made it', async () => {
    const keyring = bent(rotated, ({ escrowKeys }) => {
      for (const key of escrowKeys) key.jwk = (evil.write.escrowKeys[0] as EscrowKey).jwk;
    });
    await expectShut(input(keyring), justThe('keyring_untrusted'), KEY_DOORS);
  });

  it('cannot withhold an escrow key, the active or an older one, because a drill or a bundle would prove less than it says', async () => {
    for (const place of [0, 1]) {
      const keyring = bent(rotated, ({ escrowKeys }) => {
        escrowKeys.splice(place, 1);
      });
      await expectShut(input(keyring), justThe('keyring_untrusted'), KEY_DOORS);
    }
  });

  it('cannot bring back a destroyed escrow key, because the manifest says that it is gone', async () => {
    const [{ kid } = { kid: '' }] = rotated.escrowKeys;
    const retired = await act(input(rotated), { act: 'set_key_state', kid, state: 'retired' });
    const destroyed = await act(input(retired), { act: 'set_key_state', kid, state: 'destroyed' });
    expect(await new Keeper().drill(input(destroyed))).toMatchObject({ ok: true });
    const keyring = bent(destroyed, (one) => {
      one.escrowKeys = retired.escrowKeys;
    });
    await expectShut(input(keyring), justThe('keyring_untrusted'), KEY_DOORS);
  });

  it('cannot wrap a vault key of its own, because the manifest commits to each', async () => {
    const keyring = bent(first, ({ wraps }) => {
      for (const wrap of wraps) wrap.jwe = evil.write.wraps[0]?.jwe ?? '';
    });
    await expectShut(input(keyring), justThe('keyring_untrusted'));
  });

  it('cannot let a removed unlocker back in, because the manifest no longer lists it', async () => {
    const removed = await act(input(first), { act: 'remove_unlocker', unlocker: await listed(first, passkey) });
    const keyring = bent(removed, (one) => {
      one.unlockers = first.unlockers;
      one.wraps.push(...first.wraps.filter((wrap) => wrap.unlocker === passkey));
    });
    await expectShut(input(keyring, { unlocker: passkey, secret: PRF }), justThe('keyring_untrusted'));
  });
});

describe('a hostile server’s line of keyrings', () => {
  /** What this browser has seen: the very first keyring. */
  let begin: Keyring;
  let seen: SeenManifest;
  /** A second version 2, signed by the same root: what an admin may have signed on a fork, and a keyring after it. */
  let forkedAt2: Keyring;
  let forkedAt3: Keyring;
  const seenOf = async ({ manifest, version, fingerprint }: Keyring): Promise<SeenManifest> => ({
    version,
    fingerprint,
    signed: await signedSha256(manifest),
  });
  const resigned = async (keyring: Keyring, change: object): Promise<string> => {
    const signed = await verifyManifest(keyring.manifest);
    if (!signed.ok) throw new Error(signed.message);
    return signManifest(root, { ...signed.payload, ...change });
  };
  beforeAll(async () => {
    begin = keyringOf(draft);
    seen = await seenOf(begin);
    forkedAt2 = await act(input(begin), { act: 'rotate' });
    forkedAt3 = await act(input(forkedAt2), { act: 'rotate' });
  });
  const expectForked = async (to: UnlockInput) => expectShut(to, await offTheLine('keyring_forked', to));

  it('opens where it leads from what this browser has seen, one version or several, over a succession too', async () => {
    for (const to of [
      input(begin, { seen }),
      input(first, { seen, since: [begin.manifest] }),
      input(rotated, { seen, since: [begin.manifest, first.manifest] }),
      input(rotated, { seen: await seenOf(first), since: [first.manifest] }),
      input(succeeded, {
        seen,
        since: [begin.manifest, first.manifest],
        confirmedRoot: succeeded.fingerprint,
      }),
      // An entry remembered in the old form begins a line as well.
      input(first, {
        seen: { version: 1, fingerprint: begin.fingerprint, sha256: await sha256Hex(begin.manifest) },
        since: [begin.manifest],
      }),
    ])
      for (const [door, enter] of Object.entries(DOORS))
        expect(await enter(new Keeper(), to), door).toMatchObject({ ok: true });
  });

  it('cannot fork, because the next version names the one that was seen', async () => {
    const told = { seen: await seenOf(first) };
    await expectForked(input(forkedAt3, { ...told, since: [forkedAt2.manifest] }));
    // The true one is shown, and the server goes on from the other.
    await expectForked(input(forkedAt3, { ...told, since: [first.manifest] }));
    await expectForked(input(forkedAt3, { seen, since: [begin.manifest, first.manifest] }));
  });

  it('cannot be left unsaid, cut, turned round or doubled', async () => {
    for (const since of [
      [],
      [begin.manifest],
      [first.manifest],
      [first.manifest, begin.manifest],
      [begin.manifest, begin.manifest, first.manifest],
      [begin.manifest, first.manifest, rotated.manifest],
      [begin.manifest, 'not.a.manifest'],
    ])
      await expectForked(input(rotated, { seen, since }));
  });

  it('cannot be bent in what it names, though the root signs it', async () => {
    const elsewhere = { ...first, manifest: await resigned(first, { previous: 'f'.repeat(64) }) };
    await expectForked(input(elsewhere, { seen, since: [begin.manifest] }));
    const skipped = { ...first, manifest: await resigned(first, { version: 3 }), version: 3 };
    await expectForked(input(skipped, { seen, since: [begin.manifest] }));
    const others = await resigned(first, { tenant: OTHER_TENANT });
    await expectForked(input(rotated, { seen, since: [begin.manifest, others] }));
  });

  it('cannot lead over a stranger’s version, because each is signed by the root of the one before or one that follows it', async () => {
    const signed = await verifyManifest(first.manifest);
    if (!signed.ok) throw new Error(signed.message);
    const strangers = await signManifest(evilRoot, signed.payload);
    const after = { ...rotated, manifest: await resigned(rotated, { previous: await sha256Hex(strangers) }) };
    await expectForked(input(after, { seen, since: [begin.manifest, strangers] }));
  });

  it('is taken by its person once they have compared it, and no other in its place', async () => {
    const forked = input(forkedAt3, { seen: await seenOf(first), since: [forkedAt2.manifest] });
    const told = await new Keeper().unlock(forked);
    if (told.ok || !told.line) throw new Error('it is off the line');
    expect(await new Keeper().drill({ ...forked, confirmedLine: told.line.signed })).toMatchObject({ ok: true });
    const back = input(forkedAt2, { seen: await seenOf(rotated), confirmedLine: told.line.signed });
    await expectShut(back, await offTheLine('keyring_rolled_back', back));
  });
});

/** The first keyring as another root would go on with it, with a claim about how that root came. */
async function takenOver(by: Root, successions: string[]): Promise<Keyring> {
  const signed = await verifyManifest(first.manifest);
  if (!signed.ok) throw new Error(signed.message);
  const manifest = await signManifest(by, { ...signed.payload, version: 3 });
  return { ...structuredClone(first), manifest, version: 3, fingerprint: by.fingerprint, successions };
}

describe('a hostile server’s succession', () => {
  const from = (signer: Root, tenant: string) =>
    signSuccession(signer, { tenant, from: root.fingerprint, to: evilRoot.fingerprint, createdAt: Date.now() });
  const askFor = (asked: string) => ({
    ...justThe('root_succeeded'),
    succession: { root: asked, words: successionWords(TENANT, draft.fingerprint, asked) },
  });
  /** Refused even if somebody has confirmed it: only the old root can name the next. */
  const confirmed = (keyring: Keyring) => input(keyring, { confirmedRoot: keyring.fingerprint });

  it('is not signed by somebody else than the old root, because only that can name the next', async () => {
    const keyring = await takenOver(evilRoot, [await from(evilRoot, TENANT)]);
    await expectShut(confirmed(keyring), justThe('keyring_untrusted'));
  });

  it('is not another tenant’s, because a root’s word counts for its tenant alone', async () => {
    const keyring = await takenOver(evilRoot, [await from(root, OTHER_TENANT)]);
    await expectShut(confirmed(keyring), justThe('keyring_untrusted'));
  });

  it('is not withheld, because another root without one is a stranger', async () => {
    const keyring = bent(succeeded, (one) => {
      one.successions = [];
    });
    await expectShut(confirmed(keyring), justThe('keyring_untrusted'));
  });

  it('is asked about with its words, though it is true, because whoever left may have kept the old root', async () => {
    await expectShut(input(succeeded), askFor(succeeded.fingerprint));
    await expectShut(input(succeeded, { confirmedRoot: evilRoot.fingerprint }), askFor(succeeded.fingerprint));
    const seen = { version: 2, sha256: await sha256Hex(first.manifest), fingerprint: draft.fingerprint };
    await expectShut(input(succeeded, { seen, since: [first.manifest] }), askFor(succeeded.fingerprint));
    for (const [door, enter] of Object.entries(DOORS))
      expect(await enter(new Keeper(), confirmed(succeeded)), door).toMatchObject({ ok: true });
  });

  it('of a leaver who kept the old root has other words than an admin’s, and no browser that knows the new root hears it', async () => {
    const keyring = await takenOver(evilRoot, [await from(root, TENANT), ...succeeded.successions]);
    const admins = successionWords(TENANT, draft.fingerprint, succeeded.fingerprint);
    expect(askFor(evilRoot.fingerprint).succession.words).not.toEqual(admins);
    await expectShut(input(keyring), askFor(evilRoot.fingerprint));
    const seen = { version: 3, sha256: await sha256Hex(succeeded.manifest), fingerprint: succeeded.fingerprint };
    const told = { ...confirmed(keyring), seen };
    await expectShut(told, await offTheLine('keyring_untrusted', told));
    // The admin who replaced the root has it pinned: that half with a browser that remembers nothing.
    const pinned = bent(keyring, (one) => {
      one.unlockers = succeeded.unlockers;
    });
    const own = { unlocker: unlockerAt(draft.write, 0), secret: PASSPHRASE };
    await expectShut({ ...confirmed(pinned), ...own }, justThe('keyring_untrusted'), { unlock: DOORS.unlock });
  });

  it('does not lead back, because a browser that has seen the new root takes no keyring of the old', async () => {
    const seen = { version: 3, sha256: await sha256Hex(succeeded.manifest), fingerprint: succeeded.fingerprint };
    const keyring = { ...first, successions: succeeded.successions };
    const told = input(keyring, { seen, confirmedRoot: first.fingerprint });
    await expectShut(told, await offTheLine('keyring_untrusted', told));
  });
});

describe('a hostile server’s grant', () => {
  const email = 'engineer@example.com';
  const ask = (rootShown: string, rights: readonly VaultPurpose[] = RIGHTS_OF.engineer) =>
    requestGrant({
      tenant: TENANT,
      email,
      root: rootShown,
      label: 'Passkey',
      rights,
      kind: 'passkey',
      kdf: passkeyKdf(),
      prf: PRF,
    });
  const shown = ({ unlocker }: GrantRequest): Grant => ({ ...unlocker, email, role: 'engineer', requestedAt: 1 });
  const give = (grant: Grant, words: string[]) => new Keeper().draft(input(first), { act: 'grant', grant, words });

  it('gives access by the words that both sides made, where nobody bent it', async () => {
    const { request, words } = await ask(draft.fingerprint);
    const given = await keyringAfter(first, must(await give(shown(request), words)).write, [request.half]);
    const theirs = unlockInput(given, request.unlocker.id, PRF);
    expect(await new Keeper().drill(theirs)).toMatchObject({ ok: true });
  });

  it('cannot swap the key after the words were shown, because they are made again from the key that is signed', async () => {
    const { request, words } = await ask(draft.fingerprint);
    const swapped = (await ask(draft.fingerprint)).request.unlocker.jwk;
    expect(await give({ ...shown(request), jwk: swapped }, words)).toEqual(justThe('keyring_untrusted'));
  });

  it('cannot give the key another’s name, because the words name the person', async () => {
    const { request, words } = await ask(draft.fingerprint);
    const renamed = { ...shown(request), email: 'somebody.else@example.com' };
    expect(await give(renamed, words)).toEqual(justThe('keyring_untrusted'));
  });

  it('cannot show a person a root of its own, because their words are then others than the admin’s', async () => {
    const { request, words } = await ask(evilRoot.fingerprint);
    const admins = await new Keeper().grantWords(TENANT, draft.fingerprint, shown(request));
    expect(words).not.toEqual(admins);
    expect(await give(shown(request), words)).toEqual(justThe('keyring_untrusted'));
    const said = { root: draft.fingerprint, unlocker: 'same', email, rights: RIGHTS_OF.engineer };
    expect(grantWords({ ...said, tenant: OTHER_TENANT })).not.toEqual(grantWords({ ...said, tenant: TENANT }));
  });

  it('cannot have an engineer signed as an admin, because the words say what the person has asked for', async () => {
    const { request, words } = await ask(draft.fingerprint);
    const raised: Grant = { ...shown(request), role: 'admin', rights: [...RIGHTS_OF.admin] };
    expect(await new Keeper().grantWords(TENANT, draft.fingerprint, raised)).not.toEqual(words);
    expect(await give(raised, words)).toEqual(justThe('keyring_untrusted'));
    // Other spellings of the same do not help, nor does it help that the admin has compared the true words.
    const spelled = [
      ['admin'],
      ['admin', 'reveal'],
      ['reveal admin'],
      ['reveal', 'reveal'],
      [],
      ['reveal', 'admin', ''],
    ];
    for (const rights of spelled)
      expect(await give({ ...shown(request), rights: rights as VaultPurpose[] }, words)).toEqual(
        justThe('keyring_untrusted'),
      );
  });

  it('gives what the words name and nothing else, whatever role the server calls the person', async () => {
    for (const [role, asked] of [
      ['admin', RIGHTS_OF.engineer],
      ['engineer', RIGHTS_OF.admin],
    ] as const) {
      const { request, words } = await ask(draft.fingerprint, asked);
      const { write } = must(await give({ ...shown(request), role }, words));
      const signed = await verifyManifest(write.manifest);
      if (!signed.ok) throw new Error(signed.message);
      expect(signed.payload.unlockers.find((one) => one.id === request.unlocker.id)?.rights).toEqual(asked);
    }
  });

  it('cannot pass a request of the earlier form, whose words name no rights, for one of now: neither as it is nor relabelled', async () => {
    const { request } = await ask(draft.fingerprint);
    // As such a browser has made them.
    const parts = ['totlprovision/grant/v1', TENANT, draft.fingerprint, await thumbprint(request.unlocker.jwk), email];
    const digest = BigInt(`0x${await sha256Hex(JSON.stringify(parts))}`);
    const before = Array.from(
      { length: 8 },
      (_, place) => wordlist[Number((digest >> BigInt(245 - 11 * place)) & 2047n)],
    );
    const earlier = (rights: Grant['rights']): Grant => ({ ...shown(request), rights });
    expect(await new Keeper().grantWords(TENANT, draft.fingerprint, earlier(null))).toBeNull();
    for (const rights of [null, [...RIGHTS_OF.engineer], [...RIGHTS_OF.admin]]) {
      expect(await give(earlier(rights), before as string[])).toEqual(justThe('keyring_untrusted'));
      expect(await new Keeper().grantWords(TENANT, draft.fingerprint, earlier(rights))).not.toEqual(before);
    }
    expect(await give(earlier(null), [])).toEqual(justThe('keyring_untrusted'));
  });

  it('cannot be owned by an address that only looks like a person’s, because it would outlive their leaving', async () => {
    for (const odd of [
      'engineer@example.com\u200b',
      'engineer\u00ad@example.com',
      'engineer@example\uff0ecom',
      'engineer',
    ]) {
      const { unlocker } = (await ask(draft.fingerprint)).request;
      const said = { tenant: TENANT, root: draft.fingerprint, unlocker: await thumbprint(unlocker.jwk) };
      const words = grantWords({ ...said, email: odd, rights: RIGHTS_OF.engineer });
      expect(await give({ ...shown({ unlocker } as GrantRequest), email: odd }, words)).toEqual(
        justThe('keyring_untrusted'),
      );
    }
  });

  it('cannot pass for a recovery set, because that is shared and is looked for by its kind', async () => {
    const { request, words } = await ask(draft.fingerprint);
    expect(await give({ ...shown(request), kind: 'recovery' }, words)).toEqual(justThe('keyring_untrusted'));
  });

  it('cannot go under the id of an unlocker that is there, because removing the one would remove the other', async () => {
    const { request, words } = await ask(draft.fingerprint);
    const under = { ...shown(request), id: unlockerAt(draft.write, 0) };
    expect(await give(under, words)).toEqual(justThe('keyring_changed'));
  });
});

describe('a hostile server’s unlocker', () => {
  const half = (id: string): SealedUnlocker => first.unlockers.find((one) => one.id === id) as SealedUnlocker;
  const withHalf = (next: SealedUnlocker): Keyring =>
    bent(first, (keyring) => {
      keyring.unlockers = keyring.unlockers.map((one) => (one.id === next.id ? next : one));
    });
  const WRONG = {
    argon2id: 'wrong_passphrase',
    'hkdf-sha256': 'wrong_recovery_code',
    'webauthn-prf': 'wrong_passkey',
  } as const;
  const just = { unlock: DOORS.unlock };

  it('cannot be another’s half, nor a half under another’s derivation, because both are sealed in', async () => {
    const held: [string, string][] = [
      [unlockerAt(draft.write, 0), PASSPHRASE],
      [unlockerAt(draft.write, 1), draft.recoveryCode],
      [unlockerAt(draft.write, 2), TEAM_PASSPHRASE],
      [passkey, PRF],
    ];
    for (const [unlocker, secret] of held)
      for (const [other] of held) {
        if (other === unlocker) continue;
        const { kdf, set, sealed } = half(other);
        const refusal = justThe(WRONG[kdf.name]);
        await expectShut(input(withHalf({ id: unlocker, kdf, set, sealed }), { unlocker, secret }), refusal, just);
        const asOther = { ...half(unlocker), kdf, set };
        await expectShut(input(withHalf(asOther), { unlocker, secret }), refusal, just);
      }
  });

  it('cannot be a half with the secret of the one whose place it takes, because its id is sealed in', async () => {
    const [team, own] = [unlockerAt(draft.write, 2), unlockerAt(draft.write, 0)];
    const keyring = withHalf({ ...half(team), id: own });
    const shut = input(keyring, { unlocker: own, secret: TEAM_PASSPHRASE });
    await expectShut(shut, justThe('wrong_passphrase'), just);
  });

  it('cannot ask for another salt, credential or site of a passkey, because they are sealed in', async () => {
    const { kdf } = half(passkey);
    for (const changed of [{ salt: passkeyKdf().salt }, { credential: 'other' }, { rpId: 'portal.example.org' }]) {
      const keyring = withHalf({ ...half(passkey), kdf: { ...kdf, ...changed } as typeof kdf });
      await expectShut(input(keyring, { unlocker: passkey, secret: PRF }), justThe('wrong_passkey'));
    }
  });

  it('cannot lower a recovery set’s threshold or count, nor name another set, because codes and half both hold them', async () => {
    const drafted = must(await new Keeper().draft(input(first), { act: 'make_recovery_set', threshold: 2, count: 3 }));
    const keyring = await keyringAfter(first, drafted.write);
    const [{ id = '' } = {}] = drafted.write.unlockers;
    const codes = drafted.recovery?.codes ?? [];
    const by = (changed: object, given: string[]) =>
      unlockInput(
        bent(keyring, ({ unlockers }) => {
          for (const one of unlockers) if (one.id === id && one.set) Object.assign(one.set, changed);
        }),
        id,
        given.join('\n'),
      );
    expect(await new Keeper().drill(by({}, codes.slice(1)))).toMatchObject({ ok: true });
    const lies = [{ threshold: 1 }, { threshold: 3 }, { count: 2 }, { count: 4 }, { id: '00000000' }];
    for (const changed of lies)
      for (const given of [codes.slice(0, 1), codes.slice(0, 2), codes])
        await expectShut(by(changed, given), justThe('wrong_recovery_code'));
    await expectShut(by({}, codes.slice(0, 1)), justThe('wrong_recovery_code'));
    const bare = by({}, codes);
    for (const one of bare.keyring.unlockers) if (one.id === id) delete one.set;
    await expectShut(bare, justThe('wrong_recovery_code'));
  });
});

describe('a hostile server while an admin acts', () => {
  let team: ManifestUnlocker;
  beforeAll(async () => {
    team = await listed(first, unlockerAt(draft.write, 2));
  });
  const acts = (): KeyringAct[] => [
    { act: 'rotate' },
    { act: 'add_passkey', email: ADMIN, label: 'Second', kdf: passkeyKdf(), prf: PRF },
    { act: 'make_recovery_set', threshold: 2, count: 3 },
    { act: 'remove_unlocker', unlocker: team },
    { act: 'replace_root' },
    {
      act: 'leaver',
      email: 'engineer@example.com',
      root: true,
      team: { passphrase: null },
      recovery: { threshold: 2, count: 3 },
    },
  ];
  const signsNothing = async (to: UnlockInput, code: VaultFaultCode) => {
    for (const one of acts()) expect(await new Keeper().draft(to, one), one.act).toEqual(justThe(code));
  };

  it('cannot withhold an escrow key, because it would be left under a vault key that nobody has any more', async () => {
    for (const place of [0, 1]) {
      const keyring = bent(rotated, ({ escrowKeys }) => {
        escrowKeys.splice(place, 1);
      });
      await signsNothing(input(keyring), 'keyring_untrusted');
    }
  });

  it('cannot swap an escrow key’s public half, because the admin would hand it on', async () => {
    const keyring = bent(rotated, ({ escrowKeys: [old] }) => {
      if (old) old.jwk = (evil.write.escrowKeys[0] as EscrowKey).jwk;
    });
    await signsNothing(input(keyring), 'keyring_untrusted');
  });

  it('cannot have a statement of its own signed again, because engines would then never take a newer key', async () => {
    const { kid } = rotated.escrowKeys[0] as EscrowKey;
    const statement = await signStatement(evilRoot, {
      tenant: TENANT,
      kid,
      keyEpoch: 1_000_000,
      createdAt: 1,
      previousKid: null,
    });
    const keyring = bent(rotated, ({ escrowKeys: [old] }) => {
      if (old) old.statement = statement;
    });
    await signsNothing(input(keyring), 'keyring_untrusted');
  });

  const manifestOf = async (manifest: string) => {
    const signed = await verifyManifest(manifest);
    if (!signed.ok) throw new Error(signed.message);
    return signed.payload;
  };
  const leave = async (more: Partial<Extract<KeyringAct, { act: 'leaver' }>> = {}) =>
    new Keeper().draft(input(first), {
      act: 'leaver',
      email: 'engineer@example.com',
      root: false,
      team: { passphrase: null },
      recovery: { threshold: 2, count: 3 },
      ...more,
    });

  it('has no say in what is replaced when somebody leaves: every shared way to unlock is, by the signed manifest', async () => {
    const { write, recovery } = must(await leave());
    const { unlockers } = await manifestOf(write.manifest);
    const shared = unlockers.filter((one) => one.owner === null).map((one) => one.id);
    expect(shared).toEqual([write.unlockers[0]?.id]);
    expect(recovery?.codes).toHaveLength(3);
    expect(shared).not.toContain(unlockerAt(draft.write, 1));
    expect(shared).not.toContain(team.id);
    expect(write).not.toHaveProperty('kept');
    // Where it has shown no recovery set, there is none to be passed over.
    expect(await leave({ recovery: null })).toEqual(justThe('keyring_changed'));
  });

  it('has no say in the root either: who has admin rights by the manifest may have kept it, and so may whom the admin names', async () => {
    const follows = async (more: Parameters<typeof leave>[0]) => must(await leave(more)).write.succession !== undefined;
    expect(await follows({})).toBe(false);
    expect(await follows({ email: ADMIN })).toBe(true);
    expect(await follows({ root: true })).toBe(true);
  });

  it('cannot have somebody leave under an address that only looks like theirs, because their own ways to unlock would stay', async () => {
    for (const odd of [
      `${ADMIN}\u200b`,
      ADMIN.replace('@', '\u00ad@'),
      ADMIN.replace('.', '\uff0e'),
      ADMIN.toUpperCase(),
    ])
      expect(await leave({ email: odd }), odd).toEqual(justThe('keyring_untrusted'));
  });

  it('hears of what an admin chooses to keep, which stays as it is', async () => {
    const { write, recovery } = must(await leave({ team: 'kept', recovery: 'kept' }));
    const { unlockers } = await manifestOf(write.manifest);
    const shared = [unlockerAt(draft.write, 1), team.id];
    expect(unlockers.filter((one) => one.owner === null).map((one) => one.id)).toEqual(shared);
    expect(write.kept).toEqual({ leaver: 'engineer@example.com', unlockers: shared });
    expect([recovery, write.unlockers]).toEqual([null, []]);
  });

  it('cannot have a key destroyed under another’s name, because the manifest says at which step each is', async () => {
    const [old, active] = rotated.escrowKeys;
    for (const [kid, state] of [
      [active?.kid, 'retired'],
      [active?.kid, 'destroyed'],
      [old?.kid, 'destroyed'],
    ] as const)
      expect(
        await new Keeper().draft(input(rotated), { act: 'set_key_state', kid: kid ?? '', state }),
        `${kid} ${state}`,
      ).toEqual(justThe('keyring_changed'));
  });

  it('cannot have one person’s way to unlock removed as another’s, nor a further one made for another', async () => {
    const theirs = await listed(first, passkey);
    for (const owner of [null, 'engineer@example.com'])
      expect(
        await new Keeper().draft(input(first), { act: 'remove_unlocker', unlocker: { ...theirs, owner } }),
        `${owner}`,
      ).toEqual(justThe('keyring_untrusted'));
    const own = { unlocker: passkey, secret: PRF };
    const further = { act: 'add_passkey', label: 'Third', kdf: passkeyKdf(), prf: PRF } as const;
    expect(await new Keeper().draft(input(first, own), { ...further, email: 'engineer@example.com' })).toEqual(
      justThe('keyring_untrusted'),
    );
    expect(await new Keeper().draft(input(first, own), { ...further, email: ADMIN })).toMatchObject({ ok: true });
  });

  it('cannot hand out another root, an earlier one no more than the present one', async () => {
    const other = bent(rotated, (one) => {
      one.root = evil.write.root;
    });
    await signsNothing(input(other), 'keyring_untrusted');
    const none = { ...rotated, root: null };
    await signsNothing(input(none), 'no_rights');
    const overlapping = { ...succeeded, oldRoots: [] };
    await signsNothing(input(overlapping, { confirmedRoot: succeeded.fingerprint }), 'keyring_untrusted');
  });
});
