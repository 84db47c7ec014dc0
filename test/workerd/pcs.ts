// For tests in workerd. PCs at their runs, told apart by what they are and not by an id: several of them may report under one.
import { pass } from '../support/clock.ts';
import { newRun } from './secrets.ts';

const MINUTE_MS = 60_000;

export type Pc = {
  run: ReturnType<typeof newRun>;
  seq: number;
  facts: Record<string, unknown>;
  clockOffMs: number | null;
};

/** A PC at its run. `clockOffMs`: how far its clock is behind; null: its engine does not say what its clock says. */
export const pc = (facts: Record<string, unknown> = {}, clockOffMs: number | null = 0): Pc => ({
  run: { ...newRun(), startedAt: Date.now() },
  seq: 0,
  facts,
  clockOffMs,
});

/** What its engine sends of one more event as it happens, a minute later: the body of `POST /v1/report`. */
export function nextReport(one: Pc, machine: string, event: Record<string, unknown> = {}) {
  pass(MINUTE_MS);
  one.seq++;
  const now = Date.now() - (one.clockOffMs ?? 0);
  return {
    machine: { id: machine, ...one.facts },
    run: one.run,
    events: [{ seq: one.seq, at: now, message: `event ${one.seq}`, ...event }],
    sentAt: one.clockOffMs === null ? undefined : now,
  };
}
