// The fleet list as a reader has it: which rows are known, in which order, and what a change may do while somebody is
// at them. Pure: it knows no page and no clock.
import type { MachinePage, MachineSummary } from '../../../schema/machine.ts';
import type { ListedBy } from './attention-first.ts';

/** A search's list is not sorted, and only found machines come into it. */
export type Listed = ListedBy | 'found';

const fits = (machine: MachineSummary, filter: ListedBy): boolean =>
  machine.shelf === filter.shelf &&
  (filter.status === undefined ||
    (filter.status === 'stalled' ? machine.silentSince !== null : machine.run?.status === filter.status)) &&
  (filter.client === undefined || machine.client === filter.client) &&
  (filter.attention === undefined || machine.attention.length > 0) &&
  (filter.toRotate === undefined || machine.toRotate > 0);

type SortedBy = string | number;
/** More than any instant: all that needs attention is before all that does not. */
const BEFORE_ALL = 1e15;
const byRun = ({ run, enrolledAt }: MachineSummary): number => -(run?.startedAt ?? enrolledAt);

/** As the list's query sorts (objects/fleet/list.ts): the latest run first, or by name whatever its case in ASCII. */
const SORTED_BY: Record<ListedBy['sort'], (machine: MachineSummary) => SortedBy> = {
  attention: (machine) => byRun(machine) - (machine.attention.length > 0 ? BEFORE_ALL : 0),
  started: byRun,
  hostname: ({ hostname }) => (hostname ?? '').replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
};

export class FleetRows {
  readonly #filter: Listed;
  readonly #known = new Map<string, MachineSummary>();
  readonly #listed = new Set<string>();
  #order: string[] = [];
  /** The order on screen: the order itself, unless rows are held still. */
  #shown: string[] = this.#order;
  readonly #waiting = new Set<string>();
  next: string | null = null;
  /** The last row as its page brought it: everything that sorts before it has been fetched. */
  #edge: MachineSummary | undefined;

  constructor(filter: Listed, page: MachinePage) {
    this.#filter = filter;
    this.addPage(page);
  }

  get length(): number {
    return this.#shown.length;
  }

  /** How many rows would come, go or move if they were let in. */
  get waiting(): number {
    return this.#waiting.size;
  }

  at(index: number): MachineSummary | undefined {
    const id = this.#shown[index];
    return id === undefined ? undefined : this.#known.get(id);
  }

  indexOf(id: string): number {
    return this.#shown.indexOf(id);
  }

  /** Adds the page that `next` led to. A machine that moved between two pages is in both: it stays once, where it stands. */
  addPage(page: MachinePage): void {
    this.next = page.next;
    this.#edge = page.machines.at(-1) ?? this.#edge;
    const still = this.#shown === this.#order ? null : new Set(this.#shown);
    for (const machine of page.machines) {
      const before = this.#listed.has(machine.id) ? this.#known.get(machine.id) : undefined;
      // It is about to be told where it stands now; until then it stands by what it was, or the order would not be sorted.
      if (before && this.#moved(before, machine)) continue;
      this.#known.set(machine.id, machine);
      if (!this.#listed.has(machine.id)) {
        this.#listed.add(machine.id);
        this.#order.push(machine.id);
      }
      if (still && !still.has(machine.id)) this.#shown.push(machine.id);
    }
  }

  /** Takes the list as it was read anew. `held`: no shown row moves, comes or goes; such changes wait. */
  renew(page: MachinePage, held: boolean): void {
    const before = new Map(this.#known);
    const shown = this.#shown;
    this.#known.clear();
    this.#listed.clear();
    this.#waiting.clear();
    this.#order = [];
    this.#shown = this.#order;
    this.addPage(page);
    if (!held || shown.length === 0 || same(shown, this.#order)) return;
    this.#shown = shown;
    const stood = new Set(shown);
    for (const id of shown) {
      const machine = before.get(id);
      if (!this.#listed.has(id) && machine) this.#known.set(id, machine);
      if (!this.#listed.has(id) || (machine && this.#moved(machine, this.#known.get(id) ?? machine)))
        this.#waiting.add(id);
    }
    for (const id of this.#order) if (!stood.has(id)) this.#waiting.add(id);
  }

  /** Takes machines as they are now. Answers whether anything of the list has changed. */
  change(machines: Iterable<MachineSummary>, held: boolean): boolean {
    if (!held) this.letIn();
    let changed = false;
    for (const machine of machines) if (this.#one(machine, held)) changed = true;
    return changed;
  }

  /** Shows the order that waits. */
  letIn(): void {
    if (this.#shown === this.#order) return;
    for (const id of this.#shown) if (!this.#listed.has(id)) this.#known.delete(id);
    this.#shown = this.#order;
    this.#waiting.clear();
  }

  #moved(before: MachineSummary, now: MachineSummary): boolean {
    if (this.#filter === 'found') return false;
    const by = SORTED_BY[this.#filter.sort];
    return by(before) !== by(now);
  }

  #one(machine: MachineSummary, held: boolean): boolean {
    const { id } = machine;
    const before = this.#known.get(id);
    const listed = this.#listed.has(id);
    const belongs = this.#filter === 'found' ? listed : fits(machine, this.#filter);
    if (!before && !belongs) return false;
    if (before && listed && belongs && !this.#moved(before, machine)) {
      this.#known.set(id, machine);
      return true;
    }
    const from = listed ? this.#order.indexOf(id) : -1;
    if (held && this.#shown === this.#order) this.#shown = [...this.#order];
    if (from >= 0) this.#order.splice(from, 1);
    const to = belongs ? this.#place(machine) : -1;
    if (to >= 0) this.#order.splice(to, 0, id);
    this.#listed[to >= 0 ? 'add' : 'delete'](id);
    if (to >= 0 || (held && before)) this.#known.set(id, machine);
    else this.#known.delete(id);
    if (held && from !== to) this.#waiting.add(id);
    return before !== undefined || to >= 0;
  }

  /** Where it stands in the order; -1 if it comes after everything that has been fetched: its page will bring it. */
  #place(machine: MachineSummary): number {
    let [low, high] = [0, this.#order.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#known.get(this.#order[middle] ?? '');
      if (other && this.#before(other, machine)) low = middle + 1;
      else high = middle;
    }
    const fetched = this.next === null || low < this.#order.length || (this.#edge && this.#before(machine, this.#edge));
    return fetched ? low : -1;
  }

  #before(one: MachineSummary, other: MachineSummary): boolean {
    if (this.#filter === 'found') return false;
    const { sort } = this.#filter;
    const [a, b] = [SORTED_BY[sort](one), SORTED_BY[sort](other)];
    if (a !== b) return a < b;
    return sort === 'hostname' ? one.id < other.id : one.id > other.id;
  }
}

const same = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((id, index) => id === other[index]);
