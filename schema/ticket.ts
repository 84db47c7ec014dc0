// A reason's ticket pattern: a small language of our own, compiled to an anchored expression that never backtracks
// (facts/begins-with-ticket.ts). No RegExp from outside is ever run.
import * as z from 'zod';

const PATTERN_MAX_CHARACTERS = 40;

/**
 * `#` is one digit, `*` a run of letters and digits, a letter or digit or one of `- _ . / :` is itself; case does not
 * count. A `*` is followed by a sign or the end, so the end of a run is never a guess, and no reason takes long to
 * read.
 */
export const TicketPattern = z
  .string()
  .min(1)
  .max(PATTERN_MAX_CHARACTERS)
  .regex(/^[A-Za-z0-9#*\-_./:]+$/, { error: 'takes letters, digits, - _ . / : and the places # and *' })
  .regex(/[#*]/, { error: 'needs a place: # for a digit, or * for letters and digits' })
  .regex(/^(?!.*\*[A-Za-z0-9#*])/, { error: 'must have a sign, or nothing, after a *' });
export type TicketPattern = z.infer<typeof TicketPattern>;
