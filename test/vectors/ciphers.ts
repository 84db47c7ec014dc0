// Wycheproof's vectors for single primitives, each through the function of ours that uses it.

import { base64 } from '@scure/base';
import { decrypt } from '../../node_modules/jose/dist/webapi/lib/content_encryption.js';
import { jweEncryption } from '../../node_modules/jose/dist/webapi/lib/jwe_algorithms.js';
import { hkdf } from '../../portal/vault/kdf.ts';
import { openRaw } from '../../portal/vault/opener.ts';
import { openAuthenticated } from '../../portal/vault/sealed-bytes.ts';
import cbc from './data/a256cbc-hs512.json';
import gcm from './data/a256gcm.json';
import hkdfVectors from './data/hkdf-sha256.json';
import rsa from './data/rsa-oaep-256.json';
import xchacha from './data/xchacha20-poly1305.json';
import { bytesOf, type Case, isSame, type Suite, type Verdict } from './suite.ts';

type Aead = {
  tcId: number;
  key: string;
  iv?: string;
  aad?: string;
  msg?: string;
  ct?: string;
  tag?: string;
  result: string;
};
type OpenAead = (test: Aead) => Promise<Uint8Array>;

const aead = (name: string, file: { groups: { tests: Aead[] }[] }, open: OpenAead): Suite => ({
  name,
  cases: file.groups.flatMap(({ tests }) =>
    tests.map(
      (test): Case => ({
        id: test.tcId,
        theirs: test.result as Verdict,
        opens: async () => isSame(await open(test), bytesOf(test.msg)),
      }),
    ),
  ),
});

/** The associated data of a JWE is its header, so these cannot be said as one: they go to the step below, where jose opens a content. */
const asContent =
  (enc: 'A256GCM' | 'A256CBC-HS512'): OpenAead =>
  ({ key, iv, aad, ct, tag }) =>
    decrypt(jweEncryption(enc), bytesOf(key), bytesOf(ct), bytesOf(iv), bytesOf(tag), bytesOf(aad));

const RSA = { name: 'RSA-OAEP', hash: 'SHA-256' } as const;
type RsaGroup = {
  file: string;
  jwk: JsonWebKey;
  tests: { tcId: number; msg?: string; ct?: string; label?: string; result: string }[];
};

/** Imported as an escrow key is. */
const rsaCases = ({ jwk, tests }: RsaGroup): Case[] =>
  tests.map(({ tcId, msg, ct, result }) => ({
    id: tcId,
    theirs: result as Verdict,
    opens: async () => {
      const key = await crypto.subtle.importKey('jwk', { ...jwk, ext: false, key_ops: ['decrypt'] }, RSA, false, [
        'decrypt',
      ]);
      return isSame(await openRaw(base64.encode(bytesOf(ct)), key), bytesOf(msg));
    },
  }));

type HkdfTest = { ikm?: string; salt?: string; info?: string; size: number; okm?: string };

const rsaGroups = rsa.groups as RsaGroup[];
const rsaSuite = (file: string, name: string): Suite => ({
  name,
  cases: rsaGroups.filter((group) => group.file === file).flatMap(rsaCases),
});

export const CIPHERS: readonly Suite[] = [
  rsaSuite('rsa_oaep_2048_sha256_mgf1sha256', 'RSA-OAEP-256, 2048'),
  rsaSuite('rsa_oaep_3072_sha256_mgf1sha256', 'RSA-OAEP-256, 3072'),
  rsaSuite('rsa_oaep_4096_sha256_mgf1sha256', 'RSA-OAEP-256, 4096'),
  rsaSuite('rsa_oaep_misc', 'RSA-OAEP-256, misc'),
  aead('A256GCM', gcm, asContent('A256GCM')),
  aead('A256CBC-HS512', cbc, asContent('A256CBC-HS512')),
  aead('XChaCha20-Poly1305', xchacha, async ({ key, iv, aad, ct, tag }) =>
    openAuthenticated(bytesOf(key), bytesOf(aad), bytesOf(`${iv ?? ''}${ct ?? ''}${tag ?? ''}`)),
  ),
  {
    name: 'HKDF-SHA256',
    cases: hkdfVectors.groups.flatMap(({ tests }) =>
      tests.map((test) => ({
        id: test.tcId,
        theirs: test.result as Verdict,
        opens: async () => {
          const { ikm, salt, info, size, okm } = test as HkdfTest;
          const key = await hkdf(bytesOf(ikm), { salt: bytesOf(salt), info: bytesOf(info), size });
          return isSame(key, bytesOf(okm));
        },
      })),
    ),
  },
];
