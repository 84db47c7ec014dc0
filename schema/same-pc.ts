// Whether reports under one id come from one PC, and whether those under two ids do. Pure, without zod. A name proves
// nothing: a PC is renamed within its run, and between runs.
import { instantOf } from './order.ts';
import { isPlaceholderSerial, turned } from './shared-ids.ts';

/** Facts that tell one PC from another: as its engine states them, null where it states nothing real. */
export type PcFacts = { serial: string | null; model: string | null };

/**
 * How several PCs under one id were noticed: two of their runs took turns, or a run has another serial number or
 * another model.
 */
export const CLONE_SIGNS = ['turns', 'serial', 'model'] as const;
export type CloneSign = (typeof CLONE_SIGNS)[number];

/** Board makers leave the field's own name where a model should be. */
const NO_MODEL = /^(?:system )?(?:product|model)(?: name| number)?$/;

const folded = (text: string): string => text.trim().replace(/\s+/g, ' ').toLowerCase();

/** A report's facts about its PC, without the placeholders that firmware leaves for a serial number or a model. */
export const realFacts = ({ serial, model }: { serial?: string | undefined; model?: string | undefined }): PcFacts => ({
  serial: serial === undefined || isPlaceholderSerial(serial) ? null : serial,
  model: model === undefined || isPlaceholderSerial(model) || NO_MODEL.test(folded(model)) ? null : model,
});

/** Both are known, and they differ in more than spaces and letter case. */
export const isOther = (a: string | null, b: string | null): boolean =>
  a !== null && b !== null && folded(a) !== folded(b);

/** The fact of two PCs that cannot be of one PC; null: none. */
export const otherPc = (a: PcFacts, b: PcFacts): Exclude<CloneSign, 'turns'> | null => {
  if (isOther(a.serial, b.serial)) return 'serial';
  return isOther(a.model, b.model) ? 'model' : null;
};

/** One string for everything that the facts tell apart; null where they tell nothing. */
export const pcKey = ({ serial, model }: PcFacts): string | null =>
  serial === null && model === null
    ? null
    : JSON.stringify([serial === null ? null : folded(serial), model === null ? null : folded(model)]);

/** A report that is older than this when it comes was kept back, and does not show who is at work now. */
const LIVE_MS = 600_000;

/**
 * When the newest event of a report happened, by our clock; null where it was kept back on its way, or nobody can say.
 * A clock that nobody measured only has to be about right.
 */
export function spokeAt(said: { saidAt: number; skewMs: number | null; receivedAt: number }): number | null {
  const { skewMs, receivedAt } = said;
  const at = instantOf({ ...said, notBefore: receivedAt - (skewMs === null ? 0 : LIVE_MS) });
  if (at === null) return null;
  return skewMs === null ? receivedAt : Math.min(at, receivedAt);
}

/** The run of an id that was last heard live, and since when, by our clock. */
export type Turn = { run: string; since: number };

/**
 * Whether a run that another one had replaced goes on: both are at work, and one PC runs one at a time. `heardAt`: when
 * it was heard before, null where it never was; `spokeAt`: the instant of its present word.
 */
export const takesTurns = (turn: Turn | null, said: { run: string; heardAt: number | null; spokeAt: number | null }) =>
  turn !== null &&
  said.run !== turn.run &&
  said.heardAt !== null &&
  said.heardAt < turn.since &&
  said.spokeAt !== null &&
  said.spokeAt > turn.since;

/**
 * Whether a report of a run that began under another id is of the same PC: firmware was updated within the run, and gave the board another UUID,
 * or writes it in the other byte order. Its real serial number has to be the one that the run had: images are also
 * cloned with a run in their spool.
 */
export const isSamePc = (before: PcFacts & { id: string }, said: PcFacts & { id: string }): boolean =>
  otherPc(before, said) === null && (turned(before.id) === said.id || (before.serial !== null && said.serial !== null));
