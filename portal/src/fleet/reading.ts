// Reads the fleet page's list from the API: the first pages of what a filter lets in, or what a search finds.
import type { MachinePage, MachineSummary, Match } from '../../../schema/machine.ts';
import * as api from '../api/fleet.ts';
import { machinesPage } from './attention-first.ts';
import { isSearch, type Question } from './url.ts';

export const PAGE_SIZE = 200;

/** `found`: each machine's match, where something was searched for. `more`: more were found than these; `further`: how many, null where they are more than are counted. */
export type Answer = {
  page: MachinePage;
  found: ReadonlyMap<string, Match> | null;
  more: boolean;
  further: number | null;
};

/** The parameters of the list: during a search the filters rest. */
export const keyOf = (question: Question): string =>
  isSearch(question) ? `q=${question.q.trim()}` : JSON.stringify({ ...question, q: '' });

/** Reads at least `count` rows, by whole pages, if there are that many; at least one page. Throws `ApiProblem`. */
export async function readList(
  tenant: string,
  question: Question,
  count: number,
  signal?: AbortSignal,
): Promise<Answer> {
  if (!isSearch(question))
    return { page: await pages(tenant, question, count, signal), found: null, more: false, further: null };
  const { matches, more, further } = await api.search(tenant, question.q.trim(), signal);
  const page = { machines: matches.map(({ machine }) => machine), next: null };
  return { page, found: new Map(matches.map((match) => [match.machine.id, match])), more, further };
}

async function pages(tenant: string, question: Question, count: number, signal?: AbortSignal): Promise<MachinePage> {
  const machines = new Map<string, MachineSummary>();
  let next: string | null = null;
  do {
    const page: MachinePage = await machinesPage(tenant, question, next, PAGE_SIZE, signal);
    for (const machine of page.machines) machines.set(machine.id, machine);
    next = page.next;
  } while (next !== null && machines.size < count);
  return { machines: [...machines.values()], next };
}
