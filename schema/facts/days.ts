// Lengths of time, in ms. A day here is 24 hours, whatever a clock on a wall did on it.
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const YEAR_MS = 365 * DAY_MS;
