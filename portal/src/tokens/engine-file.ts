// The file an engine is configured with. Its pin and epoch are what this browser has verified, on the line of keyrings that it has seen, never the
// server's word alone.
import '../../vault/jitless.ts';
import type { EngineFile } from '../../../schema/engine-file.ts';
import type { Keyring, PublicKeyAnswer } from '../../../schema/keyring.ts';
import { sha256Hex, signedSha256, verifyManifest } from '../../../schema/signed.ts';
import type { IssuedToken } from '../../../schema/token.ts';
import { isRemembered, type SeenBefore, type SeenManifest } from '../../vault/contract.ts';
import { offTheLine } from '../../vault/line.ts';
import { seenBefore, seenManifest } from '../unlock/vault-client.ts';

/** A file is read by some browsers after the turn that saved it. */
const FILE_KEPT_MS = 60_000;

/** A keyring's manifest, its signature verified; `minEpoch` is its active escrow key's, or else its newest one's. */
export type SignedKeyring =
  | {
      ok: true;
      tenant: string;
      root: string;
      version: number;
      /** Of the whole text, and of header and payload alone. */
      sha256: string;
      signed: string;
      /** What this browser had seen at the time of the check, and whether the keyring leads on from there. */
      from: SeenManifest | SeenBefore | null;
      follows: boolean;
      minEpoch: number;
      tenantKey?: PublicKeyAnswer;
    }
  | { ok: false; message: string };

/**
 * The pin that may go into an engine. `unproven`: the verified root has not signed the server's keyring; `says` is why.
 */
export type Pin =
  | { state: 'none' }
  | { state: 'unseen' }
  | { state: 'differs' }
  | { state: 'unproven'; says: string }
  | { state: 'verified'; fingerprint: string; minEpoch: number; tenantKey?: PublicKeyAnswer };

/**
 * Verifies the manifest of a keyring as the server shows it, and walks to it from the one that this browser has seen;
 * `pinOf` judges the result. Throws what the API throws.
 */
export async function verifyKeyring(asked: string, keyring: Keyring): Promise<SignedKeyring> {
  const { manifest, escrowKeys } = keyring;
  const [verified, sha256] = await Promise.all([verifyManifest(manifest), sha256Hex(manifest)]);
  if (!verified.ok) return verified;
  const { tenant, version, keys } = verified.payload;
  const before = await seenBefore({ tenant: asked, keyring });
  const now = { manifest: verified.payload, root: verified.root, sha256 };
  const off = await offTheLine({ tenant: asked, keyring, ...before }, now);
  const active = keys.filter((key) => key.state === 'active');
  const minEpoch = Math.max(...(active.length > 0 ? active : keys).map((key) => key.keyEpoch));
  // As the API hands it out, for a PC that cannot ask; its engine checks it against the pin as it would that answer.
  const key = escrowKeys.find((one) => one.kid === active[0]?.kid);
  const tenantKey: PublicKeyAnswer | undefined = key && {
    ...key.jwk,
    kid: key.kid,
    alg: 'RSA-OAEP-256',
    use: 'enc',
    statements: [key.statement, ...(key.oldStatements ?? [])],
  };
  const signed = await signedSha256(manifest);
  const line = { from: before.seen, follows: off === null };
  const held = { tenant, root: verified.root, version, sha256, signed, minEpoch, ...line };
  return { ok: true, ...held, ...(tenantKey ? { tenantKey } : {}) };
}

/** Compares the server's fingerprint (null: none) and keyring with what this browser has verified. */
export function pinOf(tenant: string, told: string | null, keyring: SignedKeyring | null): Pin {
  const seen = seenManifest(tenant);
  if (!seen) return told === null ? { state: 'none' } : { state: 'unseen' };
  // Having none counts as another one, too: a server must not be able to take the pin away.
  if (told !== seen.fingerprint) return { state: 'differs' };
  const unproven = (says: string): Pin => ({ state: 'unproven', says });
  if (!keyring) return unproven('The server shows no keyring.');
  if (!keyring.ok) return unproven(`The server’s keyring is refused: ${keyring.message}.`);
  if (keyring.tenant !== tenant) return unproven('The server’s keyring is another tenant’s.');
  if (keyring.root !== seen.fingerprint)
    return unproven('The server’s keyring is signed by another root than this browser has verified.');
  if (keyring.version < seen.version)
    return unproven(
      `The server sent version ${keyring.version} of the keyring; this browser has seen version ${seen.version}.`,
    );
  if (keyring.version === seen.version && !isRemembered(seen, keyring))
    return unproven(`The server sent another version ${seen.version} of the keyring than this browser has seen.`);
  // Anything seen since the check is checked with the next refresh.
  const walked = keyring.follows && JSON.stringify(keyring.from) === JSON.stringify(seen);
  if (keyring.version > seen.version && !walked)
    return unproven('The server’s keyring does not follow on the one that this browser has verified.');
  const { minEpoch, tenantKey } = keyring;
  return { state: 'verified', fingerprint: seen.fingerprint, minEpoch, ...(tenantKey ? { tenantKey } : {}) };
}

const engineOrigin = (): string =>
  document.querySelector<HTMLMetaElement>('meta[name=engine-origin]')?.content ??
  'https://totlprovision-api.totlcom-inc.workers.dev';

/**
 * The file for a token that was asked for under `pin`; null where the server's answer names another fingerprint than was asked with, or
 * none: then the token goes into no engine. Unpinned, the server's epoch is as good as its root.
 */
export function engineFile({ token, fingerprint: answered, minEpoch: told }: IssuedToken, pin: Pin): EngineFile | null {
  const fingerprint = pin.state === 'verified' ? pin.fingerprint : null;
  if (answered !== fingerprint) return null;
  const minEpoch = pin.state === 'verified' ? pin.minEpoch : Math.max(1, told ?? 1);
  const tenantKey = pin.state === 'verified' ? pin.tenantKey : undefined;
  return { apiOrigin: engineOrigin(), token, fingerprint, minEpoch, ...(tenantKey ? { tenantKey } : {}) };
}

export const engineFileName = (prefix: string): string => `totlprovision-engine-${prefix}.json`;

/** Saves it as a download. */
export function saveEngineFile(file: EngineFile, prefix: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`${JSON.stringify(file, null, 2)}\n`], { type: 'application/json' }));
  link.download = engineFileName(prefix);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), FILE_KEPT_MS);
}
