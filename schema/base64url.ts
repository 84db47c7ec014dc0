// Base64url (RFC 4648 §5) in its one canonical form: no padding, no white space, no bit set that no byte uses. A looser
// reader takes many texts for the same bytes, so that anybody who passes a text on may change its hash without breaking
// what is signed or sealed in it.
import { base64urlnopad } from '@scure/base';

/** The bytes, or null where the text is not the one that encodes them. */
export function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return base64urlnopad.decode(text) as Uint8Array<ArrayBuffer>;
  } catch {
    return null;
  }
}

/** The segments of a compact JWS (three) or JWE (five), each canonical; null where it is not one. */
export function decodeCompact(compact: string, segments: 3 | 5): Uint8Array<ArrayBuffer>[] | null {
  const decoded = compact.split('.').flatMap((segment) => decodeBase64Url(segment) ?? []);
  return decoded.length === segments && compact.split('.').length === segments ? decoded : null;
}

const LAST_OF_ONE_BYTE = /[AQgw]$/;
const LAST_OF_TWO_BYTES = /[AEIMQUYcgkosw048]$/;

/** Whether a text is canonical base64url, without decoding it. */
export function isBase64Url(text: string): boolean {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return false;
  const rest = text.length % 4;
  if (rest === 0) return true;
  return rest === 2 ? LAST_OF_ONE_BYTE.test(text) : rest === 3 && LAST_OF_TWO_BYTES.test(text);
}

/** UTF-8 exactly as it stands: anything else is an error, and a byte order mark is a character like any other. */
export const decodeUtf8 = (bytes: Uint8Array): string =>
  new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
