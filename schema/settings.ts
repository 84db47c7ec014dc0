// A tenant's settings, their defaults and bounds, and what an admin sends to change some of them.

import * as z from 'zod';
import { DAY_MS, EVENTS_KEPT_MAX_DAYS, EVENTS_KEPT_MIN_DAYS } from './facts/days.ts';
import { LOCK_AFTER_MAX_MINUTES, LOCK_AFTER_MIN_MINUTES } from './facts/idle.ts';
import { TicketPattern } from './ticket.ts';

/** How many secrets one person may reveal in any 60 seconds, any hour, any day. */
export const RevealBudget = z
  .strictObject({
    perMinute: z.int().min(1).max(100),
    perHour: z.int().min(1).max(1_000),
    perDay: z.int().min(1).max(2_000),
  })
  .refine((budget) => budget.perMinute <= budget.perHour && budget.perHour <= budget.perDay, {
    error: 'must not shrink from minute to hour to day',
  })
  .describe('None of the three less than the one before it');
export type RevealBudget = z.infer<typeof RevealBudget>;

export const ROTATE_AFTER_MAX_MS = 365 * DAY_MS;

export const Settings = z.object({
  /** Whether older engines may send raw RSA-OAEP. */
  allowRawRsaOaep: z.boolean(),
  /** The required beginning of a reason for a reveal; null: any reason will do. */
  ticketPattern: TicketPattern.nullable(),
  revealBudget: RevealBudget,
  /** How long after a reveal the secret is to be rotated, in ms; 0: at once; null: never. */
  rotateAfterRevealMs: z.int().min(0).max(ROTATE_AFTER_MAX_MS).nullable(),
  /** How many days the events of a run are kept after the server last heard of it; null: without limit. */
  eventsKeptDays: z.int().min(EVENTS_KEPT_MIN_DAYS).max(EVENTS_KEPT_MAX_DAYS).nullable(),
  /** After how many minutes without use an open vault locks, from its next unlock on. */
  lockAfterMinutes: z.int().min(LOCK_AFTER_MIN_MINUTES).max(LOCK_AFTER_MAX_MINUTES),
});
export type Settings = z.infer<typeof Settings>;

/** An absent setting stays as it is. */
export const SettingsChange = z
  .strictObject(Settings.partial().shape)
  .refine((change) => Object.keys(change).length > 0, { error: 'must change at least one setting' })
  .meta({ minProperties: 1 });
export type SettingsChange = z.infer<typeof SettingsChange>;
