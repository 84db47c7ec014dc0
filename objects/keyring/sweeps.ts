// Health sweeps: whose each is, and where in the chain it began, so that a key is destroyed only on what its own signer
// has seen, and only while nothing that it saw was touched since by anything else.
import type { AuditAction } from '../../schema/audit.ts';
import { requireHead } from '../audit/audit.ts';
import type { Person } from '../core/caller.ts';
import { all, first } from '../core/rows.ts';

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

/**
 * Where the chain will be once the act that touches a version is on record: an act after a sweep's beginning is not
 * that sweep's.
 */
export const touchedNow = (sql: SqlStorage): number => requireHead(sql).seq + 1;

/**
 * What may be lost with keys that are to be destroyed, as it was when the chain ended with `seq`: of the versions once re-sealed from one, all that
 * the sweep has not opened as they are now; of those still under it, which were given up, all that it has not found closed; of both, what
 * anything else has re-sealed, put back, marked or found since it began, though it may have looked again: somebody is at work there.
 */
export type Looked = { seq: number; unproven: ReadonlyMap<string, number> };

/** How many versions one turn looks at. Others have their turn in between. */
const SLICE = 2_000;
/** Not counted beyond this: the number goes into a refusal. */
const UNPROVEN_MAX = 1_000;

/** Looks at all versions of these keys, for somebody's own sweep. */
export async function lookAt(
  sql: SqlStorage,
  kids: readonly string[],
  person: Pick<Person, 'id'>,
  id: string | undefined,
): Promise<Looked> {
  const { seq } = requireHead(sql);
  const sweep = findSweep(sql, person, id);
  const unproven = new Map<string, number>();
  for (const kid of kids) {
    let found = 0;
    for (const scope of SCOPES)
      for (let after: Place | null = { secret_id: '', version: 0 }; after !== null && found < UNPROVEN_MAX; ) {
        const slice = lookFrom(sql, scope, kid, after, sweep);
        found += slice.unproven;
        after = slice.next;
        if (after !== null) await anotherTurn();
      }
    unproven.set(kid, found);
  }
  return { seq, unproven };
}

const anotherTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

type Place = { secret_id: string; version: number };

const UNDER = (unopenable: 0 | 1) => `SELECT secret_id, version FROM secret_versions INDEXED BY secret_versions_by_kid
  WHERE kid = ?1 AND unopenable = ${unopenable} AND (secret_id, version) > (?2, ?3) ORDER BY secret_id, version LIMIT ?4`;

/** Versions once re-sealed from a key, and those under it still. */
const SCOPES = [
  `SELECT secret_id, version FROM replaced WHERE kid = ?1 AND (secret_id, version) > (?2, ?3)
    GROUP BY secret_id, version ORDER BY secret_id, version LIMIT ?4`,
  UNDER(0),
  UNDER(1),
] as const;

function lookFrom(
  sql: SqlStorage,
  scope: (typeof SCOPES)[number],
  kid: string,
  { secret_id, version }: Place,
  sweep: Sweep | null,
): { unproven: number; next: Place | null } {
  const rows = all<Place & { unproven: number }>(
    sql,
    `SELECT secret_id, version, coalesce(now.verified_sweep, '') <> ?5 OR coalesce(now.touched_seq, 0) > ?6
       OR (coalesce(now.finding, '') = 'does_not_open') <> (now.kid = ?1) AS unproven
     FROM (${scope}) CROSS JOIN secret_versions AS now USING (secret_id, version)`,
    kid,
    secret_id,
    version,
    SLICE,
    sweep?.id ?? 'none',
    sweep?.begunSeq ?? 0,
  );
  return {
    unproven: rows.filter((row) => row.unproven === 1).length,
    next: rows.length === SLICE ? (rows.at(-1) ?? null) : null,
  };
}

/** Acts after which something may differ from what was looked at. */
const TOUCHING: readonly AuditAction[] = [
  ...(['secrets.resealed', 'secret.restored', 'secret.marked_unopenable', 'secret.marked_openable'] as const),
  ...(['secrets.verified', 'keyring.undone', 'secrets.put_back'] as const),
];

/**
 * How many versions may be lost with a key at this moment: the result of the look, unless something was touched since.
 */
export function stillUnproven(sql: SqlStorage, kid: string, { seq, unproven }: Looked): number {
  const touched = TOUCHING.some(
    (action) =>
      first(
        sql,
        `SELECT 1 FROM audit WHERE action NOT IN ('secret.escrowed', 'machine.enrolled') AND action = ? AND seq > ? LIMIT 1`,
        action,
        seq,
      ) !== null,
  );
  return Math.max(unproven.get(kid) ?? 1, touched ? 1 : 0);
}

/** Not counted beyond this: the number goes into a warning. */
const NOT_OPENING_MAX = 1_000;

/**
 * Versions that a sweep could not open, except the marked ones, which somebody knows about. At most a thousand are
 * counted.
 */
export const notOpening = (sql: SqlStorage): number =>
  first<{ found: number }>(
    sql,
    `SELECT count(*) AS found FROM (SELECT 1 FROM secret_versions INDEXED BY secret_versions_not_opening
       WHERE finding = 'does_not_open' AND unopenable = 0 LIMIT ?)`,
    NOT_OPENING_MAX,
  )?.found ?? 0;
