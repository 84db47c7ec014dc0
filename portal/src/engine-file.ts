// The file an engine is configured with. Its pin comes from what this browser has verified, never from the server's word alone.
import '../vault/jitless.ts';
import type { EngineFile } from '../../schema/engine-file.ts';
import type { Keyring } from '../../schema/keyring.ts';
import { verifyManifest } from '../../schema/signed.ts';
import { seenManifest } from './vault-client.ts';

/** A file is read by some browsers after the turn that saved it. */
const FILE_KEPT_MS = 60_000;

/** Whether a fingerprint may go into an engine: `told` is the server's, null before the set-up. */
export type Pin =
  | { state: 'none' }
  | { state: 'unseen' }
  | { state: 'differs' }
  | { state: 'verified'; fingerprint: string };

/** Holds the server's fingerprint against what this browser has verified. */
export function pinOf(tenant: string, told: string | null): Pin {
  if (told === null) return { state: 'none' };
  const seen = seenManifest(tenant);
  if (!seen) return { state: 'unseen' };
  return seen.fingerprint === told ? { state: 'verified', fingerprint: told } : { state: 'differs' };
}

const engineOrigin = (): string =>
  document.querySelector<HTMLMetaElement>('meta[name=engine-origin]')?.content ??
  'https://totlprovision-api.totlcom-inc.workers.dev';

/** What an engine is to trust: a root that this browser has verified, and the lowest key epoch; or nothing yet. */
export type EnginePin = { fingerprint: string | null; minEpoch: number };

/**
 * What goes into an engine's file beside its token: the verified fingerprint, and the epoch of the active key by a manifest which that root
 * has signed and which is no older than one this browser has seen. Throws a sentence where the server's keyring is not that.
 */
export async function enginePin(tenant: string, pin: Pin, keyring: Keyring | null): Promise<EnginePin> {
  if (pin.state === 'differs') throw new Error('The fingerprint is not the one this browser has verified: see above.');
  if (pin.state !== 'verified') return { fingerprint: null, minEpoch: 1 };
  const signed = keyring && (await verifyManifest(keyring.manifest));
  const seen = seenManifest(tenant);
  if (
    !signed?.ok ||
    signed.root !== pin.fingerprint ||
    signed.payload.tenant !== tenant ||
    signed.payload.version < (seen?.version ?? 0)
  )
    throw new Error(
      'The server’s keyring is not the one this browser has verified, or an older one. Nothing was issued; tell your operator.',
    );
  const active = signed.payload.keys.find((key) => key.state === 'active');
  return { fingerprint: pin.fingerprint, minEpoch: active?.keyEpoch ?? 1 };
}

/** The file for a token. Of the server's answer it takes the token and nothing that an engine would trust. */
export const engineFile = (token: string, pin: EnginePin): EngineFile => ({ apiOrigin: engineOrigin(), token, ...pin });

/** Saves it as a download. */
export function saveEngineFile(file: EngineFile, prefix: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`${JSON.stringify(file, null, 2)}\n`], { type: 'application/json' }));
  link.download = `totlprovision-engine-${prefix}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), FILE_KEPT_MS);
}
