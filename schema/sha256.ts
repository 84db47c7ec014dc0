// The hashes of signed and sealed texts. Apart from the schemas, so that a page which only remembers a manifest needs
// no parser.

/** SHA-256 in hex of a text: of a compact JWS, a manifest's `previous`; of a sealed half, what a change names. */
export async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * SHA-256 in hex of the text that a compact JWS signs: header and payload. One signed text always has two signatures
 * that verify, (r, s) and (r, n − s), and anybody can make one from the other: what a browser remembers about a
 * document must be the same for both.
 */
export const signedSha256 = (compact: string): Promise<string> => sha256Hex(compact.slice(0, compact.lastIndexOf('.')));
