declare module 'node-jose' {
  type Key = { kid: string };
  type Header = Record<string, unknown>;
  const jose: {
    JWK: { asKey: (text: string, form: 'pem') => Promise<Key> };
    JWE: {
      createDecrypt: (key: Key) => { decrypt: (sealed: string) => Promise<{ payload: Buffer }> };
      createEncrypt: (
        options: { format: 'compact'; contentAlg: string; fields: Header },
        recipient: { key: Key; reference: boolean },
      ) => { update: (text: string, encoding: 'utf8') => { final: () => Promise<string> } };
    };
  };
  export default jose;
}
