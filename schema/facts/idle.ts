// How long an open vault waits for somebody to use it. By itself, because the vault has to bound what a server says.

/** Shorter than the last minute, in which the bar counts down, nobody could stop it. */
export const LOCK_AFTER_MIN_MINUTES = 2;
/** Longer, and a PC that somebody left at noon is open in the afternoon. */
export const LOCK_AFTER_MAX_MINUTES = 60;
export const LOCK_AFTER_USUAL_MINUTES = 15;

/** What a server says, within the bounds; anything that is no number of minutes is the usual. */
export const lockAfter = (said: unknown): number =>
  typeof said === 'number' && Number.isFinite(said)
    ? Math.min(LOCK_AFTER_MAX_MINUTES, Math.max(LOCK_AFTER_MIN_MINUTES, said))
    : LOCK_AFTER_USUAL_MINUTES;
