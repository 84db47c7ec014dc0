// The events of a run as its spool holds them: read line by line, whatever a power cut has left of the file; and the
// missing ones. Pure.
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { mendEvent } from '../schema/mend-event.ts';
import type { RunEvent } from '../schema/report.ts';
import { Uuid } from '../schema/text.ts';

/**
 * Why a run is not sent: the server's code, and, if it was another PC's, the id under which it goes on as this PC's
 * own.
 */
export const Halt = z.object({ code: z.string(), own: Uuid.optional() });
export type Halt = z.infer<typeof Halt>;

/**
 * A run's events by number, and the number of lines that are not events. A file system may leave zeros where a power
 * cut lost what was written.
 */
export function readEvents(text: string, now: number): { events: RunEvent[]; damaged: number } {
  const events: RunEvent[] = [];
  let damaged = 0;
  for (const line of text.replaceAll('\0', '').split('\n')) {
    if (line === '') continue;
    const event = eventOf(line, now);
    if (event) events.push(event);
    else damaged++;
  }
  // Zeros alone leave no line, and yet something is gone.
  if (text.includes('\0')) damaged++;
  return { events: events.sort((a, b) => a.seq - b.seq), damaged };
}

function eventOf(line: string, now: number): RunEvent | null {
  try {
    const mended = mendEvent(JSON.parse(line), now);
    return 'event' in mended ? mended.event : null;
  } catch {
    return null;
  }
}

/** A damaged file has lost a block or two. A larger gap means another file. */
export const LOST_MAX = 10_000;

/** The numbers from `nextSeq` to the next event that is there, at most one more than `LOST_MAX`. None where that is `nextSeq`, or nothing follows. */
export function lostFrom(events: readonly RunEvent[], nextSeq: number): number[] {
  const next = events.find(({ seq }) => seq >= nextSeq);
  const count = next ? Math.min(next.seq - nextSeq, LOST_MAX + 1) : 0;
  return Array.from({ length: count }, (_, index) => nextSeq + index);
}

/**
 * The stand-in for an event that the spool has lost, so that the run can go on and people see that something is
 * missing.
 */
export const lostEvent = (seq: number, at: number): RunEvent => ({
  seq,
  at,
  level: 'warning',
  type: 'message',
  mended: ['lost'],
  message: 'An event was lost on this PC before it was sent: its spool was damaged',
});

/** The id under which a run that is known as another PC's goes on here: always the same, so that a kill makes no second one of it. */
export function nextRunId(run: string, machine: string): string {
  const hex = createHash('sha256').update(`${run}\n${machine}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
