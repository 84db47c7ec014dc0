// The work of a rotation: page by page, re-sealed in the vault, uploaded by compare-and-swap. All state is the server's, so it may be
// stopped anywhere and taken up by anybody. Knows no page and no element.
import type { ResealAnswer, Resealed, RotationPage, RotationPageRequest } from '../../schema/rotation.ts';
import type { Revealed } from '../../schema/secret.ts';
import type { VaultFault } from '../vault/contract.ts';
import { inLanes } from './lanes.ts';

/** What it needs: two calls of the API and one of the vault. */
export type RotationHands = {
  page: (request: RotationPageRequest) => Promise<RotationPage>;
  upload: (items: Resealed[]) => Promise<ResealAnswer>;
  reseal: (item: Revealed, activeKid: string) => Promise<{ ok: true; resealed: Resealed } | VaultFault>;
};

export type LeftBehind = { item: Revealed; why: string };
export type RotationDone = { resealed: number; leftBehind: LeftBehind[]; stopped: boolean };

const PAGE = 50;
/** Faults that say nothing about the one secret: going on would call every secret unopenable. */
const STOPPING: ReadonlySet<string> = new Set(['locked', 'unknown_kid', 'keyring_changed']);

/**
 * Re-seals until nothing is left or `signal` stops it. What does not open is named in the answer and passed over. Throws what the
 * API throws; whatever was uploaded before stays done.
 */
export async function rotate(
  hands: RotationHands,
  onProgress: (resealed: number) => void,
  signal: AbortSignal,
): Promise<RotationDone> {
  const done: RotationDone = { resealed: 0, leftBehind: [], stopped: false };
  let after: RotationPageRequest['after'] = null;
  while (!signal.aborted) {
    const { activeKid, items } = await hands.page({ after, limit: PAGE });
    const last = items.at(-1);
    if (!last) return done;
    const ready: Resealed[] = [];
    await inLanes(items, async (item) => {
      if (signal.aborted) return;
      const result = await hands.reseal(item, activeKid);
      if (result.ok) ready.push(result.resealed);
      else if (STOPPING.has(result.code)) throw new Error(result.message);
      else done.leftBehind.push({ item, why: result.message });
    });
    if (ready.length > 0) {
      const { resealed } = await hands.upload(ready);
      done.resealed += resealed;
      onProgress(done.resealed);
    }
    if (signal.aborted) break;
    after = { secret: last.id, version: last.version.version };
  }
  return { ...done, stopped: true };
}
