import { describe, expect, it } from 'vitest';
import { readRecoveryPassword } from '../../portal/vault/bitlocker.ts';
import { simulatedPc } from './pc.ts';
import { bitlockerRecoveryPassword, localAdminPassword } from './secrets.ts';
import { type Ending, PHASES, story } from './story.ts';

const seeds = Array.from({ length: 100 }, (_, seed) => seed);
const phasesOf = (seed: number, ending: Ending, type: string) =>
  story(seed, ending).flatMap((beat) => (beat.kind === 'event' && beat.type === type ? [beat.phase] : []));

describe('a simulated run', () => {
  it('goes through its phases in order and escrows before it encrypts or applies', () => {
    for (const seed of seeds) {
      const beats = story(seed, 'succeeds');
      const started = phasesOf(seed, 'succeeds', 'phase_started');
      expect(started).toEqual(PHASES.filter((phase) => started.includes(phase)));
      const at = (test: (beat: (typeof beats)[number]) => boolean) => beats.findIndex(test);
      const escrow = at((beat) => beat.kind === 'escrow' && beat.secret === 'bitlocker_recovery_key');
      expect(escrow).toBeLessThan(at((beat) => beat.kind === 'event' && beat.message.startsWith('BitLocker on')));
      expect(beats.at(-1)).toMatchObject({ type: 'run_succeeded' });
    }
  });

  it('fails with an error and a failed phase, or hangs without an end, as it is told', () => {
    for (const seed of seeds) {
      expect(phasesOf(seed, 'fails', 'phase_failed')).toHaveLength(1);
      expect(story(seed, 'fails').at(-1)).toMatchObject({ type: 'run_failed', level: 'error' });
      expect(JSON.stringify(story(seed, 'hangs'))).not.toContain('run_succeeded');
    }
  });

  it('is the same PC for the same seed, and another for another', () => {
    expect(simulatedPc(1, 2)).toEqual(simulatedPc(1, 2));
    expect(new Set(seeds.map((index) => simulatedPc(1, index).before.id)).size).toBe(seeds.length);
  });

  it('makes recovery passwords whose every group checks, and passwords of 20 characters', () => {
    for (let i = 0; i < 100; i++) {
      expect(readRecoveryPassword(bitlockerRecoveryPassword())?.checksum).toBe('valid');
      expect(localAdminPassword()).toHaveLength(20);
    }
  });
});
