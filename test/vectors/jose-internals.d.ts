// Two files of jose that it does not export: what its JWE and JWS are made of.
declare module '*/lib/content_encryption.js' {
  type Bytes = Uint8Array<ArrayBufferLike>;
  export function decrypt(enc: unknown, cek: Bytes, ciphertext: Bytes, iv: Bytes, tag: Bytes, aad: Bytes): Promise<Bytes>;
}
declare module '*/lib/jwe_algorithms.js' {
  export function jweEncryption(enc: string): unknown;
}
declare module '*/lib/jws_algorithms.js' {
  export function jwsAlgorithm(alg: string): { signing: SubtleCryptoSignAlgorithm };
}
declare module '*?raw' {
  const text: string;
  export default text;
}
