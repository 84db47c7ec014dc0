// Re-sealing one secret to the active escrow key: opened, sealed anew with its header kept, and opened again before it may be uploaded.
import { hex } from '@scure/base';
import { CompactEncrypt } from 'jose/jwe/compact/encrypt';
import { readSealed, SEALED_TYP, type SealedHeader } from '../../schema/jwe.ts';
import type { RsaPublicJwk } from '../../schema/jwk.ts';
import type { Resealed } from '../../schema/rotation.ts';
import type { Revealed } from '../../schema/secret.ts';
import type { VaultFault } from './contract.ts';
import { fault, isFault } from './fault.ts';
import { openBytesOf } from './opener.ts';

/** The key to seal to: the active one of a trusted manifest. */
export type SealTo = { kid: string; publicKey: CryptoKey };

export const sealTo = async (kid: string, jwk: RsaPublicJwk): Promise<SealTo> => ({
  kid,
  publicKey: await crypto.subtle.importKey('jwk', jwk, { name: 'RSA-OAEP', hash: 'SHA-256' }, false, ['encrypt']),
});

/** `src` is the SHA-256 of the text it was made from; a raw origin stays `bound: false` for ever. */
function headerFor(tenant: string, item: Revealed, kid: string, src: string, enc: SealedHeader['enc']): SealedHeader {
  const { machine, kind, version } = item;
  const read = version.format === 'jwe' ? readSealed(item.sealed) : null;
  const raw = { iat: Math.floor(version.escrowedAt / 1000), by: undefined, pc: undefined, ref: item.ref };
  const { iat, by, pc, ref } = read?.ok ? read.header : raw;
  return {
    alg: 'RSA-OAEP-256',
    enc,
    kid,
    typ: SEALED_TYP,
    tenant,
    machine,
    run: version.run,
    kind,
    eid: version.eid,
    iat,
    ref,
    src,
    ...(by === undefined ? {} : { by }),
    ...(pc === undefined ? {} : { pc }),
    ...(version.bound ? {} : { bound: false as const }),
  };
}

/** Re-seals one version. Refused, with the opener's reason, if it does not open or comes out different. */
export async function resealSecret(
  tenant: string,
  item: Revealed,
  keys: ReadonlyMap<string, CryptoKey>,
  to: SealTo,
): Promise<Resealed | VaultFault> {
  const opened = await openBytesOf(tenant, item, keys);
  if (isFault(opened)) return opened;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(item.sealed));
  const src = hex.encode(new Uint8Array(digest));
  // The swap compares with the server's word on what it holds: that must be the ciphertext opened here.
  if (src !== item.version.sha256) return fault('cannot_open', 'The ciphertext is not the one that its record names.');
  // As it was opened, not as the record has it: a raw origin that a server calls bound would be sealed as bound for ever.
  const source: Revealed = { ...item, version: { ...item.version, bound: opened.bound } };
  // Under GCM an empty secret is an empty ciphertext, which nobody accepts; and a key can go only once everything is
  // re-sealed.
  const enc = opened.bytes.length === 0 ? 'A256CBC-HS512' : 'A256GCM';
  const sealed = await new CompactEncrypt(opened.bytes)
    .setProtectedHeader(headerFor(tenant, source, to.kid, src, enc))
    .encrypt(to.publicKey);
  const again = await openBytesOf(
    tenant,
    { ...source, sealed, version: { ...source.version, kid: to.kid, format: 'jwe' } },
    keys,
  );
  if (isFault(again)) return again;
  if (hex.encode(again.bytes) !== hex.encode(opened.bytes))
    return fault('cannot_open', 'What was sealed anew does not open to the same; it is not uploaded.');
  const { id: secret, version } = item;
  return { secret, version: version.version, fromKid: version.kid, fromSha256: src, sealed };
}
