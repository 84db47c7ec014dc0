// What of a machine is for a person to look at. Pure: the rows are read by whoever asks.
import type { Attention, RunStatus } from '../../schema/machine.ts';

/** What is known of a machine and of what is merged into it. `run`: its latest one. Counts are of its secrets. */
export type AttentionFacts = {
  run: RunStatus | null;
  silent: boolean;
  /** It is encrypted, and no recovery key of its system volume is held since its latest run began (secrets/facts.ts). */
  keyMissing: boolean;
  serialChanged: boolean;
  seqConflict: boolean;
  toRotate: number;
  /** One of its ids is one that many PCs have. */
  sharedId: boolean;
  /** Its name is none that Windows lets a PC have. */
  oddHostname: boolean;
  /** Several PCs report under one of its ids. */
  cloned: boolean;
  /** An admin has said so. */
  split: boolean;
  /** A run of it has gone on under an id that is none of its own. */
  idChanged: boolean;
};

/** Why somebody should look at a machine; empty: for no reason. */
export function attentionOf(facts: AttentionFacts): Attention[] {
  const reasons: [Attention, boolean][] = [
    ['run_failed', facts.run === 'failed'],
    ['stalled', facts.silent],
    ['no_recovery_key', facts.keyMissing],
    // Another serial number is a sign of another PC: it is looked into once.
    ['serial_changed', facts.serialChanged && !facts.cloned],
    ['seq_conflict', facts.seqConflict],
    ['to_be_rotated', facts.toRotate > 0],
    ['shared_id', facts.sharedId],
    ['odd_hostname', facts.oddHostname],
    ['cloned', facts.cloned && !facts.split],
    ['id_changed', facts.idChanged],
  ];
  return reasons.filter(([, holds]) => holds).map(([reason]) => reason);
}
