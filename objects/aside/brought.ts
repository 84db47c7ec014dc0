// How much a token brought, before it is set aside: counted over all rows, a page of them an answer. It only reads.
import type { Brought, BroughtQuery } from '../../schema/aside.ts';
import { STANDS } from '../core/aside.ts';
import { all } from '../core/rows.ts';
import { findToken } from '../tokens/tokens.ts';

/** How many rows one answer counts. */
const COUNTED = 2_000;

/** How much a token brought and is not aside already, counted over the next rows. Null for an unknown token. */
export function broughtBy(sql: SqlStorage, token: string, { since, after }: BroughtQuery): Brought | null {
  if (!findToken(sql, token)) return null;
  const [of = 'runs', id = '', version = '0'] = after?.split('/') ?? [];
  const counted = COUNTERS[of as keyof typeof COUNTERS](sql, {
    token,
    since: since ?? 0,
    id,
    version: Number(version),
  });
  const none = { runs: 0, versions: 0, machines: 0 };
  return { ...none, [of]: counted.found, next: counted.next ?? NEXT[of as keyof typeof NEXT] };
}

const NEXT = { runs: 'versions//0', versions: 'machines//0', machines: null } as const;
type From = { token: string; since: number; id: string; version: number };
type Counted = { found: number; next: string | null };

const counted = (of: keyof typeof NEXT, rows: readonly { id: string; version: number; fits: number }[]): Counted => {
  const last = rows.length === COUNTED ? rows.at(-1) : undefined;
  return {
    found: rows.filter((row) => row.fits === 1).length,
    next: last ? `${of}/${last.id}/${last.version}` : null,
  };
};

const COUNTERS = {
  runs: (sql: SqlStorage, { token, since, id }: From): Counted =>
    counted(
      'runs',
      all(
        sql,
        `SELECT id, 0 AS version, coalesce(token = ? AND heard_at >= ? AND ${STANDS}, 0) AS fits FROM runs
         WHERE id > ? ORDER BY id LIMIT ?`,
        token,
        since,
        id,
        COUNTED,
      ),
    ),
  versions: (sql: SqlStorage, { token, since, id, version }: From): Counted =>
    counted(
      'versions',
      all(
        sql,
        `SELECT secret_id AS id, version,
           (principal_kind = 'machine' AND principal_id = ? AND escrowed_at >= ? AND ${STANDS}) AS fits
         FROM secret_versions CROSS JOIN audit ON audit.seq = audit_seq
         WHERE (secret_id, version) > (?, ?) ORDER BY secret_id, version LIMIT ?`,
        token,
        since,
        id,
        version,
        COUNTED,
      ),
    ),
  // Whoever named a machine first made the first entry about it.
  machines: (sql: SqlStorage, { token, since, id }: From): Counted =>
    counted(
      'machines',
      all(
        sql,
        `SELECT id, 0 AS version, enrolled_at >= ? AND coalesce(
           (SELECT iif(action = 'machine.enrolled' AND principal_kind = 'machine', principal_id, '') FROM audit
            INDEXED BY audit_by_about WHERE about = machines.id ORDER BY seq LIMIT 1) = ?, 0) AS fits
         FROM machines WHERE id > ? ORDER BY id LIMIT ?`,
        since,
        token,
        id,
        COUNTED,
      ),
    ),
};
