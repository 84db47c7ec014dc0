// The pages as a person finds them: the rail, the tabs of a narrow screen and what is behind More show the same entries.
import type { TemplateResult } from 'lit';

export type MenuGroup = '' | 'Team' | 'Security' | 'Set-up' | 'Across tenants';

/** `key`: the one that goes there after a `g`; absent where none does. `here`: its page is open, or one that belongs to it. */
export type MenuEntry = {
  href: string;
  words: string;
  icon: TemplateResult;
  group: MenuGroup;
  key?: string;
  here: boolean;
};

/** Blue: somebody waits for you. Amber: something is due. By the entry's words. */
export type Dues = Readonly<Record<string, { count: number; tone: '' | 'warn'; words: string }>>;

/** The entries by their groups, in their order. */
export function groupsOf(menu: readonly MenuEntry[]): [MenuGroup, MenuEntry[]][] {
  const groups = new Map<MenuGroup, MenuEntry[]>();
  for (const entry of menu) groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry]);
  return [...groups];
}
