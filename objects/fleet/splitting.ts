// Splitting an id that several PCs have: an admin's word, on record, that it is several. From then on engines treat the
// id as a shared one: an engine that can take another is told to, so that each PC becomes a machine of its own. Held
// versions stay where they are, since each sealed header names the id; they are told apart for good, and none replaces
// another PC's (docs/decisions/0093).
import type { Acknowledged, Attention, SplitRequest } from '../../schema/machine.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import { record } from '../audit/audit.ts';
import type { Caller, Person } from '../core/caller.ts';
import { withAliases } from './aliases.ts';
import { type Clone, clonedAmong, cloneOf } from './clones.ts';
import type { MachineRow } from './machine-row.ts';
import { changeRow, findRow } from './machine-rows.ts';
import { unknownMachine } from './machines.ts';
import { summarize } from './summaries.ts';

export function isSplit(sql: SqlStorage, machine: string): boolean {
  const row = findRow(sql, machine);
  return row !== null && row.cloned_at !== null && row.split_at !== null;
}

/** Whether a machine may be split as it was seen. Pure. Null: it may. */
export function decideSplit(
  row: Pick<MachineRow, 'shelf' | 'occurrences'> | null,
  clone: Clone | null,
  { of }: SplitRequest,
): Refusal | 'done' | null {
  if (!row) return unknownMachine();
  if (row.shelf === 'merged') return refuse('merge_conflict', 'It is merged into another machine: act on that one.');
  if (clone?.split_at != null) return 'done';
  const is = (JSON.parse(row.occurrences) as Partial<Record<Attention, string>>).cloned;
  return is === of ? null : refuse('mark_changed', 'It is not marked so any more, or anew: read the machine again.');
}

/** Asked again, it answers the same. */
export function split(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  id: string,
  seen: SplitRequest,
  now: number,
): Acknowledged | Refusal {
  const { sql } = storage;
  const row = findRow(sql, id);
  const clone = cloneOf(sql, withAliases(sql, id));
  const decision = decideSplit(row, clone, seen);
  if (decision !== null && decision !== 'done') return decision;
  const answer = (): Acknowledged => ({
    machine: id,
    mark: 'cloned',
    attention: JSON.parse(findRow(sql, id)?.attention ?? '[]'),
  });
  if (decision === 'done') return answer();
  return storage.transactionSync(() => {
    for (const one of clonedAmong(sql, withAliases(sql, id))) {
      const cloned = findRow(sql, one);
      if (cloned) changeRow(sql, cloned, { ...cloned, split_at: now, split_by: caller.principal.name });
    }
    record(sql, caller.tenant, caller, now, {
      action: 'machine.split',
      subject: id,
      detail: { sign: clone?.cloned_by ?? null, of: seen.of },
    });
    summarize(sql, id, now);
    return answer();
  });
}
