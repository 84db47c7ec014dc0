// How long things last that the server decides on and the portal tells of.
import { DAY_MS, YEAR_MS } from './days.ts';

/** A key is destroyed at the earliest this long after its rotation was finished: engines may have been offline as long. */
export const DESTROY_AFTER_MS = 90 * DAY_MS;
/** So long before it expires a machine token is said to expire soon. */
export const EXPIRES_SOON_MS = 14 * DAY_MS;
/** A recovery set that nobody has drilled for so long is warned of. */
export const DRILL_EVERY_MS = YEAR_MS;
