import { base64urlnopad } from '@scure/base';
import { beforeAll, describe, expect, it } from 'vitest';
import { readSealed } from '../../schema/jwe.ts';
import { HandSecret, type Revealed } from '../../schema/secret.ts';
import type { HandInput, SetUpDraft } from './contract.ts';
import { ADMIN, keyringOf, makeTenant, PASSPHRASE, TENANT, unlockerAt, unlockInput } from './fixtures.ts';
import { Keeper } from './keeper.ts';

let draft: SetUpDraft;
const keeper = new Keeper();
beforeAll(async () => {
  draft = await makeTenant();
  await keeper.unlock(unlockInput(keyringOf(draft), unlockerAt(draft.write, 0), PASSPHRASE));
});

const input: HandInput = {
  tenant: TENANT,
  machine: crypto.randomUUID(),
  kind: 'bios_password',
  ref: { label: 'BIOS' },
  by: ADMIN,
  plaintext: 'Vm2-kq7',
};
const sealed = async (change: Partial<HandInput> = {}) => {
  const result = await keeper.sealByHand({ ...input, ...change });
  if (!result.ok) throw new Error(result.message);
  return result.request;
};
const recordOf = async (change: Partial<HandInput> = {}): Promise<Revealed> => {
  const request = await sealed(change);
  const kid = draft.write.escrowKeys[0]?.kid ?? '';
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(request.sealed)));
  return {
    id: crypto.randomUUID(),
    machine: input.machine,
    kind: request.kind,
    ref: request.ref,
    auditSeq: 1,
    version: {
      version: 1,
      kid,
      format: 'jwe',
      bound: true,
      run: null,
      by: ADMIN,
      uploadedBy: null,
      eid: request.eid,
      escrowedAt: 1,
      unopenable: false,
      verifiedAt: null,
      finding: null,
      order: null,
      sealedAt: 1,
      hostname: null,
      counts: false,
      sha256: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''),
    },
    sealed: request.sealed,
  };
};

describe('sealing by hand', () => {
  it('binds the ciphertext to machine and person, with no run, and sends nothing of the plaintext', async () => {
    const request = await sealed();
    expect(HandSecret.safeParse(request).success).toBe(true);
    expect(JSON.stringify(request)).not.toContain(input.plaintext);
    const read = readSealed(request.sealed);
    expect(read).toMatchObject({
      ok: true,
      header: { tenant: TENANT, machine: input.machine, run: null, by: ADMIN, kind: 'bios_password', eid: request.eid },
    });
  });

  it('opens like any other secret, also after it was re-sealed, because the header keeps who sealed it', async () => {
    const record = await recordOf();
    expect(await keeper.open(record)).toMatchObject({ ok: true, plaintext: input.plaintext, bound: true });
    const again = await keeper.reseal(record, record.version.kid);
    if (!again.ok) throw new Error(again.message);
    const { resealed } = again;
    expect(readSealed(resealed.sealed)).toMatchObject({ header: { by: ADMIN, run: null, src: record.version.sha256 } });
    expect(await keeper.open({ ...record, sealed: resealed.sealed })).toMatchObject({ plaintext: input.plaintext });
  });

  it('refuses to show it under another name, because the server may not say who added a secret', async () => {
    const record = await recordOf();
    record.version.by = 'somebody@example.com';
    expect(await keeper.open(record)).toMatchObject({ ok: false, code: 'wrong_header' });
  });

  it('takes a recovery password with any dashes, and refuses one with a mistyped digit', async () => {
    const recovery = {
      kind: 'bitlocker_recovery_key',
      ref: { protectorId: crypto.randomUUID(), volume: 'C:' },
    } as const;
    const digits = '000011000022720885111111222222333333444444555555';
    const record = await recordOf({ ...recovery, plaintext: digits.replace(/(.{6})/g, '$1 ') });
    expect(await keeper.open(record)).toMatchObject({ plaintext: digits.match(/.{6}/g)?.join('-') });
    for (const plaintext of [digits.replace('000011', '000012'), digits.slice(1), ''])
      expect(await keeper.sealByHand({ ...input, ...recovery, plaintext })).toMatchObject({ code: 'malformed' });
  });

  it('seals nothing while locked or for another tenant, because only a verified keyring says which key is the tenant’s', async () => {
    expect(await keeper.sealByHand({ ...input, tenant: 'other' })).toMatchObject({ ok: false, code: 'locked' });
    expect(await new Keeper().sealByHand(input)).toMatchObject({ ok: false, code: 'locked' });
  });

  it('never uses a nonce twice', async () => {
    const nonces = await Promise.all(
      Array.from({ length: 8 }, async () => (await sealed()).sealed.split('.')[2] ?? ''),
    );
    expect(new Set(nonces).size).toBe(8);
    for (const nonce of nonces) expect(base64urlnopad.decode(nonce)).toHaveLength(12);
  });
});
