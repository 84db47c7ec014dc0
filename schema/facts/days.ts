// Lengths of time, in ms. A day here is 24 hours, whatever the clock on the wall did that day.
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const YEAR_MS = 365 * DAY_MS;
