import { beforeAll, describe, expect, it } from 'vitest';
import type { Revealed } from '../../schema/secret.ts';
import type { SetUpDraft } from './contract.ts';
import { keyringOf, makeTenant, PASSPHRASE, sealedRecord, unlockerAt, unlockInput } from './fixtures.ts';
import { Keeper } from './keeper.ts';

let draft: SetUpDraft;
const keeper = new Keeper();
beforeAll(async () => {
  draft = await makeTenant();
  await keeper.unlock(unlockInput(keyringOf(draft), unlockerAt(draft.write, 0), PASSPHRASE));
});

const protector = { protectorId: '5f0c1f8e-9f2b-4d2b-8f27-3f2f2b7a9d10', volume: 'C:' };
const recoveryPassword = '000011-000022-720885-111111-222222-333333-444444-555555';

describe('opening a revealed secret', () => {
  it('shows a BitLocker recovery password in eight groups whose checksum holds', async () => {
    const record = await sealedRecord(draft.write, {
      kind: 'bitlocker_recovery_key',
      ref: protector,
      plaintext: recoveryPassword,
    });
    expect(await keeper.open(record)).toMatchObject({
      ok: true,
      bitlocker: { groups: recoveryPassword.split('-'), checksum: 'valid' },
    });
  });

  it('says that nothing was sealed, because an empty field would be taken for a fault of the page', async () => {
    const empty = { kind: 'other', ref: { label: 'x' }, plaintext: '', enc: 'A256CBC-HS512' } as const;
    const record = await sealedRecord(draft.write, empty);
    expect(await keeper.open(record)).toMatchObject({
      ok: false,
      code: 'empty',
      message: expect.stringMatching(/^Nothing was sealed/),
    });
    expect(await keeper.check(record)).toEqual({ ok: true, finding: 'malformed' });
  });

  it('says which group is not divisible by 11, because a digit in it is wrong', async () => {
    const plaintext = recoveryPassword.replace('000011', '000012');
    const record = await sealedRecord(draft.write, { kind: 'bitlocker_recovery_key', ref: protector, plaintext });
    expect(await keeper.open(record)).toMatchObject({
      ok: true,
      plaintext,
      bitlocker: { checksum: 'invalid', failing: [1] },
    });
  });

  it('opens A256CBC-HS512, because Windows PowerShell 5.1 has no AES-GCM', async () => {
    const record = await sealedRecord(draft.write, {
      kind: 'other',
      ref: { label: 'x' },
      plaintext: 'p',
      enc: 'A256CBC-HS512',
    });
    expect(await keeper.open(record)).toMatchObject({ ok: true, plaintext: 'p' });
  });

  const moves: [string, (record: Revealed) => void][] = [
    [
      'another machine',
      (record) => {
        record.machine = crypto.randomUUID();
      },
    ],
    [
      'another run',
      (record) => {
        record.version.run = crypto.randomUUID();
      },
    ],
    [
      'another kind',
      (record) => {
        Object.assign(record, { kind: 'bios_password', ref: { label: 'x' } });
      },
    ],
    [
      'another account',
      (record) => {
        record.ref = { account: 'Guest' };
      },
    ],
    [
      'another person’s hand',
      (record) => {
        record.version.by = 'somebody@example.com';
      },
    ],
    [
      'another eid',
      (record) => {
        record.version.eid = crypto.randomUUID();
      },
    ],
    [
      'unbound',
      (record) => {
        record.version.bound = false;
      },
    ],
  ];
  it.each(moves)('refuses a ciphertext moved to %s, because the header binds it', async (_name, move) => {
    const record = await sealedRecord(draft.write, {
      kind: 'local_admin_password',
      ref: { account: 'Administrator' },
      plaintext: 'p',
    });
    move(record);
    expect(await keeper.open(record)).toMatchObject({ ok: false, code: 'wrong_header' });
  });

  it('refuses a header with a member too many, because jku or zip would let the sealer steer the opener', async () => {
    const record = await sealedRecord(draft.write, {
      kind: 'other',
      ref: { label: 'x' },
      plaintext: 'p',
      header: { jku: 'https://example.com/' },
    });
    expect(await keeper.open(record)).toMatchObject({ ok: false, code: 'wrong_header' });
  });

  it('refuses a ciphertext with one bit changed', async () => {
    const record = await sealedRecord(draft.write, { kind: 'other', ref: { label: 'x' }, plaintext: 'plaintext' });
    const segments = record.sealed.split('.');
    segments[3] = (segments[3]?.[0] === 'A' ? 'B' : 'A') + segments[3]?.slice(1);
    record.sealed = segments.join('.');
    expect(await keeper.open(record)).toMatchObject({ ok: false, code: 'cannot_open' });
  });
});
