import { describe, expect, it } from 'vitest';
import type { AttributeChange, Machine, Phase, Run } from '../../../schema/machine.ts';
import { dateTime } from '../ui/words.ts';
import { attentionReasons } from './attention.ts';

const NOW = Date.UTC(2026, 10, 3, 12, 0);
const HOUR = 3_600_000;
const machine = (part: Partial<Machine>): Machine => ({
  id: 'm',
  hostname: 'PC',
  serial: 'B',
  manufacturer: null,
  model: null,
  osVersion: null,
  client: null,
  enrolledAt: 0,
  lastEventAt: null,
  secrets: 0,
  toRotate: 0,
  attention: [],
  silentSince: null,
  shelf: 'fleet',
  run: { id: 'r2', status: 'running', startedAt: 0, phase: 'updates', phasesDone: 1, phasesTotal: 2 },
  archivedAt: null,
  archivedBy: null,
  mergedInto: null,
  someAside: false,
  marks: [],
  clonedBy: null,
  split: null,
  merged: [],
  history: [],
  historyNext: null,
  ...part,
});
const serial = (value: string, sinceAt: number, id = 'm'): AttributeChange => ({
  attribute: 'serial',
  value,
  sinceAt,
  machine: id,
});
const run = (id: string, phases: Pick<Phase, 'name' | 'state'>[]) => ({ id, phases }) as Run;

describe('why to look at a machine', () => {
  it('names the phase in which its latest run failed, not one of an earlier run', () => {
    const runs = [
      run('r2', [
        { name: 'apps', state: 'succeeded' },
        { name: 'office', state: 'failed' },
      ]),
      run('r1', [{ name: 'rmm', state: 'failed' }]),
    ];
    expect(attentionReasons(machine({ attention: ['run_failed'] }), runs, NOW)).toEqual(['Failed in phase Office']);
    const { run: latest } = machine({});
    const said = machine({ attention: ['run_failed'], run: latest && { ...latest, error: 'Error 30015-26\u202e' } });
    expect(attentionReasons(said, runs, NOW)).toEqual(['Failed in phase Office: Error 30015-26⟨U+202E⟩']);
  });

  it('says for how long it has been silent, and where', () => {
    const silent = (since: number) =>
      attentionReasons(machine({ attention: ['stalled'], silentSince: since }), [], NOW);
    expect(silent(NOW - 3 * HOUR)).toEqual(['Silent for 3 h, in phase Updates']);
    expect(silent(NOW - 50 * HOUR - 60_000)).toEqual(['Silent for 2 days 2 h, in phase Updates']);
  });

  it('says from which serial to which, of one id: two merged ids have one each without any change', () => {
    const history = [serial('A', 1), serial('X', 2, 'other'), serial('B', NOW)];
    expect(attentionReasons(machine({ attention: ['serial_changed'], history }), [], NOW)).toEqual([
      `Serial changed from A to B on ${dateTime(NOW)}`,
    ]);
  });

  it('says by what several PCs were noticed under its id', () => {
    const words = (clonedBy: Machine['clonedBy']) =>
      attentionReasons(
        machine({ attention: ['cloned'], clonedBy, history: [serial('A', 1), serial('B', NOW)] }),
        [],
        NOW,
      );
    expect(words('turns')[0]).toMatch(/^Two of its runs are heard by turns: several PCs may report under this ID\./);
    expect(words('serial')[0]).toContain(`Serial changed from A to B on ${dateTime(NOW)}: several PCs may report`);
    expect(words('model')[0]).toMatch(/^Its runs name different models: several PCs may report/);
  });

  it('falls back on a plain sentence where the details are not there', () => {
    const attention: Machine['attention'] = ['run_failed', 'stalled', 'serial_changed', 'no_recovery_key'];
    expect(attentionReasons(machine({ attention, run: null }), [], NOW)).toEqual([
      'The last run failed',
      'Nothing has been heard of it for three hours',
      'The serial number changed',
      'Encrypted, but no recovery key is in escrow',
    ]);
  });
});
