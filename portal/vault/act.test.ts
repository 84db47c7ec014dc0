import { beforeAll, describe, expect, it } from 'vitest';
import { Manifest, type ManifestUnlocker, verifyManifest } from '../../schema/signed.ts';
import { draftAct } from './act.ts';
import type { SetUpDraft } from './contract.ts';
import {
  ADMIN,
  keyringOf,
  listed,
  makeTenant,
  must,
  PASSPHRASE,
  sealedRecord,
  TEAM_PASSPHRASE,
  TENANT,
  unlockerAt,
  unlockInput,
} from './fixtures.ts';
import { Keeper } from './keeper.ts';
import { draftSetUp } from './set-up.ts';
import { trustKeyring } from './trust.ts';

let draft: SetUpDraft;
beforeAll(async () => {
  draft = await makeTenant();
});

const password = { kind: 'local_admin_password', ref: { account: 'Administrator' }, plaintext: 'kq7-Vm2_ünï' } as const;

describe('the first set-up', () => {
  it('signs a manifest that names every unlocker and its rights, so that nothing is added unseen', async () => {
    const signed = await verifyManifest(draft.write.manifest);
    if (!signed.ok) throw new Error(signed.message);
    expect(signed.root).toBe(draft.fingerprint);
    expect(signed.payload.unlockers.map(({ kind, owner, rights }) => ({ kind, owner, rights }))).toEqual([
      { kind: 'passphrase', owner: ADMIN, rights: ['reveal', 'admin'] },
      { kind: 'recovery', owner: null, rights: ['reveal', 'admin'] },
      { kind: 'passphrase', owner: null, rights: ['reveal'] },
    ]);
    expect(Manifest.parse(signed.payload)).toEqual(signed.payload);
  });

  it('puts neither passphrase nor recovery code into what the server gets', () => {
    const sent = JSON.stringify(draft.write);
    for (const secret of [PASSPHRASE, TEAM_PASSPHRASE, draft.recoveryCode, draft.recoveryCode.replaceAll('-', '')])
      expect(sent).not.toContain(secret);
    expect(sent).not.toContain('"d"');
  });
});

describe('unlocking', () => {
  const opensWith = async (index: number, secret: string) => {
    const keeper = new Keeper();
    const unlocked = await keeper.unlock(unlockInput(keyringOf(draft), unlockerAt(draft.write, index), secret));
    if (!unlocked.ok) throw new Error(unlocked.message);
    return keeper.open(await sealedRecord(draft.write, password));
  };

  it('opens a secret with the admin’s passphrase', async () => {
    expect(await opensWith(0, PASSPHRASE)).toMatchObject({ ok: true, plaintext: password.plaintext, bound: true });
  });

  it('opens it with the recovery code typed badly, because the code forgives case, spaces and look-alikes', async () => {
    const typed = draft.recoveryCode.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
    expect(await opensWith(1, typed)).toMatchObject({ ok: true, plaintext: password.plaintext });
  });

  it('opens it with the team passphrase, which gives no admin rights', async () => {
    expect(await opensWith(2, TEAM_PASSPHRASE)).toMatchObject({ ok: true, plaintext: password.plaintext });
    const input = unlockInput(keyringOf(draft), unlockerAt(draft.write, 2), TEAM_PASSPHRASE);
    expect(await draftAct(input, { act: 'set_team_passphrase', passphrase: 'another one entirely' })).toMatchObject({
      ok: false,
      code: 'no_rights',
    });
  });

  it('refuses a wrong passphrase and stays locked', async () => {
    const keeper = new Keeper();
    const input = unlockInput(keyringOf(draft), unlockerAt(draft.write, 0), `${PASSPHRASE}r`);
    expect(await keeper.unlock(input)).toMatchObject({ ok: false, code: 'wrong_passphrase' });
    expect(await keeper.state()).toEqual({ state: 'locked' });
    expect(await keeper.open(await sealedRecord(draft.write, password))).toMatchObject({ ok: false, code: 'locked' });
  });

  it('stays locked where it was locked while it was being unlocked, because whoever locks has left', async () => {
    const keeper = new Keeper();
    const input = unlockInput(keyringOf(draft), unlockerAt(draft.write, 0), PASSPHRASE);
    const unlocking = keeper.unlock(input);
    await keeper.lock();
    expect(await unlocking).toMatchObject({ ok: false, code: 'locked' });
    expect(await keeper.state()).toEqual({ state: 'locked' });
    // A secret that was asked for before does not appear either.
    expect(await keeper.unlock(input)).toMatchObject({ ok: true });
    const opening = keeper.open(await sealedRecord(draft.write, password));
    await keeper.lock();
    expect(await opening).toMatchObject({ ok: false, code: 'locked' });
  });

  it.each([
    [undefined, 15],
    [5, 5],
    [60, 60],
    // A server that says more, or nothing that counts, does not keep a vault open.
    [10_000, 60],
    [0, 2],
    [Number.NaN, 15],
    ['never', 15],
  ])('locks after as many idle minutes as the tenant has it, within bounds: %j is %d', async (said, minutes) => {
    let now = 1_000_000;
    const keeper = new Keeper(() => now);
    const keyring = { ...keyringOf(draft), lockAfterMinutes: said as number };
    await keeper.unlock(unlockInput(keyring, unlockerAt(draft.write, 0), PASSPHRASE));
    now += minutes * 60_000 - 1;
    expect(await keeper.state()).toMatchObject({ state: 'unlocked' });
    now += 1;
    expect(await keeper.state()).toEqual({ state: 'locked' });
    await keeper.lock();
  });

  it('locks an hour after a person last used it, however busy a sweep keeps it, because a server may never end the list', async () => {
    let now = 1_000_000;
    const keeper = new Keeper(() => now);
    const keyring = keyringOf(draft);
    await keeper.unlock(unlockInput(keyring, unlockerAt(draft.write, 0), PASSPHRASE));
    const record = await sealedRecord(keyring, {
      kind: 'local_admin_password',
      ref: { account: 'Administrator' },
      plaintext: 'kq7-Vm2',
    });
    const busyFor = async (minutes: number) => {
      for (let minute = 0; minute < minutes; minute += 10) {
        now += 10 * 60_000;
        await keeper.check(record);
        await keeper.reseal(record, record.version.kid);
      }
    };
    await busyFor(50);
    expect(await keeper.state()).toMatchObject({ state: 'unlocked' });
    // Whoever says that they are still there has another hour.
    await keeper.stay();
    await busyFor(50);
    expect(await keeper.state()).toMatchObject({ state: 'unlocked' });
    await busyFor(10);
    expect(await keeper.state()).toEqual({ state: 'locked' });
    await keeper.lock();
  });

  it('locks itself after 15 idle minutes, also where the timer slept', async () => {
    let now = 1_000_000;
    const keeper = new Keeper(() => now);
    await keeper.unlock(unlockInput(keyringOf(draft), unlockerAt(draft.write, 0), PASSPHRASE));
    now += 15 * 60_000 - 1;
    expect(await keeper.state()).toMatchObject({ state: 'unlocked' });
    now += 1;
    expect(await keeper.state()).toEqual({ state: 'locked' });
    await keeper.lock();
  });
});

describe('a team passphrase added later', () => {
  it('follows on the manifest before it and opens secrets for the engineers', async () => {
    const asked = { tenant: TENANT, email: ADMIN, passphrase: PASSPHRASE, teamPassphrase: null };
    const first = must(await draftSetUp(asked));
    const input = unlockInput(keyringOf(first), unlockerAt(first.write, 0), PASSPHRASE);
    const added = await draftAct(input, { act: 'set_team_passphrase', passphrase: TEAM_PASSPHRASE });
    if (!('write' in added)) throw new Error(added.message);
    const keyring = keyringOf({ write: first.write, fingerprint: first.fingerprint }, 2);
    keyring.manifest = added.write.manifest;
    keyring.unlockers.push(...added.write.unlockers);
    keyring.wraps.push(...added.write.wraps);
    const trusted = await trustKeyring(unlockInput(keyring, unlockerAt(added.write, 0), TEAM_PASSPHRASE));
    expect(trusted).toMatchObject({ manifest: { version: 2 }, vaults: [{ purpose: 'reveal' }] });
  });

  it('is refused where it is the one of before, because whoever left knows that one', async () => {
    const input = unlockInput(keyringOf(draft), unlockerAt(draft.write, 0), PASSPHRASE);
    expect(await draftAct(input, { act: 'set_team_passphrase', passphrase: ` ${TEAM_PASSPHRASE}` })).toMatchObject({
      ok: false,
      code: 'same_passphrase',
    });
  });
});

describe('a new passphrase in the place of a forgotten one', () => {
  const replaced = async (index: number, pick: (one: ManifestUnlocker) => Partial<ManifestUnlocker> = (one) => one) => {
    const input = unlockInput(keyringOf(draft), unlockerAt(draft.write, 1), draft.recoveryCode);
    const shown = await listed(keyringOf(draft), unlockerAt(draft.write, index));
    const instead = { ...shown, ...pick(shown) };
    return draftAct(input, {
      act: 'add_passphrase',
      email: ADMIN,
      label: 'New',
      passphrase: 'amber tunnel quiet fjord',
      instead,
    });
  };

  it('takes the old one out with the same signature, by the recovery code, and closes to it what it could open', async () => {
    const drafted = await replaced(0);
    if (!('write' in drafted)) throw new Error(drafted.message);
    const signed = await verifyManifest(drafted.write.manifest);
    if (!signed.ok) throw new Error(signed.message);
    const old = unlockerAt(draft.write, 0);
    expect(signed.payload.unlockers.some(({ id }) => id === old)).toBe(false);
    expect(signed.payload.unlockers.filter(({ owner }) => owner === ADMIN).map(({ label }) => label)).toEqual(['New']);
    expect(drafted.write.wraps.some(({ unlocker }) => unlocker === old)).toBe(false);
    expect(new Set(drafted.write.wraps.map(({ vaultEpoch }) => vaultEpoch)).size).toBeGreaterThan(0);
  });

  it('takes the place of one’s own passphrase only, as it was shown: not of the team’s, nor of the recovery set', async () => {
    expect(await replaced(2)).toMatchObject({ ok: false, code: 'keyring_untrusted' });
    expect(await replaced(1)).toMatchObject({ ok: false, code: 'keyring_untrusted' });
    expect(await replaced(2, () => ({ owner: ADMIN }))).toMatchObject({ ok: false, code: 'keyring_untrusted' });
    expect(await replaced(0, () => ({ label: 'Another' }))).toMatchObject({ ok: false, code: 'keyring_untrusted' });
  });
});
