// A recovery share as people keep it: 27 bytes in Crockford's base32, eleven groups of four, with a checksum that
// catches a slip before anything is tried. The first set-up makes one share of one: threshold 1, index 1.
import { sha256 } from '@noble/hashes/sha2.js';
import { base32crockford, hex } from '@scure/base';
import { tidied } from '../../schema/typed-text.ts';

const VERSION = 1;
const SET_ID_BYTES = 4;
export const RECOVERY_SECRET_BYTES = 16;
const CHECKSUM_BYTES = 4;
const HEAD_BYTES = 1 + SET_ID_BYTES + 1 + 1;
const GROUP_CHARACTERS = 4;

/** `setId` is 8 hex digits; `secret` is the secret itself where the threshold is 1. */
export type RecoveryShare = { setId: string; threshold: number; index: number; secret: Uint8Array };

const checksum = (bytes: Uint8Array): Uint8Array => sha256(bytes).subarray(0, CHECKSUM_BYTES);

/** version | set id | threshold | index | secret | checksum (first 4 bytes of SHA-256 of all before it). */
export function formatRecoveryCode(share: RecoveryShare): string {
  const body = new Uint8Array([VERSION, ...hex.decode(share.setId), share.threshold, share.index, ...share.secret]);
  const code = base32crockford.encode(new Uint8Array([...body, ...checksum(body)]));
  return code.match(new RegExp(`.{1,${GROUP_CHARACTERS}}`, 'g'))?.join('-') ?? code;
}

/** Reads a code as a person typed it: any case, spaces and dashes anywhere, O for 0, I and L for 1. Null: not a whole code. */
export function parseRecoveryCode(typed: string): RecoveryShare | null {
  let bytes: Uint8Array;
  try {
    bytes = base32crockford.decode(
      tidied(typed).toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1'),
    );
  } catch {
    return null;
  }
  if (bytes.length !== HEAD_BYTES + RECOVERY_SECRET_BYTES + CHECKSUM_BYTES || bytes[0] !== VERSION) return null;
  const body = bytes.subarray(0, -CHECKSUM_BYTES);
  if (hex.encode(checksum(body)) !== hex.encode(bytes.subarray(-CHECKSUM_BYTES))) return null;
  return {
    setId: hex.encode(body.slice(1, 1 + SET_ID_BYTES)),
    threshold: body[1 + SET_ID_BYTES] ?? 0,
    index: body[2 + SET_ID_BYTES] ?? 0,
    secret: body.slice(HEAD_BYTES),
  };
}
