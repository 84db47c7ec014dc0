import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventType, RunEvent } from '../../schema/report.ts';
import { advance, currentPhase, newRun, phasesDone, runError, toldPhases } from './run-state.ts';

const NOW = 2_000_000_000_000;
const plan = ['preflight', 'apps', 'bitlocker'];
const receipt = { skewMs: null, receivedAt: NOW, firstCallAt: 0 };
const blank = newRun('m', { id: 'r', startedAt: 1_000, phases: plan }, receipt);
const step = (seq: number, type: EventType, phase?: string): RunEvent => ({
  seq,
  at: 1_000 + seq,
  level: 'info',
  type,
  phase,
  message: 'm',
});

describe('a run', () => {
  it('moves through its phases as its events say', () => {
    const run = advance(
      blank,
      [
        step(1, 'phase_started', 'preflight'),
        step(2, 'phase_succeeded', 'preflight'),
        step(3, 'phase_started', 'apps'),
      ],
      NOW,
    );
    expect([currentPhase(run), phasesDone(run), run.status]).toEqual(['apps', 1, 'running']);
  });

  it('shows a retried phase as running again', () => {
    const run = advance(
      blank,
      [step(1, 'phase_started', 'apps'), step(2, 'phase_failed', 'apps'), step(3, 'phase_started', 'apps')],
      NOW,
    );
    expect(run.phases.map((phase) => phase.tries)).toEqual([0, 2, 0]);
    expect(run.phases[1]).toMatchObject({ state: 'running', finishedAt: null });
  });

  it('keeps when its PC restarted, in order, of a runaway one the first 64', () => {
    const reboots = Array.from({ length: 100 }, (_, index) => step(100 - index, 'reboot'));
    const run = advance(blank, reboots, NOW);
    expect([run.reboots, run.rebootsAt]).toEqual([100, Array.from({ length: 64 }, (_, index) => 1_001 + index)]);
  });

  it('that succeeded has no phase under way: what was not heard of its end has succeeded with it, and may still be heard', () => {
    const lost = [step(1, 'phase_started', 'apps'), step(3, 'run_succeeded')];
    const run = advance(blank, lost, NOW);
    expect(toldPhases(run)[1]).toMatchObject({ state: 'succeeded', finishedAt: 1_003 });
    expect([currentPhase(run), phasesDone(run)]).toEqual([null, 1]);
    const late = advance(run, [step(2, 'phase_failed', 'apps')], NOW);
    expect(toldPhases(late)[1]).toMatchObject({ state: 'failed', finishedAt: 1_002 });
    const failed = advance(blank, [step(1, 'phase_started', 'apps'), step(3, 'run_failed')], NOW);
    expect(currentPhase(failed)).toBe('apps');
  });

  it('keeps on one line what its last failed phase said, until that phase is tried again', () => {
    const failed = (seq: number, phase: string, message: string) => ({ ...step(seq, 'phase_failed', phase), message });
    const long = failed(2, 'apps', `Exit code 1603:\r\n\tfatal   error ${'😀'.repeat(200)}`);
    const before = advance(blank, [failed(1, 'preflight', 'Disk too small'), long], NOW);
    expect([before.status, runError(before)]).toEqual(['running', null]);
    const run = advance(before, [step(3, 'run_failed')], NOW);
    expect(runError(run)).toMatch(/^Exit code 1603: fatal error 😀+…$/u);
    expect([...(runError(run) ?? '')]).toHaveLength(120);
    // A retry takes it away, also where its report overtakes the failure's.
    const again = [step(6, 'phase_succeeded', 'apps'), failed(5, 'apps', 'Late')];
    expect(advance(run, again, NOW).phases.map(({ error }) => error)).toEqual(['Disk too small', undefined, undefined]);
  });

  it('never starts or ends in the future, because a PC’s clock may be wrong', () => {
    const run = advance(
      newRun('m', { id: 'r', startedAt: NOW + 5, phases: plan }, receipt),
      [{ ...step(1, 'run_succeeded'), at: NOW + 9 }],
      NOW,
    );
    expect([run.startedAt, run.finishedAt, run.lastEventAt]).toEqual([NOW, NOW, NOW]);
  });

  it('ends in the same state in whatever order its batches arrive, because offline PCs send late', () => {
    const types = fc.constantFrom<EventType>(
      'phase_started',
      'phase_succeeded',
      'phase_failed',
      'reboot',
      'message',
      'run_failed',
    );
    const drawn = fc.array(fc.record({ type: types, phase: fc.constantFrom(...plan) }), { maxLength: 20 });
    fc.assert(
      fc.property(drawn, fc.infiniteStream(fc.nat()), (events, order) => {
        const inOrder = events.map(({ type, phase }, index) => step(index + 1, type, phase));
        const keys = order.take(inOrder.length);
        const shuffled = [...keys]
          .map((key, index) => ({ key, event: inOrder[index] as RunEvent }))
          .sort((a, b) => a.key - b.key);
        const late = shuffled.reduce((run, { event }) => advance(run, [event], NOW), blank);
        expect(late).toEqual(advance(blank, inOrder, NOW));
      }),
    );
  });
});
