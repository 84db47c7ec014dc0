// The marks of a machine, and a person's word that they have looked into one: on record. A mark comes back when the
// same happens again.
import type { Acknowledged, Attention, MarkSeen } from '../../schema/machine.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import { record } from '../audit/audit.ts';
import type { Caller, Person } from '../core/caller.ts';
import { withAliases } from './aliases.ts';
import { settleClone } from './clone-signs.ts';
import { clonedAmong, cloneOf } from './clones.ts';
import type { MachineRow } from './machine-row.ts';
import { findRow } from './machine-rows.ts';
import { unknownMachine } from './machines.ts';
import { acknowledgedOf } from './occurrences.ts';
import { claimedOf, seenClaims } from './other-id.ts';
import { settleAbandoned } from './runs.ts';
import { summarize } from './summaries.ts';

/** Marks that are kept on the rows of a machine's ids until somebody has seen them; a new event sets them again. */
const KEPT: Partial<Record<Attention, string>> = {
  serial_changed: 'serial_changed = 0',
  seq_conflict: 'seq_conflict = 0',
  // The person says that it is one PC: its word about itself has changed, and the speaker is learned anew.
  cloned: `cloned_at = NULL, cloned_by = NULL, split_at = NULL, split_by = NULL, speaker = NULL, speaker_since = NULL,
    serial_changed = 0`,
};

/** What a mark is about. A row that was last summed up before this was kept has it empty. */
const occurrenceIn = (row: Pick<MachineRow, 'occurrences'> | null, mark: Attention): string =>
  (JSON.parse(row?.occurrences ?? '{}') as Partial<Record<Attention, string>>)[mark] ?? '';

/** Whether this mark may be acknowledged as it was seen. Pure. Null: it may. */
export function decideAcknowledge(
  row: Pick<MachineRow, 'shelf' | 'attention' | 'occurrences'> | null,
  facts: { known: string | undefined; isSplit: boolean; isAdmin: boolean },
  { mark, of }: MarkSeen,
): Refusal | 'done' | null {
  if (!row) return unknownMachine();
  if (row.shelf === 'merged') return refuse('merge_conflict', 'It is merged into another machine: act on that one.');
  // An admin has said that it is several PCs: only an admin may say that it is one after all.
  const isShown = (JSON.parse(row.attention) as Attention[]).includes(mark);
  const isUnsaid = mark === 'cloned' && facts.isSplit;
  const stands = isShown || isUnsaid;
  if (!stands && facts.known === of) return 'done';
  if (isUnsaid && !facts.isAdmin) return refuse('role_forbids', 'An admin has said that it is several PCs.');
  const is = occurrenceIn(row, mark);
  return stands && is === of
    ? null
    : refuse('mark_changed', 'It is not marked so any more, or anew: read the machine again.');
}

/** What was acknowledged of this mark. Of claims there may be one for each id of the PC. */
const knownOf = (sql: SqlStorage, id: string, { mark, of }: MarkSeen): string | undefined =>
  mark === 'id_changed' && seenClaims(sql, withAliases(sql, id)).has(of) ? of : acknowledgedOf(sql, id).get(mark);

/** Takes a mark away that a person has looked into. Asked again, it answers the same. */
export function acknowledge(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  id: string,
  seen: MarkSeen,
  now: number,
): Acknowledged | Refusal {
  const { sql } = storage;
  const { mark, of } = seen;
  const facts = {
    known: knownOf(sql, id, seen),
    isSplit: (cloneOf(sql, withAliases(sql, id))?.split_at ?? null) !== null,
    isAdmin: caller.principal.role === 'admin',
  };
  const decision = decideAcknowledge(findRow(sql, id), facts, seen);
  if (decision !== null && decision !== 'done') return decision;
  if (decision === 'done') return acknowledged(sql, id, mark);
  return storage.transactionSync(() => {
    if (of === '') summarize(sql, id, now);
    const occurrence = of || occurrenceIn(findRow(sql, id), mark);
    const pcIds = withAliases(sql, id);
    // A claim is acknowledged of the id that keeps it: else the next one, of another id, would bring this one back.
    for (const one of mark === 'id_changed' ? claimedOf(sql, pcIds, occurrence) : [id])
      sql.exec(
        `INSERT INTO acknowledged VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET occurrence = excluded.occurrence, at = excluded.at, by = excluded.by`,
        one,
        mark,
        occurrence,
        now,
        caller.principal.name,
      );
    const cloned = mark === 'cloned' ? clonedAmong(sql, pcIds) : [];
    const kept = KEPT[mark];
    if (kept !== undefined)
      sql.exec(`UPDATE machines SET ${kept} WHERE id IN (SELECT value FROM json_each(?))`, JSON.stringify(pcIds));
    for (const one of cloned) {
      settleClone(storage, one, now);
      settleAbandoned(sql, one);
    }
    record(sql, caller.tenant, caller, now, {
      action: 'machine.acknowledged',
      subject: id,
      detail: { mark, of: occurrence },
    });
    summarize(sql, id, now);
    return acknowledged(sql, id, mark);
  });
}

function acknowledged(sql: SqlStorage, id: string, mark: MarkSeen['mark']): Acknowledged {
  const row = findRow(sql, id);
  if (!row) throw new Error('a machine is never deleted');
  return { machine: id, mark, attention: JSON.parse(row.attention) };
}
