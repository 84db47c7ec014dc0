// What each mark of a machine is about: one that was acknowledged stays away until it is about something else. Reads,
// writes nothing.
import type { Attention } from '../../schema/machine.ts';
import { isSharedId } from '../../schema/shared-ids.ts';
import { first, sha256 } from '../core/rows.ts';
import { factsOf } from './id-facts.ts';
import type { MachineRow } from './machine-row.ts';
import type { RunState } from './run-state.ts';

export type Occurring = {
  row: MachineRow;
  run: RunState | undefined;
  pcIds: readonly string[];
  silentSince: number | null;
  otherId: string | null;
};

/** One short string each: as long as it is the same, nothing has happened anew. */
export function occurrencesOf(
  attention: readonly Attention[],
  { row, run, pcIds, silentSince, otherId }: Occurring,
): Partial<Record<Attention, string>> {
  const of: Record<Attention, () => string> = {
    run_failed: () => `${run?.id}/${run?.statusSeq}`,
    stalled: () => `${run?.id}/${silentSince}`,
    no_recovery_key: () => run?.id ?? '',
    serial_changed: () => row.serial ?? '',
    seq_conflict: () => run?.id ?? '',
    to_be_rotated: () => '',
    // A PC has any number of ids, and the list of them is as long.
    shared_id: () => sha256(pcIds.filter(isSharedId).toSorted().join(' ')),
    odd_hostname: () => row.hostname,
    cloned: () => String(row.cloned_at ?? ''),
    id_changed: () => otherId ?? '',
  };
  return Object.fromEntries(attention.map((mark) => [mark, of[mark]()]));
}

/** Who says that a run of one of these ids went on under another: the name of a token, or of a person; null where nobody knows. */
export const claimantOf = (sql: SqlStorage, pcIds: readonly string[], other: string): string | null =>
  first<{ by: string | null }>(
    sql,
    'SELECT other_id_by AS by FROM json_each(?) CROSS JOIN machines ON machines.id = value WHERE other_id = ? LIMIT 1',
    JSON.stringify(pcIds),
    other,
  )?.by || null;

/** What was acknowledged of a machine last, by mark. */
export const acknowledgedOf = (sql: SqlStorage, machine: string): Map<Attention, string> =>
  new Map(factsOf(sql, machine).acknowledged);

/** Marks that are kept on the row: a new event sets them again, whatever was said about the earlier ones. */
const SET_ANEW: ReadonlySet<Attention> = new Set(['serial_changed', 'seq_conflict', 'cloned', 'to_be_rotated']);

/** The marks that nobody has acknowledged. Pure. */
export const unseen = (
  attention: readonly Attention[],
  occurrences: Partial<Record<Attention, string>>,
  acknowledged: ReadonlyMap<Attention, string>,
): Attention[] =>
  attention.filter((mark) => SET_ANEW.has(mark) || acknowledged.get(mark) !== (occurrences[mark] ?? null));
