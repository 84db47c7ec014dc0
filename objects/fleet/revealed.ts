// The versions of a secret that somebody has revealed: what its mark rests on, whoever settles it. Reads, writes nothing.
import { all } from '../core/rows.ts';
import { type Candidate, candidateOf, DATED, type DatedRow } from './candidates.ts';

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
