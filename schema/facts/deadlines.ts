// Durations that the server decides on and the portal reports.
import { DAY_MS, YEAR_MS } from './days.ts';

/** A key is destroyed at the earliest this long after its rotation was finished: engines may have been offline as long. */
export const DESTROY_AFTER_MS = 90 * DAY_MS;
/** A machine token is said to expire soon this long before it does. */
export const EXPIRES_SOON_MS = 14 * DAY_MS;
/** A recovery set that nobody has drilled for this long gets a warning. */
export const DRILL_EVERY_MS = YEAR_MS;
