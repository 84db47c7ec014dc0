// What a tenant's settings are until an admin changes them. Without zod: every object has them at hand.
import { DAY_MS } from './facts/days.ts';
import { LOCK_AFTER_USUAL_MINUTES } from './facts/idle.ts';
import type { Settings } from './settings.ts';

export const DEFAULT_SETTINGS: Settings = {
  allowRawRsaOaep: false,
  ticketPattern: null,
  revealBudget: { perMinute: 10, perHour: 50, perDay: 100 },
  rotateAfterRevealMs: DAY_MS,
  eventsKeptDays: 400,
  lockAfterMinutes: LOCK_AFTER_USUAL_MINUTES,
};
