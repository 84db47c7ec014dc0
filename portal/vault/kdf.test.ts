import { hex } from '@scure/base';
import { expect, it } from 'vitest';
import { keyFromPassphrase } from './kdf.ts';

/** The cheapest there is: how a passphrase is read does not depend on it. */
const KDF = { name: 'argon2id', m: 8, t: 1, p: 1, salt: 'A'.repeat(22) } as const;
const keyOf = async (passphrase: string) => hex.encode(await keyFromPassphrase(passphrase, KDF));

it('a passphrase is the same one from every keyboard and out of every field, because it is chosen on one PC and needed on another', async () => {
  const key = await keyOf('Zürich ﬁnd 7');
  for (const same of [
    'Zürich ﬁnd 7'.normalize('NFD'),
    'Zürich find 7',
    'Zürich find ７',
    ' Zürich find 7\t',
    'Zürich\u00a0find\u00a07',
  ])
    expect(await keyOf(same), same).toBe(key);
  for (const other of ['zürich find 7', 'Zurich find 7', 'Zürich  find 7', 'Zürich find7'])
    expect(await keyOf(other), other).not.toBe(key);
});
