// The checked-in vectors: what was written once must open for ever, in Node and in the browser.
import { describe, expect, it } from 'vitest';
import type { KeyringWrite } from '../../schema/keyring.ts';
import type { Revealed } from '../../schema/secret.ts';
import { verifyStatement } from '../../schema/signed.ts';
import keyring from '../../schema/vectors/keyring.json';
import secrets from '../../schema/vectors/secrets.json';
import { keyringOf, unlockerAt, unlockInput } from './fixtures.ts';
import { Keeper } from './keeper.ts';

const write = keyring.write as KeyringWrite;
const served = keyringOf({ write, fingerprint: keyring.fingerprint });

describe('the vectors', () => {
  it.each([
    ['the admin’s passphrase', 0, keyring.passphrase],
    ['the recovery code', 1, keyring.recoveryCode],
    ['the team passphrase', 2, keyring.teamPassphrase],
  ])('unlock with %s, and every secret opens', async (_name, index, secret) => {
    const vault = new Keeper();
    expect(await vault.unlock(unlockInput(served, unlockerAt(write, index), secret))).toMatchObject({ ok: true });
    for (const { plaintext, revealed } of secrets.secrets)
      expect(await vault.open(revealed as Revealed)).toMatchObject({ ok: true, plaintext });
    await vault.lock();
  });

  it('hold a statement of the root that the fingerprint names', async () => {
    const statement = await verifyStatement(write.escrowKeys[0]?.statement ?? '');
    expect(statement).toMatchObject({ ok: true, root: keyring.fingerprint, payload: { tenant: keyring.tenant } });
  });
});
