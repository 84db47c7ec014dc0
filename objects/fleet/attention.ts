// What a person should look at on a machine. Pure: the caller reads the rows.
import type { Attention, RunStatus } from '../../schema/machine.ts';

/** What is known about a machine and the ids merged into it. `run`: its latest one. Counts are of its secrets. */
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
  /** Its name is one that Windows does not let a PC have. */
  oddHostname: boolean;
  /** Several PCs report under one of its ids. */
  cloned: boolean;
  /** An admin has said so. */
  split: boolean;
  /** A run of it has gone on under an id that is not one of its own. */
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
