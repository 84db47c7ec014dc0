import { afterEach, expect, test } from 'vitest';
import type { Phase, Run } from '../../../schema/machine.ts';
import type { RunTimeline } from './run-timeline.ts';
import './run-timeline.ts';
import { timelineOf } from './timeline.ts';

const START = Date.UTC(2026, 10, 3, 9, 0);
const MINUTE = 60_000;
const at = (minutes: number): number => START + minutes * MINUTE;
const phase = (name: string, state: Phase['state'], from: number | null, to: number | null, tries = 1): Phase => ({
  name,
  state,
  tries,
  startedAt: from === null ? null : at(from),
  finishedAt: to === null ? null : at(to),
});
const run = (part: Partial<Run>): Run => ({
  id: 'r',
  machine: 'm',
  status: 'succeeded',
  startedAt: START,
  finishedAt: at(100),
  lastEventAt: at(100),
  engineVersion: null,
  phases: [],
  reboots: 0,
  rebootsAt: [],
  warnings: 0,
  errors: 0,
  events: 1,
  nextSeq: 2,
  uploadedBy: null,
  aside: null,
  ...part,
});
const rounded = (span: { left: number; width: number } | null | undefined) =>
  span && [Math.round(span.left), Math.round(span.width)];

test('phases, restarts and retries stand on one axis from the run’s beginning to its end', () => {
  const timeline = timelineOf(
    run({
      phases: [
        phase('apps', 'succeeded', 0, 40),
        phase('office', 'succeeded', 50, 100, 2),
        phase('rmm', 'pending', null, null, 0),
      ],
      reboots: 1,
      rebootsAt: [at(45)],
    }),
    ...([at(500), null, new Map([['office', [at(50), at(75)]]])] as const),
  );
  expect(timeline.bars.map(({ span }) => rounded(span))).toEqual([[0, 40], [50, 50], null]);
  expect(timeline.bars[1]?.retries.map(Math.round)).toEqual([75]);
  expect(timeline.reboots.map(({ left }) => Math.round(left))).toEqual([45]);
  expect(timeline.silence).toBe(null);
});

test('a running phase ends now and grows with the clock; a silent one ends where it was last heard of', () => {
  const going = run({ status: 'running', finishedAt: null, phases: [phase('office', 'running', 0, null)] });
  expect(timelineOf(going, at(10), null).bars[0]?.durationMs).toBe(10 * MINUTE);
  expect(timelineOf(going, at(20), null).bars[0]?.durationMs).toBe(20 * MINUTE);
  const silent = timelineOf(going, at(200), at(20));
  expect(rounded(silent.bars[0]?.span)).toEqual([0, 10]);
  expect(rounded(silent.silence)).toEqual([10, 90]);
});

test('what a clock says out of order stays on the axis: a restart before the run, a phase after it', () => {
  const timeline = timelineOf(
    run({ phases: [phase('late', 'succeeded', 110, 120)], rebootsAt: [at(-20)], reboots: 1 }),
    ...([at(500), null] as const),
  );
  expect([timeline.from, timeline.to]).toEqual([at(-20), at(120)]);
  for (const place of [timeline.reboots[0]?.left, timeline.bars[0]?.span?.left])
    expect(place !== undefined && place >= 0 && place <= 100).toBe(true);
});

test('ticks are round instants within the axis and never more than asked for, from seconds to weeks', () => {
  for (const minutes of [0.05, 1, 7, 45, 300, 3_000, 40_000]) {
    const { ticks, from, to } = timelineOf(run({ finishedAt: at(minutes) }), at(minutes), null, new Map(), 6);
    expect(ticks.length).toBeLessThanOrEqual(7);
    expect(ticks.length).toBeGreaterThan(0);
    for (const tick of ticks) expect(tick.at >= from && tick.at <= to).toBe(true);
  }
});

afterEach(() => document.body.replaceChildren());

test('the table says in words what its bars show: state, length, tries and restarts, and no style attribute that a strict CSP drops', async () => {
  const element = document.createElement('run-timeline') as RunTimeline;
  element.run = run({
    status: 'failed',
    phases: [
      phase('preflight', 'succeeded', 0, 10),
      phase('office', 'failed', 10, 100, 3),
      phase('rmm', 'pending', null, null, 0),
    ],
    reboots: 2,
    rebootsAt: [at(12), at(50)],
  });
  document.body.append(element);
  await element.updateComplete;
  const rows = [...element.renderRoot.querySelectorAll('tbody tr')].map((row) =>
    (row as HTMLElement).innerText.replaceAll(/\s+/g, ' '),
  );
  expect(rows[0]).toMatch(/Preflight .*Done, 10 min 0 s/);
  expect(rows[1]).toMatch(/Office .*Failed, 1 h 30 min 0 s.*3 tries/);
  expect(rows[2]).toMatch(/RMM agent .*Not begun/);
  expect(element.renderRoot.textContent).toContain('Restarted at');
  const bars = [...element.renderRoot.querySelectorAll('rect')].map((bar) => bar.getBoundingClientRect());
  expect(bars).toHaveLength(2);
  expect(Math.abs((bars[0]?.right ?? 0) - (bars[1]?.left ?? 9))).toBeLessThan(2);
  expect((bars[1]?.width ?? 0) / (bars[0]?.width ?? 1)).toBeCloseTo(9, 0);
  expect(element.renderRoot.querySelectorAll('[style]')).toHaveLength(0);
});
