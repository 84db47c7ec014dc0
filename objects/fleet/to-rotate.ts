// Secrets that somebody has revealed are to be rotated: from when, what clears it, and the alarm that brings it to attention in time.
import type { SecretKind } from '../../schema/secret.ts';
import { schedule } from '../core/alarms.ts';
import { all, first } from '../core/rows.ts';
import { type Candidate, candidateOf, DATED, type DatedRow, type Place, secretsAt } from './candidates.ts';
import { tellApart } from './clones.ts';
import { wholeFamilyOf } from './families.ts';
import { type Standing, standingOf } from './secret-facts.ts';
import { summarize } from './summaries.ts';
import { volumesOf } from './volumes.ts';

/** How many secrets one alarm brings to attention; the next one takes the rest. */
const SLICE = 200;
/** How many marks of a PC are settled at once: each is of a secret that somebody has revealed. */
const SETTLED_MAX = 200;
/** How many revealed versions of a secret are looked at; where there are more, its mark stays until an admin takes it away. */
const REVEALED_MAX = 200;

/** The first reveal of a version sets the date; later ones neither move it nor queue it twice. In the reveal's transaction. */
export function markToRotate(
  storage: DurableObjectStorage,
  secret: { id: string; machine: string },
  delayMs: number | null,
  now: number,
): void {
  if (delayMs === null) return;
  const { sql } = storage;
  const dueAt = now + delayMs;
  const marked = all(
    sql,
    'UPDATE secrets SET rotate_due_at = ?, rotate_noted = 0 WHERE id = ? AND rotate_due_at IS NULL RETURNING id',
    dueAt,
    secret.id,
  );
  if (marked.length === 0) return;
  if (dueAt <= now) bringToAttention(sql, [{ id: secret.id, machine_id: secret.machine }], now);
  else schedule(storage, 'to_rotate', dueAt);
}

type MarkedRow = {
  id: string;
  machine_id: string;
  kind: SecretKind;
  ref: string;
  rotate_due_at: number | null;
  parked_due_at: number | null;
  rotated_at: number | null;
};
const MARKED = 'secrets.id, machine_id, kind, ref, rotate_due_at, parked_due_at, rotated_at';

/** The versions of a secret that somebody has revealed since an admin last said that it was rotated; of a great many, none are answered for. */
function revealedOf(sql: SqlStorage, { id, rotated_at }: MarkedRow): Candidate[] | null {
  const rows = all<DatedRow & { aside: string | null }>(
    sql,
    `SELECT ${DATED}, aside FROM (SELECT DISTINCT version AS seen FROM reveals INDEXED BY reveals_by_secret
       WHERE secret_id = ?1 AND last_at > ?2 LIMIT ?3)
     CROSS JOIN secret_versions ON secret_versions.secret_id = ?1 AND secret_versions.version = seen`,
    id,
    rotated_at ?? -1,
    REVEALED_MAX + 1,
  );
  // What was set aside is not what the PC is said to have.
  return rows.length === 0 || rows.length > REVEALED_MAX
    ? null
    : rows.filter((row) => row.aside === null).map(candidateOf);
}

/**
 * Settles the mark of one secret: it goes once something has taken the place of all that was revealed of it. Where another id of the PC holds
 * that, or says it, the date is put aside: the merge may be undone.
 */
function settle(storage: DurableObjectStorage, row: MarkedRow, standing: Standing, ownVolumes: boolean): void {
  const { sql } = storage;
  const revealed = revealedOf(sql, row);
  const heirs = revealed?.map((version) => standing.successorOf(version)) ?? [];
  const settled = revealed !== null && heirs.every((heir) => heir !== null);
  const due = row.rotate_due_at ?? row.parked_due_at;
  const own = heirs.every((heir) => heir?.secret === row.id) || (standing.goneAt !== null && ownVolumes);
  const [dueAt, parkedAt] = settled ? [null, own ? null : due] : [due, null];
  if (dueAt === row.rotate_due_at && parkedAt === row.parked_due_at) return;
  sql.exec(
    'UPDATE secrets SET rotate_due_at = ?, parked_due_at = ?, rotate_noted = 0 WHERE id = ?',
    dueAt,
    parkedAt,
    row.id,
  );
  if (dueAt !== null) schedule(storage, 'to_rotate', dueAt);
}

/** Settles the marks of what a version was just stored or confirmed of, under all ids of the PC. In the transaction that did so. */
export function settleMarks(storage: DurableObjectStorage, machine: string, place: Place): void {
  const { sql } = storage;
  const family = wholeFamilyOf(sql, machine);
  const rows = all<MarkedRow>(
    sql,
    `SELECT ${MARKED} FROM json_each(?) CROSS JOIN secrets ON secrets.id = value
     WHERE rotate_due_at IS NOT NULL OR parked_due_at IS NOT NULL`,
    JSON.stringify(secretsAt(sql, family, place)),
  );
  if (rows.length === 0) return;
  const standing = standingOf(sql, family, place);
  for (const row of rows) settle(storage, row, standing, false);
}

/**
 * Settles all marks of a PC, as after a merge, its undoing, or a new list of its volumes: of a great many the first, and the others with the
 * next. In the caller's transaction.
 */
export function settleAllMarks(storage: DurableObjectStorage, machine: string): void {
  const { sql } = storage;
  const family = wholeFamilyOf(sql, machine);
  const volumes = volumesOf(sql, family);
  const told = tellApart(sql, family);
  const marked = (index: string, due: string) =>
    all<MarkedRow>(
      sql,
      `SELECT ${MARKED} FROM json_each(?) CROSS JOIN secrets INDEXED BY ${index} ON machine_id = value AND ${due} IS NOT NULL LIMIT ?`,
      JSON.stringify(family),
      SETTLED_MAX,
    );
  for (const row of [...marked('secrets_due', 'rotate_due_at'), ...marked('secrets_parked', 'parked_due_at')])
    settle(storage, row, standingOf(sql, family, row, volumes, secretsAt(sql, family, row), told), family.length === 1);
}

type DueRow = { id: string; machine_id: string };

function bringToAttention(sql: SqlStorage, due: readonly DueRow[], now: number): void {
  for (const machine of new Set(due.map((row) => row.machine_id))) summarize(sql, machine, now);
  sql.exec(
    'UPDATE secrets SET rotate_noted = 1 WHERE id IN (SELECT value FROM json_each(?))',
    JSON.stringify(due.map((row) => row.id)),
  );
}

/** Brings machines whose secrets have come due to attention, and asks for the alarm of the next. Idempotent. */
export function settleToRotate(storage: DurableObjectStorage, now: number): void {
  const { sql } = storage;
  const due = all<DueRow>(
    sql,
    'SELECT id, machine_id FROM secrets WHERE rotate_noted = 0 AND rotate_due_at <= ? ORDER BY rotate_due_at LIMIT ?',
    now,
    SLICE,
  );
  bringToAttention(sql, due, now);
  const next = first<{ at: number | null }>(
    sql,
    'SELECT min(rotate_due_at) AS at FROM secrets WHERE rotate_noted = 0 AND rotate_due_at IS NOT NULL',
  )?.at;
  if (next != null) schedule(storage, 'to_rotate', next);
}
