// The file an engine is configured with. Its pin comes from what this browser has verified, never from the server's word alone.
import type { EngineFile } from '../../schema/engine-file.ts';
import type { IssuedToken } from '../../schema/token.ts';
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

/** The file for an issued token. `minEpoch` is the signed manifest's: the higher of it and the server's word counts. */
export const engineFile = ({ token, fingerprint, minEpoch: told }: IssuedToken, minEpoch: number): EngineFile => ({
  ...{ apiOrigin: engineOrigin(), token, fingerprint },
  minEpoch: Math.max(1, told ?? 1, minEpoch),
});

/** Saves it as a download. */
export function saveEngineFile(file: EngineFile, prefix: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`${JSON.stringify(file, null, 2)}\n`], { type: 'application/json' }));
  link.download = `totlprovision-engine-${prefix}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), FILE_KEPT_MS);
}
