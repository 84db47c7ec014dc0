// The words about a PC's clock that was wrong in a run: both instants, and the one that the times follow.
import { DAY_MS } from '../../../schema/facts/days.ts';
import type { Run } from '../../../schema/machine.ts';
import { exactTime, roughDuration } from '../ui/words.ts';

const YEAR_MS = 365.25 * DAY_MS;

/** "9 h", "3 days", "10 years": enough to say what is wrong with a clock. */
function offWords(ms: number): string {
  if (ms >= 2 * YEAR_MS) return `${Math.round(ms / YEAR_MS)} years`;
  return ms >= 2 * DAY_MS ? `${Math.round(ms / DAY_MS)} days` : roughDuration(ms);
}

/** Null where the clock was right. */
export function clockWords({ clock, startedAt }: Pick<Run, 'clock' | 'startedAt'>): string | null {
  if (!clock) return null;
  const { skewMs } = clock;
  const how = skewMs === null ? 'was wrong' : `was ${offWords(Math.abs(skewMs))} ${skewMs > 0 ? 'behind' : 'ahead'}`;
  const own = clock.startedAt === startedAt ? '' : ` By its own clock the run began ${exactTime(clock.startedAt)}.`;
  return `The PC’s clock ${how}. Where it was, the times here are those at which the reports came in.${own}`;
}
