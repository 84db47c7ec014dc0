// Why somebody should look at a machine, in full words: which phase, since when, from what to what. Pure but for the clock it is given.

import type { Attention, Machine, Run } from '../../../schema/machine.ts';
import { isolated } from '../../../schema/shown-text.ts';
import { ATTENTION_WORDS, dateTime, phaseWords, roughDuration } from '../ui/words.ts';

/** The machine's latest change of serial, under one id: two ids of a PC may well have one each. */
function serialWords({ history }: Machine): string {
  const changes = history
    .filter(({ attribute }) => attribute === 'serial')
    .flatMap((change, index, serials) => {
      const before = serials.slice(0, index).findLast((one) => one.machine === change.machine);
      return before ? [{ from: before.value, to: change.value, at: change.sinceAt }] : [];
    });
  const last = changes.at(-1);
  return last
    ? `Serial changed from ${isolated(last.from ?? 'unknown')} to ${isolated(last.to ?? 'unknown')} on ${dateTime(last.at)}`
    : ATTENTION_WORDS.serial_changed;
}

function failedWords({ run }: Machine, runs: readonly Run[]): string {
  const phases = runs.find(({ id }) => id === run?.id)?.phases.filter(({ state }) => state === 'failed') ?? [];
  const phase = phases.at(-1)?.name ?? run?.phase;
  const words = phase ? `Failed in phase ${phaseWords(phase)}` : ATTENTION_WORDS.run_failed;
  return run?.error ? `${words}: ${isolated(run.error)}` : words;
}

function silentWords({ silentSince, run }: Machine, now: number): string {
  if (silentSince === null) return ATTENTION_WORDS.stalled;
  const phase = run?.phase ? `, in phase ${phaseWords(run.phase)}` : '';
  return `Silent for ${roughDuration(now - silentSince)}${phase}`;
}

const CLONE_WORDS: Record<NonNullable<Machine['clonedBy']>, (machine: Machine) => string> = {
  turns: () => 'Two of its runs are heard by turns',
  serial: serialWords,
  model: () => 'Its runs name different models',
};

/** Until somebody has looked, nothing of one PC replaces anything of another. */
function cloneWords(machine: Machine): string {
  if (machine.clonedBy === null) return ATTENTION_WORDS.cloned;
  return `${CLONE_WORDS[machine.clonedBy](machine)}: several PCs may report under this ID. Of each secret every version that one of them may have is offered.`;
}

/**
 * Anybody with a token can claim any serial number: a merge puts one PC's password in the place of another's, and is
 * not done on a report's word.
 */
export function claimWords({ marks }: Pick<Machine, 'marks'>): string | null {
  const claim = marks.find(({ mark }) => mark === 'id_changed');
  if (!claim?.of) return null;
  const by = claim.by === undefined ? 'a report' : `a report by ${isolated(claim.by)}`;
  return `A run went on under the ID ${isolated(claim.of)}, as after a firmware update: so says ${by}, and nothing proves it.`;
}

function otherIdWords(machine: Machine): string {
  const claim = claimWords(machine);
  return claim
    ? `${claim} What it sends from then on stands there: look at both entries, and merge them where they are one PC.`
    : ATTENTION_WORDS.id_changed;
}

/** One sentence a reason, in the server's order. `now` is ms since the epoch. */
export function attentionReasons(machine: Machine, runs: readonly Run[], now: number): string[] {
  const words: Partial<Record<Attention, () => string>> = {
    run_failed: () => failedWords(machine, runs),
    stalled: () => silentWords(machine, now),
    serial_changed: () => serialWords(machine),
    cloned: () => cloneWords(machine),
    id_changed: () => otherIdWords(machine),
    to_be_rotated: () =>
      machine.toRotate > 1 ? `${machine.toRotate} revealed secrets are to be rotated` : ATTENTION_WORDS.to_be_rotated,
  };
  return machine.attention.map((one) => words[one]?.() ?? ATTENTION_WORDS[one]);
}
