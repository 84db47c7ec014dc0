// Argon2id (RFC 9106) in JavaScript, with the interface of hash-wasm, for tests in workerd, which compiles no WebAssembly. It takes eight
// kilobytes a lane and one pass, whatever is asked for: that passphrases get the cost they are promised is proved by the vault's own tests,
// in Node and in Chromium. What is asked for goes into the key all the same, so another cost opens nothing.
import { argon2id as derive } from '@noble/hashes/argon2.js';
import { derivedOnce } from './derived-once.ts';

const KIBIBYTES_A_LANE = 8;

export const argon2id = derivedOnce(({ password, salt, parallelism, iterations, memorySize, hashLength }) =>
  derive(password, salt, {
    t: 1,
    m: KIBIBYTES_A_LANE * parallelism,
    p: parallelism,
    dkLen: hashLength,
    personalization: new TextEncoder().encode(JSON.stringify({ iterations, memorySize })),
  }),
);
