// Opening one revealed ciphertext: its protected header is checked against the record it is shown under, then it is
// decrypted. Moving a ciphertext to another machine or field is noticed here. Forging one is not: anyone may seal to a
// public key.
import { base64 } from '@scure/base';
import { compactDecrypt } from 'jose/jwe/compact/decrypt';
import { readSealed } from '../../schema/jwe.ts';
import type { Revealed } from '../../schema/secret.ts';
import { isSameRef } from '../../schema/windows-names.ts';
import { readRecoveryPassword } from './bitlocker.ts';
import type { Opened, VaultFault } from './contract.ts';
import { fault, isFault } from './fault.ts';

/**
 * The fields of a record that its ciphertext is checked against. `by` is absent in bundles made before secrets could be
 * added by hand.
 */
type Placed = Pick<Revealed, 'machine' | 'kind' | 'ref' | 'sealed'> & {
  version: Pick<Revealed['version'], 'kid' | 'format' | 'bound' | 'run' | 'eid'> & { by?: string | null };
};

/** Opens with the escrow key of the version's kid, whatever the bytes may be. */
export async function openBytesOf(
  tenant: string,
  revealed: Placed,
  keys: ReadonlyMap<string, CryptoKey>,
): Promise<{ bytes: Uint8Array; bound: boolean } | VaultFault> {
  const key = keys.get(revealed.version.kid);
  if (!key) return fault('unknown_kid', 'Your unlocker holds no key for this secret. Lock and unlock, then try again.');
  if (revealed.version.format === 'jwe') {
    const wrong = wrongHeader(tenant, revealed);
    if (wrong) return wrong;
  }
  const { format, bound } = revealed.version;
  try {
    const bytes = format === 'jwe' ? await openJwe(revealed.sealed, key) : await openRaw(revealed.sealed, key);
    return { bytes, bound: format === 'jwe' && bound };
  } catch {
    return fault(
      'cannot_open',
      'This ciphertext does not open with the key it names: it was damaged or tampered with.',
    );
  }
}

/** Opens one that is text, as every secret should be. */
export async function openSecret(
  tenant: string,
  revealed: Placed,
  keys: ReadonlyMap<string, CryptoKey>,
): Promise<Opened | VaultFault> {
  const opened = await openBytesOf(tenant, revealed, keys);
  if (isFault(opened)) return opened;
  if (opened.bytes.length === 0)
    return fault('empty', 'Nothing was sealed: this secret is empty. Whoever sealed it had nothing in hand.');
  let plaintext: string;
  try {
    plaintext = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(opened.bytes);
  } catch {
    return fault('not_text', 'What was sealed is not text in UTF-8.');
  }
  const bitlocker = revealed.kind === 'bitlocker_recovery_key' ? readRecoveryPassword(plaintext) : null;
  const sealed = revealed.version.format === 'jwe' ? readSealed(revealed.sealed) : null;
  const header = sealed?.ok ? sealed.header : null;
  return {
    plaintext,
    bound: opened.bound,
    bitlocker,
    sealedAt: header && header.iat * 1000,
    pc: header?.pc ?? null,
  };
}

function wrongHeader(tenant: string, revealed: Placed): VaultFault | null {
  const sealed = readSealed(revealed.sealed);
  if (!sealed.ok) return fault('wrong_header', `The ciphertext’s header is not one of ours (${sealed.field}).`);
  const { header } = sealed;
  const same: [string, boolean][] = [
    ['tenant', header.tenant === tenant],
    ['machine', header.machine === revealed.machine],
    ['run', header.run === revealed.version.run],
    ['by', (header.by ?? null) === (revealed.version.by ?? null)],
    ['kind', header.kind === revealed.kind],
    ['eid', header.eid === revealed.version.eid],
    ['ref', isSameRef(header.ref, revealed.ref)],
    ['kid', header.kid === revealed.version.kid],
    ['bound', (header.bound ?? true) === revealed.version.bound],
  ];
  const differing = same.filter(([, equal]) => !equal).map(([field]) => field);
  return differing.length === 0
    ? null
    : fault('wrong_header', `This ciphertext was sealed for another place (${differing.join(', ')}). It is not shown.`);
}

/** Throws unless it opens, by the algorithms of a sealed secret alone. Whose it is has been checked before. */
export async function openJwe(sealed: string, key: CryptoKey): Promise<Uint8Array> {
  const { plaintext } = await compactDecrypt(sealed, key, {
    keyManagementAlgorithms: ['RSA-OAEP-256'],
    contentEncryptionAlgorithms: ['A256GCM', 'A256CBC-HS512'],
  });
  return plaintext;
}

/** Throws unless it opens. */
export const openRaw = async (sealed: string, key: CryptoKey): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.decrypt({ name: 'RSA-OAEP' }, key, base64.decode(sealed) as BufferSource));
