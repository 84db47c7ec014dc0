// The work of a rotation: page by page, re-sealed in the vault, uploaded by compare-and-swap. All state is the server's, so it may be
// stopped anywhere and taken up by anybody. Knows no page and no element.
import type { ResealAnswer, Resealed, RotationPage, RotationPageRequest } from '../../../schema/rotation.ts';
import type { Revealed } from '../../../schema/secret.ts';
import type { VaultFault } from '../../vault/contract.ts';
import { inLanes } from '../core/lanes.ts';

/** What it needs: two calls of the API and one of the vault. */
export type RotationCalls = {
  page: (request: RotationPageRequest) => Promise<RotationPage>;
  upload: (items: Resealed[]) => Promise<ResealAnswer>;
  reseal: (item: Revealed, activeKid: string) => Promise<{ ok: true; resealed: Resealed } | VaultFault>;
};

export type LeftBehind = { item: Revealed; why: string };
export type RotationDone = { resealed: number; leftBehind: LeftBehind[]; stopped: boolean };

const PAGE = 50;
/** Faults that are not about the one secret: going on would call every secret unopenable. */
const STOPPING: ReadonlySet<string> = new Set(['locked', 'unknown_kid', 'keyring_changed']);

/**
 * Re-seals until nothing is left or `signal` stops it. Secrets that do not open are named in the answer and passed
 * over. Throws what the API throws; everything uploaded before stays done. The page after this one is fetched, and the
 * one before uploaded, while this one is re-sealed: the RSA is what takes the time.
 */
export async function rotate(
  calls: RotationCalls,
  onProgress: (resealed: number) => void,
  signal: AbortSignal,
): Promise<RotationDone> {
  const done: RotationDone = { resealed: 0, leftBehind: [], stopped: false };
  const upload = async (ready: Resealed[]): Promise<void> => {
    if (ready.length === 0) return;
    const { resealed } = await calls.upload(ready);
    done.resealed += resealed;
    onProgress(done.resealed);
  };
  let uploading = Promise.resolve();
  let page = later(calls.page({ after: null, limit: PAGE }));
  while (!signal.aborted) {
    const { activeKid, items } = await page;
    const last = items.at(-1);
    if (!last) break;
    page = later(calls.page({ after: { secret: last.id, version: last.version.version }, limit: PAGE }));
    const ready = await resealAll(calls, activeKid, items, done.leftBehind, signal);
    await uploading;
    uploading = later(upload(ready));
  }
  await uploading;
  return { ...done, stopped: signal.aborted };
}

async function resealAll(
  calls: RotationCalls,
  activeKid: string,
  items: readonly Revealed[],
  leftBehind: LeftBehind[],
  signal: AbortSignal,
): Promise<Resealed[]> {
  const ready: Resealed[] = [];
  await inLanes(items, async (item) => {
    if (signal.aborted) return;
    const result = await calls.reseal(item, activeKid);
    if (result.ok) ready.push(result.resealed);
    else if (STOPPING.has(result.code)) throw new Error(result.message);
    else leftBehind.push({ item, why: result.message });
  });
  return ready;
}

/** A promise that is awaited in its turn: if earlier work fails, its own failure is ignored. */
function later<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
