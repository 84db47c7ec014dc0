// What one machine adds to the counters and to its client. A merged one adds nothing: the machine it was merged into
// counts for it.
import type { FleetCounts } from '../../schema/machine.ts';
import { listenerOf } from '../core/changes.ts';
import { addToClient } from './clients.ts';
import { add, type Counter, read } from './counters.ts';
import type { MachineRow } from './machine-row.ts';

/** All that is counted goes by these; most changes are of others. */
const COUNTED = ['shelf', 'client', 'run_status', 'attention', 'silent_since', 'secrets', 'to_rotate'] as const;
type Counted = Pick<MachineRow, (typeof COUNTED)[number]>;

function countersOf(row: Counted): Map<Counter, number> {
  const counts = new Map<Counter, number>();
  if (row.shelf !== 'merged') counts.set('secrets', row.secrets);
  if (row.shelf === 'archived' || row.shelf === 'aside') counts.set(row.shelf, 1);
  if (row.shelf === 'fleet') {
    counts.set(`status:${row.run_status ?? 'none'}`, 1);
    counts.set('attention', row.attention === '[]' ? 0 : 1);
    counts.set('stalled', row.silent_since === null ? 0 : 1);
    counts.set('to_rotate', row.to_rotate);
    counts.set('rotating', row.to_rotate > 0 ? 1 : 0);
  }
  return counts;
}

const clientOf = (row: Counted): string | null => (row.shelf === 'fleet' ? row.client : null);

/** Keeps the counters and clients in step with a row that changes, and tells the listener. Code that changes a row calls it, in the same transaction. */
export function recount(sql: SqlStorage, before: MachineRow, after: MachineRow): void {
  listenerOf(sql)?.machineChanged(after.id);
  if (COUNTED.every((column) => before[column] === after[column])) return;
  const [was, is] = [countersOf(before), countersOf(after)];
  for (const name of new Set([...was.keys(), ...is.keys()])) add(sql, name, (is.get(name) ?? 0) - (was.get(name) ?? 0));
  const [left, joined] = [clientOf(before), clientOf(after)];
  if (left === joined) return;
  if (left !== null) addToClient(sql, left, -1);
  if (joined !== null) addToClient(sql, joined, 1);
}

/** Reads the counters and nothing of the fleet. */
export function fleetCounts(sql: SqlStorage): FleetCounts {
  const count = read(sql);
  return {
    machines: count('machines'),
    runs: {
      running: count('status:running'),
      succeeded: count('status:succeeded'),
      failed: count('status:failed'),
      abandoned: count('status:abandoned'),
    },
    attention: count('attention'),
    stalled: count('stalled'),
    archived: count('archived'),
    aside: count('aside'),
    toRotate: count('to_rotate'),
    rotating: count('rotating'),
    secrets: count('secrets'),
  };
}
