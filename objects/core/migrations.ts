// The object's schema as an append-only list, a file each. What ran is kept with its hash: an edited entry is an error, not a surprise.
import { isFull } from './full.ts';
import type { Migration } from './migration.ts';
import { m0001 } from './migrations/0001-the-line.ts';
import { m0002 } from './migrations/0002-revoked-tokens.ts';
import { m0003 } from './migrations/0003-rotation.ts';
import { m0004 } from './migrations/0004-keys-for-life.ts';
import { m0005 } from './migrations/0005-tokens-people-outbox.ts';
import { m0006 } from './migrations/0006-audit-filters.ts';
import { m0007 } from './migrations/0007-operators.ts';
import { m0008 } from './migrations/0008-reveals-by-hand-archive.ts';
import { m0009 } from './migrations/0009-notices.ts';
import { m0010 } from './migrations/0010-backup.ts';
import { m0011 } from './migrations/0011-replaced-ciphertexts.ts';
import { m0012 } from './migrations/0012-head-of-a-restore.ts';
import { m0013 } from './migrations/0013-fleet-lists.ts';
import { m0014 } from './migrations/0014-limits-counted-today.ts';
import { m0015 } from './migrations/0015-bounded-lists-and-walks.ts';
import { m0016 } from './migrations/0016-notices-by-rank.ts';
import { m0017 } from './migrations/0017-confirmed-by-another.ts';
import { m0018 } from './migrations/0018-sweeps-before-destruction.ts';
import { m0019 } from './migrations/0019-what-a-keyring-change-replaced.ts';
import { m0020 } from './migrations/0020-brought-by-token.ts';
import { m0021 } from './migrations/0021-grants-asked-for.ts';
import { m0022 } from './migrations/0022-set-aside.ts';
import { m0023 } from './migrations/0023-walks-by-index.ts';
import { m0025 } from './migrations/0025-current-is-the-latest-sealed.ts';
import { m0027 } from './migrations/0027-mended-events.ts';
import { m0028 } from './migrations/0028-windows-names.ts';
import { m0029 } from './migrations/0029-webhook-receivers.ts';
import { m0030 } from './migrations/0030-wrong-clocks.ts';
import { m0031 } from './migrations/0031-clones.ts';
import { m0032 } from './migrations/0032-other-id-by.ts';
import { m0033 } from './migrations/0033-undated-runs.ts';
import { m0034 } from './migrations/0034-packs.ts';
import { m0035 } from './migrations/0035-a-row-once.ts';
import { m0037 } from './migrations/0037-retention.ts';
import { m0038 } from './migrations/0038-seen.ts';
import { m0039 } from './migrations/0039-a-report-is-one-row.ts';
import { m0040 } from './migrations/0040-what-failed.ts';
import { m0041 } from './migrations/0041-search-terms.ts';
import { m0042 } from './migrations/0042-to-rotate-is-a-filter.ts';
import { m0044 } from './migrations/0044-last-reveals.ts';
import { m0045 } from './migrations/0045-weight-of-changes.ts';
import { m0046 } from './migrations/0046-acts.ts';
import { all, first, sha256 } from './rows.ts';
import { dropTriggers } from './tables.ts';

/** Nobody used 24, 26, 36 and 43: they were reserved on branches that came without one. The next number is the highest plus one. */
export const MIGRATIONS: readonly Migration[] = [
  m0001,
  m0002,
  m0003,
  m0004,
  m0005,
  m0006,
  m0007,
  m0008,
  m0009,
  m0010,
  m0011,
  m0012,
  m0013,
  m0014,
  m0015,
  m0016,
  m0017,
  m0018,
  m0019,
  m0020,
  m0021,
  m0022,
  m0023,
  m0025,
  m0027,
  m0028,
  m0029,
  m0030,
  m0031,
  m0032,
  m0033,
  m0034,
  m0035,
  m0037,
  m0038,
  m0039,
  m0040,
  m0041,
  m0042,
  m0044,
  m0045,
  m0046,
];

/** The highest migration there is: an object reaches it with its next call. */
export const knownSchemaVersion = (): number => Math.max(...MIGRATIONS.map(({ id }) => id));

/** When the last one ran, ms since the epoch. */
export const lastMigratedAt = (sql: SqlStorage): number | null =>
  first<{ at: number | null }>(sql, 'SELECT max(applied_at) AS at FROM migrations')?.at ?? null;

/** The highest migration that has run. */
export const schemaVersion = (sql: SqlStorage): number =>
  first<{ id: number }>(sql, 'SELECT max(id) AS id FROM migrations')?.id ?? 0;

/** An error of an RPC call arrives with its message alone: by these words the Worker knows this one. */
const FAILED = 'the tenant’s data could not be brought up to date';
export const isUpgradeFailure = (error: unknown): boolean => error instanceof Error && error.message.startsWith(FAILED);

/**
 * Brings the object's tables up to date, in the caller's transaction, which an error undoes whole: the Worker of before goes on with the data
 * of before. Throws if an entry fails, or if one that ran was edited since.
 */
export function migrate(sql: SqlStorage, at: number, migrations: readonly Migration[] = MIGRATIONS): void {
  sql.exec(`CREATE TABLE IF NOT EXISTS migrations (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at INTEGER NOT NULL
  ) STRICT`);
  const ran = new Map(
    all<{ id: number; sha256: string }>(sql, 'SELECT id, sha256 FROM migrations').map((row) => [row.id, row.sha256]),
  );
  for (const { id, name, statements } of migrations) {
    const hash = sha256(statements);
    const before = ran.get(id);
    if (before === hash) continue;
    if (before !== undefined)
      throw new Error(`${FAILED}: migration ${id} (${name}) was edited after it ran; append a new one`);
    try {
      // They name the old columns; the backup that they keep rows for begins anew.
      dropTriggers(sql);
      sql.exec(statements);
    } catch (error) {
      // A full disk is another matter: the platform resets the object, and it passes.
      if (isFull(error)) throw error;
      throw new Error(`${FAILED}: migration ${id} (${name}): ${(error as Error).message}`, { cause: error });
    }
    sql.exec('INSERT INTO migrations VALUES (?, ?, ?, ?)', id, name, hash, at);
  }
}
