// ECDH on P-256. Our way to it is the wrap of a vault key, so each vector becomes one: its shared secret wraps a key by the steps of RFC 7518
// (§4.6.2, §4.4, §5.3), written down once more here, and `openWrap` finds that key where it agrees on the same secret.
import { base64urlnopad } from '@scure/base';
import { openWrap } from '../../portal/vault/vault-key.ts';
import ecdh from './data/ecdh-p256.json';
import { bytesOf, isSame, type Suite, type Verdict } from './suite.ts';

type Jwk = { kty: string; crv: string; x: string; y: string; d?: string };
type Test = { tcId: number; public: Jwk; private: Jwk; shared?: string; result: string };

const ECDH = { name: 'ECDH', namedCurve: 'P-256' } as const;
const text = (value: string) => new TextEncoder().encode(value) as Uint8Array<ArrayBuffer>;
const uint32 = (value: number): Uint8Array => new Uint8Array(new Uint32Array([value]).map(swapped).buffer);
const swapped = (value: number): number =>
  ((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);
const joined = (...parts: Uint8Array[]): Uint8Array<ArrayBuffer> => Uint8Array.from(parts.flatMap((part) => [...part]));

async function wrapKey(shared: Uint8Array): Promise<CryptoKey> {
  const alg = text('ECDH-ES+A256KW');
  const info = joined(uint32(alg.length), alg, uint32(0), uint32(0), uint32(256));
  const derived = await crypto.subtle.digest('SHA-256', joined(uint32(1), shared, info));
  return crypto.subtle.importKey('raw', derived, 'AES-KW', false, ['wrapKey']);
}

async function wrapped(shared: Uint8Array, epk: Jwk, plaintext: Uint8Array<ArrayBuffer>): Promise<string> {
  const header = base64urlnopad.encode(text(JSON.stringify({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM', epk })));
  const bits = crypto.getRandomValues(new Uint8Array(32));
  const content = await crypto.subtle.importKey('raw', bits, 'AES-GCM', true, ['encrypt']);
  const key = await crypto.subtle.wrapKey('raw', content, await wrapKey(shared), 'AES-KW');
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const aes = { name: 'AES-GCM', iv, additionalData: text(header) };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(aes, content, plaintext));
  const rest = [new Uint8Array(key), iv, sealed.slice(0, -16), sealed.slice(-16)];
  return [header, ...rest.map((part) => base64urlnopad.encode(part))].join('.');
}

/** Where no secret is published, none can be agreed on: any will do. */
const NONE = '00'.repeat(32);
const PLAINTEXT = text('a vault key');

export const KEY_AGREEMENT: Suite = {
  name: 'ECDH, P-256',
  cases: (ecdh.groups as { tests: Test[] }[]).flatMap(({ tests }) =>
    tests.map((test) => ({
      id: test.tcId,
      theirs: test.result as Verdict,
      opens: async () => {
        const own = await crypto.subtle.importKey('jwk', test.private, ECDH, false, ['deriveBits']);
        const { plaintext } = await openWrap(await wrapped(bytesOf(test.shared || NONE), test.public, PLAINTEXT), own);
        return isSame(plaintext, PLAINTEXT);
      },
    })),
  ),
};
