// A secret added by hand: sealed here to the active key of a trusted keyring, and opened again before it may leave.
import { CompactEncrypt } from 'jose/jwe/compact/encrypt';
import { SEALED_TYP, type SealedHeader } from '../../schema/jwe.ts';
import { readRecoveryPassword } from './bitlocker.ts';
import type { HandInput, HandSealed, VaultFault } from './contract.ts';
import { fault, isFault } from './fault.ts';
import { openSecret } from './opener.ts';
import type { SealTo } from './resealer.ts';

/** The form in which a plaintext is sealed: a recovery password in its eight groups, whatever was typed between them. */
function formed({ kind, plaintext }: HandInput): string | VaultFault {
  if (plaintext.trim() === '') return fault('malformed', 'There is nothing to seal.');
  if (kind !== 'bitlocker_recovery_key') return plaintext;
  const password = readRecoveryPassword(plaintext);
  if (!password) return fault('malformed', 'A BitLocker recovery password has 48 digits.');
  return password.checksum === 'valid'
    ? password.groups.join('-')
    : fault('malformed', 'A group of digits fails its checksum: one of them is mistyped.');
}

/** Seals with the header of design §6: `run` null, `by` the person. `iat` is in seconds. */
export async function sealByHand(
  input: HandInput,
  keys: ReadonlyMap<string, CryptoKey>,
  to: SealTo,
  now: number,
): Promise<HandSealed | VaultFault> {
  const plaintext = formed(input);
  if (typeof plaintext !== 'string') return plaintext;
  const { tenant, machine, kind, ref, by } = input;
  const eid = crypto.randomUUID();
  const header: SealedHeader = {
    alg: 'RSA-OAEP-256',
    enc: 'A256GCM',
    kid: to.kid,
    typ: SEALED_TYP,
    tenant,
    machine,
    run: null,
    kind,
    eid,
    iat: Math.floor(now / 1000),
    ref,
    by,
  };
  const sealed = await new CompactEncrypt(new TextEncoder().encode(plaintext))
    .setProtectedHeader(header)
    .encrypt(to.publicKey);
  const again = await openSecret(
    tenant,
    { machine, kind, ref, sealed, version: { kid: to.kid, format: 'jwe', bound: true, run: null, by, eid } },
    keys,
  );
  if (isFault(again)) return again;
  return again.plaintext === plaintext
    ? { kind, eid, ref, sealed }
    : fault('cannot_open', 'What was sealed does not open to the same; it is not sent.');
}
