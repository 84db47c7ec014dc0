// Health sweeps: whose it is and where in the chain it began, so that a key is destroyed only on what its own signer has seen, and only
// while nothing that it saw was touched since by anything else.
import { requireHead } from './audit.ts';
import type { Person } from './caller.ts';
import { first } from './rows.ts';

export type Sweep = { id: string; begunSeq: number };

/** Begins a person's sweep, unless it is the one that is under way; it takes the place of their last. In the caller's transaction. */
export function beginSweep(sql: SqlStorage, person: Person, id: string, now: number): void {
  if (findSweep(sql, person, id)) return;
  sql.exec('INSERT OR REPLACE INTO sweeps VALUES (?, ?, ?, ?)', person.id, id, requireHead(sql).seq, now);
}

/** A person's own sweep of this id; null where it is another's, or a later one has taken its place. */
export function findSweep(sql: SqlStorage, person: Pick<Person, 'id'>, id: string | undefined): Sweep | null {
  if (id === undefined) return null;
  const row = first<{ begun_seq: number }>(
    sql,
    'SELECT begun_seq FROM sweeps WHERE person = ? AND id = ?',
    person.id,
    id,
  );
  return row && { id, begunSeq: row.begun_seq };
}

/** Where the chain will be once the act that touches a version is on record: what is later than a sweep's beginning is not that sweep's. */
export const touchedNow = (sql: SqlStorage): number => requireHead(sql).seq + 1;

/**
 * How many versions may be lost with a key: of those once re-sealed from it, all that this sweep has not opened as they are now; of those
 * still under it, which were given up, all that it has not found closed; of both, what anything else has re-sealed, put back, marked or
 * found since it began, though it may have looked again: somebody is at work there.
 */
export const unproven = (sql: SqlStorage, kid: string, sweep: Sweep | null): number =>
  first<{ unproven: number }>(
    sql,
    `SELECT count(*) AS unproven FROM (
       SELECT secret_id, version FROM replaced WHERE kid = ?1
       UNION SELECT secret_id, version FROM secret_versions WHERE kid = ?1
     ) JOIN secret_versions AS now USING (secret_id, version)
     WHERE coalesce(now.verified_sweep, '') <> ?2 OR coalesce(now.touched_seq, 0) > ?3
       OR (now.finding = 'does_not_open') <> (now.kid = ?1)`,
    kid,
    sweep?.id ?? 'none',
    sweep?.begunSeq ?? 0,
  )?.unproven ?? 0;
