// What is for a person to look at, by a table: no storage, no clock.
import { describe, expect, it } from 'vitest';
import type { Attention } from '../../schema/machine.ts';
import { type AttentionFacts, attentionOf } from './attention.ts';
import { STALLED_AFTER_MS, silentSince } from './run-state.ts';

const well: AttentionFacts = {
  run: 'succeeded',
  silent: false,
  keyMissing: false,
  serialChanged: false,
  seqConflict: false,
  toRotate: 0,
  sharedId: false,
  oddHostname: false,
  cloned: false,
  split: false,
  idChanged: false,
};

describe('a machine', () => {
  it.each<[string, Partial<AttentionFacts>, Attention[]]>([
    ['is well', {}, []],
    ['never reported', { run: null }, []],
    ['failed', { run: 'failed' }, ['run_failed']],
    ['was left for a later run', { run: 'abandoned' }, []],
    ['is silent in the middle', { run: 'running', silent: true }, ['stalled']],
    ['is encrypted and no recovery key came', { keyMissing: true }, ['no_recovery_key']],
    ['has another serial than before', { serialChanged: true }, ['serial_changed']],
    ['sent two events under one number', { seqConflict: true }, ['seq_conflict']],
    ['has an id that many PCs have', { sharedId: true }, ['shared_id']],
    ['has a name that Windows allows no PC', { oddHostname: true }, ['odd_hostname']],
    ['shares its id with others', { cloned: true, serialChanged: true }, ['cloned']],
    ['is known to be several', { cloned: true, split: true }, []],
    ['goes on under another id', { idChanged: true }, ['id_changed']],
    ['has a secret that somebody saw', { toRotate: 2 }, ['to_be_rotated']],
    [
      'has several reasons',
      { run: 'failed', keyMissing: true, toRotate: 1 },
      ['run_failed', 'no_recovery_key', 'to_be_rotated'],
    ],
  ])('that %s', (_which, facts, reasons) => {
    expect(attentionOf({ ...well, ...facts })).toEqual(reasons);
  });
});

describe('a run', () => {
  const now = 100 * STALLED_AFTER_MS;
  const heardAt = now - STALLED_AFTER_MS;
  it.each<[string, Parameters<typeof silentSince>[0], number | null]>([
    ['that is not there is not silent', undefined, null],
    ['that has not spoken for three hours is', { status: 'running', heardAt }, heardAt],
    ['that spoke a moment later is not', { status: 'running', heardAt: heardAt + 1 }, null],
    ['that is over has nothing more to say', { status: 'succeeded', heardAt: 0 }, null],
    ['that was left for a later one neither', { status: 'abandoned', heardAt: 0 }, null],
  ])('%s', (_which, run, since) => {
    expect(silentSince(run, now)).toBe(since);
  });
});
