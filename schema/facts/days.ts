// Lengths of time, in ms, and how long those things last that the server decides on and the portal tells of. A day here is 24 hours, whatever a
// clock on a wall did on it. Without zod: the portal's first screen counts in days.
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const YEAR_MS = 365 * DAY_MS;

/** A key is destroyed at the earliest this long after its rotation was finished: engines may have been offline as long. */
export const DESTROY_AFTER_MS = 90 * DAY_MS;
/** So long before it expires a machine token is said to expire soon. */
export const EXPIRES_SOON_MS = 14 * DAY_MS;
/** The least and the most days that a tenant can have events kept for; beyond that it keeps them without limit. */
export const EVENTS_KEPT_MIN_DAYS = 30;
export const EVENTS_KEPT_MAX_DAYS = 3_650;
/** A recovery set that nobody has drilled for so long is warned of. */
export const DRILL_EVERY_MS = YEAR_MS;
