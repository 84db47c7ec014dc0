// The chain verified in this browser: every entry is fetched and hashed here, and the end is compared with the index
// and with what this browser has verified before. A server that shows another history, or a shorter one, is found out.
import type { AuditHeads, AuditPage, ChainHead } from '../../../schema/audit.ts';
import { type BadChain, beyond, verifyChain, type Witness } from '../../../schema/chain.ts';
import { memory } from '../core/memory.ts';

/** A page's entries are hashed in one turn: some milliseconds, so that the browser stays alive. */
const PAGE_ENTRIES = 500;

export type ChainProgress = { done: number; total: number };
/** `seen`: what this browser had verified before. */
export type CheckedChain = ({ ok: true; head: ChainHead } | BadChain) & {
  index: ChainHead | null;
  seen: ChainHead | null;
};

export type ChainCalls = {
  heads: () => Promise<AuditHeads>;
  /** Entries after a seq, oldest first. */
  page: (after: number, limit: number) => Promise<Pick<AuditPage, 'entries' | 'next'>>;
};

const nameOf = (tenant: string): string => `totl.audit.${tenant}`;

/** The furthest head this browser has verified of a tenant. */
export function seenHead(tenant: string): ChainHead | null {
  const text = memory.read(nameOf(tenant));
  return text ? (JSON.parse(text) as ChainHead) : null;
}

/** Verifies a tenant's chain from its first entry on, and remembers the head where all is well. Null: stopped. Throws what the API throws. */
export async function checkChain(
  tenant: string,
  calls: ChainCalls,
  onProgress: (progress: ChainProgress) => void,
  signal: AbortSignal,
): Promise<CheckedChain | null> {
  const seen = seenHead(tenant);
  // Asked first: the chain may only have grown since.
  const { chain, index } = await calls.heads();
  const witnesses: Witness[] = [
    ...(seen ? [{ ...seen, holder: 'this browser' }] : []),
    ...(index ? [{ ...index, holder: 'the index' }] : []),
    { ...chain, holder: 'the server itself' },
  ];
  let head: ChainHead | undefined;
  for (let more = true; more; ) {
    if (signal.aborted) return null;
    // Always after our own head: the server does not decide where to go on.
    const { entries, next } = await calls.page(head?.seq ?? 0, PAGE_ENTRIES);
    const verdict = verifyChain(entries, { tenant, after: head, witnesses });
    if (!verdict.ok) return { ...verdict, index, seen };
    head = verdict.head;
    more = next !== null && entries.length > 0;
    onProgress({ done: head.seq, total: Math.max(chain.seq, head.seq) });
  }
  if (!head) throw new Error('at least one page was judged');
  const cut = beyond(head, witnesses);
  if (cut) return { ...cut, index, seen };
  memory.write(nameOf(tenant), JSON.stringify(head));
  return { ok: true, head, index, seen };
}
