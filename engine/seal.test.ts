import { beforeAll, expect, it } from 'vitest';
import type { RsaPublicJwk } from '../schema/jwk.ts';
import { newEscrowKey } from './fixtures.ts';
import { type SealInput, seal, sealRaw } from './seal.ts';

let jwk: RsaPublicJwk;
let input: Omit<SealInput, 'plaintext'>;
beforeAll(async () => {
  const key = await newEscrowKey();
  jwk = key.jwk;
  const ids = { machine: crypto.randomUUID(), run: crypto.randomUUID(), eid: crypto.randomUUID() };
  const about = { tenant: 'acme', kind: 'local_admin_password', ref: { account: 'A' }, iat: 1 } as const;
  input = { ...ids, ...about, kid: key.kid, jwk };
});

it('a password with half a surrogate pair, as a careless generator makes one, is refused without a word of it, because another would be opened', async () => {
  for (const plaintext of ['kq7\ud83dVm2', '\udc00', 'x\udd11\ud83d']) {
    for (const act of [() => seal({ ...input, plaintext }), () => sealRaw(jwk, plaintext)]) {
      const said = await act().catch((error: unknown) => String(error));
      expect(said).toContain('well-formed Unicode');
      expect(said).not.toContain('kq7');
    }
  }
  expect((await seal({ ...input, plaintext: 'whole \u{1f511} \ufffd' })).split('.')).toHaveLength(5);
});
