// The runs of the last fortnight as bars no taller than a line of figures; the failed ones at their feet.
import { svg } from 'lit';
import type { Hour } from '../../../schema/machine.ts';
import { runsPerDay } from './runs-per-day.ts';

const DAYS = 14;
const [WIDTH, HEIGHT, BAR] = [110, 32, 6];

export function sparkOf(hours: readonly Hour[], now: number) {
  const days = runsPerDay(hours, DAYS, now);
  const most = Math.max(1, ...days.map(({ succeeded, failed, other }) => succeeded + failed + other));
  const high = (runs: number) => (runs === 0 ? 0 : Math.max(2, Math.round((runs / most) * HEIGHT)));
  return svg`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">${days.map(
    ({ succeeded, failed, other }, place) => {
      const [all, bad] = [high(succeeded + failed + other), high(failed)];
      const x = place * 8;
      return svg`<rect class=${place === DAYS - 1 ? 'today' : 'ok'} x=${x} y=${HEIGHT - all} width=${BAR} height=${all} rx="1"></rect>
      <rect class="no" x=${x} y=${HEIGHT - bad} width=${BAR} height=${bad} rx="1"></rect>`;
    },
  )}</svg>`;
}
