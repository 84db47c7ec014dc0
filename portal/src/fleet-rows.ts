// The fleet table's rows between refreshes: pure, so that what a row may do under a pointer is decided in one place.
import type { MachinePage, MachineSummary } from '../../schema/machine.ts';

export type Rows = { machines: readonly MachineSummary[]; next: string | null };

/** Adds a page. A machine that moved between two pages is in both: it stays once, where it first stood, as it is now. */
export function withPage(rows: Rows, page: MachinePage): Rows {
  const byId = new Map(rows.machines.map((machine) => [machine.id, machine]));
  for (const machine of page.machines) byId.set(machine.id, machine);
  return { machines: [...byId.values()], next: page.next };
}

/** The same rows in the same order, each as `fresh` has it. Nothing moves, nothing comes or goes. */
export function renewed(shown: readonly MachineSummary[], fresh: readonly MachineSummary[]): MachineSummary[] {
  const byId = new Map(fresh.map((machine) => [machine.id, machine]));
  return shown.map((machine) => byId.get(machine.id) ?? machine);
}

/** Whether letting `fresh` in would move, add or remove a row. */
export const wouldMove = (shown: readonly MachineSummary[], fresh: readonly MachineSummary[]): boolean =>
  shown.length !== fresh.length || shown.some((machine, index) => machine.id !== fresh[index]?.id);
