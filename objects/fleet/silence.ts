// Silence: a run says that it is running, but nothing has been heard of it for three hours, by the server's clock.
import type { RunStatus } from '../../schema/machine.ts';

/** Office and feature updates keep a PC quiet for an hour or two; three are a fault. */
export const STALLED_AFTER_MS = 3 * 3_600_000;

/**
 * The instant since which a run has been silent, ms since the epoch; null: it speaks, or is over, or there is none.
 * Pure.
 */
export const silentSince = (run: { status: RunStatus; heardAt: number } | undefined, now: number): number | null =>
  run?.status === 'running' && now - run.heardAt >= STALLED_AFTER_MS ? run.heardAt : null;
