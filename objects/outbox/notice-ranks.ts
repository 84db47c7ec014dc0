// The order in which notices go to one webhook: by rank, and within a rank as they were queued. A notice that failed
// gives way to untried ones, so that neither a flood nor a notice that its receiver stumbles on holds back those that
// matter to security.

/**
 * `fresh`: security's kinds until their first try, which waits for nobody; `failed`: the same after a try that failed.
 * `flood`: notices that PCs cause (notices.ts). `stumbled`: one that has failed so often that the notice itself may be
 * the reason.
 */
export const RANK = { fresh: -1, failed: 0, flood: 1, stumbled: 2 } as const;
export const RANKS = Object.values(RANK);

/**
 * After this many failed tries, a bad moment of the receiver is no longer the reason: some eight minutes for a first
 * notice.
 */
export const STUMBLED_TRIES = 5;

/** The rank of a notice after this many tries, the last of which has failed. Pure. */
export const rankAfter = (rank: number, tries: number): number =>
  tries >= STUMBLED_TRIES ? RANK.stumbled : Math.max(rank, RANK.failed);
