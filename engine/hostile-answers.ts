// For tests: a tenant with an honest key of epoch 2, and the lies that a server may tell an engine that has seen it.
import { newEscrowKey, newRoot, publicKeyAnswer, stateKey } from './fixtures.ts';
import type { EngineRefusalCode } from './refusal.ts';

/** `pinned`: whether the engine's file carries the fingerprint; without it the engine has pinned on first use. */
export type Lie = { name: string; pinned: boolean; answer: unknown; code: EngineRefusalCode };

export const HOSTILE_TENANT = 'acme';

export async function hostileAnswers() {
  const [root, evil] = await Promise.all([newRoot(), newRoot()]);
  const [older, key, swapped] = await Promise.all([newEscrowKey(), newEscrowKey(), newEscrowKey()]);
  const good = await stateKey(root, HOSTILE_TENANT, key.kid, 2);
  const honest = publicKeyAnswer(key, [good]);
  const own = publicKeyAnswer(swapped, [await stateKey(evil, HOSTILE_TENANT, swapped.kid, 3)]);
  const [head = '', payload = '', signature = ''] = good.split('.');
  const header = { ...JSON.parse(Buffer.from(head, 'base64url').toString()), typ: 'totl-manifest+jws' };
  const forged = [Buffer.from(JSON.stringify(header)).toString('base64url'), payload, signature].join('.');
  const lies: Lie[] = [
    { name: 'swap the key for its own with its own root', pinned: true, answer: own, code: 'pin_mismatch' },
    { name: 'swap the key for its own after a first use', pinned: false, answer: own, code: 'pin_mismatch' },
    {
      name: 'swap the key for one that nobody states',
      pinned: true,
      answer: publicKeyAnswer(swapped, []),
      code: 'unsigned_key',
    },
    {
      name: 'put its own modulus under the honest kid and statement',
      pinned: true,
      answer: { ...honest, n: swapped.jwk.n },
      code: 'kid_mismatch',
    },
    {
      name: 'replay an older key with its honest statement',
      pinned: true,
      answer: publicKeyAnswer(older, [await stateKey(root, HOSTILE_TENANT, older.kid, 1)]),
      code: 'key_rolled_back',
    },
    {
      name: 'answer with another tenant’s key, even one that the same root states',
      pinned: true,
      answer: publicKeyAnswer(key, [await stateKey(root, 'else', key.kid, 2)]),
      code: 'other_tenant',
    },
    {
      name: 'pass off another document of the root for a statement, because each has its own typ',
      pinned: true,
      answer: publicKeyAnswer(key, [forged]),
      code: 'unsigned_key',
    },
  ];
  return { fingerprint: root.fingerprint, key, honest, lies };
}
