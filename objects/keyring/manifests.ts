// An object's record of its roots: manifests, their heads and pages back, successions.
import { decodeBase64Url, decodeUtf8 } from '../../schema/base64url.ts';
import type { ManifestPage, SealedKey, SuccessionPage } from '../../schema/keyring.ts';
import type { Manifest } from '../../schema/signed.ts';
import { first } from '../core/rows.ts';

/** The most that a page of manifests holds, unless one alone is larger, and the most that a page of successions holds. */
const MANIFEST_PAGE_MAX_CHARACTERS = 1024 * 1024;
const SUCCESSION_PAGE_MAX_CHARACTERS = 256 * 1024;

type Head = { version: number; sha256: string; fingerprint: string; jws: string; manifest: Manifest };

/** The latest manifest, which was verified before it was kept. */
export function head(sql: SqlStorage): Head | null {
  const row = first<{ version: number; jws: string; sha256: string }>(
    sql,
    'SELECT version, jws, sha256 FROM manifests ORDER BY version DESC LIMIT 1',
  );
  if (!row) return null;
  return { ...row, fingerprint: requireRoot(sql).kid, manifest: payloadOf(row.jws) };
}

/** Verified before it was kept: read here without asking again. */
const payloadOf = (jws: string): Manifest =>
  JSON.parse(decodeUtf8(decodeBase64Url(jws.split('.')[1] ?? '') ?? new Uint8Array()));

export type KeptManifest = { version: number; manifest: Manifest; at: number; characters: number };

/** The manifests from a version back to the first, each with when it was written, ms since the epoch. */
export function* manifestsBack(sql: SqlStorage, from: number): Generator<KeptManifest> {
  for (const { version, jws, at } of sql.exec<{ version: number; jws: string; at: number }>(
    'SELECT version, jws, written_at AS at FROM manifests WHERE version <= ? ORDER BY version DESC',
    from,
  ))
    yield { version, manifest: payloadOf(jws), at, characters: jws.length };
}

/** A page of the manifests from a version on, as they were written. */
export function manifestsFrom(sql: SqlStorage, from: number): ManifestPage {
  const manifests: string[] = [];
  let characters = 0;
  for (const row of sql.exec('SELECT version, jws FROM manifests WHERE version >= ? ORDER BY version', from)) {
    const jws = String(row.jws);
    if (manifests.length > 0 && characters + jws.length > MANIFEST_PAGE_MAX_CHARACTERS)
      return { manifests, next: Number(row.version) };
    manifests.push(jws);
    characters += jws.length;
  }
  return { manifests, next: null };
}

/** How many successions a page holds at most, however short they are. */
const SUCCESSIONS_A_PAGE = 500;

/** The newest successions before a place, as they were signed, oldest first. */
export function successionsBefore(sql: SqlStorage, before: number): SuccessionPage {
  const newestFirst: string[] = [];
  let characters = 0;
  let oldest = before;
  for (const { place, jws } of sql.exec<{ place: number; jws: string }>(
    'SELECT place, jws FROM successions WHERE place < ? ORDER BY place DESC LIMIT ?',
    before,
    SUCCESSIONS_A_PAGE + 1,
  )) {
    characters += jws.length;
    if (newestFirst.length === SUCCESSIONS_A_PAGE || characters > SUCCESSION_PAGE_MAX_CHARACTERS)
      return { successions: newestFirst.reverse(), before: oldest };
    newestFirst.push(jws);
    oldest = place;
  }
  return { successions: newestFirst.reverse(), before: null };
}

export type RootRow = { fingerprint: string; vault_epoch: number; sealed: string };

export const sealedRoot = (row: RootRow): SealedKey => ({
  kid: row.fingerprint,
  vaultEpoch: row.vault_epoch,
  sealed: row.sealed,
});

export function requireRoot(sql: SqlStorage): SealedKey {
  const root = first<RootRow>(sql, 'SELECT * FROM roots WHERE followed = 0');
  if (!root) throw new Error('a keyring has a root');
  return sealedRoot(root);
}
