// Argon2id (RFC 9106) in JavaScript, with the interface of hash-wasm, for tests in workerd, which compiles no WebAssembly.
import { argon2id as derive } from '@noble/hashes/argon2.js';
import { derivedOnce } from './derived-once.ts';

export const argon2id = derivedOnce(({ password, salt, parallelism, iterations, memorySize, hashLength }) =>
  derive(password, salt, { t: iterations, m: memorySize, p: parallelism, dkLen: hashLength }),
);
