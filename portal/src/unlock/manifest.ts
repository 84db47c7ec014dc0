// A keyring's manifest, read for labels on screen only. Trust is the vault's: it verifies the same text before it
// unlocks.
import { decodeCompact, decodeUtf8 } from '../../../schema/base64url.ts';
import type { Keyring } from '../../../schema/keyring.ts';
import type { Manifest, ManifestUnlocker } from '../../../schema/signed.ts';
import { ApiProblem } from '../api/http.ts';

/** Reads the payload of a keyring's manifest without verifying it. Throws `ApiProblem` where it cannot be read. */
export function readManifest(keyring: Keyring): Manifest {
  try {
    return readPayload<Manifest>(keyring.manifest);
  } catch {
    throw new ApiProblem('keyring_unreadable', 'The server’s keyring cannot be read. Tell your operator.');
  }
}

/** The payload of a compact JWS, unverified. */
export function readPayload<T>(compact: string): T {
  const payload = decodeCompact(compact, 3)?.[1];
  if (!payload) throw new TypeError('not a compact JWS');
  return JSON.parse(decodeUtf8(payload)) as T;
}

/** The unlockers this person may use, their own first. */
export function usableUnlockers(keyring: Keyring): ManifestUnlocker[] {
  const held = new Set(keyring.unlockers.map((one) => one.id));
  const rank = (one: ManifestUnlocker) => (one.owner !== null ? 0 : one.kind === 'passphrase' ? 1 : 2);
  return readManifest(keyring)
    .unlockers.filter((one) => held.has(one.id))
    .sort((a, b) => rank(a) - rank(b));
}
