// Secrets that somebody has revealed are to be rotated: from when, what clears it, and the alarm that brings it to attention in time.
import type { SecretKind } from '../../schema/secret.ts';
import { schedule } from '../core/alarms.ts';
import { writeRow } from '../core/memory.ts';
import { all, first } from '../core/rows.ts';
import { allIdsOf } from './aliases.ts';
import { type Place, secretsAt } from './candidates.ts';
import { factsOf, forgetFacts } from './id-facts.ts';
import { heirOf, revealedOf } from './revealed.ts';
import { pcOf, type SecretFacts, secretFactsOf } from './secret-facts.ts';
import { summarize } from './summaries.ts';

/** How many secrets one alarm brings to attention; the next one takes the rest. */
const SLICE = 200;
/** How many marks of a PC are settled at once: each is of a secret that somebody has revealed. */
const SETTLED_MAX = 200;

/** The first reveal of a version sets the date; later ones neither move it nor queue it twice. In the reveal's transaction, by the row as it is. */
export function markToRotate(
  storage: DurableObjectStorage,
  secret: DueRow & Pick<MarkedRow, 'rotate_due_at'>,
  delayMs: number | null,
  now: number,
): void {
  if (delayMs === null || secret.rotate_due_at !== null) return;
  const { sql } = storage;
  const dueAt = now + delayMs;
  writeRow(sql, 'secrets', () =>
    sql.exec('UPDATE secrets SET rotate_due_at = ?, rotate_noted = 0 WHERE id = ?', dueAt, secret.id),
  );
  forgetFacts(sql, secret.machine_id);
  if (dueAt <= now) bringToAttention(sql, [secret], now);
  else schedule(storage, 'to_rotate', dueAt);
}

type MarkedRow = {
  id: string;
  machine_id: string;
  kind: SecretKind;
  ref: string;
  rotate_due_at: number | null;
  parked_due_at: number | null;
};
const MARKED = 'secrets.id, machine_id, kind, ref, rotate_due_at, parked_due_at';

/**
 * Settles the mark of one secret: it goes once something has replaced every revealed version; with a great many of
 * those, only an admin takes it away. If the replacement is held or listed under another id of the PC, the date is put
 * aside: the merge may be undone.
 */
function settle(storage: DurableObjectStorage, row: MarkedRow, facts: SecretFacts, ownVolumes: boolean): void {
  const { sql } = storage;
  const { seen, isWhole } = revealedOf(sql, row.id);
  const heirs = seen.map(({ version }) => heirOf(sql, facts, version));
  const settled = isWhole && heirs.every((heir) => heir !== null);
  const due = row.rotate_due_at ?? row.parked_due_at;
  const own = heirs.every((heir) => heir?.secret === row.id) || (facts.goneAt !== null && ownVolumes);
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

/** Whether any secret of this id has a date from which it is to be rotated. */
const isMarked = (sql: SqlStorage, id: string): boolean => {
  const { due, isParked } = factsOf(sql, id);
  return due.length > 0 || isParked;
};

/**
 * Settles the marks of the secret whose version was just stored or confirmed, under all ids of the PC. In the
 * transaction that did so.
 */
export function settleMarks(storage: DurableObjectStorage, machine: string, place: Place): void {
  const { sql } = storage;
  const pcIds = allIdsOf(sql, machine);
  // Most PCs have one id, and no secret that anybody has revealed.
  if (pcIds.length === 1 && !isMarked(sql, machine)) return;
  const secrets = secretsAt(sql, pcIds, place);
  const rows = all<MarkedRow>(
    sql,
    `SELECT ${MARKED} FROM json_each(?) CROSS JOIN secrets ON secrets.id = value
     WHERE rotate_due_at IS NOT NULL OR parked_due_at IS NOT NULL`,
    JSON.stringify(secrets),
  );
  if (rows.length === 0) return;
  const facts = secretFactsOf(sql, pcOf(sql, machine), place, secrets);
  for (const row of rows) settle(storage, row, facts, false);
}

/**
 * Settles all marks of a PC, as after a merge, its undoing, or a new list of its volumes: if there are a great many,
 * the first of them now and the others with the next call. In the caller's transaction.
 */
export function settleAllMarks(storage: DurableObjectStorage, machine: string): void {
  const { sql } = storage;
  const pc = pcOf(sql, machine);
  const marked = (index: string, due: string) =>
    all<MarkedRow>(
      sql,
      `SELECT ${MARKED} FROM json_each(?) CROSS JOIN secrets INDEXED BY ${index} ON machine_id = value AND ${due} IS NOT NULL LIMIT ${SETTLED_MAX}`,
      JSON.stringify(pc.pcIds),
    );
  for (const row of [...marked('secrets_due', 'rotate_due_at'), ...marked('secrets_parked', 'parked_due_at')])
    settle(storage, row, secretFactsOf(sql, pc, row), pc.pcIds.length === 1);
}

type DueRow = { id: string; machine_id: string };

function bringToAttention(sql: SqlStorage, due: readonly DueRow[], now: number): void {
  for (const machine of new Set(due.map((row) => row.machine_id))) summarize(sql, machine, now);
  sql.exec(
    'UPDATE secrets SET rotate_noted = 1 WHERE id IN (SELECT value FROM json_each(?))',
    JSON.stringify(due.map((row) => row.id)),
  );
}

/** Marks machines whose secrets have come due for attention, and asks for the alarm of the next. Idempotent. */
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
