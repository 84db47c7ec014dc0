import { describe, expect, it } from 'vitest';
import type { Secret, SecretRef } from '../../schema/secret.ts';
import { isReplaced, newestKeysFirst } from './refs.ts';

const held = (id: string, ref: SecretRef, escrowedAt: number) => ({ id, ref, versions: [{ escrowedAt }] }) as Secret;
const key = (id: string, volume: string, escrowedAt: number) => held(id, { protectorId: id, volume }, escrowedAt);

describe('the recovery keys of one volume', () => {
  const secrets = [
    key('old', 'C:', 1),
    key('data', 'D:', 2),
    key('new', 'C:', 3),
    held('password', { account: 'Administrator' }, 4),
  ];

  it('come newest first, so that the key a PC asks for today is the first to hand', () => {
    expect(newestKeysFirst(secrets).map(({ id }) => id)).toEqual(['new', 'old', 'data', 'password']);
  });

  it('are of one volume in any spelling, and an account that is written otherwise is the same one', () => {
    const spelled = [
      key('a', 'c', 1),
      key('b', 'C:\\', 2),
      held('c', { account: '.\\administrator' }, 3),
      held('d', { account: 'Administrator' }, 4),
    ];
    expect(spelled.filter((secret) => isReplaced(secret, spelled)).map(({ id }) => id)).toEqual(['a', 'c']);
    expect(newestKeysFirst(spelled).map(({ id }) => id)).toEqual(['b', 'a', 'c', 'd']);
  });

  it('say of the older that there is a newer one, and of nothing else', () => {
    expect(secrets.filter((secret) => isReplaced(secret, secrets)).map(({ id }) => id)).toEqual(['old']);
  });
});
