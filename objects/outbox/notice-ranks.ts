// In which order notices go to one webhook: by rank, and within a rank as they were queued. What failed gives way to what has not been tried,
// so that neither a flood nor a notice that its receiver stumbles on holds back what security turns on.

/**
 * `fresh`: security's kinds until their first try, which waits for nobody; `failed`: the same after a try that failed. `flood`: what PCs give rise
 * to (notices.ts). `stumbled`: what has failed so often that it may be this very notice.
 */
export const RANK = { fresh: -1, failed: 0, flood: 1, stumbled: 2 } as const;
export const RANKS = Object.values(RANK);

/** So many tries that failed are not the receiver's moment any more: some eight minutes of a first notice. */
export const STUMBLED_TRIES = 5;

/** The rank of a notice after so many tries, the last of which has failed. Pure. */
export const rankAfter = (rank: number, tries: number): number =>
  tries >= STUMBLED_TRIES ? RANK.stumbled : Math.max(rank, RANK.failed);
