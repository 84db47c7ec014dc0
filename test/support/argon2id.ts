// Argon2id (RFC 9106) in JavaScript, with the interface of hash-wasm, for tests in workerd. The same input is derived once: it takes a
// second where WebAssembly takes a third of one.
import { argon2id as derive } from '@noble/hashes/argon2.js';

type Options = {
  password: string;
  salt: Uint8Array;
  parallelism: number;
  iterations: number;
  memorySize: number;
  hashLength: number;
};

const known = new Map<string, Uint8Array>();

export async function argon2id({ password, salt, parallelism, iterations, memorySize, hashLength }: Options) {
  const key = JSON.stringify([password, [...salt], parallelism, iterations, memorySize, hashLength]);
  const before = known.get(key);
  if (before) return before;
  const derived = derive(password, salt, { t: iterations, m: memorySize, p: parallelism, dkLen: hashLength });
  known.set(key, derived);
  return derived;
}
