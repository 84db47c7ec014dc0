// Ciphertexts that a re-sealed one took the place of, each kept until its key is destroyed: until the re-sealed one has
// been opened, it may be all there is of a secret. Nothing here opens one.
import type { SealedFormat } from '../../schema/secret.ts';
import { schedule } from '../core/alarms.ts';
import { all, first } from '../core/rows.ts';

export type ReplacedRow = {
  secret_id: string;
  version: number;
  kid: string;
  format: SealedFormat;
  sealed: string;
  sha256: string;
};

/**
 * Keeps a version's present ciphertext. In the caller's transaction, before another takes its place. `undone`: it was a
 * re-sealed one, and the one that it was made from is back in its place.
 */
export function keepReplaced(sql: SqlStorage, row: ReplacedRow, at: number, undone = false): void {
  sql.exec(
    `INSERT INTO replaced VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET replaced_at = excluded.replaced_at, undone = excluded.undone`,
    row.kid,
    row.secret_id,
    row.version,
    row.sha256,
    row.format,
    row.sealed,
    at,
    undone ? 1 : 0,
  );
}

/** What a version was before it was last re-sealed, if that key still lives; or the one of this hash, also where a restore has put it aside. */
export const findReplaced = (
  sql: SqlStorage,
  { secret, version, sha256 }: { secret: string; version: number; sha256?: string | undefined },
): ReplacedRow | null =>
  first<ReplacedRow>(
    sql,
    `SELECT * FROM replaced INDEXED BY ${sha256 === undefined ? 'replaced_latest' : 'replaced_by_secret'}
     WHERE secret_id = ? AND version = ? AND ${sha256 === undefined ? 'undone = 0' : 'sha256 = ?'}
       AND NOT EXISTS (SELECT 1 FROM escrow_keys WHERE escrow_keys.kid = replaced.kid AND state = 'destroyed')
     ORDER BY replaced_at DESC LIMIT 1`,
    secret,
    version,
    ...(sha256 === undefined ? [] : [sha256]),
  );

export const dropReplaced = (sql: SqlStorage, { kid, secret_id, version, sha256 }: ReplacedRow): void => {
  sql.exec(
    'DELETE FROM replaced WHERE kid = ? AND secret_id = ? AND version = ? AND sha256 = ?',
    kid,
    secret_id,
    version,
    sha256,
  );
};

/** How many one alarm forgets; the next one takes the rest. */
const SLICE = 500;

/**
 * Forgets what destroyed keys alone opened, some of it at a time: nothing opens it any more, so it may lie a little longer. Asks for the alarm
 * again while there is more. In the caller's transaction.
 */
export function forgetReplaced(storage: DurableObjectStorage, now: number): void {
  const { sql } = storage;
  let left = SLICE;
  for (const { kid } of all<{ kid: string }>(sql, "SELECT kid FROM escrow_keys WHERE state = 'destroyed'")) {
    left -= all(
      sql,
      `DELETE FROM replaced WHERE (kid, secret_id, version, sha256) IN
         (SELECT kid, secret_id, version, sha256 FROM replaced WHERE kid = ? LIMIT ?) RETURNING 1`,
      kid,
      left,
    ).length;
    if (left > 0) continue;
    schedule(storage, 'replaced', now);
    return;
  }
}
