// What the search shows: a hit is something to open or to do, in one of four groups.
import type { TemplateResult } from 'lit';

export type Hit = {
  /** Unlike any other's. */
  id: string;
  icon: TemplateResult;
  /** What it is called; the typed part of it is emphasized. */
  words: string;
  /** Whose it is, and what it does. */
  about: string;
  /** What was found by, where neither words nor about show it: a key's id, as a locked PC shows it. */
  keyId?: string;
  /** At the end of the line: a status, a key. */
  aside?: TemplateResult | string;
  /** Where Enter goes, or what it does. */
  to: string | (() => void);
  /** Where Ctrl and Enter go: to the recovery key. */
  reveal?: string;
};

export type HitGroup = {
  words: string;
  hits: readonly Hit[] /** How many there are; null where nobody has counted. */;
  all: number | null;
  allAt?: string;
};

/** More of a group than these are a list to look through: its last line leads there. */
export const GROUP_MAX = 5;
