// The admin presses a button on a page that shows a keyring, or a table of keys, which it has not verified. The signed
// act comes from one that the vault has verified: both must mean the same.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Keyring } from '../../schema/keyring.ts';
import type { ManifestUnlocker } from '../../schema/signed.ts';
import type { KeyringAct, SetUpDraft, UnlockInput } from './contract.ts';
import {
  ADMIN,
  keyringAfter,
  keyringOf,
  listed,
  makeTenant,
  must,
  PASSPHRASE,
  PRF,
  passkeyKdf,
  unlockerAt,
  unlockInput,
} from './fixtures.ts';
import { Keeper } from './keeper.ts';

let draft: SetUpDraft;
/** The admin's passphrase, the recovery code, the team passphrase, a passkey. */
let first: Keyring;
/** The same after a rotation of the escrow key, which is unfinished; and after a succession of the root. */
let rotated: Keyring;
let succeeded: Keyring;
let team: ManifestUnlocker;
let passkey: ManifestUnlocker;

/** Opens with the recovery code, which has both rights and is quick. */
const input = (keyring: Keyring): UnlockInput => unlockInput(keyring, unlockerAt(draft.write, 1), draft.recoveryCode);
const drafted = (keyring: Keyring, what: KeyringAct) => new Keeper().draft(input(keyring), what);
const act = async (keyring: Keyring, what: KeyringAct): Promise<Keyring> =>
  keyringAfter(keyring, must(await drafted(keyring, what)).write);
const justThe = (code: string) => ({ ok: false, code, message: expect.any(String) });

beforeAll(async () => {
  draft = await makeTenant();
  const added = { act: 'add_passkey', email: ADMIN, label: 'Passkey', kdf: passkeyKdf(), prf: PRF } as const;
  first = await act(keyringOf(draft), added);
  rotated = await act(first, { act: 'rotate' });
  const own = unlockInput(first, unlockerAt(draft.write, 0), PASSPHRASE);
  succeeded = await keyringAfter(first, must(await new Keeper().draft(own, { act: 'replace_root' })).write);
  team = await listed(first, unlockerAt(draft.write, 2));
  passkey = await listed(first, first.unlockers.at(-1)?.id ?? '');
});

describe('a hostile server that shows an admin one thing', () => {
  it('cannot have another unlocker removed, because all that was shown of it is compared', async () => {
    expect(await drafted(first, { act: 'remove_unlocker', unlocker: team })).toMatchObject({ ok: true });
    const { kind, label, owner, rights, createdAt } = passkey;
    for (const lie of [{ kind }, { label }, { owner }, { rights }, { createdAt }, { ...passkey, id: team.id }]) {
      const unlocker: ManifestUnlocker = { ...team, ...lie };
      expect(await drafted(first, { act: 'remove_unlocker', unlocker })).toEqual(justThe('keyring_untrusted'));
    }
  });

  it('cannot have a removal signed that removes nothing, because the admin would be told that somebody is out', async () => {
    const unlocker = { ...team, id: crypto.randomUUID() };
    expect(await drafted(first, { act: 'remove_unlocker', unlocker })).toEqual(justThe('keyring_changed'));
  });

  it('cannot have the active key retired, nor any but a retired one destroyed, whatever its table of keys says', async () => {
    const [old = '', active = ''] = rotated.escrowKeys.map(({ kid }) => kid);
    const retired = await act(rotated, { act: 'set_key_state', kid: old, state: 'retired' });
    const steps = [
      { of: rotated, kid: active, state: 'retired' },
      { of: rotated, kid: active, state: 'destroyed' },
      { of: rotated, kid: old, state: 'destroyed' },
      { of: retired, kid: old, state: 'retired' },
    ] as const;
    for (const { of, kid, state } of steps)
      expect(await drafted(of, { act: 'set_key_state', kid, state }), state).toEqual(justThe('keyring_changed'));
    expect(await drafted(retired, { act: 'set_key_state', kid: old, state: 'destroyed' })).toMatchObject({ ok: true });
  });

  it('cannot have an overlap ended that is none, because the admin would be told that an earlier root counts no more', async () => {
    const ends = (root: string) =>
      new Keeper().draft({ ...input(succeeded), confirmedRoot: succeeded.fingerprint }, { act: 'end_overlap', root });
    expect(await ends(draft.fingerprint)).toMatchObject({ ok: true });
    for (const root of [succeeded.fingerprint, first.escrowKeys[0]?.kid ?? ''])
      expect(await ends(root)).toEqual(justThe('keyring_changed'));
  });
});
