// hash-wasm itself, as the tests of the vault in Node and Chromium use it. By its file: its name leads here.
import { argon2id as derive } from 'hash-wasm/dist/index.esm.js';
import { derivedOnce } from './derived-once.ts';

export const argon2id = derivedOnce((input) => derive({ ...input, outputType: 'binary' }));
