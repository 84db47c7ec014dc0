// Work over every ciphertext, a page at a time: the health sweep and the export. Knows no page and no element; what is fetched is on
// record page by page, and nothing is lost by stopping.
import type { BulkPage, BulkPageRequest, Finding, Verified } from '../../../schema/bulk.ts';
import type { Revealed } from '../../../schema/secret.ts';
import { inLanes } from '../core/lanes.ts';

const PAGE = 50;

export type Progress = { done: number; total: number };

/** Hands every version to `each`, page by page, until nothing is left or `signal` stops it. Throws what the API throws. */
export async function everyPage(
  fetchPage: (request: BulkPageRequest) => Promise<BulkPage>,
  what: Pick<BulkPageRequest, 'purpose' | 'sweep'>,
  each: (items: Revealed[]) => Promise<void>,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<void> {
  let after: BulkPageRequest['after'] = null;
  let done = 0;
  while (!signal.aborted) {
    const { items, total } = await fetchPage({ ...what, after, limit: PAGE });
    const last = items.at(-1);
    if (!last) return;
    await each(items);
    done += items.length;
    onProgress({ done, total });
    after = { secret: last.id, version: last.version.version };
  }
}

/** `id` is what a destruction names: the object keeps the findings under it. */
export type Sweep = { id: string; checked: number; unsound: { item: Revealed; finding: Finding }[] };

/** What a sweep needs: two calls of the API and one of the vault. */
export type SweepCalls = {
  page: (request: BulkPageRequest) => Promise<BulkPage>;
  keep: (items: Verified[], sweep: string) => Promise<unknown>;
  check: (item: Revealed) => Promise<{ ok: true; finding: Finding } | { ok: false; message: string }>;
};

/** Opens every version and keeps the findings; no part of a plaintext comes here. */
export async function sweep(
  calls: SweepCalls,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Sweep> {
  const id = crypto.randomUUID();
  const result: Sweep = { id, checked: 0, unsound: [] };
  const each = async (items: Revealed[]) => {
    const found = await inLanes(items, async (item) => {
      const checked = await calls.check(item);
      if (!checked.ok) throw new Error(checked.message);
      return { item, finding: checked.finding };
    });
    await calls.keep(
      found.map(({ item: { id: secret, version }, finding }) => ({
        secret,
        version: version.version,
        kid: version.kid,
        sha256: version.sha256,
        finding,
      })),
      id,
    );
    result.checked += found.length;
    result.unsound.push(...found.filter(({ finding }) => finding !== 'sound'));
  };
  await everyPage(calls.page, { purpose: 'health', sweep: id }, each, onProgress, signal);
  return result;
}
