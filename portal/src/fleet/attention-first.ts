// The fleet with what needs somebody first: two lists of the API, one after the other. First the PCs that need attention, then the others;
// a page's cursor says in which of the two it is. On its own order an index for each filter would be written with every event
// (docs/decisions/0127-attention-first-is-two-lists.md).
import type { MachinePage } from '../../../schema/machine.ts';
import * as api from '../api/fleet.ts';

/** `attention`: those that need attention first, each part by the latest run. */
export type ListedBy = Omit<api.FleetFilter, 'sort'> & { sort: api.FleetFilter['sort'] | 'attention' };

const WITH = 'with.';
const WITHOUT = 'without.';

type Ask = (of: api.FleetFilter, after: string | null) => Promise<MachinePage>;

/** Those that came to need attention while the first list was read are told by the live connection, or by the next reading. */
const calm = ({ machines, next }: MachinePage): MachinePage => ({
  machines: machines.filter(({ attention }) => attention.length === 0),
  next: next === null ? null : WITHOUT + next,
});

async function page(ask: Ask, by: api.FleetFilter, after: string | null): Promise<MachinePage> {
  if (after?.startsWith(WITHOUT)) return calm(await ask(by, after.slice(WITHOUT.length)));
  const first = after === null;
  const [needing, others] = await Promise.all([
    ask({ ...by, attention: 'yes' }, first ? null : after.slice(WITH.length)),
    // Asked at once: mostly what needs attention fits into one page, and the others are wanted too.
    first ? ask(by, null) : null,
  ]);
  if (needing.next !== null) return { machines: needing.machines, next: WITH + needing.next };
  const rest = calm(others ?? (await ask(by, null)));
  return { machines: [...needing.machines, ...rest.machines], next: rest.next };
}

/** One page of the list, from `after`, an earlier page's `next`. */
export function machinesPage(
  tenant: string,
  filter: ListedBy,
  after: string | null,
  limit: number,
  signal?: AbortSignal,
): Promise<MachinePage> {
  const ask: Ask = (of, from) => api.machines(tenant, of, from, limit, signal);
  const { sort, ...others } = filter;
  if (sort !== 'attention') return ask({ ...others, sort }, after);
  // What is to be rotated needs attention, all of it.
  return others.attention || others.toRotate
    ? ask({ ...others, sort: 'started' }, after)
    : page(ask, { ...others, sort: 'started' }, after);
}
