// A draft is opened before it is sent: the browser that made it notices anything that would not open.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Keyring, KeyringChange, KeyringWrite } from '../../schema/keyring.ts';
import type { KeyringAct, SetUpDraft } from './contract.ts';
import {
  bent,
  keyringAfter,
  keyringOf,
  listed,
  makeTenant,
  must,
  PASSPHRASE,
  PRF,
  passkeyKdf,
  TEAM_PASSPHRASE,
  TENANT,
  unlockerAt,
  unlockInput,
} from './fixtures.ts';
import { Keeper } from './keeper.ts';
import { opens, type Way, wayOf } from './rehearsal.ts';
import { draftSetUp, noKeyring } from './set-up.ts';
import { type TrustedKeyring, trustKeyring } from './trust.ts';
import { openUnlocker } from './unlocker.ts';

let draft: SetUpDraft;
let first: Keyring;
let trusted: TrustedKeyring;
let replaced: KeyringWrite;
/** The vault keys after the act, from the write itself. */
let after: TrustedKeyring['vaults'];

const input = (keyring: Keyring) => unlockInput(keyring, unlockerAt(draft.write, 1), draft.recoveryCode);
const drafted = async (keyring: Keyring, act: KeyringAct) => must(await new Keeper().draft(input(keyring), act)).write;
/** As the act itself asks, without the unlockers it made. */
const asks = (write: KeyringWrite) => opens(first, write, { ways: [wayOf(trusted.unlocker)], vaults: after });

beforeAll(async () => {
  draft = await makeTenant();
  const added = {
    act: 'add_passkey',
    email: 'admin@example.com',
    label: 'Passkey',
    kdf: passkeyKdf(),
    prf: PRF,
  } as const;
  first = await keyringAfter(keyringOf(draft), await drafted(keyringOf(draft), added));
  trusted = must(await trustKeyring(input(first)));
  const passkey = first.unlockers.at(-1)?.id ?? '';
  replaced = await drafted(first, { act: 'remove_unlocker', unlocker: await listed(first, passkey) });
  after = must(await trustKeyring(input(await keyringAfter(first, replaced)))).vaults;
});

describe('a draft', () => {
  it('opens as it was made, whatever it changes', async () => {
    expect(await asks(replaced)).toBe(true);
    const acts: KeyringAct[] = [
      { act: 'rotate' },
      { act: 'replace_root' },
      { act: 'make_recovery_set', threshold: 2, count: 3 },
    ];
    for (const act of acts) expect(await new Keeper().draft(input(first), act), act.act).toMatchObject({ ok: true });
  });

  it.each<[string, (write: KeyringWrite) => void]>([
    [
      'a wrap of noise',
      ({ wraps }) => {
        const own = wraps.find((one) => one.unlocker === trusted.unlocker.id);
        if (own) own.jwe = `${own.jwe.slice(0, -6)}AAAAAA`;
      },
    ],
    [
      'a wrap too few',
      (write) => {
        write.wraps = write.wraps.filter((one) => one.unlocker !== trusted.unlocker.id);
      },
    ],
    [
      'an escrow key of noise',
      ({ escrowKeys }) => {
        for (const key of escrowKeys) key.sealedPrivate.sealed = `${key.sealedPrivate.sealed.slice(0, -6)}AAAAAA`;
      },
    ],
    [
      'an escrow key too few',
      (write) => {
        write.escrowKeys = [];
      },
    ],
    [
      'a root of noise',
      ({ root }) => {
        root.sealed = `${root.sealed.slice(0, -6)}AAAAAA`;
      },
    ],
    [
      'a manifest whose signature does not verify',
      (write) => {
        write.manifest = `${write.manifest.slice(0, -6)}AAAAAA`;
      },
    ],
  ])('with %s is not sent, because the keys of before would be overwritten with it', async (_, bend) => {
    expect(await asks(bent(replaced, bend))).toBe(false);
  });
});

describe('a first set-up', () => {
  let ways: Way[];
  beforeAll(async () => {
    const secrets = [PASSPHRASE, draft.recoveryCode, TEAM_PASSPHRASE];
    ways = await Promise.all(
      draft.write.unlockers.map(async (half, place) =>
        wayOf(must(await openUnlocker(TENANT, half, secrets[place] ?? ''))),
      ),
    );
  });
  const asksOfFirst = (write: KeyringWrite) => opens(noKeyring(draft.fingerprint), write, { ways, vaults: [] });
  const noised = (sealed: string) => `${sealed.slice(0, -6)}AAAAAA`;

  it('opens as it was made, by each way that it makes', async () => {
    expect(await asksOfFirst(draft.write)).toBe(true);
  });

  it.each([0, 1, 2])(
    'whose half or wrap %i is noise is not shown, because its sheet would be printed of nothing',
    async (place) => {
      const { id } = draft.write.unlockers[place] ?? { id: '' };
      const half = bent(draft.write, ({ unlockers }) => {
        for (const one of unlockers) if (one.id === id) one.sealed = noised(one.sealed);
      });
      const wrap = bent(draft.write, ({ wraps }) => {
        for (const one of wraps) if (one.unlocker === id) one.jwe = noised(one.jwe);
      });
      const another = bent(draft.write, ({ unlockers }) => {
        const other = unlockers[(place + 1) % 3];
        for (const one of unlockers) if (one.id === id && other) one.sealed = other.sealed;
      });
      for (const write of [half, wrap, another]) expect(await asksOfFirst(write)).toBe(false);
    },
  );

  it('whose root or escrow key is noise, or is not sent, is not shown either', async () => {
    const bends: ((write: KeyringWrite) => void)[] = [
      ({ root }) => {
        root.sealed = noised(root.sealed);
      },
      ({ escrowKeys }) => {
        for (const key of escrowKeys) key.sealedPrivate.sealed = noised(key.sealedPrivate.sealed);
      },
      (write) => {
        write.escrowKeys = [];
      },
    ];
    for (const bend of bends) expect(await asksOfFirst(bent(draft.write, bend))).toBe(false);
  });

  it('is opened by whoever drafts it: one that could not be read back ends before a sheet is shown', async () => {
    // An address as no manifest may have it.
    const asked = { tenant: TENANT, email: 'Admin@Example.com', passphrase: PASSPHRASE, teamPassphrase: null };
    expect(await draftSetUp(asked)).toMatchObject({ ok: false, code: 'keyring_untrusted' });
    expect(await new Keeper().draftSetUp(asked)).toMatchObject({ ok: false });
  });
});

describe('an unlocker’s word that every key opened', () => {
  const change: Omit<KeyringChange, 'by'> = { change: 1, from: 1, version: 2, at: 1, until: 2, replaces: true };
  const personal = () => unlockInput(first, first.unlockers.at(-1)?.id ?? '', PRF);
  const told = async (by: string, more: Partial<KeyringChange> = {}) => {
    const asked = personal();
    asked.keyring = { ...first, changes: [{ ...change, ...more, by }] };
    return new Keeper().unlock(asked);
  };

  it('is given with an unlock where somebody else’s change waits for it', async () => {
    expect(await told('somebody.else@example.com')).toMatchObject({ ok: true, opened: expect.any(String) });
  });

  it('is not given for a change of one’s own, for one that replaced nothing, or by a shared unlocker', async () => {
    expect(await told('admin@example.com')).toMatchObject({ ok: true, opened: null });
    expect(await told('somebody.else@example.com', { replaces: false })).toMatchObject({ ok: true, opened: null });
    const shared = input({ ...first, changes: [{ ...change, by: 'somebody.else@example.com' }] });
    expect(await new Keeper().unlock(shared)).toMatchObject({ ok: true, opened: null });
  });

  it('is given by an only admin too, once the server says that this session counts: it says nothing but what is so', async () => {
    expect(await told('admin@example.com', { waitsFor: 'you' })).toMatchObject({
      ok: true,
      opened: expect.any(String),
    });
    for (const waitsFor of ['your_next_sign_in', 'another_admin'] as const)
      expect(await told('admin@example.com', { waitsFor })).toMatchObject({ ok: true, opened: null });
  });

  it('is not given where the root does not open, because that is a key too', async () => {
    const asked = personal();
    asked.keyring = bent({ ...first, changes: [{ ...change, by: 'somebody.else@example.com' }] }, ({ root }) => {
      if (root) root.sealed = `${root.sealed.slice(0, -6)}AAAAAA`;
    });
    expect(await new Keeper().unlock(asked)).toMatchObject({ ok: true, opened: null });
  });
});
