// The bucket: where a tenant's chunks and manifests lie. Chunks are named by their hash and never overwritten; a manifest is put last.

import type { BackupManifest } from '../../schema/backup.ts';
import { DAY_MS } from '../../schema/facts/days.ts';
import { sha256 } from '../core/rows.ts';

/** How long an earlier backup is kept. Keys that were destroyed stand in it as long, as in the platform's own point-in-time recovery. */
const KEPT_MS = 30 * DAY_MS;
/** A Worker keeps at most six connections open at once. */
const SIDE_BY_SIDE = 5;

const chunkName = (tenant: string, hash: string): string => `tenants/${tenant}/chunks/${hash}.ndjson`;
const latestName = (tenant: string): string => `tenants/${tenant}/manifest.json`;
const datedFolder = (tenant: string): string => `tenants/${tenant}/backups/`;
/** Fifteen digits, so that names sort as instants do. */
const datedName = (tenant: string, at: number): string => `${datedFolder(tenant)}${String(at).padStart(15, '0')}.json`;
const dateOf = (name: string): number => Number(/(\d{15})\.json$/.exec(name)?.[1]);

async function namesUnder(bucket: R2Bucket, prefix: string): Promise<string[]> {
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const page: R2Objects = await bucket.list({ prefix, cursor });
    names.push(...page.objects.map((object) => object.key));
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return names;
}

/** Finds which of these chunks are there: somebody may have deleted one that a manifest names. */
export async function whichAreThere(
  bucket: R2Bucket,
  tenant: string,
  chunks: readonly { sha256: string }[],
): Promise<ReadonlySet<string>> {
  const there = new Set<string>();
  for (let from = 0; from < chunks.length; from += SIDE_BY_SIDE)
    await Promise.all(
      chunks.slice(from, from + SIDE_BY_SIDE).map(async ({ sha256 }) => {
        if (await bucket.head(chunkName(tenant, sha256))) there.add(sha256);
      }),
    );
  return there;
}

/** The hashes of all chunks that are there. */
async function allChunks(bucket: R2Bucket, tenant: string): Promise<Set<string>> {
  const names = await namesUnder(bucket, `tenants/${tenant}/chunks/`);
  return new Set(names.map((name) => name.slice(name.lastIndexOf('/') + 1, -'.ndjson'.length)));
}

/** Writes chunks, a few at a time. The bucket compares each with its hash before it keeps it. */
export async function putChunks(bucket: R2Bucket, tenant: string, chunks: ReadonlyMap<string, string>): Promise<void> {
  const all = [...chunks];
  for (let from = 0; from < all.length; from += SIDE_BY_SIDE)
    await Promise.all(
      all
        .slice(from, from + SIDE_BY_SIDE)
        .map(([hash, text]) => bucket.put(chunkName(tenant, hash), text, { sha256: hash })),
    );
}

/** A chunk's text; null where it is not there or not what its name says. */
export async function readChunk(bucket: R2Bucket, tenant: string, hash: string): Promise<string | null> {
  const text = await (await bucket.get(chunkName(tenant, hash)))?.text();
  return text !== undefined && sha256(text) === hash ? text : null;
}

export type FoundManifest = { manifest: BackupManifest; text: string; sha256: string };

/**
 * The latest manifest, or that of `at`; null where there is none. One that cannot be read does not count as absent: it
 * names chunks.
 */
export async function readManifest(
  bucket: R2Bucket,
  tenant: string,
  at?: number,
): Promise<FoundManifest | 'unreadable' | null> {
  const text = await (await bucket.get(at === undefined ? latestName(tenant) : datedName(tenant, at)))?.text();
  return text === undefined ? null : ((await parsed(text)) ?? 'unreadable');
}

/** Its schema is loaded when there is a manifest to read: no start of an object waits for it (docs/decisions/0140). */
async function parsed(text: string): Promise<FoundManifest | null> {
  const { BackupManifest } = await import('../../schema/backup.ts');
  try {
    return { manifest: BackupManifest.parse(JSON.parse(text)), text, sha256: sha256(text) };
  } catch {
    return null;
  }
}

/** Makes a finished backup the latest; the ones before stay under their date. Answers the manifest's hash. */
export async function putManifest(bucket: R2Bucket, manifest: BackupManifest): Promise<string> {
  const text = JSON.stringify(manifest);
  await bucket.put(datedName(manifest.tenant, manifest.at), text);
  await bucket.put(latestName(manifest.tenant), text);
  return sha256(text);
}

/** Makes an earlier backup the latest again: the one that a tenant was restored from, which its chain now continues. */
export const makeLatest = async (bucket: R2Bucket, { manifest, text }: FoundManifest): Promise<void> => {
  await bucket.put(latestName(manifest.tenant), text);
};

/** Takes away manifests past their time, and chunks that no remaining manifest names. */
export async function prune(bucket: R2Bucket, tenant: string, now: number): Promise<void> {
  const dated = await namesUnder(bucket, datedFolder(tenant));
  const old = dated.filter((name) => dateOf(name) < now - KEPT_MS);
  if (old.length === 0) return;
  const named = new Set<string>();
  for (const name of [latestName(tenant), ...dated.filter((one) => !old.includes(one))]) {
    const text = await (await bucket.get(name))?.text();
    const found = text === undefined ? null : await parsed(text);
    // One that cannot be read may name anything: then nothing is taken away.
    if (!found) return;
    for (const chunk of found.manifest.chunks) named.add(chunk.sha256);
  }
  const unnamed = [...(await allChunks(bucket, tenant))].filter((hash) => !named.has(hash));
  const names = [...unnamed.map((hash) => chunkName(tenant, hash)), ...old];
  for (let from = 0; from < names.length; from += 1000) await bucket.delete(names.slice(from, from + 1000));
}
