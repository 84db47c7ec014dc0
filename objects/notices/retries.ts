// When a delivery is tried again: what an answer means, and how long is waited. Pure.
import { DAY_MS } from '../../schema/facts/days.ts';
import type { DeliveryFault } from '../../schema/webhook.ts';

const FIRST_RETRY_MS = 30_000;
const LEAST_WAIT_MS = 1_000;
const LONGEST_RETRY_MS = 6 * 3_600_000;

/** A receiver that asks for more patience than this is asked again all the same: else a slip of theirs would last until all is given up. */
const LONGEST_ASKED_MS = DAY_MS;

/** A receiver that refuses one notice for what it is must not hold back the others: then it is given up. Some eight minutes. */
export const REFUSED_TRIES = 5;

/** The 4xx codes that are about the moment and not about the notice (RFC 9110, 8470, 6585). */
const PASSING = new Set([408, 425, 429]);

/** The receiver is gone for good (RFC 9110, section 15.5.11): it is not asked again until somebody looks. */
const GONE = 410;

/** How long to wait after this many failures in a row: 30 s, doubling up to 6 h. Pure. */
export const backOffMs = (failures: number): number =>
  Math.min(FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20), LONGEST_RETRY_MS);

/** What a receiver's answer means. Pure. Any 2xx is taken; a redirect is never followed, since it could lead inside. */
export function outcomeOf(status: number): Outcome {
  if (status >= 200 && status < 300) return { delivered: true, fault: null };
  if (status >= 300 && status < 400) return { delivered: false, fault: 'redirected' };
  if (status === GONE) return { delivered: false, fault: 'gone' };
  return { delivered: false, fault: status >= 400 && status < 500 && !PASSING.has(status) ? 'turned_down' : 'failed' };
}

/**
 * Whether a notice is given up after this many tries with this last answer: yes, once it was turned down for good five
 * times. Pure.
 */
export const isRefused = (fault: DeliveryFault | null, tries: number): boolean =>
  tries >= REFUSED_TRIES && fault === 'turned_down';

/** `retryAfterMs`: for how long the receiver wants to be left alone, where it says so. */
export type Outcome = { delivered: boolean; fault: DeliveryFault | null; retryAfterMs?: number | null };

/**
 * Seconds as receivers write them: whole as in the standard, with a fraction, or twice where two servers have added the
 * header.
 */
const SECONDS = /^\d{1,9}(\.\d{1,9})?(\s*,\s*\d{1,9}(\.\d{1,9})?){0,3}$/;

/** A date begins with its day; `Date.parse` would make one of any number. */
const IS_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /;

/** `Retry-After` (RFC 9110, section 10.2.3) in ms from `now` on, a day at most; null: it says nothing that can be read. Pure. */
export function retryAfterMs(header: string | null, now: number): number | null {
  const text = header?.trim() ?? '';
  const dated = IS_DATE.test(text) ? Date.parse(text) - now : Number.NaN;
  const ms = SECONDS.test(text) ? Math.ceil(Math.max(...text.split(',').map(Number)) * 1000) : dated;
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), LONGEST_ASKED_MS);
}

/**
 * When the next try comes, in ms from now on: never sooner than was asked for, and exactly then after the first
 * failure. Pure.
 */
export const waitMs = (failures: number, asked: number | null): number => {
  if (asked === null) return backOffMs(failures);
  return failures === 1 ? Math.max(asked, LEAST_WAIT_MS) : Math.max(asked, backOffMs(failures));
};
