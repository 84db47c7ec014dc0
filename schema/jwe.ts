// The sealed secret's outer form: a compact JWE (RFC 7516) with exactly our protected header. Structure only; opens nothing.
import * as z from 'zod';
import { decodeCompact, decodeUtf8 } from './base64url.ts';
import { issueField, issueMessage } from './issue.ts';
import { SecretKind, SecretRef } from './secret-ref.ts';
import { Sha256, TenantId, Text, Thumbprint, Uuid } from './text.ts';

export const SEALED_TYP = 'totl-secret+jwe';
/** RSA-OAEP with a 3072-bit key gives 384 bytes, whatever it wraps. */
export const RSA_BLOCK_BYTES = 384;
const NONCE_AND_TAG_BYTES = { A256GCM: [12, 16], 'A256CBC-HS512': [16, 32] } as const;

/** The PC as its engine knew it when it sealed: most PCs are renamed later, few get another serial. */
export const SealedPc = z.strictObject({ hostname: Text(255), serial: Text(255).nullable() });
export type SealedPc = z.infer<typeof SealedPc>;

/**
 * The protected header, exactly: an unknown member (`zip`, `jwk`, `jku`, `x5u`, `crit`, …) is refused.
 * `run` is null and `by` names the person if one sealed by hand; `src` and `bound: false` come with re-sealing. `pc` is
 * present if the engine names its PC.
 */
export const SealedHeader = z.strictObject({
  alg: z.literal('RSA-OAEP-256'),
  enc: z.enum(['A256GCM', 'A256CBC-HS512']),
  kid: Thumbprint,
  typ: z.literal(SEALED_TYP),
  tenant: TenantId,
  machine: Uuid,
  run: Uuid.nullable(),
  kind: SecretKind,
  eid: Uuid,
  iat: z.int().min(0),
  ref: SecretRef,
  src: Sha256.optional(),
  bound: z.literal(false).optional(),
  by: z.string().max(254).optional(),
  pc: SealedPc.optional(),
});
export type SealedHeader = z.infer<typeof SealedHeader>;

/** `field` is the wrong one; the message never repeats the value. */
export type JweFault = { ok: false; field: string; message: string };

/**
 * Reads the protected header of a compact JWE and checks every segment's length, so that a plaintext sent by mistake
 * is never taken for a ciphertext. Refuses by value.
 */
export function readSealed(compact: string): { ok: true; header: SealedHeader } | JweFault {
  const fault = (field: string, message: string): JweFault => ({ ok: false, field, message });
  if (compact.split('.').length !== 5) return fault('sealed', 'must be a compact JWE: five segments');
  const bytes = decodeCompact(compact, 5);
  if (!bytes) return fault('sealed', 'every segment must be unpadded base64url');
  const [head, key, nonce, ciphertext, tag] = bytes as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  let json: unknown;
  try {
    json = JSON.parse(decodeUtf8(head));
  } catch {
    return fault('sealed', 'the protected header must be JSON in UTF-8');
  }
  const header = SealedHeader.safeParse(json);
  if (!header.success) {
    const [issue] = header.error.issues;
    if (!issue) throw new Error('a failed parse has an issue');
    return fault(`sealed.${issueField(issue, 'header').replace(/^(?!header)/, 'header.')}`, issueMessage(issue));
  }
  const [nonceBytes, tagBytes] = NONCE_AND_TAG_BYTES[header.data.enc];
  if (key.length !== RSA_BLOCK_BYTES) return fault('sealed', `the encrypted key must be ${RSA_BLOCK_BYTES} bytes`);
  if (nonce.length !== nonceBytes) return fault('sealed', `the initialization vector must be ${nonceBytes} bytes`);
  if (tag.length !== tagBytes) return fault('sealed', `the authentication tag must be ${tagBytes} bytes`);
  if (ciphertext.length === 0) return fault('sealed', 'the ciphertext must not be empty');
  if (header.data.enc === 'A256CBC-HS512' && ciphertext.length % 16 !== 0)
    return fault('sealed', 'a CBC ciphertext must be whole blocks of 16 bytes');
  return { ok: true, header: header.data };
}
