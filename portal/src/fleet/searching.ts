// One search over several tenants: each is asked by itself, a few at a time, and answers or fails by itself.
import type { SearchResult } from '../../../schema/machine.ts';
import { inLanes } from '../core/lanes.ts';

/** A browser opens no more connections to one host at a time. */
const LANES = 6;

export type Found =
  | { state: 'asking' }
  | { state: 'found'; result: SearchResult }
  | { state: 'failed'; error: unknown };

/** Asks all of them; `said` hears of each answer as it comes. An aborted search says nothing more. */
export async function searchAll(
  tenants: readonly string[],
  ask: (tenant: string) => Promise<SearchResult>,
  said: (tenant: string, found: Found) => void,
  signal: AbortSignal,
): Promise<void> {
  const one = async (tenant: string): Promise<void> => {
    if (signal.aborted) return;
    const found = await ask(tenant).then(
      (result): Found => ({ state: 'found', result }),
      (error): Found => ({ state: 'failed', error }),
    );
    if (!signal.aborted) said(tenant, found);
  };
  await inLanes(tenants, one, LANES);
}

/** How it stands, in one sentence that is read out; '' while there is nothing to say. */
export function standingOf(found: readonly Found[]): string {
  const asking = found.filter((one) => one.state === 'asking').length;
  const failed = found.filter((one) => one.state === 'failed').length;
  const results = found.flatMap((one) => (one.state === 'found' ? [one.result] : []));
  const matches = results.reduce((sum, { matches }) => sum + matches.length, 0);
  if (asking > 0) return `Asking ${asking === 1 ? 'one more tenant' : `${asking} tenants`} …`;
  if (found.length === 0) return '';
  const could = failed === 0 ? '' : ` ${failed === 1 ? 'One tenant' : `${failed} tenants`} could not be asked.`;
  if (matches === 0)
    return `Nothing found in ${results.length === 1 ? 'one tenant' : `${results.length} tenants`}.${could}`;
  return `${matches === 1 ? 'One PC' : `${matches} PCs`} found.${could}`;
}
