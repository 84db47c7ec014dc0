declare module 'hash-wasm/dist/index.esm.js' {
  export * from 'hash-wasm';
}
