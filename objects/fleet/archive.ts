// The archive: a machine is in the fleet, archived, or merged into another id of the same PC. Nothing of it is ever deleted or rewritten:
// its runs and secrets keep the id they were sealed and sent under.
import type { MachineMoved, Shelf } from '../../schema/machine.ts';
import { type Refusal, refuse } from '../../schema/refusal.ts';
import { record } from '../audit/audit.ts';
import type { Caller, Person } from '../core/caller.ts';
import { decideCount, readLimits, refusalFor } from '../limits/limits.ts';
import { allIdsOf, keptBy, withAliases } from './aliases.ts';
import { settleClone } from './clone-signs.ts';
import { clonedAmong } from './clones.ts';
import { recount } from './counts.ts';
import type { MachineRow } from './machine-row.ts';
import { findRow } from './machine-rows.ts';
import { isSomeAside, unknownMachine } from './machines.ts';
import { summarize } from './summaries.ts';
import { settleAllMarks } from './to-rotate.ts';

const alias = () => refuse('merge_conflict', 'It is merged into another machine: act on that one, or undo the merge.');

const moved = (sql: SqlStorage, id: string): MachineMoved => {
  const row = findRow(sql, id);
  if (!row) throw new Error('a machine is never deleted');
  return { machine: id, shelf: row.shelf, mergedInto: row.merged_into };
};

function moveTo(sql: SqlStorage, row: MachineRow, shelf: Shelf): void {
  sql.exec('UPDATE machines SET shelf = ? WHERE id = ?', shelf, row.id);
  recount(sql, row, { ...row, shelf });
}

/** Whether anything of a machine counts; its row has been summed up. */
const stands = (row: MachineRow): boolean => row.run_id !== null || row.secrets > 0;

/**
 * Keeps a machine of which nothing stands, since all of it is set aside, apart from the fleet, and brings it back to where it was once something
 * does. Its row has been summed up. In the caller's transaction.
 */
function settleAside(sql: SqlStorage, id: string): void {
  const row = findRow(sql, id);
  if (!row || row.shelf === 'merged') return;
  if (stands(row) && row.shelf === 'aside') moveTo(sql, row, row.archived_at === null ? 'fleet' : 'archived');
  if (!stands(row) && row.shelf !== 'aside' && isSomeAside(sql, withAliases(sql, id))) moveTo(sql, row, 'aside');
}

/**
 * Sums up a machine, and the one that it is merged into, after something of it was set aside (`anew`) or brought back.
 * In the caller's transaction.
 */
export function settleMachine(sql: SqlStorage, id: string, anew: boolean, now: number): void {
  // Rows that are set aside do not count against the PC itself: its day begins anew.
  if (anew) sql.exec('UPDATE machines SET day_bytes = 0, day_runs = 0, day_run = NULL WHERE id = ?', id);
  summarize(sql, id, now);
  settleAside(sql, keptBy(sql, id) ?? id);
}

/** Takes a machine out of the fleet list and its counters. Its secrets stay, and can be revealed. */
export function archive(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  id: string,
  now: number,
): MachineMoved | Refusal {
  const { sql } = storage;
  const row = findRow(sql, id);
  if (!row) return unknownMachine();
  if (row.shelf === 'merged') return alias();
  // Nothing that is set aside is in the fleet list.
  if (row.shelf !== 'fleet') return moved(sql, id);
  return storage.transactionSync(() => {
    moveTo(sql, row, 'archived');
    sql.exec('UPDATE machines SET archived_at = ?, archived_by = ? WHERE id = ?', now, caller.principal.name, id);
    record(sql, caller.tenant, caller, now, {
      action: 'machine.archived',
      subject: id,
      detail: { hostname: row.hostname },
    });
    return moved(sql, id);
  });
}

export function restore(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  id: string,
  now: number,
): MachineMoved | Refusal {
  const { sql } = storage;
  const row = findRow(sql, id);
  if (!row) return unknownMachine();
  if (row.shelf === 'merged') return alias();
  // What was set aside with a token comes back with all of it.
  if (row.shelf === 'aside') return moved(sql, id);
  return storage.transactionSync(() => {
    bringBack(sql, caller, id, 'person', now);
    return moved(sql, id);
  });
}

/**
 * Brings an archived machine back, on record, and one that was set aside once anything of it counts; any other is left alone. Its row has been
 * summed up. In the caller's transaction.
 */
export function bringBack(
  sql: SqlStorage,
  caller: Caller,
  id: string,
  because: 'report' | 'escrow' | 'person',
  now: number,
): void {
  const asked = findRow(sql, id);
  // An alias speaks for the PC, and the PC is shown under the machine that is kept.
  const row = asked?.merged_into != null ? findRow(sql, asked.merged_into) : asked;
  if (row?.shelf !== 'archived' && !(row?.shelf === 'aside' && stands(row))) return;
  moveTo(sql, row, 'fleet');
  sql.exec('UPDATE machines SET archived_at = NULL, archived_by = NULL WHERE id = ?', row.id);
  record(sql, caller.tenant, caller, now, {
    action: 'machine.restored',
    subject: row.id,
    detail: { because },
  });
}

/** Whether `machine` may become an alias of `into`. Pure. Null: it may, or it is one already. `aliases`: how many ids it has itself. */
export function decideMerge(
  machine: Pick<MachineRow, 'id' | 'merged_into'>,
  into: Pick<MachineRow, 'id' | 'merged_into'>,
  aliases: number,
): Refusal | null {
  if (machine.id === into.id) return refuse('merge_conflict', 'A machine cannot be merged into itself.');
  if (machine.merged_into === into.id) return null;
  if (machine.merged_into !== null)
    return refuse('merge_conflict', 'It is merged into another machine already; undo that first.');
  if (into.merged_into !== null)
    return refuse('merge_conflict', 'into: is itself merged into another machine; merge into that one.');
  return aliases > 0
    ? refuse('merge_conflict', 'Other ids are merged into it: undo those merges, then merge each into the one to keep.')
    : null;
}

/** Whether several PCs report under any id of this PC. */
const areSeveral = (sql: SqlStorage, id: string): boolean => clonedAmong(sql, allIdsOf(sql, id)).length > 0;

/**
 * Settles the marks of a PC that has other ids now. Where several report under one of them, or did under one that it had, what is told apart is
 * told anew: what was superseded may be offered again, and no mark is left of it that could be settled.
 */
function settleIds(storage: DurableObjectStorage, id: string, isToldAnew: boolean, now: number): void {
  if (isToldAnew) settleClone(storage, id, now);
  else settleAllMarks(storage, id);
}

/** Makes one id of a PC an alias of another. What it holds, and what is sent under it later, stays under its own id. */
export function merge(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  id: string,
  into: string,
  now: number,
): MachineMoved | Refusal {
  const { sql } = storage;
  const [row, kept] = [findRow(sql, id), findRow(sql, into)];
  if (!row || !kept) return unknownMachine();
  const refusal = decideMerge(row, kept, withAliases(sql, id).length - 1);
  if (refusal) return refusal;
  if (row.merged_into === into) return moved(sql, id);
  const { family } = readLimits(sql);
  const over = refusalFor('family', family, decideCount('family', family, withAliases(sql, into).length, 1, now));
  if (over) return over;
  return storage.transactionSync(() => {
    moveTo(sql, row, 'merged');
    sql.exec(
      'UPDATE machines SET merged_into = ?, merged_at = ?, merged_by = ? WHERE id = ?',
      into,
      now,
      caller.principal.name,
      id,
    );
    settleIds(storage, into, areSeveral(sql, into), now);
    summarize(sql, id, now);
    settleAside(sql, into);
    record(sql, caller.tenant, caller, now, {
      action: 'machine.merged',
      subject: id,
      detail: { into, hostname: row.hostname, intoHostname: kept.hostname },
    });
    return moved(sql, id);
  });
}

/** Undoes a merge: the id stands by itself again, in the fleet or archived as it was. */
export function unmerge(
  storage: DurableObjectStorage,
  caller: Caller<Person>,
  id: string,
  now: number,
): MachineMoved | Refusal {
  const { sql } = storage;
  const row = findRow(sql, id);
  if (!row) return unknownMachine();
  const from = row.merged_into;
  if (from === null) return moved(sql, id);
  return storage.transactionSync(() => {
    const wereSeveral = areSeveral(sql, id);
    sql.exec('UPDATE machines SET merged_into = NULL, merged_at = NULL, merged_by = NULL WHERE id = ?', id);
    moveTo(sql, row, row.archived_at === null ? 'fleet' : 'archived');
    for (const one of [id, from]) settleIds(storage, one, wereSeveral, now);
    for (const one of [id, from]) {
      summarize(sql, one, now);
      settleAside(sql, one);
    }
    record(sql, caller.tenant, caller, now, { action: 'machine.unmerged', subject: id, detail: { from } });
    return moved(sql, id);
  });
}
