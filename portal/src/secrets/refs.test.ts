import { describe, expect, it } from 'vitest';
import type { Secret, SecretRef } from '../../../schema/secret.ts';
import { newestKeysFirst } from './refs.ts';

const held = (id: string, ref: SecretRef, sealedAt: number, goneAt: number | null = null) =>
  ({ id, ref, goneAt, offered: [{ sealedAt }], versions: [{ sealedAt }] }) as Secret;
const key = (id: string, volume: string, sealedAt: number, goneAt?: number) =>
  held(id, { protectorId: id, volume }, sealedAt, goneAt);

describe('the recovery keys of one volume', () => {
  const secrets = [
    key('old', 'C:', 1),
    key('data', 'D:', 2),
    key('new', 'C:', 3),
    key('gone', 'C:', 4, 5),
    held('password', { account: 'Administrator' }, 4),
  ];

  it('come with the latest sealed first and those that are gone last, so that the key a PC asks for today is the first to hand', () => {
    expect(newestKeysFirst(secrets).map(({ id }) => id)).toEqual(['new', 'old', 'gone', 'data', 'password']);
  });
});
