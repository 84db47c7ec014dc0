// The versions of a secret that somebody has revealed: what its mark rests on, whoever settles it. Reads, writes nothing.
import { all, first } from '../core/rows.ts';
import { type Candidate, candidateOf, DATED, type DatedRow } from './candidates.ts';
import type { SecretFacts } from './secret-facts.ts';

/** How many revealed versions of a secret are looked at, the newest. */
const LOOKED_AT = 200;

/** `at`: when it was last revealed, ms since the epoch. */
export type Seen = { version: Candidate; at: number };

/**
 * The versions of a secret that were revealed since an admin last said that it was rotated, except those set aside,
 * which the PC is not said to have. `isWhole`: these are all. Where it is not, or nothing is known of any reveal, the
 * PC may have something that was seen: no mark may be taken away.
 */
export function revealedOf(sql: SqlStorage, secret: string): { seen: Seen[]; isWhole: boolean } {
  const rows = all<DatedRow & { at: number; aside: string | null }>(
    sql,
    `SELECT ${DATED}, aside, at FROM (SELECT version AS seen, max(last_at) AS at FROM reveals INDEXED BY reveals_by_secret
       WHERE secret_id = ?1 AND last_at > (SELECT coalesce(rotated_at, -1) FROM secrets WHERE id = ?1)
       GROUP BY version ORDER BY version DESC LIMIT ${LOOKED_AT + 1})
     CROSS JOIN secret_versions ON secret_versions.secret_id = ?1 AND secret_versions.version = seen`,
    secret,
  );
  return {
    seen: rows
      .slice(0, LOOKED_AT)
      .filter((row) => row.aside === null)
      .map((row) => ({ version: candidateOf(row), at: row.at })),
    isWhole: rows.length > 0 && rows.length <= LOOKED_AT,
  };
}

/**
 * The version that has taken the place of a revealed one, as far as its mark goes. One under another id of the PC does not count if whoever joined
 * the two ids has revealed the secret: a merge with any other PC would take their own trace away.
 */
export function heirOf(
  sql: SqlStorage,
  { successorOf }: Pick<SecretFacts, 'successorOf'>,
  version: Candidate,
): Candidate | null {
  const heir = successorOf(version);
  return heir !== null && heir.secret !== version.secret && isJoinedByRevealer(sql, version.secret, heir.secret)
    ? null
    : heir;
}

/** Whether somebody who has revealed the secret, since it was last said to be rotated, made a merge that joins it with the other one. */
const isJoinedByRevealer = (sql: SqlStorage, secret: string, other: string): boolean =>
  first(
    sql,
    `SELECT 1 FROM secrets AS own CROSS JOIN secrets AS other ON other.id = ?2 AND other.machine_id <> own.machine_id
       CROSS JOIN machines ON machines.id IN (own.machine_id, other.machine_id) AND merged_into IS NOT NULL
       CROSS JOIN reveals ON email = merged_by AND secret_id = own.id AND last_at > coalesce(own.rotated_at, -1)
     WHERE own.id = ?1 LIMIT 1`,
    secret,
    other,
  ) !== null;
