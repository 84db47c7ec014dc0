import { beforeAll, describe, expect, it } from 'vitest';
import { type EscrowKey, newEscrowKey, newRoot, publicKeyAnswer, stateKey } from './fixtures.ts';
import { type Expected, trustKey } from './tenant-key.ts';

const TENANT = 'acme';
let root: Awaited<ReturnType<typeof newRoot>>;
let other: Awaited<ReturnType<typeof newRoot>>;
let key: EscrowKey;
let swapped: EscrowKey;
beforeAll(async () => {
  [root, other, key, swapped] = await Promise.all([newRoot(), newRoot(), newEscrowKey(), newEscrowKey()]);
});
const expected = (more: Partial<Expected> = {}): Expected => ({
  fingerprint: root.fingerprint,
  minEpoch: 1,
  known: null,
  ...more,
});

describe('the tenant’s key', () => {
  it('is trusted when the pinned root states it', async () => {
    const answer = publicKeyAnswer(key, [await stateKey(root, TENANT, key.kid)]);
    expect(await trustKey(answer, expected())).toMatchObject({
      ok: true,
      kid: key.kid,
      tenant: TENANT,
      firstUse: false,
    });
  });

  it('is trusted when one of several roots is the pinned one, because roots overlap while files are re-issued', async () => {
    const statements = [await stateKey(other, TENANT, key.kid), await stateKey(root, TENANT, key.kid)];
    expect(await trustKey(publicKeyAnswer(key, statements), expected())).toMatchObject({ ok: true });
  });

  it('is pinned on first use where no fingerprint is configured, and refused from another root after', async () => {
    const first = await trustKey(
      publicKeyAnswer(key, [await stateKey(root, TENANT, key.kid)]),
      expected({ fingerprint: null }),
    );
    if (!first.ok) throw new Error(first.message);
    expect(first).toMatchObject({
      firstUse: true,
      pin: { fingerprint: root.fingerprint, tenant: TENANT, keyEpoch: 1 },
    });
    const forged = publicKeyAnswer(key, [await stateKey(other, TENANT, key.kid)]);
    expect(await trustKey(forged, expected({ fingerprint: null, known: first.pin }))).toMatchObject({
      code: 'pin_mismatch',
    });
  });

  it('is refused with each kind of lie, by its own code', async () => {
    const good = await stateKey(root, TENANT, key.kid);
    const code = async (answer: unknown, more: Partial<Expected> = {}) => {
      const result = await trustKey(answer, expected(more));
      return result.ok ? 'trusted' : result.code;
    };
    expect(await code({ hello: 'world' })).toBe('malformed_answer');
    expect(await code({ ...publicKeyAnswer(key, [good]), n: swapped.jwk.n })).toBe('kid_mismatch');
    expect(await code(publicKeyAnswer(swapped, [good]))).toBe('unsigned_key');
    expect(await code(publicKeyAnswer(key, []))).toBe('unsigned_key');
    expect(await code(publicKeyAnswer(key, [`${good.slice(0, -4)}AAAA`]))).toBe('unsigned_key');
    expect(await code(publicKeyAnswer(key, [await stateKey(other, TENANT, key.kid)]))).toBe('pin_mismatch');
    expect(await code(publicKeyAnswer(key, [good]), { minEpoch: 2 })).toBe('key_rolled_back');
    const known = { fingerprint: root.fingerprint, tenant: TENANT, keyEpoch: 2 };
    expect(await code(publicKeyAnswer(key, [good]), { known })).toBe('key_rolled_back');
    expect(await code(publicKeyAnswer(key, [good]), { known: { ...known, tenant: 'else', keyEpoch: 1 } })).toBe(
      'other_tenant',
    );
  });
});
