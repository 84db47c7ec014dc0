// The fleet's columns, and which of them a person wants to see in this browser. A narrow window shows fewer all the same: what is wanted
// is remembered, and comes back with the room for it.
import { memory } from '../core/memory.ts';
import { notedPerson } from '../core/noted-person.ts';
import type { ListedBy } from './attention-first.ts';

/** By which column the list may be sorted: the others have no index, and a fleet is not sorted in a browser. */
export type Sort = ListedBy['sort'];

export const COLUMNS = [
  { words: 'Name', part: 'machine', sort: 'hostname', order: 'ascending' },
  { words: 'Client', part: 'client' },
  { words: 'Model', part: 'model' },
  { words: 'Serial', part: 'serial' },
  { words: 'Status', part: 'status' },
  { words: 'Phase', part: 'phase' },
  { words: 'Last heard', part: 'when' },
  { words: 'Secrets', part: 'secrets' },
  { words: 'Attention', part: 'attention', sort: 'attention', order: 'descending' },
] as const satisfies readonly {
  words: string;
  part: string;
  sort?: Sort;
  order?: 'ascending' | 'descending';
}[];
export type Column = (typeof COLUMNS)[number];
type Part = Column['part'];

/** A row says at least which PC it is and how it stands. */
const ALWAYS: readonly Part[] = ['machine', 'status'];
export const CHOOSABLE = COLUMNS.filter(({ part }) => !ALWAYS.includes(part));

/** The columns that somebody has said they want, or do not want; of the others the width decides. */
export type Choice = Readonly<Partial<Record<Part, boolean>>>;

/** Two people who share a browser each have their own. */
const nameOf = (): string => `totl.columns.${notedPerson() ?? ''}`;

/** What this browser remembers; whatever is not understood of it, as after another version wrote it, is left out. */
export function rememberedChoice(): Choice {
  const text = memory.read(nameOf());
  if (text === null) return {};
  try {
    const said: unknown = JSON.parse(text);
    if (typeof said !== 'object' || said === null) return {};
    return Object.fromEntries(
      CHOOSABLE.flatMap(({ part }) => {
        const wanted = (said as Record<string, unknown>)[part];
        return typeof wanted === 'boolean' ? [[part, wanted]] : [];
      }),
    );
  } catch {
    return {};
  }
}

export function rememberChoice(choice: Choice): void {
  if (Object.keys(choice).length === 0) memory.forget(nameOf());
  else memory.write(nameOf(), JSON.stringify(choice));
}
