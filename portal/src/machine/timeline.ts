// A run on a common axis of time: where each phase's bar begins and ends, where the PC restarted, and where the ticks
// are. Pure geometry.
import type { Phase, Run } from '../../../schema/machine.ts';
import type { StoredEvent } from '../../../schema/report.ts';

/** In percent of the axis. */
export type Span = { left: number; width: number };
export type Bar = {
  phase: Phase;
  span: Span | null;
  durationMs: number | null /** It was begun anew at these places. */;
  retries: number[];
};
export type Mark = { at: number; left: number };
export type Timeline = {
  from: number;
  to: number;
  bars: Bar[];
  reboots: Mark[];
  ticks: Mark[];
  /** The instant since which nothing was heard of a run that says it is running. */
  silence: Span | null;
};

/** When phases were started, by name; the first time and every retry. */
export type Starts = ReadonlyMap<string, readonly number[]>;

export function startsOf(events: readonly StoredEvent[]): Starts {
  const starts = new Map<string, number[]>();
  for (const { type, phase, at, takenAt = at } of events)
    if (type === 'phase_started' && phase !== null) starts.set(phase, [...(starts.get(phase) ?? []), takenAt]);
  return starts;
}

const MINUTE_MS = 60_000;
const STEPS_MS = [
  1_000,
  5_000,
  10_000,
  15_000,
  30_000,
  ...[1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080].map((minutes) => minutes * MINUTE_MS),
];
/** A shorter bar is drawn this wide: everything that happened has to be visible. */
const NARROWEST_PERCENT = 0.6;
const SHORTEST_AXIS_MS = 1_000;

/** The smallest round step with at most `most` ticks, beginning at round instants of the reader's zone. */
function ticksOf(from: number, to: number, most: number): number[] {
  const step = STEPS_MS.find((one) => (to - from) / one <= most) ?? (to - from) / most;
  const zone = new Date(from).getTimezoneOffset() * MINUTE_MS;
  const first = Math.ceil((from - zone) / step) * step + zone;
  return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, index) => first + index * step);
}

/**
 * `now` ends a run that is going on; `silentSince` (ms since the epoch, or null) ends its running phase earlier. A phase that was left
 * unfinished ends with its run. `ticks` is how many ticks there may be.
 */
export function timelineOf(
  run: Run,
  now: number,
  silentSince: number | null,
  starts: Starts = new Map(),
  ticks = 6,
): Timeline {
  const ended = run.status === 'running' ? null : (run.finishedAt ?? run.lastEventAt);
  const heardUntil = ended ?? Math.min(silentSince ?? now, now);
  const instants = run.phases.flatMap(({ startedAt, finishedAt }) => [startedAt, finishedAt]).concat(run.rebootsAt);
  const known = instants.filter((at): at is number => at !== null);
  const from = Math.min(run.startedAt, ...known);
  const to = Math.max(ended ?? now, ...known, from + SHORTEST_AXIS_MS);
  const place = (at: number): number => ((at - from) / (to - from)) * 100;
  const span = (start: number, end: number): Span => {
    const width = Math.max(place(end) - place(start), NARROWEST_PERCENT);
    return { left: Math.min(place(start), 100 - width), width };
  };
  return {
    from,
    to,
    bars: run.phases.map((phase) => {
      if (phase.startedAt === null) return { phase, span: null, durationMs: null, retries: [] };
      const end = Math.max(phase.finishedAt ?? heardUntil, phase.startedAt);
      const retries = (starts.get(phase.name) ?? []).slice(1);
      return {
        phase,
        span: span(phase.startedAt, end),
        durationMs: end - phase.startedAt,
        retries: retries.filter((at) => at >= from && at <= to).map(place),
      };
    }),
    reboots: run.rebootsAt.map((at) => ({ at, left: place(at) })),
    ticks: ticksOf(from, to, ticks).map((at) => ({ at, left: place(at) })),
    silence: ended === null && heardUntil < to && silentSince !== null ? span(heardUntil, to) : null,
  };
}
